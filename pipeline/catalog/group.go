package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dokaz/pipeline"
)

// those writes digests as a JSON array, which a query reads by json_each: one statement for any number of items.
func those(ds []pipeline.Digest) string {
	if len(ds) == 0 {
		return "[]"
	}
	var b strings.Builder
	for i, d := range ds {
		b.WriteString([2]string{`["`, `","`}[min(i, 1)] + d.Hex())
	}
	return b.String() + `"]`
}

// Lines gives items as lists show them; of those that are not in the case nothing.
func (c *Catalog) Lines(ctx context.Context, ds ...pipeline.Digest) (map[pipeline.Digest]Shown, error) {
	rows, err := c.read.QueryContext(ctx, shownColumns("''")+` FROM listing l JOIN item i ON i.arrival = l.arrival WHERE l.item IN (SELECT value FROM json_each($1))`, those(ds))
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	out := make(map[pipeline.Digest]Shown, len(ds))
	err = each(rows, func() error {
		l, err := scanShown(rows.Scan)
		out[l.Item.Digest] = l
		return err
	})
	return out, err
}

// Documents gives the documents of items' newest revisions; of those that have none nothing.
func (c *Catalog) Documents(ctx context.Context, ds ...pipeline.Digest) (map[pipeline.Digest]pipeline.Digest, error) {
	rows, err := c.read.QueryContext(ctx, `
		SELECT r.item, r.doc FROM listing l JOIN report r ON r.item = l.item AND r.revision = l.revision WHERE l.item IN (SELECT value FROM json_each($1))`, those(ds))
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	out := make(map[pipeline.Digest]pipeline.Digest, len(ds))
	err = each(rows, func() error {
		var item, doc string
		if err := rows.Scan(&item, &doc); err != nil {
			return err
		}
		d, e1 := pipeline.ParseDigest(item)
		of, e2 := pipeline.ParseDigest(doc)
		out[d] = of
		return errors.Join(e1, e2)
	})
	return out, err
}

// Parted gives the items that the last word of a person keeps apart from one.
func (c *Catalog) Parted(ctx context.Context, d pipeline.Digest) (map[pipeline.Digest]bool, error) {
	set, err := parted(ctx, c.read, d)
	out := make(map[pipeline.Digest]bool, len(set))
	for hex := range set {
		other, bad := pipeline.ParseDigest(hex)
		err, out[other] = errors.Join(err, bad), true
	}
	return out, err
}

// Group gives, of items that belong together, what copies are compared by: of each its receipts, what Beside says of its measurements, and
// its matches with the others, nearest first. Their number in statements is the same for two items and two hundred.
func (c *Catalog) Group(ctx context.Context, ds []pipeline.Digest) ([]pipeline.Dossier, error) {
	list := those(ds)
	lines, err := c.Lines(ctx, ds...)
	if err != nil {
		return nil, err
	}
	names, err := c.namesOf(ctx, list)
	if err != nil {
		return nil, err
	}
	facts, err := c.Statements(ctx, ds...)
	if err != nil {
		return nil, err
	}
	rows, err := c.read.QueryContext(ctx, `SELECT doc FROM match WHERE a IN (SELECT value FROM json_each($1)) AND +b IN (SELECT value FROM json_each($1))`+nearest, list)
	ms, err := scanMatches(rows, err)
	if err != nil {
		return nil, err
	}
	said, err := decisions(ctx, c.read, lastWord+` AND lesser IN (SELECT value FROM json_each($1)) AND greater IN (SELECT value FROM json_each($1))`, list)
	if err != nil {
		return nil, err
	}
	words := make(map[[2]pipeline.Digest]*pipeline.PairDecision, len(said))
	for i, d := range said {
		words[[2]pipeline.Digest{d.A, d.B}] = &said[i]
	}
	out := make([]pipeline.Dossier, len(ds))
	at := make(map[pipeline.Digest]*pipeline.Dossier, len(ds))
	for i, d := range ds {
		if _, known := lines[d]; !known {
			return nil, fmt.Errorf("item %s: %w", d, pipeline.ErrNotFound)
		}
		out[i] = pipeline.Dossier{Item: lines[d].Item, Receipts: names[d], Examination: pipeline.Examination{Measurements: facts[d]}}
		at[d] = &out[i]
	}
	for _, m := range ms {
		pair := [2]pipeline.Digest{m.A, m.B}
		if m.B.Compare(m.A) < 0 {
			pair[0], pair[1] = m.B, m.A
		}
		for own, other := range map[pipeline.Digest]pipeline.Digest{m.A: m.B, m.B: m.A} {
			n := pipeline.Neighbour{Match: m, Other: lines[other].Item, Name: lines[other].Name, Decision: words[pair], Facts: facts[other]}
			at[own].Neighbours = append(at[own].Neighbours, n)
		}
	}
	return out, nil
}

// namesOf gives the receipts of listed items in the order of their keys, of each the name alone.
func (c *Catalog) namesOf(ctx context.Context, list string) (map[pipeline.Digest][]pipeline.Receipt, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT item, name FROM receipt WHERE item IN (SELECT value FROM json_each($1)) ORDER BY item, key`, list)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	out := map[pipeline.Digest][]pipeline.Receipt{}
	err = each(rows, func() error {
		var item string
		var r pipeline.Receipt
		if err := rows.Scan(&item, &r.Name); err != nil {
			return err
		}
		var err error
		r.Item, err = pipeline.ParseDigest(item)
		out[r.Item] = append(out[r.Item], r)
		return err
	})
	return out, err
}
