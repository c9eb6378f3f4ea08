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

// nearest orders matches as a report lists them: those that a person parted last, by basis from strongest, strength, distance, digest.
const nearest = ` ORDER BY ` + apart + `, CASE basis WHEN 'same_media' THEN 1 WHEN 'near_picture' THEN 2 WHEN 'partial_picture' THEN 3
	WHEN 'picture_in_video' THEN 4 WHEN 'shared_footage' THEN 5 ELSE 6 END, strength, distance, a, b`

// Gathered is everything known of an item.
type Gathered struct {
	pipeline.Dossier
	Matches int // in all; the dossier holds the nearest
	Degree  int // items that a joining match connects it to
}

// Gather returns everything known of an item, or ErrNotFound for an unknown one. clusterOf is told its degree
// and those of its neighbours.
func (c *Catalog) Gather(ctx context.Context, d pipeline.Digest, clusterOf func(own pipeline.Degree, near []pipeline.Degree) pipeline.Cluster) (Gathered, error) {
	var out Gathered
	var err error
	if out.Item, err = c.Item(ctx, d); err != nil {
		return out, err
	}
	if out.Receipts, err = c.Receipts(ctx, d); err != nil {
		return out, err
	}
	if out.Examination, err = c.Examination(ctx, d); err != nil {
		return out, err
	}
	if out.Matches, err = c.neighbours(ctx, d, &out.Dossier); err != nil {
		return out, err
	}
	if out.Proofs, err = c.proofLinks(ctx, out.Item); err != nil {
		return out, err
	}
	own, near, err := c.degrees(ctx, d)
	if err != nil {
		return out, err
	}
	out.Degree = own.Neighbours
	if cl := clusterOf(own, near); cl.Size > 1 {
		out.Cluster = &cl
	}
	return out, nil
}

// Cluster returns the cluster an item belongs to, of Size 1 where it stands alone, or ErrNotFound for an unknown item.
func (c *Catalog) Cluster(ctx context.Context, d pipeline.Digest, clusterOf func(own pipeline.Degree, near []pipeline.Degree) pipeline.Cluster) (pipeline.Cluster, error) {
	if _, err := c.Item(ctx, d); err != nil {
		return pipeline.Cluster{}, err
	}
	own, near, err := c.degrees(ctx, d)
	if err != nil {
		return pipeline.Cluster{}, err
	}
	return clusterOf(own, near), nil
}

// degrees returns how many neighbours an item has, and how many each of them has.
func (c *Catalog) degrees(ctx context.Context, d pipeline.Digest) (own pipeline.Degree, near []pipeline.Degree, err error) {
	rows, err := c.read.QueryContext(ctx, `
		SELECT digest, degree FROM item WHERE digest = $1
			OR digest IN (SELECT b FROM match WHERE a = $1 AND joins UNION SELECT a FROM match WHERE b = $1 AND joins) ORDER BY digest`, d.Hex())
	if err != nil {
		return own, nil, fmt.Errorf("catalog: %w", err)
	}
	err = each(rows, func() error {
		var g pipeline.Degree
		var text string
		if err := rows.Scan(&text, &g.Neighbours); err != nil {
			return err
		}
		if g.Item, err = pipeline.ParseDigest(text); err != nil {
			return err
		}
		if g.Item == d {
			own = g
		} else {
			near = append(near, g)
		}
		return nil
	})
	return own, near, err
}

// Examination returns the outcomes and measurements of an item in the analyzers' order; none where it was not examined yet.
func (c *Catalog) Examination(ctx context.Context, d pipeline.Digest) (pipeline.Examination, error) {
	rows, err := c.read.QueryContext(ctx, `
		SELECT analyzer, version, parameters, status, reason, took_us, measurements FROM outcome WHERE item = $1 ORDER BY place`, d.Hex())
	return c.scanExamination(rows, err)
}

func (c *Catalog) scanExamination(rows *sql.Rows, err error) (pipeline.Examination, error) {
	var out pipeline.Examination
	if err != nil {
		return out, fmt.Errorf("catalog: %w", err)
	}
	err = each(rows, func() error {
		var o pipeline.Outcome
		var took int64
		var packed []byte
		if err := rows.Scan(&o.By.Analyzer, &o.By.Version, &o.By.Parameters, &o.Status, &o.Reason, &took, &packed); err != nil {
			return err
		}
		o.Took = time.Duration(took) * time.Microsecond
		ms, err := c.unpacked.of(packed)
		out.Outcomes = append(out.Outcomes, o)
		out.Measurements = append(out.Measurements, ms...)
		return err
	})
	return out, err
}

// MatchesOf lists an item's matches of a strength, of any strength where it is "", nearest first.
func (c *Catalog) MatchesOf(ctx context.Context, d pipeline.Digest, s pipeline.Strength) ([]pipeline.Match, error) {
	return c.nearest(ctx, d, s, -1)
}

// NearestMatches lists at most limit of an item's matches, nearest first.
func (c *Catalog) NearestMatches(ctx context.Context, d pipeline.Digest, limit int) ([]pipeline.Match, error) {
	return c.nearest(ctx, d, "", limit)
}

// nearest lists at most limit of an item's matches, all where it is negative.
func (c *Catalog) nearest(ctx context.Context, d pipeline.Digest, s pipeline.Strength, limit int) ([]pipeline.Match, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT doc FROM match WHERE (a = $1 OR b = $1) AND ($2 = '' OR strength = $2)`+nearest+` LIMIT $3`, d.Hex(), string(s), limit)
	return scanMatches(rows, err)
}

// MatchesBetween lists the matches of two items, nearest first.
func (c *Catalog) MatchesBetween(ctx context.Context, a, b pipeline.Digest) ([]pipeline.Match, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT doc FROM match WHERE a = $1 AND b = $2 OR a = $2 AND b = $1`+nearest, a.Hex(), b.Hex())
	return scanMatches(rows, err)
}

// Matches lists all matches in the order of their digests.
func (c *Catalog) Matches(ctx context.Context) ([]pipeline.Match, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT doc FROM match ORDER BY a, b, basis`)
	return scanMatches(rows, err)
}

func scanMatches(rows *sql.Rows, err error) ([]pipeline.Match, error) {
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []pipeline.Match
	err = each(rows, func() error {
		var doc string
		if err := rows.Scan(&doc); err != nil {
			return err
		}
		var m pipeline.Match
		if err := json.Unmarshal([]byte(doc), &m); err != nil {
			return fmt.Errorf("%w: match: %w", pipeline.ErrCorrupt, err)
		}
		out = append(out, m)
		return nil
	})
	return out, err
}

// neighbours fills in the nearest matches and returns how many there are in all.
func (c *Catalog) neighbours(ctx context.Context, d pipeline.Digest, out *pipeline.Dossier) (int, error) {
	var total int
	if err := c.read.QueryRowContext(ctx, `SELECT count(*) FROM match WHERE a = $1 OR b = $1`, d.Hex()).Scan(&total); err != nil {
		return 0, fmt.Errorf("catalog: %w", err)
	}
	ms, err := c.nearest(ctx, d, "", pipeline.MaxNeighbours)
	if err != nil {
		return 0, err
	}
	for _, m := range ms {
		n := pipeline.Neighbour{Match: m}
		other := m.A
		if other == d {
			other = m.B
		}
		if n.Other, err = c.Item(ctx, other); err != nil {
			return 0, err
		}
		if n.Name, err = c.Name(ctx, other); err != nil {
			return 0, err
		}
		if n.Thumbnail, err = c.derivative(ctx, other, "thumbnail"); err != nil {
			return 0, err
		}
		if n.Blurred, err = c.derivative(ctx, other, "thumbnail-blurred"); err != nil {
			return 0, err
		}
		if n.Decision, err = c.DecisionOn(ctx, m.A, m.B); err != nil {
			return 0, err
		}
		if n.Facts, err = c.statements(ctx, other); err != nil {
			return 0, err
		}
		out.Neighbours = append(out.Neighbours, n)
	}
	return total, nil
}

// Name returns the name of an item's first receipt by key.
func (c *Catalog) Name(ctx context.Context, d pipeline.Digest) (string, error) {
	var name string
	err := c.read.QueryRowContext(ctx, `SELECT name FROM receipt WHERE item = $1 ORDER BY key LIMIT 1`, d.Hex()).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

func (c *Catalog) derivative(ctx context.Context, d pipeline.Digest, role string) (*pipeline.Digest, error) {
	var text string
	err := c.read.QueryRowContext(ctx, `SELECT digest FROM derivative WHERE item = $1 AND role = $2 ORDER BY place LIMIT 1`, d.Hex(), role).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	out, err := pipeline.ParseDigest(text)
	return &out, err
}

// Custody returns the custody entries of an item, oldest first.
func (c *Catalog) Custody(ctx context.Context, d pipeline.Digest) ([]pipeline.Entry, error) {
	rows, err := c.read.QueryContext(ctx, `SELECT seq, at, actor, act, item, subject, detail, ahead FROM ledger WHERE item = $1 ORDER BY seq`, d.Hex())
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	return scanEntries(rows)
}
