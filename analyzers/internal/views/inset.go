package views

import (
	"cmp"
	"image"
	"slices"
)

// What marks a picture that was set into another, as a screenshot, a collage or an inset shows one: four straight sides along which luma
// steps. Where nothing steps, as between a pale sky and a pale page, nothing speaks against a side either.
const (
	insetPart = 10   // it is this part of either side at least,
	insetSide = 40   // and so many pixels,
	insetMost = 0.9  // and less than this of the area
	sideSteps = 0.4  // of every side that is not the picture's own steps,
	sideFull  = 0.55 // or, where nothing steps, with
	blankly   = 0.5  // of that, is full so far,
	sidesFull = 0.8  // and so far all of them together
	ownLess   = 0.05 // for each of the picture's own sides it is less likely by so much
	framed    = 4    // pixels: as thick is a frame that is left out
	maxInsets = 4    // as in a collage
	asOne     = 0.85 // rectangles with so much of their union in common are one
)

// inset is a rectangle in which another picture may be shown.
type inset struct {
	image.Rectangle
	likely float64
}

// insets are rectangles in which other pictures seem to be shown, likeliest first.
func (g Gray) insets() (out []image.Rectangle) {
	high, wide := max(g.H/insetPart, insetSide), max(g.W/insetPart, insetSide)
	if g.H < 2*high || g.W < 2*wide {
		return nil
	}
	across, down := newStepped(g), newStepped(g.transposed())
	rows, columns := across.straight(), down.straight()
	var found []inset
	for i, top := range rows {
		for _, bottom := range rows[i+1:] {
			if bottom.at-top.at < high {
				continue
			}
			found = append(found, g.between(top, bottom, columns, wide)...)
		}
	}
	for _, f := range likeliest(found) {
		out = append(out, image.Rect(
			down.innermost(f.Min.X, f.Min.Y, f.Max.Y, 1), across.innermost(f.Min.Y, f.Min.X, f.Max.X, 1),
			down.innermost(f.Max.X, f.Min.Y, f.Max.Y, -1), across.innermost(f.Max.Y, f.Min.X, f.Max.X, -1),
		))
	}
	return out
}

// between are the rectangles between two rows.
func (g Gray) between(top, bottom line, columns []line, wide int) (out []inset) {
	for j, left := range columns {
		for _, right := range columns[j+1:] {
			if right.at-left.at < wide {
				continue
			}
			box := image.Rect(left.at, top.at, right.at, bottom.at)
			if likely := sides(box, top, bottom, left, right); likely > 0 && size(box) < insetMost*size(g.Bounds()) {
				out = append(out, inset{box, likely})
			}
		}
	}
	return out
}

// sides is how full the sides of a box are, less for the picture's own; 0 of a box that is none.
func sides(box image.Rectangle, top, bottom, left, right line) float64 {
	sum, length, own := 0.0, 0.0, 0
	for _, s := range [...]struct {
		line
		from, to int
	}{{top, box.Min.X, box.Max.X}, {bottom, box.Min.X, box.Max.X}, {left, box.Min.Y, box.Max.Y}, {right, box.Min.Y, box.Max.Y}} {
		if s.own() {
			own++
			continue
		}
		n, hits := float64(s.to-s.from), float64(s.hits[s.to]-s.hits[s.from])
		full := hits + blankly*float64(s.blanks[s.to]-s.blanks[s.from])
		if hits < sideSteps*n || full < sideFull*n {
			return 0
		}
		sum, length = sum+full, length+n
	}
	if length == 0 || sum < sidesFull*length {
		return 0
	}
	return sum/length - ownLess*float64(own)
}

// likeliest keeps the likeliest, of those that are one the likelier, of equals the larger. There may be tens of thousands, of which few are kept.
func likeliest(found []inset) (out []inset) {
	for len(out) < maxInsets {
		left := found[:0]
		for _, f := range found {
			if !slices.ContainsFunc(out, func(o inset) bool { return one(o.Rectangle, f.Rectangle) }) {
				left = append(left, f)
			}
		}
		if found = left; len(found) == 0 {
			break
		}
		out = append(out, slices.MaxFunc(found, func(a, b inset) int {
			return cmp.Or(cmp.Compare(a.likely, b.likely), cmp.Compare(size(a.Rectangle), size(b.Rectangle)))
		}))
	}
	return out
}

func size(r image.Rectangle) float64 { return float64(r.Dx()) * float64(r.Dy()) }

// one reports whether two rectangles are one, about.
func one(a, b image.Rectangle) bool {
	both := size(a.Intersect(b))
	return both > asOne*(size(a)+size(b)-both)
}
