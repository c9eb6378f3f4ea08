package catalog

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"dokaz/pipeline"
)

// Examined is what the step examine found of one item.
type Examined struct {
	Examination pipeline.Examination
	Prints      pipeline.Prints
	Matches     []pipeline.Match // with all items whose fingerprints have Seq ≤ Seen
	Seen        int64
	Joins       func(pipeline.Match) bool // makes two items neighbours in the sense of clusters; nil: none does
	Quarantined bool
	Corrupt     bool   // the sealed bytes were no longer those received
	Detail      string // for the custody entry: how the child was isolated
}

// Relate gives the matches of the item in flight with items that became visible meanwhile. It runs inside the transaction, so that nothing
// slow may happen in it; an error ends that without a trace and is returned as it is.
type Relate func(newer []pipeline.Prints) ([]pipeline.Match, error)

// CommitExamined records an examination under its claim, in one transaction: outcomes, fingerprints, matches, the
// custody entry and the wish for reports. Fingerprints become visible in commit order, so that of two
// items in flight the later one sees the earlier: those that became visible since x.Seen are compared
// inside the transaction. It returns these and the item's own prints with their Seq, in order.
func (c *Catalog) CommitExamined(ctx context.Context, cl pipeline.Claim, x Examined, relate Relate) ([]pipeline.Prints, error) {
	packed, err := packOutcomes(x.Examination)
	if err != nil {
		return nil, err
	}
	var visible []pipeline.Prints
	err = c.tx(ctx, func(tx *sql.Tx) error {
		visible = nil
		if err := finish(ctx, tx, cl); err != nil {
			return err
		}
		if err := c.forget(ctx, tx, cl.Item.Hex()); err != nil {
			return err
		}
		if err := putOutcomes(ctx, tx, cl.Item.Hex(), x.Examination, packed); err != nil {
			return err
		}
		if err := c.putBeside(ctx, tx, cl.Item.Hex(), x.Examination); err != nil {
			return err
		}
		if err := c.putProofs(ctx, tx, cl.Item, x.Examination); err != nil {
			return err
		}
		if visible, err = printsSince(ctx, tx, x.Seen); err != nil {
			return err
		}
		if err := c.feature(ctx, tx, visible); err != nil {
			return err
		}
		related, err := relate(visible)
		if err != nil {
			return err
		}
		matches := append(others(x.Matches, visible), related...)
		own, err := putPrints(ctx, tx, x.Prints)
		if err != nil {
			return err
		}
		visible = append(visible, own...)
		if err := putMatches(ctx, tx, cl.Item, matches, x.Joins); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE item SET quarantined = $1, corrupt = $2 WHERE digest = $3`, x.Quarantined, x.Corrupt, cl.Item.Hex()); err != nil {
			return err
		}
		if x.Quarantined {
			if err := c.enter(ctx, tx, pipeline.ActQuarantine, cl.Item, "", x.Detail); err != nil {
				return err
			}
		}
		if err := c.enter(ctx, tx, pipeline.ActExamined, cl.Item, "", x.Detail); err != nil {
			return err
		}
		if err := c.list(ctx, tx, cl.Item.Hex(), statedBy(x.Examination.Measurements)); err != nil {
			return err
		}
		return c.wantReports(ctx, tx, cl.Item.Hex())
	})
	return visible, err
}

// others leaves out matches with items that are related anew: those were examined again meanwhile, and what was matched
// is no longer what is visible of them.
func others(ms []pipeline.Match, anew []pipeline.Prints) []pipeline.Match {
	again := make(map[pipeline.Digest]bool, len(anew))
	for _, p := range anew {
		again[p.Item] = true
	}
	return slices.DeleteFunc(slices.Clone(ms), func(m pipeline.Match) bool { return again[m.A] || again[m.B] })
}

// forget drops an earlier examination of the item, whose reports remain as frozen revisions, and asks for
// new reports of those that matched it.
func (c *Catalog) forget(ctx context.Context, tx *sql.Tx, item string) error {
	if err := c.wantNeighbours(ctx, tx, item); err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE item SET degree = degree - 1 WHERE digest IN (SELECT b FROM match WHERE a = $1 AND joins UNION SELECT a FROM match WHERE b = $1 AND joins)`,
		`DELETE FROM outcome WHERE item = $1`,
		`DELETE FROM derivative WHERE item = $1`,
		`DELETE FROM prints WHERE item = $1`,
		`DELETE FROM match WHERE a = $1 OR b = $1`,
	} {
		if _, err := tx.ExecContext(ctx, q, item); err != nil {
			return err
		}
	}
	return nil
}

// packOutcomes gives the measurements of each outcome, packed.
func packOutcomes(e pipeline.Examination) ([][]byte, error) {
	by := map[pipeline.Ref][]pipeline.Measurement{}
	for _, m := range e.Measurements {
		by[m.By] = append(by[m.By], m)
	}
	out := make([][]byte, len(e.Outcomes))
	for i, o := range e.Outcomes {
		ms := by[o.By]
		if len(ms) == 0 {
			continue
		}
		delete(by, o.By)
		var err error
		if out[i], err = packMeasurements(ms); err != nil {
			return nil, fmt.Errorf("measurements of %s: %w", o.By.Analyzer, err)
		}
	}
	for r := range by {
		return nil, fmt.Errorf("%w: %s measured and has no outcome", pipeline.ErrMalformed, r.Analyzer)
	}
	return out, nil
}

// packMeasurements is a gzip of a JSON array, nil of none.
func packMeasurements(ms []pipeline.Measurement) ([]byte, error) {
	if len(ms) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	z, _ := packers.Get().(*gzip.Writer)
	z.Reset(&b)
	defer packers.Put(z)
	err := json.NewEncoder(z).Encode(ms)
	if err = errors.Join(err, z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// packers are used again: one takes a megabyte, which is many times what it packs.
var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that there is
	return z
}}

func putOutcomes(ctx context.Context, tx *sql.Tx, item string, e pipeline.Examination, packed [][]byte) error {
	for i, o := range e.Outcomes {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO outcome (item, place, analyzer, version, parameters, status, reason, took_us, measurements)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			item, i, o.By.Analyzer, o.By.Version, o.By.Parameters, string(o.Status), o.Reason, o.Took.Microseconds(), packed[i])
		if err != nil {
			return err
		}
	}
	place := 0
	for _, m := range e.Measurements {
		d, ok := m.Fact.(pipeline.Derivative)
		if !ok {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO derivative (item, place, role, digest) VALUES ($1, $2, $3, $4)`, item, place, d.Role, d.Digest.Hex())
		if err != nil {
			return err
		}
		place++
	}
	return nil
}

// putPrints makes fingerprints visible and returns them with their Seq; an item without any becomes visible as nothing.
func putPrints(ctx context.Context, tx *sql.Tx, p pipeline.Prints) ([]pipeline.Prints, error) {
	if p.Empty() {
		return nil, nil
	}
	r, err := tx.ExecContext(ctx, `INSERT INTO prints (item, packed) VALUES ($1, $2)`, p.Item.Hex(), packPrints(p))
	if err != nil {
		return nil, err
	}
	p.Seq, err = r.LastInsertId()
	return []pipeline.Prints{p}, err
}

// putMatches records the matches of an item in flight and counts its neighbours, and it among theirs; those whom a person parted
// from it are not.
func putMatches(ctx context.Context, tx *sql.Tx, item pipeline.Digest, ms []pipeline.Match, joins func(pipeline.Match) bool) error {
	joined := map[string]bool{}
	apart, err := parted(ctx, tx, item)
	if err != nil {
		return err
	}
	for _, m := range ms {
		doc, err := json.Marshal(m)
		if err != nil {
			return err
		}
		connects := joins != nil && joins(m) && !apart[m.A.Hex()] && !apart[m.B.Hex()]
		_, err = tx.ExecContext(ctx, `
			INSERT INTO match (a, b, basis, strength, distance, joins, doc) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (a, b, basis) DO NOTHING`,
			m.A.Hex(), m.B.Hex(), string(m.Basis), string(m.Strength), m.Distance, connects, string(doc))
		if err != nil {
			return err
		}
		for _, one := range []pipeline.Digest{m.A, m.B} {
			if one == item { // its line is made anew
				continue
			}
			if err := markMatched(ctx, tx, one.Hex(), m); err != nil {
				return err
			}
		}
		if connects {
			joined[m.A.Hex()], joined[m.B.Hex()] = true, true
		}
	}
	delete(joined, item.Hex())
	for other := range joined {
		if _, err := tx.ExecContext(ctx, `UPDATE item SET degree = degree + 1 WHERE digest = $1`, other); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE item SET degree = $1 WHERE digest = $2`, len(joined), item.Hex())
	return err
}

// querier is a database or a transaction on it.
type querier interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

// printsSince lists fingerprints that became visible after seen, in order, without local features.
func printsSince(ctx context.Context, db querier, seen int64) ([]pipeline.Prints, error) {
	rows, err := db.QueryContext(ctx, `SELECT seq, item, packed FROM prints WHERE seq > $1 ORDER BY seq`, seen)
	return scanPrints(rows, err)
}

func scanPrints(rows *sql.Rows, err error) ([]pipeline.Prints, error) {
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.Prints
	err = each(rows, func() error {
		var seq int64
		var item string
		var packed []byte
		if err := rows.Scan(&seq, &item, &packed); err != nil {
			return err
		}
		p, err := unpackPrints(packed)
		if err != nil {
			return fmt.Errorf("item %s: %w", item, err)
		}
		p.Seq = seq
		p.Item, err = pipeline.ParseDigest(item)
		out = append(out, p)
		return err
	})
	return out, err
}

// PrintsSince lists fingerprints that became visible after seen, in order, without local features: how an index is
// filled at start.
func (c *Catalog) PrintsSince(ctx context.Context, seen int64) ([]pipeline.Prints, error) {
	return printsSince(ctx, c.read, seen)
}

// Prints returns all fingerprints of an item, local features included, or ErrNotFound where it has none.
func (c *Catalog) Prints(ctx context.Context, d pipeline.Digest) (pipeline.Prints, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT seq, item, packed FROM prints WHERE item = $1`, d.Hex())
	ps, err := scanPrints(rows, err)
	if err == nil && len(ps) == 0 {
		err = fmt.Errorf("catalog: fingerprints of %v: %w", d, pipeline.ErrNotFound)
	}
	if err != nil {
		return pipeline.Prints{}, err
	}
	err = c.feature(ctx, c.read, ps)
	return ps[0], err
}

// feature adds the local features to fingerprints.
func (c *Catalog) feature(ctx context.Context, db querier, ps []pipeline.Prints) error {
	for i := range ps {
		for _, analyzer := range c.featuring {
			rows, err := db.QueryContext(ctx, `SELECT measurements FROM outcome WHERE item = $1 AND analyzer = $2`, ps[i].Item.Hex(), analyzer)
			if err != nil {
				return fmt.Errorf("catalog: %w", err)
			}
			err = each(rows, func() error {
				var packed []byte
				if err := rows.Scan(&packed); err != nil {
					return err
				}
				ms, err := c.unpacked.of(packed)
				ps[i].Features = append(ps[i].Features, pipeline.PrintsOf(pipeline.Item{}, ms).Features...)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
