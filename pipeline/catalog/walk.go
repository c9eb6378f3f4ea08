package catalog

import (
	"strings"
	"time"
)

// spanned is how many consecutive arrivals a row of the table span bounds.
const spanned = 256

// walk is a way through the listing that meets lines in the order of arrival and passes over most of those that do not fit: along the spans
// that times leave, within these along the lines that have a mark, and from there to the lines.
type walk struct {
	spans bool
	mark  string // "" where every line is looked at
}

// walk chooses a way for a list in the order of arrival. Where a condition picks out few items the list is made from these, and needs none.
// Along a mark that many have a page is full after a few of them, wherever in the case they lie.
func (q Asked) walk(few few) (w walk) {
	if few.text || q.Only != nil {
		return w
	}
	for _, f := range few.marks {
		if f {
			return w
		}
	}
	w.spans = !q.Since.IsZero() || !q.Until.IsZero()
	if len(q.Marks) > 0 {
		w.mark = q.Marks[0]
	}
	return w
}

// from writes the tables of a list. SQLite keeps the order of tables that are joined by CROSS JOIN (sqlite.org/optoverview.html §8.3).
func (w walk) from(b *strings.Builder) {
	b.WriteString(` FROM `)
	if w.spans {
		b.WriteString(`span s CROSS JOIN `)
	}
	if w.mark != "" {
		b.WriteString(`mark d CROSS JOIN `)
	}
	b.WriteString(`listing l JOIN item i ON i.arrival = l.arrival WHERE 1`)
}

// on writes how the tables hang together. The way begins behind after, where that is not 0, by than: "<" or ">".
func (w walk) on(b *strings.Builder, q Asked, after int64, than string, arg func(any) string) {
	at := w.at()
	if w.mark != "" {
		b.WriteString(` AND d.mark = ` + arg(w.mark) + ` AND l.arrival = d.arrival`)
	}
	if after > 0 {
		b.WriteString(` AND ` + at + ` ` + than + ` ` + arg(after))
	}
	if !w.spans {
		return
	}
	b.WriteString(` AND ` + at + ` BETWEEN s.span * ` + arg(spanned) + ` AND s.span * ` + arg(spanned) + ` + ` + arg(spanned-1))
	if after > 0 {
		b.WriteString(` AND s.span ` + than + `= ` + arg(after/spanned))
	}
	if !q.Since.IsZero() {
		b.WriteString(` AND s.latest >= ` + arg(bound(q.Since)))
	}
	if !q.Until.IsZero() {
		b.WriteString(` AND s.earliest < ` + arg(bound(q.Until)))
	}
}

// at is the column that the way goes along.
func (w walk) at() string {
	if w.mark != "" {
		return `d.arrival`
	}
	return `l.arrival`
}

// order writes the order of arrival.
func (w walk) order(b *strings.Builder, direction string) {
	b.WriteString(` ORDER BY `)
	if w.spans {
		b.WriteString(`s.span ` + direction + `, `)
	}
	b.WriteString(w.at() + ` ` + direction)
}

// bound writes a time in whole seconds so that it stands before every stamp of that second, with or without a fraction.
func bound(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }
