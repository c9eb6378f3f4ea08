package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// apart says, of a row of match, that the last word on its pair keeps the two apart (pipeline.PairDecision.Parts).
const apart = `EXISTS (SELECT 1 FROM decision d
	WHERE (d.lesser = match.a AND d.greater = match.b OR d.lesser = match.b AND d.greater = match.a) AND d.verdict IN ('different', 'same_scene')
		AND d.seq = (SELECT max(e.seq) FROM decision e WHERE e.lesser = d.lesser AND e.greater = d.greater))`

// lastWord selects what was said last of each pair.
const lastWord = `SELECT lesser, greater, verdict, by_name, why, at FROM decision d
	WHERE seq = (SELECT max(e.seq) FROM decision e WHERE e.lesser = d.lesser AND e.greater = d.greater)`

// Decide records what a person said of two items of the case, at the catalog's time, with a custody entry for each, and asks
// for their new reports; those of their neighbours follow where a cluster changes. An item that the case does not hold is
// pipeline.ErrNotFound. joins says which matches make two items neighbours while nobody parts them, as in Examined.
func (c *Catalog) Decide(ctx context.Context, d pipeline.PairDecision, joins func(pipeline.Match) bool) (pipeline.PairDecision, error) {
	d.At = c.clock().UTC().Truncate(time.Second)
	for _, item := range []pipeline.Digest{d.A, d.B} {
		if _, err := c.Item(ctx, item); err != nil {
			return d, err
		}
	}
	err := c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO decision (lesser, greater, verdict, by_name, why, at) VALUES ($1, $2, $3, $4, $5, $6)`,
			d.A.Hex(), d.B.Hex(), string(d.Verdict), string(d.By), d.Why, stamp(d.At))
		if err != nil {
			return err
		}
		if err := rejoin(ctx, tx, d, joins); err != nil {
			return err
		}
		detail := string(d.Verdict)
		if d.Why != "" {
			detail += ": " + d.Why
		}
		for _, pair := range [][2]pipeline.Digest{{d.A, d.B}, {d.B, d.A}} {
			if err := c.enterBy(ctx, tx, d.By, pipeline.ActDecided, pair[0], pair[1].Hex(), detail); err != nil {
				return err
			}
			if err := c.wantReports(ctx, tx, pair[0].Hex()); err != nil {
				return err
			}
		}
		return nil
	})
	return d, err
}

// rejoin makes a pair's matches join or part its items as the decision has it, and counts both anew as neighbours of each other.
func rejoin(ctx context.Context, tx *sql.Tx, d pipeline.PairDecision, joins func(pipeline.Match) bool) error {
	ms, err := matchesBetween(ctx, tx, d.A, d.B)
	if err != nil {
		return err
	}
	const counted = `SELECT count(*) FROM match WHERE (a = $1 AND b = $2 OR a = $2 AND b = $1) AND joins`
	var before int
	if err := tx.QueryRowContext(ctx, counted, d.A.Hex(), d.B.Hex()).Scan(&before); err != nil {
		return err
	}
	after := 0
	for _, m := range ms {
		connects := !d.Parts() && joins(m)
		if connects {
			after++
		}
		if _, err := tx.ExecContext(ctx, `UPDATE match SET joins = $1 WHERE a = $2 AND b = $3 AND basis = $4`,
			connects, m.A.Hex(), m.B.Hex(), string(m.Basis)); err != nil {
			return err
		}
	}
	change := min(after, 1) - min(before, 1)
	_, err = tx.ExecContext(ctx, `UPDATE item SET degree = degree + $1 WHERE digest IN ($2, $3)`, change, d.A.Hex(), d.B.Hex())
	return err
}

func matchesBetween(ctx context.Context, db querier, a, b pipeline.Digest) ([]pipeline.Match, error) {
	rows, err := db.QueryContext(ctx, `SELECT doc FROM match WHERE a = $1 AND b = $2 OR a = $2 AND b = $1 ORDER BY a, b, basis`, a.Hex(), b.Hex())
	return scanMatches(rows, err)
}

// parted returns the items that a person parted from one, by the hexadecimal digits of their digests.
func parted(ctx context.Context, db querier, item pipeline.Digest) (map[string]bool, error) {
	ds, err := decisions(ctx, db, lastWord+` AND (lesser = $1 OR greater = $1)`, item.Hex())
	out := map[string]bool{}
	for _, d := range ds {
		if d.Parts() {
			out[d.A.Hex()], out[d.B.Hex()] = true, true
		}
	}
	delete(out, item.Hex())
	return out, err
}

// Decisions lists the last word on every pair that anybody decided on, in the order of the digests.
func (c *Catalog) Decisions(ctx context.Context) ([]pipeline.PairDecision, error) {
	return decisions(ctx, c.read, lastWord+` ORDER BY lesser, greater`)
}

// DecisionOn returns the last word on a pair, in either order, or nil.
func (c *Catalog) DecisionOn(ctx context.Context, a, b pipeline.Digest) (*pipeline.PairDecision, error) {
	ds, err := decisions(ctx, c.read, lastWord+` AND (lesser = $1 AND greater = $2 OR lesser = $2 AND greater = $1)`, a.Hex(), b.Hex())
	if err != nil || len(ds) == 0 {
		return nil, err
	}
	return &ds[0], nil
}

// DecisionsOn lists everything that was said of a pair, oldest first.
func (c *Catalog) DecisionsOn(ctx context.Context, a, b pipeline.Digest) ([]pipeline.PairDecision, error) {
	return decisions(ctx, c.read, `SELECT lesser, greater, verdict, by_name, why, at FROM decision
		WHERE lesser = $1 AND greater = $2 OR lesser = $2 AND greater = $1 ORDER BY seq`, a.Hex(), b.Hex())
}

func decisions(ctx context.Context, db querier, query string, args ...any) ([]pipeline.PairDecision, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.PairDecision
	err = each(rows, func() error {
		var d pipeline.PairDecision
		var a, b, at string
		if err := rows.Scan(&a, &b, &d.Verdict, &d.By, &d.Why, &at); err != nil {
			return err
		}
		var errs [3]error
		d.A, errs[0] = pipeline.ParseDigest(a)
		d.B, errs[1] = pipeline.ParseDigest(b)
		d.At, errs[2] = unstamp(at)
		out = append(out, d)
		return errors.Join(errs[:]...)
	})
	return out, err
}
