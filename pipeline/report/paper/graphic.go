package paper

import "strings"

// Heights of the drawings of a match's segments and of a picture in a video, which fill their width whatever their own shape, in points.
const (
	segmentsHigh = 54
	momentHigh   = 22
)

// graphic draws one of our own SVGs: a picture that is referred to, or shapes and text by class. It stands on one sheet.
func (l *layout) graphic(n *node, a area) []strip {
	if uses := n.named("use"); len(uses) > 0 {
		symbol := l.album.symbols[strings.TrimPrefix(uses[0].attrs["href"], "#")]
		if symbol == nil || len(symbol.named("image")) == 0 {
			return l.veil(n.attrs["aria-label"], a)
		}
		return l.image(&node{attrs: map[string]string{"src": symbol.named("image")[0].attrs["href"], "alt": n.attrs["aria-label"]}}, a, false)
	}
	box := strings.Fields(n.attrs["viewBox"])
	if len(box) != 4 || numberOf(box[2]) <= 0 || numberOf(box[3]) <= 0 {
		return nil
	}
	v := view{corner: point{numberOf(box[0]), numberOf(box[1])}, width: numberOf(box[2]), height: numberOf(box[3]), x: a.x}
	v.sx = a.width / v.width
	v.sy = v.sx
	if n.is("map") {
		v.sy = segmentsHigh / v.height
		if n.is("one") {
			v.sy = momentHigh / v.height
		}
	}
	inks, err := l.drawing(n, v)
	if err != nil { // none rather than a part, which would say something else
		label := n.attrs["aria-label"]
		for _, k := range n.named("title") {
			label = k.said()
		}
		return l.veil(label, a)
	}
	return []strip{{height: v.height*v.sy + 3, before: 2, ops: []op{func(s *sheet, y float64) {
		at := v
		at.y = y + 1.5
		s.clipped(at.x, at.y, at.width*at.sx, at.height*at.sy, func() {
			for _, one := range inks {
				one.draw(s, at)
			}
		})
	}}}}
}

// maps sets drawn maps beside each other, each half as wide as the column, with what is said of them on the same sheet.
func (l *layout) maps(n *node, a area, st style) []strip {
	const gap = 14
	half := (a.width - gap) / 2
	var columns [][]strip
	var out []strip
	for _, k := range n.elements() {
		at := area{a.x + float64(len(columns))*(half+gap), half}
		if columns = append(columns, l.block(k, at, st.at(smallSize))); len(columns) == 2 {
			out, columns = append(out, spaced(beside(columns...), 6)...), nil
		}
	}
	if len(columns) > 0 {
		out = append(out, spaced(beside(columns...), 6)...)
	}
	return together(out)
}

// clipped keeps what is drawn within a field. What fpdf believes of ink and type is made true again afterwards: the end of clipping takes
// the state back to what it was before (ISO 32000-1 §8.4.2).
func (s *sheet) clipped(x, y, w, h float64, draw func()) {
	r, g, b := s.GetFillColor()
	s.ClipRect(x, y, w, h, false)
	draw()
	s.ClipEnd()
	s.SetFillColor(r, g, b)
	s.page = 0 // no text is set in anything
}
