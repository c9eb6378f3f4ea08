package paper

import (
	"slices"
	"strconv"
	"strings"
)

// layout turns the page's markup into strips.
type layout struct {
	faces    *[faces]typeface
	album    *album
	withheld string // what stands in place of a drawing that is not shown
	clear    bool   // pictures as they are, and drawings
}

// flow lays out a node's children below each other. What is not a block is gathered into paragraphs.
func (l *layout) flow(nodes []*node, a area, st style) []strip {
	var out []strip
	var loose []*node
	end := func() {
		out = append(out, l.paragraph(l.inlined(st, loose...), a, st)...)
		loose = nil
	}
	for _, n := range nodes {
		switch {
		case n.unseen():
		case n.block():
			end()
			out = append(out, l.block(n, a, st)...)
		case n.name != "" && len(n.find((*node).block)) > 0: // inline round a block
			end()
			out = append(out, l.flow(n.kids, a, styled(n, st))...)
		default:
			loose = append(loose, n)
		}
	}
	end()
	return out
}

// block lays out one block with what it is known by.
func (l *layout) block(n *node, a area, st style) []strip {
	return named(l.shaped(n, a, st), n.attrs["id"])
}

func (l *layout) shaped(n *node, a area, st style) []strip {
	switch n.name {
	case "h1", "h2", "h3", "h4":
		return l.heading(n, a, st)
	case "ul", "ol":
		return l.list(n, a, st)
	case "dl":
		return l.terms(n, a, st)
	case "table":
		return l.table(n, a)
	case "svg":
		return l.graphic(n, a)
	case "img":
		return l.image(n, a, false)
	case "details":
		return l.details(n, a, st)
	case "p", "figcaption":
		return l.prose(n, a, st)
	case "section":
		return l.section(n, a, st)
	}
	return l.classed(n, a, st)
}

// classed lays out what its class tells apart.
func (l *layout) classed(n *node, a area, st style) []strip {
	switch {
	case n.is("front"):
		return l.front(n, a, st)
	case n.is("notice"):
		return boxed(l.flow(n.kids, a.inner(12, 10), st.at(8.8)), a, weightColours["w-questions"][0], &raised, 14)
	case n.is("human"):
		return boxed(l.flow(n.kids, a.inner(12, 10), st.at(8.8)), a, soft, &raised, 12)
	case n.is("finding"):
		c := line
		for class, of := range weightColours {
			if n.is(class) && class != "w-note" {
				c = of[0]
			}
		}
		return unparted(boxed(l.flow(n.kids, a.inner(11, 0), st), a, c, nil, 13), tallest)
	case n.is("match"):
		return unparted(boxed(l.flow(n.kids, a.inner(11, 0), st), a, line, nil, 15), tallest)
	case n.is("reasons"):
		return l.reasons(n, a, st.at(smallSize))
	case n.is("pair"):
		return l.pair(n, a, st)
	case n.is("maps"):
		return l.maps(n, a, st)
	case n.is("veil"):
		return l.veil(n.said(), a)
	case n.is("pic"):
		return l.flow(n.kids, a, st)
	case n.is("receipt"):
		return spaced(l.flow(n.kids, a, st), 10)
	case n.is("cmd"):
		return boxed(l.flow(n.kids, a.inner(8, 8), st.at(smallSize)), a, raised, &raised, 3)
	case n.name == "header":
		return l.header(n, a, st)
	case n.name == "footer":
		return spaced(ruled(l.flow(n.kids, a, st.at(smallSize).in(soft)), a), 18)
	}
	out := l.flow(n.kids, a, st)
	if n.is("gap") || n.is("tw") {
		out = spaced(out, 6)
	}
	if n.is("tw") && len(n.classed("timeline")) > 0 { // what explains it stands on the same sheet
		together(out)
	}
	return out
}

// boxed puts a bar at the left of strips, and a ground behind them where there is one.
func boxed(strips []strip, a area, bar colour, ground *colour, before float64) []strip {
	if len(strips) == 0 {
		return nil
	}
	pad := 1.0
	if ground != nil {
		pad = 5
	}
	first, last := blank(pad), blank(pad)
	first.keep = true
	strips[0].before = 0
	strips[len(strips)-1].keep = true
	out := append(append([]strip{first}, strips...), last)
	out = backed(out, func(s *sheet, top, h float64) {
		if ground != nil {
			s.fill(a.x, top-0.1, a.width, h+0.2, *ground)
		}
		s.fill(a.x, top-0.1, 2.6, h+0.2, bar)
	})
	if ground != nil {
		out = unparted(out, tallest)
	}
	return spaced(out, before)
}

// ruled draws a level line over the first strip.
func ruled(strips []strip, a area) []strip {
	if len(strips) > 0 {
		strips[0].ops = append(strips[0].ops, func(s *sheet, y float64) { s.rule(a.x, y-5, a.width, line, 0.5) })
	}
	return strips
}

// headings are the sizes of headings, the space above them and below.
var headings = map[string]struct{ size, above, below float64 }{
	"h1": {17, 0, 4}, "h2": {13, 26, 6}, "h3": {10.3, 11, 3}, "h4": {smallSize, 7, 1},
}

func (l *layout) heading(n *node, a area, st style) []strip {
	h := headings[n.name]
	hs := style{face: bold, size: h.size, ink: ink}
	if n.name == "h4" || n.is("by") {
		hs = hs.in(soft).at(smallSize)
	}
	if st.size < plain.size {
		hs.size = min(hs.size, st.size+0.6)
	}
	out := l.paragraph(l.inlined(hs, n.kids...), a, hs)
	if len(out) == 0 {
		return nil
	}
	if level := map[string]int{"h2": 1, "h3": 2}[n.name]; level > 0 && !n.is("by") {
		out[0].mark = &mark{n.said(), level - 1}
	}
	out = append(together(out), blank(h.below))
	out[len(out)-1].keep = true
	return spaced(out, h.above)
}

// section is a heading under a line, and what stands below.
func (l *layout) section(n *node, a area, st style) []strip { return ruled(l.flow(n.kids, a, st), a) }

// prose is a paragraph by its class.
func (l *layout) prose(n *node, a area, st style) []strip {
	before := 4.0
	switch {
	case n.is("kicker"):
		st, before = style{face: bold, size: smallSize, ink: accent}, 0
	case n.is("line"):
		st, before = st.in(soft), 2
	case n.is("intro"):
		return append(together(spaced(l.flow(n.kids, a, st.at(8.6).in(soft)), 2)), strip{height: 3, keep: true})
	case n.is("by"):
		st = style{face: bold, size: smallSize, ink: soft}
		return together(spaced(l.flow(n.kids, a, st), before))
	case n.is("none"), n.name == "figcaption":
		st = st.in(soft)
	case n.is("maplabel"):
		st, before = st.in(soft).at(smallSize), 2
	case n.is("sign"):
		out := spaced(l.flow(n.kids, a, st.at(smallSize).in(soft)), 40)
		if len(out) > 0 {
			out[0].ops = append(out[0].ops, func(s *sheet, y float64) { s.rule(a.x, y-2, min(a.width, 240), ink, 0.6) })
		}
		return out
	}
	return spaced(l.flow(n.kids, a, st), before)
}

// details is always unfolded; its summary heads it, but where a finding's reasons follow.
func (l *layout) details(n *node, a area, st style) []strip {
	switch {
	case n.is("pic"), n.is("both"):
		return l.covered(n, a, st)
	case n.is("drawn"):
		return l.drawn(n, a, st)
	}
	var out []strip
	for _, k := range n.elements() {
		switch {
		case k.name != "summary":
			out = append(out, l.block(k, a, st)...)
		case n.is("piece"):
			out = append(out, l.paragraph(l.inlined(st, k.kids...), a, st)...)
		case n.is("fold"):
			hs := style{face: bold, size: bodySize, ink: ink}
			head := l.paragraph(l.inlined(hs, k.kids...), a, hs)
			if len(head) > 0 && len(n.named("table")) > 0 {
				head[0].mark = &mark{k.said(), 1}
			}
			out = append(out, spaced(together(head), 10)...)
		}
	}
	return out
}

// header puts what heads a finding or a match into one line, and what else it has below.
func (l *layout) header(n *node, a area, st style) []strip {
	titles := n.find(func(k *node) bool { return k.name == "h3" })
	if len(titles) != 1 || len(n.find(func(k *node) bool { return k.is("front") })) > 0 {
		return l.flow(n.kids, a, st)
	}
	var tokens []token
	var below []strip
	for _, k := range n.elements() {
		switch {
		case k.unseen():
			continue
		case k.name == "h3":
			tokens = append(tokens, l.inlined(style{face: bold, size: 10.3, ink: ink}, k.kids...)...)
		case k.block():
			below = append(below, l.block(k, a, st.in(soft).at(smallSize))...)
			continue
		case k.name == "code":
			tokens = append(tokens, l.inlined(st.at(7.4).in(soft), k)...)
		default:
			tokens = append(tokens, l.inlined(st, k)...)
		}
		tokens = append(tokens, token{text: "  ", style: st, width: 6, kind: space})
	}
	out := l.paragraph(tokens, a, st)
	if len(out) > 0 {
		out[0].mark = &mark{titles[0].said(), 1}
	}
	return together(append(out, below...))
}

// list sets a sign before each entry: a number, a letter, a dot or none.
func (l *layout) list(n *node, a area, st style) []strip {
	switch {
	case n.is("counts"):
		return l.counts(n, a)
	case n.is("looks"):
		return l.looks(n, a, st)
	}
	var out []strip
	for i, k := range n.elements() {
		sign := "•"
		if n.name == "ol" {
			sign = string(rune('A'+i%26)) + "."
		}
		one := l.flow(k.kids, a.inner(12, 0), st)
		if len(one) == 0 {
			continue
		}
		ss := st.in(soft)
		one[0].ops = append([]op{func(s *sheet, y float64) {
			s.text(a.x+1, y+st.size*leading/2+0.35*st.size, sign, ss)
		}}, one[0].ops...)
		out = append(out, spaced(named(one, k.attrs["id"]), 1.6)...)
	}
	return spaced(out, 2)
}

// looks are pills with what they point at.
func (l *layout) looks(n *node, a area, st style) []strip {
	var rows [][2][]token
	indent := 0.0
	for _, k := range n.elements() {
		var row [2][]token
		for _, e := range k.elements() {
			if e.is("w") {
				row[0] = l.inlined(st, e)
			} else {
				row[1] = l.inlined(st, e)
			}
		}
		w, _ := widest(row[0])
		indent = max(indent, w+8)
		rows = append(rows, row)
	}
	var out []strip
	for _, row := range rows {
		out = append(out, spaced(beside(l.paragraph(row[0], area{a.x, indent}, st), l.paragraph(row[1], a.inner(indent, 0), st)), 2)...)
	}
	return out
}

// counts are boxes beside each other: how many findings have a weight.
func (l *layout) counts(n *node, a area) []strip {
	items := n.elements()
	if len(items) == 0 {
		return nil
	}
	const gap = 8
	w := (a.width - gap*float64(len(items)-1)) / float64(len(items))
	columns := make([][]strip, len(items))
	for i, k := range items {
		at := area{a.x + float64(i)*(w+gap), w}
		inner := at.inner(8, 6)
		st := style{face: regular, size: 7.4, ink: soft}
		one := []strip{blank(7)}
		for _, e := range k.find(func(e *node) bool { return e.is("w") || e.name == "b" }) {
			es := st
			if e.name == "b" {
				es = style{face: bold, size: 15, ink: ink}
			}
			one = append(one, l.paragraph(l.inlined(es, e), inner, es)...)
		}
		rest := slices.DeleteFunc(slices.Clone(l.container(k).kids), func(e *node) bool { return e.name != "" })
		columns[i] = append(append(one, l.paragraph(l.inlined(st, rest...), inner, st)...), blank(6))
	}
	out := beside(columns...)
	h := out[0].height
	for i := range items {
		out[0].ops = append(out[0].ops, func(s *sheet, y float64) { s.frame(a.x+float64(i)*(w+gap), y, w, h, 4, line, false) })
	}
	return spaced(out, 12)
}

// container is the link that a box of counts is wrapped in, or the box itself.
func (l *layout) container(n *node) *node {
	if e := n.elements(); len(e) == 1 && e[0].name == "a" {
		return e[0]
	}
	return n
}

// reasons sets short parts two by two, and those marked wide alone.
func (l *layout) reasons(n *node, a area, st style) []strip {
	const gap = 16
	half := (a.width - gap) / 2
	var out []strip
	var left []strip
	for _, k := range n.elements() {
		switch {
		case k.is("wide"):
			out = append(out, spaced(append(spaced(left, 4), l.block(k, a, st)...), 4)...)
			left = nil
		case left == nil:
			left = l.block(k, area{a.x, half}, st)
		default:
			out = append(out, spaced(beside(left, l.block(k, area{a.x + half + gap, half}, st)), 4)...)
			left = nil
		}
	}
	return append(out, spaced(left, 4)...)
}

// front sets the item's picture beside its name and figures.
func (l *layout) front(n *node, a area, st style) []strip {
	var texts, pics []*node
	for _, k := range n.elements() {
		if k.is("pic") {
			pics = append(pics, k)
		} else {
			texts = append(texts, k)
		}
	}
	const wide, gap = 150, 18
	picture := l.flow(pics, area{a.x + a.width - wide, wide}, st)
	text := l.flow(texts, a.inner(0, wide+gap), st)
	return beside(text, picture)
}

// anchorsOf lists the anchors of a tree.
func anchorsOf(n *node) (out []string) {
	for _, k := range n.find(func(k *node) bool { return k.attrs["id"] != "" && k.name != "symbol" }) {
		out = append(out, k.attrs["id"])
	}
	return out
}

// numberOf reads a number of our own markup, 0 where there is none.
func numberOf(s string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f >= -1e6 && f <= 1e6) {
		return 0
	}
	return f
}
