package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Revision is the record of one frozen report.
type Revision struct {
	Item     pipeline.Digest
	Number   int // 1 is the first
	Doc      pipeline.Digest
	Core     pipeline.Digest
	At       time.Time
	Findings map[pipeline.Weight]int
	Codes    []pipeline.Code
	Matches  int
	Degree   int              // items that a joining match connects it to
	Cluster  pipeline.Cluster // Size 1 where it stands alone
	Short    bool             // it says less than is known, for a fault of ours
}

// kept is the JSON of the findings column.
type kept struct {
	Weights map[pipeline.Weight]int `json:"weights"`
	Codes   []pipeline.Code         `json:"codes"`
	Short   bool                    `json:"short,omitempty"`
}

// Latest returns an item's newest revision, or ErrNotFound.
func (c *Catalog) Latest(ctx context.Context, d pipeline.Digest) (Revision, error) {
	return latest(ctx, c.read, d)
}

func latest(ctx context.Context, db querier, d pipeline.Digest) (Revision, error) {
	rows, err := db.QueryContext(ctx, revisionColumns+` WHERE item = $1 ORDER BY revision DESC LIMIT 1`, d.Hex())
	all, err := scanRevisions(rows, err)
	if err != nil {
		return Revision{}, err
	}
	if len(all) == 0 {
		return Revision{}, fmt.Errorf("report of %s: %w", d, pipeline.ErrNotFound)
	}
	return all[0], nil
}

const revisionColumns = `SELECT item, revision, doc, core, at, findings, matches, degree, representative, cluster_size FROM report`

// Revisions returns all revisions of an item, oldest first.
func (c *Catalog) Revisions(ctx context.Context, d pipeline.Digest) ([]Revision, error) {
	rows, err := c.read.QueryContext(ctx, revisionColumns+` WHERE item = $1 ORDER BY revision`, d.Hex())
	return scanRevisions(rows, err)
}

func scanRevisions(rows *sql.Rows, err error) ([]Revision, error) {
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Revision
	err = each(rows, func() error {
		var r Revision
		var item, doc, core, at, findings, rep string
		if err := rows.Scan(&item, &r.Number, &doc, &core, &at, &findings, &r.Matches, &r.Degree, &rep, &r.Cluster.Size); err != nil {
			return err
		}
		var k kept
		var errs [6]error
		r.Item, errs[0] = pipeline.ParseDigest(item)
		r.Doc, errs[1] = pipeline.ParseDigest(doc)
		r.Core, errs[2] = pipeline.ParseDigest(core)
		r.Cluster.Representative, errs[3] = pipeline.ParseDigest(rep)
		r.At, errs[4] = unstamp(at)
		errs[5] = json.Unmarshal([]byte(findings), &k)
		r.Findings, r.Codes, r.Short = k.Weights, k.Codes, k.Short
		out = append(out, r)
		return errors.Join(errs[:]...)
	})
	return out, err
}

// CommitReported records a frozen revision under its claim and asks to publish it. Where the item's degree
// or its cluster differ from the prior revision, its neighbours' clusters may differ
// too, so their reports are asked for after the quiet period: the change travels as far as it matters.
func (c *Catalog) CommitReported(ctx context.Context, cl pipeline.Claim, r Revision) error {
	findings, err := json.Marshal(kept{r.Findings, r.Codes, r.Short})
	if err != nil {
		return err
	}
	return c.tx(ctx, func(tx *sql.Tx) error {
		if err := finish(ctx, tx, cl); err != nil {
			return err
		}
		prior, err := latest(ctx, tx, r.Item)
		if err != nil && !errors.Is(err, pipeline.ErrNotFound) {
			return err
		}
		if prior.Number+1 != r.Number {
			return fmt.Errorf("%w: revision %d after %d", pipeline.ErrSuperseded, r.Number, prior.Number)
		}
		item := r.Item.Hex()
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO report (item, revision, doc, core, at, findings, matches, degree, representative, cluster_size)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			item, r.Number, r.Doc.Hex(), r.Core.Hex(), stamp(r.At), string(findings), r.Matches, r.Degree, r.Cluster.Representative.Hex(), r.Cluster.Size); err != nil {
			return err
		}
		if err := c.enter(ctx, tx, pipeline.ActReported, r.Item, r.Doc.Hex(), fmt.Sprintf("revision %d", r.Number)); err != nil {
			return err
		}
		if err := c.list(ctx, tx, item, nil); err != nil {
			return err
		}
		if err := want(ctx, tx, pipeline.StepPublish, item, c.steady(), ""); err != nil {
			return err
		}
		alone := prior.Number == 0 && r.Degree == 0
		if alone || prior.Number > 0 && prior.Degree == r.Degree && prior.Cluster == r.Cluster {
			return nil
		}
		return c.wantNeighbours(ctx, tx, item)
	})
}
