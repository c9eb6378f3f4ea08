package paper

import "strings"

// lettering is text of a drawing.
type lettering struct {
	at     point
	anchor string // start, middle or end of the text is at its point
	parts  []part
	halo   *colour
}

// part is a stretch of text in one style, its size in points of the sheet.
type part struct {
	text  string
	style style
}

// text reads text with its parts.
func (d *drafter) text(n *node, classes string) {
	set := typeOf(classes)
	one := lettering{at: point{numberOf(n.attrs["x"]), numberOf(n.attrs["y"])}, anchor: n.attrs["text-anchor"], halo: set.halo}
	if set.middle {
		one.anchor = "middle"
	}
	st := style{face: set.face, size: max(set.size*d.view.sy, leastType), ink: set.ink}
	d.parts(n, st, &one)
	if len(one.parts) > 0 {
		d.out = append(d.out, one)
	}
}

// parts reads text and the text of the elements in it.
func (d *drafter) parts(n *node, st style, into *lettering) {
	for _, k := range n.kids {
		switch {
		case k.name != "":
			ks := styled(k, st)
			if k.is("no") {
				ks = ks.heavy()
			}
			d.parts(k, ks, into)
		case k.text != "":
			into.parts = append(into.parts, part{d.layout.faces[st.face].named(strings.NewReplacer("\n", " ", "\t", " ").Replace(k.text)), st})
		}
	}
}

// width of text in points.
func (t lettering) width(faces *[faces]typeface) (w float64) {
	for _, p := range t.parts {
		w += faces[p.style.face].width(p.text) * p.style.size
	}
	return w
}

func (t lettering) draw(s *sheet, v view) {
	x, y := v.on(t.at)
	w := t.width(s.faces)
	all := v.width * v.sx
	shrink := min(1, all/w) // text wider than the drawing
	w *= shrink
	switch t.anchor {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	x = max(min(x, v.x+all-w), v.x) // text stays whole
	if t.halo != nil {
		s.drawWith(*t.halo, haloWidth*v.sy)
		s.SetLineJoinStyle("round")
		s.SetTextRenderingMode(1)
		s.unread(func() { t.set(s, x, y, shrink) })
		s.SetTextRenderingMode(0)
		s.SetLineJoinStyle("miter")
	}
	t.set(s, x, y, shrink)
}

// set draws the parts one after another.
func (t lettering) set(s *sheet, x, y, shrink float64) {
	for _, p := range t.parts {
		st := p.style.at(p.style.size * shrink)
		s.text(x, y, p.text, st)
		x += s.faces[st.face].width(p.text) * st.size
	}
}

// unread draws text that no program reads out, for it is drawn twice (ISO 32000-1 §14.9.4).
func (s *sheet) unread(draw func()) {
	s.RawWriteStr("/Span <</ActualText ()>> BDC")
	draw()
	s.RawWriteStr("EMC")
}
