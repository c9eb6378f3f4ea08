package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// DecideReport records a person's word on one exact revision of a report, with a custody entry. A revision that the case does not
// hold, or whose document is another, is pipeline.ErrNotFound.
func (c *Catalog) DecideReport(ctx context.Context, d pipeline.ReportDecision) (pipeline.ReportDecision, error) {
	d.At = c.clock().UTC().Truncate(time.Second)
	err := c.tx(ctx, func(tx *sql.Tx) error {
		var doc string
		err := tx.QueryRowContext(ctx, `SELECT doc FROM report WHERE item = $1 AND revision = $2`, d.Item.Hex(), d.Revision).Scan(&doc)
		if errors.Is(err, sql.ErrNoRows) || err == nil && doc != d.Doc.Hex() {
			return fmt.Errorf("revision %d of %s with document %s: %w", d.Revision, d.Item, d.Doc, pipeline.ErrNotFound)
		}
		if err != nil {
			return fmt.Errorf("catalog: %w", err)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO standing (item, revision, doc, standing, by_name, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			d.Item.Hex(), d.Revision, d.Doc.Hex(), string(d.Standing), string(d.By), d.Why, stamp(d.At))
		if err != nil {
			return fmt.Errorf("catalog: %w", err)
		}
		if err := c.enterBy(ctx, tx, d.By, pipeline.ActDecided, d.Item, d.Doc.Hex(), string(d.Standing)+": "+d.Why); err != nil {
			return err
		}
		return c.list(ctx, tx, d.Item.Hex(), nil)
	})
	return d, err
}

// ReportDecisions lists what people said of an item's reports, oldest first.
func (c *Catalog) ReportDecisions(ctx context.Context, item pipeline.Digest) ([]pipeline.ReportDecision, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT revision, doc, standing, by_name, why, at FROM standing WHERE item = $1 ORDER BY seq`, item.Hex())
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.ReportDecision
	err = each(rows, func() error {
		d := pipeline.ReportDecision{Item: item}
		var doc, at string
		if err := rows.Scan(&d.Revision, &doc, &d.Standing, &d.By, &d.Why, &at); err != nil {
			return err
		}
		var errs [2]error
		d.Doc, errs[0] = pipeline.ParseDigest(doc)
		d.At, errs[1] = unstamp(at)
		out = append(out, d)
		return errors.Join(errs[:]...)
	})
	return out, err
}
