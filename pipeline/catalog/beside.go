package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"dokaz/pipeline"
)

// Beside says what of a neighbour's measurements its dossier carries, to be set beside the item's own: facts that Fact accepts
// among those of the Analyzers named, the first maxBeside of each analyzer. The zero Beside carries none.
type Beside struct {
	Analyzers []string
	Fact      func(pipeline.Fact) bool
	Version   int // raised when Fact answers otherwise, so that what was picked before is picked anew
}

// maxBeside bounds the facts carried. Cameras state a dozen; a hostile file may state thousands.
const maxBeside = 64

// statements returns what a neighbour's dossier carries of an item.
func (c *Catalog) statements(ctx context.Context, d pipeline.Digest) ([]pipeline.Measurement, error) {
	var out []pipeline.Measurement
	for _, analyzer := range c.beside.Analyzers {
		rows, err := c.read.QueryContext(ctx, `SELECT measurements FROM outcome WHERE item = $1 AND analyzer = $2`, d.Hex(), analyzer)
		if err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
		err = each(rows, func() error {
			var packed []byte
			if err := rows.Scan(&packed); err != nil {
				return err
			}
			ms, err := c.unpacked.of(packed)
			n := 0
			for _, m := range ms {
				if n < maxBeside && c.beside.Fact(m.Fact) {
					out = append(out, m)
					n++
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// picks names a way of picking.
func (b Beside) picks() string { return fmt.Sprintf("%d %d %q", b.Version, maxBeside, b.Analyzers) }

// of picks what a neighbour's dossier carries out of an examination.
func (b Beside) of(e pipeline.Examination) (out []pipeline.Measurement) {
	for _, analyzer := range b.Analyzers {
		n := 0
		for _, m := range e.Measurements {
			if m.By.Analyzer == analyzer && n < maxBeside && b.Fact(m.Fact) {
				out = append(out, m)
				n++
			}
		}
	}
	return out
}

// putBeside keeps what neighbours' dossiers carry of an item.
func (c *Catalog) putBeside(ctx context.Context, tx *sql.Tx, item string, e pipeline.Examination) error {
	packed, err := packMeasurements(c.beside.of(e))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO beside (item, picks, facts) VALUES ($1, $2, $3)
		ON CONFLICT (item) DO UPDATE SET picks = excluded.picks, facts = excluded.facts`, item, c.beside.picks(), packed)
	return err
}

// Statements gives what neighbours' dossiers carry of items.
func (c *Catalog) Statements(ctx context.Context, ds ...pipeline.Digest) (map[pipeline.Digest][]pipeline.Measurement, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT item, facts FROM beside WHERE item IN (SELECT value FROM json_each($1)) AND picks = $2`, those(ds), c.beside.picks())
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	out := make(map[pipeline.Digest][]pipeline.Measurement, len(ds))
	err = each(rows, func() error {
		var item string
		var packed []byte
		if err := rows.Scan(&item, &packed); err != nil {
			return err
		}
		d, err := pipeline.ParseDigest(item)
		if err == nil {
			out[d], err = c.unpacked.of(packed)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var missing []pipeline.Digest
	for _, d := range ds {
		if _, picked := out[d]; !picked {
			missing = append(missing, d)
		}
	}
	return out, c.pick(ctx, missing, out)
}

// pick reads the measurements of items of which nothing is kept picked.
func (c *Catalog) pick(ctx context.Context, missing []pipeline.Digest, out map[pipeline.Digest][]pipeline.Measurement) error {
	analyzers, err := json.Marshal(c.beside.Analyzers)
	if err != nil {
		return err
	}
	for _, d := range missing {
		e, err := c.examination(ctx, d, string(analyzers))
		if err != nil {
			return err
		}
		out[d] = c.beside.of(e)
	}
	return nil
}

// ExaminationBy is Examination by some of the analyzers.
func (c *Catalog) ExaminationBy(ctx context.Context, d pipeline.Digest, analyzers []string) (pipeline.Examination, error) {
	list, err := json.Marshal(analyzers)
	if err != nil {
		return pipeline.Examination{}, err
	}
	return c.examination(ctx, d, string(list))
}

// examination reads the outcomes and measurements of the analyzers that a JSON array names.
func (c *Catalog) examination(ctx context.Context, d pipeline.Digest, analyzers string) (pipeline.Examination, error) {
	rows, err := c.read.QueryContext(ctx, `
		SELECT analyzer, version, parameters, status, reason, took_us, measurements FROM outcome
		WHERE item = $1 AND analyzer IN (SELECT value FROM json_each($2)) ORDER BY place`, d.Hex(), analyzers)
	return c.scanExamination(rows, err)
}
