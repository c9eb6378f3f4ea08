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

// Plan names how items are to be examined: a digest over the analyzers' Refs. An item that was examined
// under another plan is wanted again when it is received again.
type Plan string

// Receiver records what is received, to be examined under a plan.
type Receiver struct {
	Catalog *Catalog
	Plan    Plan
}

// Receive records the item if new, the receipt if its key is new, the custody entry, and the wish to
// examine, in one transaction. A further receipt of a known item asks for new reports of it and of its
// neighbours, which show its name.
func (r Receiver) Receive(ctx context.Context, it pipeline.Item, rc pipeline.Receipt) (pipeline.Received, error) {
	var got pipeline.Received
	key, err := rc.Key()
	if err != nil {
		return got, err
	}
	claims, err := json.Marshal(rc.Claims)
	if err != nil {
		return got, fmt.Errorf("claims: %w", err)
	}
	c := r.Catalog
	err = c.tx(ctx, func(tx *sql.Tx) error {
		item := it.Digest.Hex()
		res, err := tx.ExecContext(ctx, `INSERT INTO item (digest, sha512, size, kind, format) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO NOTHING`,
			item, it.SHA512.String(), it.Size, string(it.Kind), it.Format)
		if err != nil {
			return err
		}
		got.NewItem = changed(res)
		res, err = tx.ExecContext(ctx, `
			INSERT INTO receipt (key, item, name, raw_name, path, claims, at, by_actor, modified)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING`,
			key.Hex(), item, rc.Name, rc.RawName, rc.Path, string(claims), stamp(rc.At), string(rc.By), stamp(rc.Modified))
		if err != nil {
			return err
		}
		got.NewReceipt = changed(res)
		if got.NewReceipt {
			if err := c.enter(ctx, tx, pipeline.ActReceived, it.Digest, key.Hex(), rc.Path); err != nil {
				return err
			}
			if err := c.list(ctx, tx, item, nil); err != nil {
				return err
			}
		}
		if got.NewReceipt {
			if err := c.wantProofsOf(ctx, tx, it); err != nil {
				return err
			}
		}
		return r.ask(ctx, tx, item, got, len(pipeline.Sidecars([]pipeline.Receipt{rc})) > 0)
	})
	return got, err
}

// ask wants the steps that what was just received calls for. Files that came with it are held against it in its examination.
func (r Receiver) ask(ctx context.Context, tx *sql.Tx, item string, got pipeline.Received, withSidecars bool) error {
	c := r.Catalog
	var plan string
	err := tx.QueryRowContext(ctx, `SELECT plan FROM stage WHERE step = $1 AND item = $2`, string(pipeline.StepExamine), item).Scan(&plan)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && plan != string(r.Plan), err == nil && got.NewReceipt && withSidecars:
		return want(ctx, tx, pipeline.StepExamine, item, c.steady(), string(r.Plan))
	case err != nil:
		return err
	case got.NewReceipt:
		return c.wantReports(ctx, tx, item)
	}
	return nil
}

// wantReports asks for new reports of an item, at once, and of those it matches, after the quiet period.
// An item that is not examined yet gets its report when it is.
func (c *Catalog) wantReports(ctx context.Context, tx *sql.Tx, item string) error {
	var examined bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outcome WHERE item = $1)`, item).Scan(&examined); err != nil || !examined {
		return err
	}
	if err := want(ctx, tx, pipeline.StepReport, item, c.steady(), ""); err != nil {
		return err
	}
	return c.wantNeighbours(ctx, tx, item)
}

// quietPerNeighbour lengthens the quiet period of large neighbourhoods, so that hundreds of copies that arrive one after
// another do not make hundreds of reports each.
const quietPerNeighbour = 20 * time.Millisecond

func (c *Catalog) wantNeighbours(ctx context.Context, tx *sql.Tx, item string) error {
	rows, err := tx.QueryContext(ctx, `SELECT b FROM match WHERE a = $1 UNION SELECT a FROM match WHERE b = $1 ORDER BY 1`, item)
	if err != nil {
		return err
	}
	var others []string
	err = each(rows, func() error {
		var o string
		if err := rows.Scan(&o); err != nil {
			return err
		}
		others = append(others, o)
		return nil
	})
	if err != nil {
		return err
	}
	due := c.steady().Add(c.quiet + time.Duration(len(others))*quietPerNeighbour)
	for _, o := range others {
		if err := want(ctx, tx, pipeline.StepReport, o, due, ""); err != nil {
			return err
		}
	}
	return nil
}

// Item returns one item.
func (c *Catalog) Item(ctx context.Context, d pipeline.Digest) (pipeline.Item, error) {
	it := pipeline.Item{Digest: d}
	var sum string
	err := c.read.QueryRowContext(ctx, `SELECT sha512, size, kind, format FROM item WHERE digest = $1`, d.Hex()).Scan(&sum, &it.Size, &it.Kind, &it.Format)
	if errors.Is(err, sql.ErrNoRows) {
		return it, fmt.Errorf("item %s: %w", d, pipeline.ErrNotFound)
	}
	if err != nil {
		return it, fmt.Errorf("catalog: %w", err)
	}
	return it, it.SHA512.UnmarshalText([]byte(sum))
}

// Receipts returns an item's receipts in the order of their keys.
func (c *Catalog) Receipts(ctx context.Context, d pipeline.Digest) ([]pipeline.Receipt, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT name, raw_name, path, claims, at, by_actor, modified FROM receipt WHERE item = $1 ORDER BY key`, d.Hex())
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.Receipt
	err = each(rows, func() error {
		r := pipeline.Receipt{Item: d}
		var claims, at, modified string
		if err := rows.Scan(&r.Name, &r.RawName, &r.Path, &claims, &at, &r.By, &modified); err != nil {
			return err
		}
		var e1, e2 error
		r.At, e1 = unstamp(at)
		r.Modified, e2 = unstamp(modified)
		out = append(out, r)
		return errors.Join(e1, e2, json.Unmarshal([]byte(claims), &out[len(out)-1].Claims))
	})
	return out, err
}
