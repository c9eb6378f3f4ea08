package geometry

import (
	"math"
	"slices"
)

const (
	unjudged = 3 // lines along a border of what is covered, which are not weighed
	strip    = 8 // cells along a border in which nothing is weighed: there a map that is a little off shows what lies beyond
	few      = 5 // a line of which less than one part of so many differs ends a bar
	fifth    = 5 // what lies in the uppermost or lowest of so many parts lies near a border
)

// bars are bars along the borders of what is covered: the cells between them, and all that is covered.
type bars struct{ between, all patch }

// barsOf finds rows, or columns, along the borders of which most differs, up to a straight edge.
func barsOf(grid []bool, a luma) (b bars) {
	rows, columns := make([]tallied, a.h), make([]tallied, a.w)
	for i, v := range a.v {
		if !math.IsNaN(v) {
			rows[i/a.w].add(grid[i])
			columns[i%a.w].add(grid[i])
		}
	}
	b.all.top, b.all.bottom, b.between.top, b.between.bottom = openLines(rows)
	b.all.left, b.all.right, b.between.left, b.between.right = openLines(columns)
	return b
}

// tallied counts the cells of a line, and those that differ.
type tallied struct{ of, n int }

func (t *tallied) add(on bool) {
	t.of++
	if on {
		t.n++
	}
}

// openLines are the first and last line that are covered, and those between bars.
func openLines(ls []tallied) (first, last, from, to int) {
	last = len(ls) - 1
	for first < last && ls[first].of == 0 {
		first++
	}
	for last > first && ls[last].of == 0 {
		last--
	}
	covered := ls[first : last+1]
	from = first + bar(covered)
	covered = slices.Clone(covered)
	slices.Reverse(covered)
	return first, last, from, last - bar(covered)
}

// bar is how many lines, from the first on, are a bar: most of their cells differ, of each line some, and then few. Where there is no such
// end it is none.
func bar(ls []tallied) (n int) {
	var sum tallied
	for i, l := range ls {
		if i < unjudged {
			continue
		}
		sum.of, sum.n = sum.of+l.of, sum.n+l.n
		switch {
		case i >= 2*unjudged && (2*sum.n < sum.of || few*l.n < l.of):
			return n
		case 2*l.n >= l.of:
			n = i + 1
		}
	}
	return 0
}

// hold reports whether a patch lies in a bar for the most part, or all in a strip along a border.
func (b bars) hold(c patch) bool {
	w, h := c.right-c.left+1, c.bottom-c.top+1
	down := max(b.between.top-c.top, c.bottom-b.between.bottom)
	across := max(b.between.left-c.left, c.right-b.between.right)
	return 4*down >= 3*h || 4*across >= 3*w ||
		c.bottom < b.all.top+strip || c.top > b.all.bottom-strip || c.right < b.all.left+strip || c.left > b.all.right-strip
}

// open reports whether a patch lies between the bars.
func (b bars) open(c patch) bool {
	return c.top >= b.between.top && c.bottom <= b.between.bottom && c.left >= b.between.left && c.right <= b.between.right
}

// near reports whether a patch lies in the uppermost or lowest part of what is covered.
func (b bars) near(c patch) bool {
	part := (b.all.bottom - b.all.top) / fifth
	return c.bottom <= b.all.top+part || c.top >= b.all.bottom-part
}
