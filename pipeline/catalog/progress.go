package catalog

import (
	"context"
	"fmt"

	"dokaz/pipeline"
)

// Progress is how far an item is on its journey.
type Progress struct {
	Item    pipeline.Digest
	Arrival int64 // place in the order of arrival
	Stages  map[pipeline.Step]Stage
	Ahead   int // items that wait to be examined before it; 0 once it is being examined
	Latest  int // number of the newest revision, 0 before any
}

// Stage is the state of one step of one item.
type Stage struct {
	Pending  bool // asked for and not finished
	Leased   bool // in work
	Finished bool // done at least once
	Attempts int
	Cause    string // of the last failed attempt, our own fault and not the item's
}

// Progress tells how far an item is, or ErrNotFound.
func (c *Catalog) Progress(ctx context.Context, d pipeline.Digest) (Progress, error) {
	p := Progress{Item: d, Stages: map[pipeline.Step]Stage{}}
	if _, err := c.Item(ctx, d); err != nil {
		return p, err
	}
	err := c.read.QueryRowContext(ctx, `SELECT arrival, (SELECT coalesce(max(revision), 0) FROM report WHERE item = $1) FROM item WHERE digest = $1`, d.Hex()).
		Scan(&p.Arrival, &p.Latest)
	if err != nil {
		return p, fmt.Errorf("catalog: %w", err)
	}
	rows, err := c.read.QueryContext(ctx, `SELECT step, wanted > finished, leased, finished > 0, attempts, cause FROM stage WHERE item = $1`, d.Hex())
	if err != nil {
		return p, fmt.Errorf("catalog: %w", err)
	}
	err = each(rows, func() error {
		var step pipeline.Step
		var s Stage
		if err := rows.Scan(&step, &s.Pending, &s.Leased, &s.Finished, &s.Attempts, &s.Cause); err != nil {
			return err
		}
		p.Stages[step] = s
		return nil
	})
	if err != nil {
		return p, err
	}
	if s := p.Stages[pipeline.StepExamine]; s.Pending && !s.Leased {
		err = c.read.QueryRowContext(ctx, `
			SELECT count(*) FROM stage s, stage own
			WHERE own.step = 'examine' AND own.item = $1 AND s.step = 'examine' AND s.wanted > s.finished
				AND (s.due < own.due OR s.due = own.due AND s.item < own.item)`, d.Hex()).Scan(&p.Ahead)
		if err != nil {
			return p, fmt.Errorf("catalog: %w", err)
		}
	}
	return p, nil
}

// Examining counts the items that wait to be examined or are.
func (c *Catalog) Examining(ctx context.Context) (int, error) {
	var n int
	if err := c.read.QueryRowContext(ctx, `SELECT count(*) FROM stage WHERE wanted > finished AND step = 'examine'`).Scan(&n); err != nil {
		return 0, fmt.Errorf("catalog: %w", err)
	}
	return n, nil
}
