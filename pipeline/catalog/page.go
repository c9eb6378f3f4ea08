package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dokaz/pipeline"
)

// Filter says which items a list holds. Zero fields say nothing; the others must all be true.
type Filter struct {
	Text     string        // stands in the name of a receipt; ASCII letters in either case
	Source   string        // is the claimed source of a receipt
	Kind     pipeline.Kind //
	Format   string
	State    State
	Code     pipeline.Code   // of a finding of the newest report
	Weight   pipeline.Weight // of a finding of the newest report
	Basis    pipeline.Basis  // of a match
	Strength pipeline.Strength
	Since    time.Time // received in that second or later
	Until    time.Time // received before that second
}

// State is how far an item is, as lists are filtered by it.
type State string

// The states. An item may be in several.
const (
	StateWaiting     State = "waiting"     // not examined yet
	StateReported    State = "reported"    // there is a report
	StateFailed      State = "failed"      // an analyzer failed or refused
	StateQuarantined State = "quarantined" // its examination killed two children
)

// Listed is one item of a page, and its place in the order of arrival.
type Listed struct {
	Line
	Arrival int64
}

// Page lists at most limit items that fit, in the order of arrival or against it, beginning behind the place after; 0 is the
// beginning of either. An item that arrives between two pages of an ascending list stands at its end.
func (c *Catalog) Page(ctx context.Context, f Filter, after int64, newest bool, limit int) ([]Listed, error) {
	where, args := f.where()
	order := "ASC"
	switch {
	case newest && after > 0:
		where, args = append(where, "arrival < ?"), append(args, after)
	case !newest:
		where, args = append(where, "arrival > ?"), append(args, after)
	}
	if newest {
		order = "DESC"
	}
	query := `SELECT arrival, digest FROM item`
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, " AND ")
	}
	rows, err := c.read.QueryContext(ctx, query+` ORDER BY arrival `+order+` LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	out, err := scanListed(rows)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Line, err = c.Line(ctx, out[i].Item.Digest); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func scanListed(rows *sql.Rows) ([]Listed, error) {
	var out []Listed
	err := each(rows, func() error {
		var l Listed
		var digest string
		err := rows.Scan(&l.Arrival, &digest)
		if err == nil {
			l.Item.Digest, err = pipeline.ParseDigest(digest)
		}
		out = append(out, l)
		return err
	})
	return out, err
}

// where is the filter as conditions on a row of item.
func (f Filter) where() (all []string, args []any) {
	add := func(holds bool, condition string, values ...any) {
		if holds {
			all, args = append(all, condition), append(args, values...)
		}
	}
	const given = `EXISTS (SELECT 1 FROM receipt r WHERE r.item = item.digest AND `
	const marked = `digest IN (SELECT m.item FROM report_mark m WHERE m.mark = ?)`
	add(f.Kind != "", `kind = ?`, string(f.Kind))
	add(f.Format != "", `format = ?`, f.Format)
	add(f.Text != "", given+`instr(lower(r.name), lower(?)) > 0)`, f.Text)
	add(f.Source != "", given+`json_extract(r.claims, '$.source') = ?)`, f.Source)
	add(!f.Since.IsZero(), given+`r.at >= ?)`, bound(f.Since))
	add(!f.Until.IsZero(), given+`r.at < ?)`, bound(f.Until))
	add(f.Code != "", marked, "code:"+string(f.Code))
	add(f.Weight != "", marked, "weight:"+string(f.Weight))
	add(f.Basis != "" || f.Strength != "", `EXISTS (SELECT 1 FROM match WHERE (a = item.digest OR b = item.digest)
		AND (? = '' OR basis = ?) AND (? = '' OR strength = ?))`, string(f.Basis), string(f.Basis), string(f.Strength), string(f.Strength))
	switch f.State {
	case StateWaiting:
		add(true, `NOT EXISTS (SELECT 1 FROM outcome o WHERE o.item = item.digest)`)
	case StateReported:
		add(true, `EXISTS (SELECT 1 FROM report p WHERE p.item = item.digest)`)
	case StateFailed:
		add(true, `digest IN (SELECT o.item FROM outcome o WHERE o.status IN ('failed', 'refused'))`)
	case StateQuarantined:
		add(true, `quarantined`)
	}
	return all, args
}

// bound writes a time in whole seconds so that it stands before every stamp of that second, with or without a fraction.
func bound(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// mark keeps what the newest report says for lists.
func mark(ctx context.Context, tx *sql.Tx, r Revision) error {
	item := r.Item.Hex()
	if _, err := tx.ExecContext(ctx, `DELETE FROM report_mark WHERE item = $1`, item); err != nil {
		return err
	}
	var marks []string
	for _, code := range r.Codes {
		marks = append(marks, "code:"+string(code))
	}
	for weight, n := range r.Findings {
		if n > 0 {
			marks = append(marks, "weight:"+string(weight))
		}
	}
	for _, m := range marks {
		if _, err := tx.ExecContext(ctx, `INSERT INTO report_mark (mark, item) VALUES ($1, $2) ON CONFLICT DO NOTHING`, m, item); err != nil {
			return err
		}
	}
	return nil
}
