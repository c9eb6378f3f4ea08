package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"dokaz/pipeline"
)

// Order is how a list of items is sorted; of equals the one that arrived later comes first, but under Oldest and ByName.
type Order string

// The orders.
const (
	Newest    Order = "newest"
	Oldest    Order = "oldest"
	ByName    Order = "name"
	ByWeight  Order = "weight"  // heaviest finding first
	ByMatches Order = "matches" // most matches first
)

// Asked is which items a list shows.
type Asked struct {
	Text  string           // within a name, path, source or address it came with, whatever its capitals, or the first digits of its digest
	Marks []string         // all of them: "kind:photo", "format:jpeg", "state:failed", "code:…", "weight:questions", "basis:…", "source:…", "has:time", "has:place"
	Only  *pipeline.Digest // this item alone, where the rest fits it
	Since time.Time        // received in that second or later
	Until time.Time        // received before that second, perhaps another time
	Open  bool             // those on which no word of a person stands: none was said, or it was taken back
	Order Order            // "" is Newest
	After *Place           // the last line of the page before
	Limit int              // lines
}

// Place is where a line stands in a list.
type Place struct {
	Key     string `json:"k,omitempty"` // by what the list is sorted, beside the arrival
	Arrival int64  `json:"a"`
}

// Shown is one item in a list.
type Shown struct {
	Place
	Item        pipeline.Item
	Name        string    // first receipt's, by key; hostile
	Received    time.Time // earliest
	Receipts    int
	State       string // waiting, done, partial, failed, quarantined
	Revision    int    // 0 before the first report
	Findings    map[pipeline.Weight]int
	Codes       []pipeline.Code
	Matches     int
	ClusterSize int
	Thumbnail   *pipeline.Digest
	Blurred     *pipeline.Digest
}

// sorting says how an order reads the table.
var sorting = map[Order]struct{ key, direction string }{
	Newest: {"", "DESC"}, Oldest: {"", "ASC"}, ByName: {"name", "ASC"}, ByWeight: {"heaviest", "DESC"}, ByMatches: {"matches", "DESC"},
}

// maxMarks bounds what a list may be asked for.
const maxMarks = 12

// Library lists items that were asked for, and says whether there are more behind them.
func (c *Catalog) Library(ctx context.Context, q Asked) (lines []Shown, more bool, err error) {
	if q.Order == "" {
		q.Order = Newest
	}
	by, known := sorting[q.Order]
	if !known || len(q.Marks) > maxMarks || q.Limit < 1 {
		return nil, false, fmt.Errorf("%w: a list in order %q with %d marks and %d lines", pipeline.ErrMalformed, q.Order, len(q.Marks), q.Limit)
	}
	few, err := c.few(ctx, q)
	if err != nil {
		return nil, false, err
	}
	query, args := q.sql(by.key, by.direction, few)
	rows, err := c.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, false, fmt.Errorf("catalog: %w", err)
	}
	err = each(rows, func() error {
		l, err := scanShown(rows.Scan)
		lines = append(lines, l)
		return err
	})
	if err == nil && len(lines) > q.Limit {
		lines, more = lines[:q.Limit], true
	}
	return lines, more, err
}

// fewItems is how many items a condition may pick out for the list to be made from these; where all conditions pick out more, a page is
// full after a few rows in the list's own order.
const fewItems = 4000

// few tells which conditions pick out few items.
func (c *Catalog) few(ctx context.Context, q Asked) (out few, err error) {
	out.marks = make([]bool, len(q.Marks))
	for i, m := range q.Marks {
		var n int
		err := c.read.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM mark WHERE mark = $1 LIMIT $2)`, m, c.fewest+1).Scan(&n)
		if err != nil {
			return out, fmt.Errorf("catalog: %w", err)
		}
		out.marks[i] = n <= c.fewest
	}
	if t := q.text(); utf8.RuneCountInString(t) >= 3 {
		// An answer is kept, for a search costs far more than what else a list does.
		found, err := texts(ctx, c.read, `SELECT rowid FROM searched WHERE words MATCH $1 LIMIT $2`, phrase(t), c.fewest+1)
		if err != nil {
			return out, err
		}
		if len(found) <= c.fewest {
			out.text, out.found = true, "["+strings.Join(found, ",")+"]"
		}
	}
	return out, nil
}

type few struct {
	marks []bool // by their places
	text  bool
	found string // arrivals of the lines with the text, as a JSON array, where these are few
}

func (q Asked) text() string { return folded(strings.TrimSpace(q.Text)) }

// phrase quotes text as one phrase for FTS5 (sqlite.org/fts5.html §3.1), which with trigrams stands anywhere in a word.
func phrase(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// sql writes the query. A condition that picks out few items is looked up first, the others are asked of each row.
func (q Asked) sql(key, direction string, few few) (string, []any) {
	var b strings.Builder
	var args []any
	arg := func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) }
	sortKey, way, than := "''", walk{}, "<"
	if key != "" {
		sortKey = "CAST(l." + key + " AS TEXT)"
	} else {
		way = q.walk(few)
	}
	if direction == "ASC" {
		than = ">"
	}
	b.WriteString(shownColumns(sortKey))
	way.from(&b)
	after := int64(0)
	if a := q.After; a != nil && key == "" {
		after = a.Arrival
	} else if a != nil {
		k := arg(a.Key)
		if key != "name" {
			k = "CAST(" + k + " AS INTEGER)"
		}
		b.WriteString(` AND (l.` + key + `, l.arrival) ` + than + ` (` + k + `, ` + arg(a.Arrival) + `)`)
	}
	way.on(&b, q, after, than, arg)
	q.conditions(&b, few, way.mark, arg)
	if key != "" {
		b.WriteString(` ORDER BY l.` + key + ` ` + direction + `, l.arrival ` + direction)
	} else {
		way.order(&b, direction)
	}
	b.WriteString(` LIMIT ` + arg(q.Limit+1))
	return b.String(), args
}

// conditions writes what a line l of the listing must have, beside a mark that it has anyhow.
func (q Asked) conditions(b *strings.Builder, few few, along string, arg func(any) string) {
	for i, m := range q.Marks {
		if m == along {
			continue
		}
		if few.marks[i] {
			b.WriteString(` AND l.arrival IN (SELECT arrival FROM mark WHERE mark = ` + arg(m) + `)`)
		} else {
			b.WriteString(` AND EXISTS (SELECT 1 FROM mark m WHERE m.mark = ` + arg(m) + ` AND m.arrival = l.arrival)`)
		}
	}
	if q.Only != nil {
		b.WriteString(` AND l.item = ` + arg(q.Only.Hex()))
	}
	if !q.Since.IsZero() {
		b.WriteString(` AND l.latest >= ` + arg(bound(q.Since)))
	}
	if !q.Until.IsZero() {
		b.WriteString(` AND l.received < ` + arg(bound(q.Until)))
	}
	if q.Open {
		b.WriteString(` AND NOT EXISTS (SELECT 1 FROM mark m WHERE m.arrival = l.arrival AND m.mark >= 'standing:' AND m.mark < 'standing;' AND m.mark <> 'standing:withdrawn')`)
	}
	if t := q.text(); t != "" {
		b.WriteString(` AND (` + q.words(few, arg))
		if hex := strings.TrimPrefix(t, "sha256:"); len(hex) >= 4 && strings.Trim(hex, "0123456789abcdef") == "" {
			b.WriteString(` OR l.item >= ` + arg(hex) + ` AND l.item < ` + arg(hex+"g"))
		}
		b.WriteString(`)`)
	}
}

// words is the condition on the words of a line.
func (q Asked) words(few few, arg func(any) string) string {
	if few.text {
		return `l.arrival IN (SELECT value FROM json_each(` + arg(few.found) + `))`
	}
	return `instr(l.words, ` + arg(q.text()) + `) > 0`
}

// shownColumns are what scanShown reads, the key first by which a list is sorted.
func shownColumns(key string) string {
	return `SELECT ` + key + `, l.arrival, l.item, i.sha512, i.size, i.kind, i.format, l.name, l.received, l.receipts, l.state, l.revision,
		l.findings, l.matches, l.cluster_size, l.thumbnail, l.blurred`
}

func scanShown(scan func(...any) error) (Shown, error) {
	var l Shown
	var item, sum, received, findings, thumbnail, blurred string
	err := scan(&l.Key, &l.Arrival, &item, &sum, &l.Item.Size, &l.Item.Kind, &l.Item.Format, &l.Name, &received, &l.Receipts, &l.State, &l.Revision,
		&findings, &l.Matches, &l.ClusterSize, &thumbnail, &blurred)
	if err != nil {
		return l, err
	}
	var k kept
	var errs [6]error
	l.Item.Digest, errs[0] = pipeline.ParseDigest(item)
	errs[1] = l.Item.SHA512.UnmarshalText([]byte(sum))
	l.Received, errs[2] = unstamp(received)
	errs[3] = json.Unmarshal([]byte(findings), &k)
	l.Thumbnail, errs[4] = optional(thumbnail)
	l.Blurred, errs[5] = optional(blurred)
	l.Findings, l.Codes = k.Weights, k.Codes
	return l, errors.Join(errs[:]...)
}

func optional(text string) (*pipeline.Digest, error) {
	if text == "" {
		return nil, nil
	}
	d, err := pipeline.ParseDigest(text)
	return &d, err
}

// Marked lists the values of a kind of mark, as "source", ascending, at most limit of them.
func (c *Catalog) Marked(ctx context.Context, kind string, limit int) ([]string, error) {
	// A distinct select would walk every row of the index; this steps from one value to the next.
	out, err := texts(ctx, c.read, `
		WITH RECURSIVE step(mark) AS (
			SELECT min(mark) FROM mark WHERE mark >= $1 AND mark < $2
			UNION ALL SELECT (SELECT min(mark) FROM mark WHERE mark > step.mark AND mark < $2) FROM step WHERE step.mark IS NOT NULL
		) SELECT mark FROM step WHERE mark IS NOT NULL LIMIT $3`, kind+":", kind+";", limit)
	for i := range out {
		out[i] = strings.TrimPrefix(out[i], kind+":")
	}
	return out, err
}
