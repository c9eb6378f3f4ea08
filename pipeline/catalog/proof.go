package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"dokaz/pipeline"
)

// maxProven bounds the digests that the proofs of one item may name.
const maxProven = 1000

// putProofs keeps which bytes an item's proofs name, and asks for new reports of the items with those bytes, now and before.
func (c *Catalog) putProofs(ctx context.Context, tx *sql.Tx, item pipeline.Digest, e pipeline.Examination) error {
	if err := c.wantProven(ctx, tx, item); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM proof WHERE item = $1`, item.Hex()); err != nil {
		return err
	}
	var order []string
	by := map[string][]pipeline.Measurement{}
	for _, m := range e.Measurements {
		of := proves(m.Fact)
		if of == "" || of == item.String() || by[of] == nil && len(order) == maxProven {
			continue
		}
		if by[of] == nil {
			order = append(order, of)
		}
		if len(by[of]) < pipeline.MaxProofFacts {
			by[of] = append(by[of], m)
		}
	}
	for _, of := range order {
		packed, err := packMeasurements(by[of])
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO proof (item, of, facts) VALUES ($1, $2, $3)`, item.Hex(), of, packed); err != nil {
			return err
		}
	}
	if len(order) == 0 {
		return nil
	}
	return c.wantProven(ctx, tx, item)
}

// proves gives the digest that a fact is about, where it is one by which items are known.
func proves(f pipeline.Fact) string {
	of := ""
	switch f := f.(type) {
	case pipeline.Proof:
		of = f.Of
	case pipeline.ProofStatement:
		of = f.Of
	}
	if strings.HasPrefix(of, "sha256:") || strings.HasPrefix(of, "sha512:") {
		return of
	}
	return ""
}

// named finds the items whose bytes an item's proofs name. The sum by SHA-512 has no index: few proofs name one.
const named = `SELECT i.digest FROM proof p JOIN item i ON i.digest = substr(p.of, 8) WHERE p.item = $1 AND p.of LIKE 'sha256:%'
	UNION SELECT i.digest FROM proof p JOIN item i ON i.sha512 = substr(p.of, 8) WHERE p.item = $1 AND p.of LIKE 'sha512:%' ORDER BY 1`

// wantProven asks for new reports of the examined items whose bytes an item's proofs name, after the quiet period.
func (c *Catalog) wantProven(ctx context.Context, tx *sql.Tx, item pipeline.Digest) error {
	rows, err := tx.QueryContext(ctx, `SELECT digest FROM (`+named+`) WHERE EXISTS (SELECT 1 FROM outcome WHERE outcome.item = digest)`, item.Hex())
	return c.wantEach(ctx, tx, rows, err)
}

// wantProofsOf asks for new reports of the items whose proofs name an item's bytes: that it is here, and under which name, stands in them.
func (c *Catalog) wantProofsOf(ctx context.Context, tx *sql.Tx, it pipeline.Item) error {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT item FROM proof WHERE of IN ($1, $2) ORDER BY item`, it.Digest.String(), "sha512:"+it.SHA512.String())
	return c.wantEach(ctx, tx, rows, err)
}

func (c *Catalog) wantEach(ctx context.Context, tx *sql.Tx, rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	var items []string
	err = each(rows, func() error {
		var d string
		err := rows.Scan(&d)
		items = append(items, d)
		return err
	})
	if err != nil {
		return err
	}
	due := c.steady().Add(c.quiet)
	for _, d := range items {
		if err := want(ctx, tx, pipeline.StepReport, d, due, ""); err != nil {
			return err
		}
	}
	return nil
}

// proofLinks lists the items that are joined with one by a proof that names its bytes, or whose bytes its own proofs name: proofs first.
func (c *Catalog) proofLinks(ctx context.Context, it pipeline.Item) ([]pipeline.ProofLink, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT item, facts FROM proof WHERE of IN ($1, $2) ORDER BY item, of LIMIT $3`,
		it.Digest.String(), "sha512:"+it.SHA512.String(), pipeline.MaxProofLinks)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.ProofLink
	err = each(rows, func() error {
		var item string
		var packed []byte
		if err := rows.Scan(&item, &packed); err != nil {
			return err
		}
		facts, err := c.unpacked.of(packed)
		if err != nil {
			return err
		}
		d, err := pipeline.ParseDigest(item)
		if n := len(out); n > 0 && out[n-1].Other.Digest == d { // it names both digests
			out[n-1].Facts = append(out[n-1].Facts, facts...)
			return err
		}
		out = append(out, pipeline.ProofLink{Other: pipeline.Item{Digest: d}, Proves: true, Facts: facts})
		return err
	})
	if err != nil {
		return nil, err
	}
	rows, err = c.read.QueryContext(ctx, named+` LIMIT $2`, it.Digest.Hex(), pipeline.MaxProofLinks)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	err = each(rows, func() error {
		var item string
		if err := rows.Scan(&item); err != nil {
			return err
		}
		d, err := pipeline.ParseDigest(item)
		out = append(out, pipeline.ProofLink{Other: pipeline.Item{Digest: d}})
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Other, err = c.Item(ctx, out[i].Other.Digest); err != nil {
			return nil, err
		}
		if out[i].Name, err = c.Name(ctx, out[i].Other.Digest); err != nil {
			return nil, err
		}
	}
	return out, nil
}
