package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Entries returns at most limit custody entries of the case after a sequence number, in order. Writers take turns, so that no
// entry with a lesser number appears later.
func (c *Catalog) Entries(ctx context.Context, after int64, limit int) ([]pipeline.Entry, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT seq, at, actor, act, item, subject, detail, ahead FROM ledger WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	return scanEntries(rows)
}

// LastEntry returns the greatest sequence number, 0 before any.
func (c *Catalog) LastEntry(ctx context.Context) (int64, error) {
	var n int64
	if err := c.read.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM ledger`).Scan(&n); err != nil {
		return 0, fmt.Errorf("catalog: %w", err)
	}
	return n, nil
}

func scanEntries(rows *sql.Rows) ([]pipeline.Entry, error) {
	var out []pipeline.Entry
	err := each(rows, func() error {
		var e pipeline.Entry
		var at, item string
		var ahead int64
		if err := rows.Scan(&e.Seq, &at, &e.By, &e.Act, &item, &e.Subject, &e.Detail, &ahead); err != nil {
			return err
		}
		e.Ahead = int64((time.Duration(ahead) * time.Millisecond).Round(time.Second) / time.Second)
		var errs [2]error
		e.At, errs[0] = unstamp(at)
		e.Item, errs[1] = pipeline.ParseDigest(item)
		out = append(out, e)
		return errors.Join(errs[:]...)
	})
	return out, err
}
