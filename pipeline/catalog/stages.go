package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// want asks for a step. Equal askings that wait fold into one, due at the earlier time; an asking that
// arrives while the step is being done makes it be done once more.
func want(ctx context.Context, tx *sql.Tx, step pipeline.Step, item string, due time.Time, plan string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO stage (step, item, wanted, due, plan) VALUES ($1, $2, 1, $3, $4)
		ON CONFLICT (step, item) DO UPDATE SET
			due      = CASE WHEN wanted > finished AND leased = 0 THEN min(due, excluded.due) ELSE excluded.due END,
			attempts = CASE WHEN wanted > finished THEN attempts ELSE 0 END,
			failed = CASE WHEN wanted > finished THEN failed ELSE 0 END,
			wanted   = CASE WHEN wanted > finished AND leased = 0 THEN wanted ELSE wanted + 1 END,
			plan     = excluded.plan`,
		string(step), item, due.UnixMilli(), plan)
	return err
}

// Want asks for a step from outside any other effect, due at once.
func (c *Catalog) Want(ctx context.Context, step pipeline.Step, item pipeline.Digest) error {
	return c.tx(ctx, func(tx *sql.Tx) error { return want(ctx, tx, step, item.Hex(), c.steady(), "") })
}

// Retry asks for an item to be examined again under a plan, because a person wants what had failed to be done anew, with a custody entry.
func (c *Catalog) Retry(ctx context.Context, item pipeline.Digest, by pipeline.Actor, plan Plan) error {
	if _, err := c.Item(ctx, item); err != nil {
		return err
	}
	return c.tx(ctx, func(tx *sql.Tx) error {
		if err := c.enterBy(ctx, tx, by, pipeline.ActRetried, item, "", ""); err != nil {
			return err
		}
		return want(ctx, tx, pipeline.StepExamine, item.Hex(), c.steady(), string(plan))
	})
}

// Due lists tasks that may be claimed at now, at most limit for each step, longest waiting first.
func (c *Catalog) Due(ctx context.Context, now time.Time, limit int) ([]pipeline.Task, error) {
	var out []pipeline.Task
	for _, step := range []pipeline.Step{pipeline.StepExamine, pipeline.StepReport, pipeline.StepPublish} {
		rows, err := c.read.QueryContext(ctx, `
			SELECT item, wanted, fence FROM stage
			WHERE step = $1 AND wanted > finished AND due <= $2 AND (leased = 0 OR lease_until < $2)
			ORDER BY due, item LIMIT $3`, string(step), now.UnixMilli(), limit)
		if err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
		err = each(rows, func() error {
			t := pipeline.Task{Step: step}
			var item string
			if err := rows.Scan(&item, &t.Wanted, &t.Fence); err != nil {
				return err
			}
			t.Item, err = pipeline.ParseDigest(item)
			out = append(out, t)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
	}
	return out, nil
}

// Claim takes a task until the given time. ErrSuperseded says that the task was claimed, finished or
// re-scheduled since it was sent, or never existed.
func (c *Catalog) Claim(ctx context.Context, t pipeline.Task, worker string, until time.Time) (pipeline.Claim, error) {
	now := c.steady().UnixMilli()
	cl := pipeline.Claim{Task: t, Until: until}
	err := c.tx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `
			UPDATE stage SET leased = 1, fence = fence + 1, attempts = attempts + 1, lease_until = $1, worker = $2
			WHERE step = $3 AND item = $4 AND fence = $5 AND wanted > finished AND due <= $6 AND (leased = 0 OR lease_until < $6)
			RETURNING fence, wanted, attempts, failed`,
			until.UnixMilli(), worker, string(t.Step), t.Item.Hex(), t.Fence, now).Scan(&cl.Fence, &cl.Wanted, &cl.Attempts, &cl.Failed)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return pipeline.Claim{}, fmt.Errorf("%w: %s of %s", pipeline.ErrSuperseded, t.Step, t.Item)
	}
	return cl, err
}

// Extend lengthens a claim that still holds.
func (c *Catalog) Extend(ctx context.Context, cl pipeline.Claim, until time.Time) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE stage SET lease_until = $1 WHERE step = $2 AND item = $3 AND fence = $4 AND leased = 1`,
			until.UnixMilli(), string(cl.Step), cl.Item.Hex(), cl.Fence)
		return held(r, err, cl)
	})
}

// Release gives a claim back undone, to be tried again at due, and keeps the cause for people to see. Without a
// cause it was an interruption, which does not count as an attempt.
func (c *Catalog) Release(ctx context.Context, cl pipeline.Claim, cause string, due time.Time) error {
	uncounted, failed := 0, 1
	if cause == "" {
		uncounted, failed = 1, 0
	}
	return c.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `
			UPDATE stage SET leased = 0, lease_until = 0, worker = '', cause = $1, due = $2, attempts = attempts - $6, failed = failed + $7
			WHERE step = $3 AND item = $4 AND fence = $5 AND leased = 1`,
			cause, due.UnixMilli(), string(cl.Step), cl.Item.Hex(), cl.Fence, uncounted, failed)
		return held(r, err, cl)
	})
}

// finish ends a claim inside the transaction that commits its effect: the guard of exactly-once effect.
func finish(ctx context.Context, tx *sql.Tx, cl pipeline.Claim) error {
	r, err := tx.ExecContext(ctx, `
		UPDATE stage SET finished = $1, leased = 0, lease_until = 0, worker = '', cause = '', attempts = 0, failed = 0
		WHERE step = $2 AND item = $3 AND fence = $4 AND leased = 1 AND finished < $1`,
		cl.Wanted, string(cl.Step), cl.Item.Hex(), cl.Fence)
	return held(r, err, cl)
}

// Finish ends a claim that has no effect to record.
func (c *Catalog) Finish(ctx context.Context, cl pipeline.Claim) error {
	return c.tx(ctx, func(tx *sql.Tx) error { return finish(ctx, tx, cl) })
}

func held(r sql.Result, err error, cl pipeline.Claim) error {
	if err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	if !changed(r) {
		return fmt.Errorf("%w: %s of %s, claim %d", pipeline.ErrSuperseded, cl.Step, cl.Item, cl.Fence)
	}
	return nil
}

// Abandon ends every lease at once. Only he may call it who holds the case alone: then no lease has a living holder.
func (c *Catalog) Abandon(ctx context.Context) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE stage SET leased = 0, lease_until = 0, worker = '' WHERE leased = 1`)
		return err
	})
}

// Wake makes what failed due at once, with all its tries: somebody who starts to work may have mended what it failed for.
func (c *Catalog) Wake(ctx context.Context) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE stage SET due = min(due, $1), failed = 0 WHERE wanted > finished AND failed > 0 AND leased = 0`, c.steady().UnixMilli())
		return err
	})
}

// Holders names the workers that hold a lease.
func (c *Catalog) Holders(ctx context.Context) ([]string, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT DISTINCT worker FROM stage WHERE leased = 1 ORDER BY worker`)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []string
	err = each(rows, func() error {
		var w string
		err := rows.Scan(&w)
		out = append(out, w)
		return err
	})
	return out, err
}

// AbandonOf ends the leases of one worker. Only he may call it who knows that the worker is gone.
func (c *Catalog) AbandonOf(ctx context.Context, worker string) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE stage SET leased = 0, lease_until = 0, worker = '' WHERE leased = 1 AND worker = $1`, worker)
		return err
	})
}

// Lease is a claim that somebody holds.
type Lease struct {
	Task   pipeline.Task // its fence is the claim's
	Worker string
	Until  time.Time // on the steady clock
}

// Leases lists the claims that are held.
func (c *Catalog) Leases(ctx context.Context) ([]Lease, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT step, item, wanted, fence, worker, lease_until FROM stage WHERE leased = 1 ORDER BY worker, step, item`)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Lease
	err = each(rows, func() error {
		var l Lease
		var item string
		var until int64
		if err := rows.Scan(&l.Task.Step, &item, &l.Task.Wanted, &l.Task.Fence, &l.Worker, &until); err != nil {
			return err
		}
		var err error
		l.Task.Item, err = pipeline.ParseDigest(item)
		l.Until = time.UnixMilli(until).UTC()
		out = append(out, l)
		return err
	})
	return out, err
}

// Taken reports whether a task was finished, or claimed again, since it was held under a fence.
func (c *Catalog) Taken(ctx context.Context, t pipeline.Task) (bool, error) {
	var taken bool
	err := c.read.QueryRowContext(ctx, `SELECT fence > $1 OR finished >= $2 FROM stage WHERE step = $3 AND item = $4`,
		t.Fence, t.Wanted, string(t.Step), t.Item.Hex()).Scan(&taken)
	if err != nil {
		return false, fmt.Errorf("catalog: %w", err)
	}
	return taken, nil
}

// Load says how much of a step is done.
type Load struct {
	Step    pipeline.Step `json:"step"`
	Waiting int           `json:"waiting"` // asked for and not finished, leased ones included
	Leased  int           `json:"leased"`
	Done    int           `json:"done"`
}

// Loads tells the state of all steps.
func (c *Catalog) Loads(ctx context.Context) ([]Load, error) {
	rows, err := c.read.QueryContext(ctx, `
		SELECT step, sum(wanted > finished), sum(leased), sum(wanted = finished) FROM stage GROUP BY step ORDER BY step`)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Load
	err = each(rows, func() error {
		var l Load
		if err := rows.Scan(&l.Step, &l.Waiting, &l.Leased, &l.Done); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	return out, err
}

// Stuck is a stage that failed for our own reasons and waits for another try.
type Stuck struct {
	Step     pipeline.Step   `json:"step"`
	Item     pipeline.Digest `json:"item"`
	Attempts int             `json:"attempts"`
	Cause    string          `json:"cause"`
}

// Retrying lists stages that were given back with a cause, most tried first.
func (c *Catalog) Retrying(ctx context.Context, limit int) ([]Stuck, error) {
	rows, err := c.read.QueryContext(ctx, `
		SELECT step, item, attempts, cause FROM stage WHERE wanted > finished AND cause <> '' ORDER BY attempts DESC, item LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Stuck
	err = each(rows, func() error {
		var s Stuck
		var item string
		if err := rows.Scan(&s.Step, &item, &s.Attempts, &s.Cause); err != nil {
			return err
		}
		var err error
		s.Item, err = pipeline.ParseDigest(item)
		out = append(out, s)
		return err
	})
	return out, err
}

// each calls do for every row and closes rows.
func each(rows *sql.Rows, do func() error) error {
	for rows.Next() {
		if err := do(); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Pending counts what is asked for and not finished. It costs time in proportion to what is pending only.
type Pending struct {
	Items     int // all items of the case
	Examining int // items still to be examined
	Following int // reports and pages still to be made
	Failed    int // items with a failed or refused analyzer, or with a report that says less than is known
}

// resting is how far from its next try a step that failed is no longer waited for.
const resting = 5 * time.Minute

// Idle reports whether nothing is pending but what failed again and again and has its next try in more than five minutes; Retrying lists that.
func (c *Catalog) Idle(ctx context.Context) (bool, error) {
	var busy bool
	err := c.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM stage WHERE wanted > finished AND NOT (failed > 0 AND leased = 0 AND due > $1))`,
		c.steady().Add(resting).UnixMilli()).Scan(&busy)
	if err != nil {
		return false, fmt.Errorf("catalog: %w", err)
	}
	return !busy, nil
}

// Pending tells how far the workers are. Every item has a line in the listing, whose indices are a tenth as large as those of items.
func (c *Catalog) Pending(ctx context.Context) (Pending, error) {
	var p Pending
	err := c.read.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM listing),
			(SELECT count(*) FROM stage WHERE wanted > finished AND step = 'examine'),
			(SELECT count(*) FROM stage WHERE wanted > finished AND step <> 'examine'),
			(SELECT count(*) FROM mark WHERE mark = 'is:failed')`).
		Scan(&p.Items, &p.Examining, &p.Following, &p.Failed)
	if err != nil {
		return p, fmt.Errorf("catalog: %w", err)
	}
	return p, nil
}
