package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// stated says what an examination found that lists show and no other column has.
type stated struct{ timed, placed bool }

// statedBy looks for a time and a place among measurements.
func statedBy(ms []pipeline.Measurement) *stated {
	var s stated
	for _, m := range ms {
		switch m.Fact.(type) {
		case pipeline.CaptureTime:
			s.timed = true
		case pipeline.Position:
			s.placed = true
		}
	}
	return &s
}

// list writes an item's line anew; without s what was stated stays as it was.
func (c *Catalog) list(ctx context.Context, tx *sql.Tx, item string, s *stated) error {
	var timed, placed any
	if s != nil {
		timed, placed = s.timed, s.placed
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO listing (arrival, item, name, received, latest, receipts, state, heaviest, revision, findings, matches, cluster_size, timed, placed, thumbnail, blurred)
		SELECT i.arrival, i.digest,
			coalesce((SELECT name FROM receipt WHERE item = i.digest ORDER BY key LIMIT 1), ''),
			coalesce((SELECT min(at) FROM receipt WHERE item = i.digest), ''),
			coalesce((SELECT max(at) FROM receipt WHERE item = i.digest), ''),
			(SELECT count(*) FROM receipt WHERE item = i.digest),
			CASE WHEN r.revision IS NULL THEN 'waiting' WHEN i.quarantined THEN 'quarantined'
				WHEN EXISTS (SELECT 1 FROM outcome WHERE item = i.digest AND status IN ('failed', 'refused')) OR coalesce(json_extract(r.findings, '$.short'), 0) THEN 'failed'
				WHEN EXISTS (SELECT 1 FROM outcome WHERE item = i.digest AND status = 'partial') THEN 'partial' ELSE 'done' END,
			0, coalesce(r.revision, 0), coalesce(r.findings, '{}'), coalesce(r.matches, 0), coalesce(r.cluster_size, 1),
			coalesce($2, 0), coalesce($3, 0),
			coalesce((SELECT digest FROM derivative WHERE item = i.digest AND role = 'thumbnail' ORDER BY place LIMIT 1), ''),
			coalesce((SELECT digest FROM derivative WHERE item = i.digest AND role = 'thumbnail-blurred' ORDER BY place LIMIT 1), '')
		FROM item i LEFT JOIN report r ON r.item = i.digest AND r.revision = (SELECT max(revision) FROM report WHERE item = i.digest)
		WHERE i.digest = $1
		ON CONFLICT (arrival) DO UPDATE SET name = excluded.name, received = excluded.received, latest = excluded.latest, receipts = excluded.receipts, state = excluded.state,
			revision = excluded.revision, findings = excluded.findings, matches = excluded.matches, cluster_size = excluded.cluster_size,
			timed = coalesce($2, timed), placed = coalesce($3, placed), thumbnail = excluded.thumbnail, blurred = excluded.blurred`,
		item, timed, placed)
	if err == nil {
		_, err = tx.ExecContext(ctx, `
			INSERT INTO span (span, earliest, latest) SELECT arrival / $2, received, latest FROM listing WHERE item = $1
			ON CONFLICT (span) DO UPDATE SET earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)
			WHERE excluded.earliest < earliest OR excluded.latest > latest`, item, spanned)
	}
	if err != nil {
		return fmt.Errorf("catalog: listing: %w", err)
	}
	return c.mark(ctx, tx, item)
}

// weights in the order in which they weigh; the place of one, counted from 1, is the column heaviest.
var weights = []pipeline.Weight{pipeline.Note, pipeline.Supports, pipeline.Questions, pipeline.Contradicts}

// mark writes an item's marks anew.
func (c *Catalog) mark(ctx context.Context, tx *sql.Tx, item string) error {
	var arrival int64
	var kind, format, state, findings string
	var timed, placed bool
	err := tx.QueryRowContext(ctx, `SELECT l.arrival, i.kind, i.format, l.state, l.findings, l.timed, l.placed FROM listing l JOIN item i ON i.arrival = l.arrival WHERE l.item = $1`, item).
		Scan(&arrival, &kind, &format, &state, &findings, &timed, &placed)
	if err != nil {
		return fmt.Errorf("catalog: marks: %w", err)
	}
	var k kept
	if err := json.Unmarshal([]byte(findings), &k); err != nil {
		return fmt.Errorf("catalog: findings of %s: %w", item, err)
	}
	marks := []string{"kind:" + kind, "format:" + format, "state:" + state}
	for _, code := range k.Codes {
		marks = append(marks, "code:"+string(code))
	}
	if k.Short {
		marks = append(marks, "is:failed")
	}
	heaviest := 0
	for i, w := range weights {
		if k.Weights[w] > 0 {
			marks, heaviest = append(marks, "weight:"+string(w)), i+1
		}
	}
	if timed {
		marks = append(marks, "has:time")
	}
	if placed {
		marks = append(marks, "has:place")
	}
	more, err := texts(ctx, tx, `
		SELECT 'is:waiting' WHERE NOT EXISTS (SELECT 1 FROM outcome WHERE item = $1)
		UNION ALL SELECT 'is:reported' FROM listing WHERE item = $1 AND revision > 0
		UNION ALL SELECT 'is:failed' WHERE EXISTS (SELECT 1 FROM outcome WHERE item = $1 AND status IN ('failed', 'refused'))
		UNION ALL SELECT 'is:quarantined' FROM item WHERE digest = $1 AND quarantined
		UNION ALL SELECT DISTINCT 'source:' || json_extract(claims, '$.source') FROM receipt WHERE item = $1 AND json_extract(claims, '$.source') <> ''
		UNION ALL SELECT DISTINCT 'archive:' || json_extract(claims, '$.other.archive') FROM receipt WHERE item = $1 AND json_extract(claims, '$.other.archive') <> ''
		UNION ALL SELECT 'standing:' || standing FROM standing WHERE seq = (SELECT max(seq) FROM standing WHERE item = $1)`, item)
	if err != nil {
		return err
	}
	matched, err := texts(ctx, tx, `
		SELECT DISTINCT basis || '/' || strength FROM match WHERE a = $1 UNION SELECT DISTINCT basis || '/' || strength FROM match WHERE b = $1`, item)
	if err != nil {
		return err
	}
	for _, m := range matched {
		basis, strength, _ := strings.Cut(m, "/")
		more = append(more, matchMarks(pipeline.Basis(basis), pipeline.Strength(strength))...)
	}
	said, err := texts(ctx, tx, `
		SELECT name || char(10) || path || char(10) || coalesce(json_extract(claims, '$.source'), '') || char(10) || coalesce(json_extract(claims, '$.url'), '')
		FROM receipt WHERE item = $1 ORDER BY key LIMIT $2`, item, maxSearched)
	if err != nil {
		return err
	}
	return remark(ctx, tx, arrival, heaviest, folded(strings.Join(said, "\n")), append(marks, more...))
}

// remark gives a line its marks and its words. Most of an item's changes change few of them and the words never, which cost most to write.
func remark(ctx context.Context, tx *sql.Tx, arrival int64, heaviest int, words string, marks []string) error {
	list, err := json.Marshal(marks)
	if err != nil {
		return err
	}
	for _, q := range []struct {
		text string
		args []any
	}{
		{`UPDATE listing SET heaviest = $1 WHERE arrival = $2 AND heaviest <> $1`, []any{heaviest, arrival}},
		{`DELETE FROM mark WHERE arrival = $1 AND mark NOT IN (SELECT value FROM json_each($2))`, []any{arrival, string(list)}},
		{`INSERT INTO mark (mark, arrival) SELECT value, $1 FROM json_each($2) WHERE true ON CONFLICT DO NOTHING`, []any{arrival, string(list)}},
	} {
		if _, err := tx.ExecContext(ctx, q.text, q.args...); err != nil {
			return fmt.Errorf("catalog: marks: %w", err)
		}
	}
	r, err := tx.ExecContext(ctx, `UPDATE listing SET words = $1 WHERE arrival = $2 AND words <> $1`, words, arrival)
	if err != nil {
		return fmt.Errorf("catalog: words: %w", err)
	}
	if !changed(r) {
		return nil
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM searched WHERE rowid = $1`, arrival); err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO searched (rowid, words) VALUES ($1, $2)`, arrival, words)
	}
	if err != nil {
		return fmt.Errorf("catalog: words: %w", err)
	}
	return nil
}

// matchMarks are the marks that an item has from one match.
func matchMarks(b pipeline.Basis, s pipeline.Strength) []string {
	return []string{"basis:" + string(b), "strength:" + string(s), "match:" + string(b) + "/" + string(s)}
}

// markMatched gives the marks of a match to an item that is listed already, until its next report makes its line anew.
func markMatched(ctx context.Context, tx *sql.Tx, item string, m pipeline.Match) error {
	for _, mark := range matchMarks(m.Basis, m.Strength) {
		_, err := tx.ExecContext(ctx, `INSERT INTO mark (mark, arrival) SELECT $1, arrival FROM listing WHERE item = $2 ON CONFLICT DO NOTHING`, mark, item)
		if err != nil {
			return fmt.Errorf("catalog: marks: %w", err)
		}
	}
	return nil
}

// maxSearched bounds the receipts whose names and sources a list is searched by.
const maxSearched = 20

// folded makes text comparable whatever its capitals.
func folded(s string) string { return strings.ToLower(strings.ToValidUTF8(s, "\uFFFD")) }

// texts reads a column of text.
func texts(ctx context.Context, db querier, query string, args ...any) ([]string, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []string
	err = each(rows, func() error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}

// listMissing writes the lines of items that have none: of a case made before there were lists.
func (c *Catalog) listMissing(ctx context.Context) error {
	missing, err := texts(ctx, c.read, `SELECT digest FROM item WHERE arrival NOT IN (SELECT arrival FROM listing) ORDER BY arrival`)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(missing, 500) {
		err := c.tx(ctx, func(tx *sql.Tx) error {
			for _, item := range some {
				s, err := c.statedOf(ctx, item)
				if err != nil {
					return err
				}
				if err := c.list(ctx, tx, item, s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalog) statedOf(ctx context.Context, item string) (*stated, error) {
	d, err := pipeline.ParseDigest(item)
	if err != nil {
		return nil, err
	}
	e, err := c.Examination(ctx, d)
	return statedBy(e.Measurements), err
}
