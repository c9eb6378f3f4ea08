package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"dokaz/pipeline"
)

// Line is one item as lists show it.
type Line struct {
	Item        pipeline.Item
	Name        string // first receipt's, by key
	Receipts    int
	Quarantined bool
	Examined    bool
	Failed      []pipeline.Outcome // failed, refused or partial
	Revision    Revision           // Number 0 where there is no report yet
	Thumbnail   *pipeline.Digest
	Blurred     *pipeline.Digest
}

// Each calls do for every item in the order of arrival.
func (c *Catalog) Each(ctx context.Context, do func(Line) error) error {
	ds, err := c.digests(ctx, `SELECT digest FROM item ORDER BY arrival`)
	if err != nil {
		return err
	}
	for _, d := range ds {
		l, err := c.Line(ctx, d)
		if err != nil {
			return err
		}
		if err := do(l); err != nil {
			return err
		}
	}
	return nil
}

// Line returns one item as lists show it.
func (c *Catalog) Line(ctx context.Context, d pipeline.Digest) (Line, error) {
	var l Line
	var err error
	if l.Item, err = c.Item(ctx, d); err != nil {
		return l, err
	}
	err = c.read.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM receipt WHERE item = $1), quarantined, EXISTS (SELECT 1 FROM outcome WHERE item = $1)
		FROM item WHERE digest = $1`, d.Hex()).Scan(&l.Receipts, &l.Quarantined, &l.Examined)
	if err != nil {
		return l, fmt.Errorf("catalog: %w", err)
	}
	if l.Name, err = c.Name(ctx, d); err != nil {
		return l, err
	}
	if l.Failed, err = c.Trouble(ctx, d); err != nil {
		return l, err
	}
	if l.Revision, err = c.Latest(ctx, d); err != nil && !errors.Is(err, pipeline.ErrNotFound) {
		return l, err
	}
	if l.Thumbnail, err = c.derivative(ctx, d, "thumbnail"); err != nil {
		return l, err
	}
	l.Blurred, err = c.derivative(ctx, d, "thumbnail-blurred")
	return l, err
}

// Trouble lists an item's analyses that failed, were refused or stopped early, in the order in which they ran.
func (c *Catalog) Trouble(ctx context.Context, d pipeline.Digest) ([]pipeline.Outcome, error) {
	rows, err := c.read.QueryContext(ctx, `
		SELECT analyzer, version, parameters, status, reason FROM outcome
		WHERE item = $1 AND status IN ('failed', 'refused', 'partial') ORDER BY place`, d.Hex())
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.Outcome
	err = each(rows, func() error {
		var o pipeline.Outcome
		if err := rows.Scan(&o.By.Analyzer, &o.By.Version, &o.By.Parameters, &o.Status, &o.Reason); err != nil {
			return err
		}
		out = append(out, o)
		return nil
	})
	return out, err
}

// maxResolved bounds how many items an ambiguous name is reported with.
const maxResolved = 20

// Resolve finds items by digest, by the first hexadecimal digits of one (at least four), or by a receipt's name or path.
// Several may fit a name.
func (c *Catalog) Resolve(ctx context.Context, text string) ([]pipeline.Digest, error) {
	if d, err := pipeline.ParseDigest(text); err == nil {
		if _, err := c.Item(ctx, d); err != nil {
			return nil, err
		}
		return []pipeline.Digest{d}, nil
	}
	hex := strings.ToLower(strings.TrimPrefix(text, "sha256:"))
	if len(hex) >= 4 && strings.Trim(hex, "0123456789abcdef") == "" {
		if ds, err := c.digests(ctx, `SELECT digest FROM item WHERE digest >= $1 AND digest < $2 ORDER BY digest LIMIT $3`, hex, hex+"g", maxResolved); err != nil || len(ds) > 0 {
			return ds, err
		}
	}
	return c.digests(ctx, `SELECT DISTINCT item FROM receipt WHERE name = $1 OR path = $1 ORDER BY item LIMIT $2`, text, maxResolved)
}

func (c *Catalog) digests(ctx context.Context, query string, args ...any) ([]pipeline.Digest, error) {
	rows, err := c.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.Digest
	err = each(rows, func() error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		d, err := pipeline.ParseDigest(text)
		out = append(out, d)
		return err
	})
	return out, err
}

// Totals counts what the case holds.
type Totals struct {
	Items       int   `json:"items"`
	Bytes       int64 `json:"bytes"`
	Receipts    int   `json:"receipts"`
	Examined    int   `json:"examined"`
	Reported    int   `json:"reported"` // items with at least one revision
	Revisions   int   `json:"revisions"`
	Failed      int   `json:"failed"` // items with a failed or refused analyzer, or with a report that says less than is known
	Quarantined int   `json:"quarantined"`
	Corrupt     int   `json:"corrupt"` // items whose sealed bytes were found changed
	Matches     int   `json:"matches"`
}

// Totals counts what the case holds.
func (c *Catalog) Totals(ctx context.Context) (Totals, error) {
	var t Totals
	var bytes sql.NullInt64
	err := c.read.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM item), (SELECT sum(size) FROM item), (SELECT count(*) FROM receipt),
			(SELECT count(DISTINCT item) FROM outcome), (SELECT count(DISTINCT item) FROM report), (SELECT count(*) FROM report),
			(SELECT count(*) FROM mark WHERE mark = 'is:failed'),
			(SELECT count(*) FROM item WHERE quarantined), (SELECT count(*) FROM item WHERE corrupt), (SELECT count(*) FROM match)`).
		Scan(&t.Items, &bytes, &t.Receipts, &t.Examined, &t.Reported, &t.Revisions, &t.Failed, &t.Quarantined, &t.Corrupt, &t.Matches)
	t.Bytes = bytes.Int64
	if err != nil {
		return t, fmt.Errorf("catalog: %w", err)
	}
	return t, nil
}
