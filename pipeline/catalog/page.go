package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dokaz/pipeline"
)

// Filter says which items a list holds. Zero fields say nothing; the others must all be true.
type Filter struct {
	Text     string        // as in Asked
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
	StateFailed      State = "failed"      // an analyzer failed or refused, or the report says less than is known
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
	asked := f.asked()
	few, err := c.few(ctx, asked)
	if err != nil {
		return nil, err
	}
	query, args := asked.pageSQL(few, after, newest, limit)
	rows, err := c.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	out, err := scanListed(rows)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return out, c.complete(ctx, out)
}

// pageSQL writes the query of a page.
func (q Asked) pageSQL(few few, after int64, newest bool, limit int) (string, []any) {
	var b strings.Builder
	var args []any
	arg := func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) }
	than, direction := ">", "ASC"
	if newest {
		than, direction = "<", "DESC"
	}
	way := q.walk(few)
	b.WriteString(listedColumns)
	way.from(&b)
	way.on(&b, q, after, than, arg)
	q.conditions(&b, few, way.mark, arg)
	way.order(&b, direction)
	b.WriteString(` LIMIT ` + arg(limit))
	return b.String(), args
}

// listedColumns are what the lines of a page have of the listing; reports and outcomes are added for all of them at once.
const listedColumns = `SELECT l.arrival, l.item, i.sha512, i.size, i.kind, i.format, l.name, l.receipts, i.quarantined,
	EXISTS (SELECT 1 FROM outcome o WHERE o.item = l.item), l.thumbnail, l.blurred`

func scanListed(rows *sql.Rows) ([]Listed, error) {
	var out []Listed
	err := each(rows, func() error {
		var l Listed
		var item, sum, thumbnail, blurred string
		err := rows.Scan(&l.Arrival, &item, &sum, &l.Item.Size, &l.Item.Kind, &l.Item.Format, &l.Name, &l.Receipts, &l.Quarantined, &l.Examined, &thumbnail, &blurred)
		if err != nil {
			return err
		}
		var errs [4]error
		l.Item.Digest, errs[0] = pipeline.ParseDigest(item)
		errs[1] = l.Item.SHA512.UnmarshalText([]byte(sum))
		l.Thumbnail, errs[2] = optional(thumbnail)
		l.Blurred, errs[3] = optional(blurred)
		out = append(out, l)
		return errors.Join(errs[:]...)
	})
	return out, err
}

// complete adds to the lines of a page their newest revisions and what trouble there was.
func (c *Catalog) complete(ctx context.Context, lines []Listed) error {
	arrivals := make([]int64, len(lines))
	by := make(map[pipeline.Digest]*Line, len(lines))
	for i := range lines {
		arrivals[i], by[lines[i].Item.Digest] = lines[i].Arrival, &lines[i].Line
	}
	list, err := json.Marshal(arrivals)
	if err != nil {
		return err
	}
	const those = ` (SELECT item, revision FROM listing WHERE arrival IN (SELECT value FROM json_each($1)))`
	rows, err := c.read.QueryContext(ctx, revisionColumns+` WHERE (item, revision) IN`+those, string(list))
	revisions, err := scanRevisions(rows, err)
	if err != nil {
		return err
	}
	for _, r := range revisions {
		by[r.Item].Revision = r
	}
	rows, err = c.read.QueryContext(ctx, `
		SELECT item, analyzer, version, parameters, status, reason FROM outcome
		WHERE item IN (SELECT item FROM`+those+`) AND status IN ('failed', 'refused', 'partial') ORDER BY item, place`, string(list))
	if err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	return each(rows, func() error {
		var item string
		var o pipeline.Outcome
		if err := rows.Scan(&item, &o.By.Analyzer, &o.By.Version, &o.By.Parameters, &o.Status, &o.Reason); err != nil {
			return err
		}
		d, err := pipeline.ParseDigest(item)
		if err == nil {
			by[d].Failed = append(by[d].Failed, o)
		}
		return err
	})
}

// asked is the filter as lines of the listing tell it.
func (f Filter) asked() Asked {
	out := Asked{Text: f.Text, Since: f.Since, Until: f.Until}
	add := func(kind, value string) {
		if value != "" {
			out.Marks = append(out.Marks, kind+":"+value)
		}
	}
	if f.State != StateReported { // almost all are, so that is no way to go along
		add("is", string(f.State))
	}
	add("kind", string(f.Kind))
	add("format", f.Format)
	add("source", f.Source)
	add("code", string(f.Code))
	add("weight", string(f.Weight))
	switch {
	case f.Basis != "" && f.Strength != "":
		add("match", string(f.Basis)+"/"+string(f.Strength))
	case f.Basis != "":
		add("basis", string(f.Basis))
	default:
		add("strength", string(f.Strength))
	}
	if f.State == StateReported {
		add("is", string(f.State))
	}
	return out
}
