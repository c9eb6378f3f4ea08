package paper

import "slices"

// column is one of a table: how wide nine of ten of its cells are in one line, and how wide the longest stretches of nine of ten that are
// better not parted.
type column struct{ whole, unbroken float64 }

// times are the widths of the columns of the table of times as shares of the table's, near those of the page.
var times = []float64{0.21, 0.27, 0.26, 0.26}

// cellGap is the space right of a cell.
const cellGap = 8

// table sets rows under a head that is repeated on each sheet.
func (l *layout) table(n *node, a area) []strip {
	st := style{face: regular, size: tableSize, ink: ink}
	hs := style{face: bold, size: 7.4, ink: soft}
	var rows [][]*node
	for _, r := range n.named("tr") {
		rows = append(rows, r.elements())
	}
	if len(rows) == 0 {
		return nil
	}
	widths := l.columns(n, rows, a.width, st, hs)
	head := l.row(rows[0], a, widths, hs)
	for i := range head {
		head[i].keep = true
	}
	last := &head[len(head)-1]
	h := last.height + 2
	last.height = h
	last.ops = append(last.ops, func(s *sheet, y float64) { s.rule(a.x, y+h, a.width, line, 0.7) })
	out := slices.Clone(head)
	for _, r := range rows[1:] {
		one := l.row(r, a, widths, st)
		end := &one[len(one)-1]
		bottom := end.height + 2
		end.height = bottom
		end.ops = append(end.ops, func(s *sheet, y float64) { s.rule(a.x, y+bottom, a.width, hair, 0.4) })
		for i := range one {
			one[i].head = head
		}
		out = append(out, spaced(one, 2)...)
	}
	return out
}

// row sets cells beside each other.
func (l *layout) row(cells []*node, a area, widths []float64, st style) []strip {
	columns := make([][]strip, 0, len(cells))
	x := a.x
	for i, c := range cells[:min(len(cells), len(widths))] {
		columns = append(columns, l.flow(c.kids, area{x, widths[i] - cellGap}, st))
		x += widths[i]
	}
	out := beside(columns...)
	if len(out) == 0 || height(out) == 0 {
		return []strip{blank(st.size * leading)}
	}
	return out
}

// columns shares a width out among the columns of a table.
func (l *layout) columns(n *node, rows [][]*node, width float64, st, hs style) []float64 {
	count := 0
	for _, r := range rows {
		count = max(count, len(r))
	}
	if n.is("times") && count == len(times) {
		out := slices.Clone(times)
		for i := range out {
			out[i] *= width
		}
		return out
	}
	wholes, unbrokens, head := make([][]float64, count), make([][]float64, count), make([]float64, count)
	for i, r := range rows[:min(len(rows), 400)] {
		cs := st
		if i == 0 {
			cs = hs
		}
		for j, c := range r {
			whole, unbroken := widest(l.inlined(cs, c.kids...))
			wholes[j] = append(wholes[j], whole+cellGap+0.5)
			unbrokens[j] = append(unbrokens[j], unbroken+cellGap+0.5)
			if i == 0 {
				head[j] = unbroken + cellGap + 0.5
			}
		}
	}
	all := make([]column, count)
	for j := range all {
		slices.Sort(wholes[j])
		slices.Sort(unbrokens[j])
		most := len(wholes[j]) * 9 / 10
		all[j] = column{wholes[j][most], max(unbrokens[j][most], head[j])}
	}
	return fit(all, width)
}

// fit gives each column what its longest stretch needs, as far as the width goes, and the rest by what the columns would like.
func fit(all []column, width float64) []float64 {
	out := make([]float64, len(all))
	most := 0.45 * width
	need, want := 0.0, 0.0
	for i, c := range all {
		out[i] = min(c.unbroken, most)
		need += out[i]
		want += max(min(c.whole, 2*most)-out[i], 0)
	}
	if need > width {
		for i := range out {
			out[i] *= width / need
		}
		return out
	}
	rest := width - need
	for i, c := range all {
		if want > 0 {
			out[i] += max(min(c.whole, 2*most)-min(c.unbroken, most), 0) * min(rest/want, 1)
		}
	}
	if want < rest { // more room than wanted: the last column has it
		out[len(out)-1] += rest - want
	}
	return out
}

// terms is a list of terms with what they say beside them.
func (l *layout) terms(n *node, a area, st style) []strip {
	indent := min(118, 0.36*a.width)
	if a.width < 240 {
		indent = 0.4 * a.width
	}
	st = st.at(8.6)
	var out []strip
	var term []strip
	for _, k := range n.elements() {
		if k.name == "dt" {
			term = l.flow(k.kids, area{a.x, indent - 8}, st.in(soft))
			continue
		}
		row := beside(term, l.flow(k.kids, a.inner(indent, 0), st))
		out = append(out, spaced(row, 2.2)...)
		term = nil
	}
	return spaced(out, 5)
}
