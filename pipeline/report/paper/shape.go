package paper

import (
	"fmt"

	"dokaz/pipeline"
)

// shape is an outline with how it is filled and drawn.
type shape struct {
	outline []step
	paint   paint
}

// outlineOf is the outline of a shape; corners are round only where the drawing keeps its own shape.
func outlineOf(n *node, even bool) ([]step, error) {
	num := func(name string) float64 { return numberOf(n.attrs[name]) }
	switch n.name {
	case "path":
		return readPath(n.attrs["d"])
	case "circle":
		return roundOf(num("cx")-num("r"), num("cy")-num("r"), 2*num("r"), 2*num("r"), num("r")), nil
	case "rect":
		r := num("rx")
		if !even {
			r = 0
		}
		return roundOf(num("x"), num("y"), num("width"), num("height"), r), nil
	case "polygon":
		return readPath("M" + n.attrs["points"] + "z")
	}
	return nil, fmt.Errorf("drawing: %w: a shape %q", pipeline.ErrMalformed, n.name)
}

// bend is how far the two points lie that bend a quarter of a circle, by its radius: 4/3 tan(π/8).
const bend = 0.5522847498

// roundOf is a rectangle with round corners; with corners as wide as half of it, a circle.
func roundOf(x, y, w, h, r float64) []step {
	r = max(min(r, w/2, h/2), 0)
	if r == 0 {
		return []step{{verb: 'M', to: point{x, y}}, {verb: 'L', to: point{x + w, y}}, {verb: 'L', to: point{x + w, y + h}}, {verb: 'L', to: point{x, y + h}}, {verb: 'Z', to: point{x, y}}}
	}
	k := r * (1 - bend)
	right, foot := x+w, y+h
	corner := func(a, b, to point) step { return step{verb: 'C', bend: [2]point{a, b}, to: to} }
	side := func(x, y float64) step { return step{verb: 'L', to: point{x, y}} }
	return []step{
		{verb: 'M', to: point{x + r, y}},
		side(right-r, y), corner(point{right - k, y}, point{right, y + k}, point{right, y + r}),
		side(right, foot-r), corner(point{right, foot - k}, point{right - k, foot}, point{right - r, foot}),
		side(x+r, foot), corner(point{x + k, foot}, point{x, foot - k}, point{x, foot - r}),
		side(x, y+r), corner(point{x, y + k}, point{x + k, y}, point{x + r, y}),
		{verb: 'Z', to: point{x + r, y}},
	}
}

func (h shape) draw(s *sheet, v view) {
	p := h.paint
	if len(h.outline) == 0 || (p.fill == nil && p.outline == nil) {
		return
	}
	if p.fill != nil {
		s.fillWith(*p.fill)
		s.veiled(p.veil, func() {
			s.trace(h.outline, v)
			s.DrawPath("F*")
		})
	}
	if p.outline == nil {
		return
	}
	unit := min(v.sx, v.sy)
	s.drawWith(*p.outline, max(p.width*unit, 0.25))
	if len(p.dashes) > 0 {
		scaled := make([]float64, len(p.dashes))
		for i, one := range p.dashes {
			scaled[i] = one * unit
		}
		s.SetDashPattern(scaled, 0)
		defer s.SetDashPattern(nil, 0)
	}
	veil := p.veil
	if p.fill != nil {
		veil = 0 // the veil is that of the fill
	}
	s.veiled(veil, func() {
		s.trace(h.outline, v)
		s.DrawPath("D")
	})
}

// trace lays an outline for the next drawing of a path.
func (s *sheet) trace(outline []step, v view) {
	for _, one := range outline {
		x, y := v.on(one.to)
		switch one.verb {
		case 'M':
			s.MoveTo(x, y)
		case 'L':
			s.LineTo(x, y)
		case 'C':
			ax, ay := v.on(one.bend[0])
			bx, by := v.on(one.bend[1])
			s.CurveBezierCubicTo(ax, ay, bx, by, x, y)
		case 'Z':
			s.ClosePath()
		}
	}
}

// veiled draws so that a share of what lies below is covered; 0 and 1 cover all of it.
func (s *sheet) veiled(share float64, draw func()) {
	if share <= 0 || share >= 1 {
		draw()
		return
	}
	s.SetAlpha(share, "Normal")
	draw()
	s.SetAlpha(1, "Normal")
}
