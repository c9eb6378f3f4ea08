package draw

import (
	"image"
	"math"
	"slices"

	"dokaz/pipeline/compare/geometry"
)

// point is a place in a drawing, in pixels, or in a picture, in fractions of its width and height.
type point struct{ x, y float64 }

// drawable reports whether a place in a drawing is a number, and not so far off that it can only be a mistake.
func (p point) drawable() bool { return math.Abs(p.x) <= 1e6 && math.Abs(p.y) <= 1e6 }

// Laid is picture A laid on picture B.
type Laid struct {
	A, B   *image.RGBA
	By     geometry.Map // from fractions of A's width and height to fractions of B's
	Points [][4]float64 // places found in both: x and y in A, x and y in B, in fractions
	Side   int          // longer side of each picture in the drawing, pixels
}

// places are the points that lie in both pictures.
func (l Laid) places() [][4]float64 {
	return slices.DeleteFunc(slices.Clone(l.Points), func(p [4]float64) bool {
		return slices.ContainsFunc(p[:], func(v float64) bool { return !(v >= 0 && v <= 1) })
	})
}

// corners go round a picture, in fractions.
var corners = []point{{0, 0}, {1, 0}, {1, 1}, {0, 1}}

// outline is where a map takes a picture's edges, in pixels of a picture drawn at a place; nil where they go beyond the horizon.
func outline(by geometry.Map, over *image.RGBA, x, y int) (out []point) {
	for _, p := range corners {
		u, v, ok := by.At(p.x, p.y)
		if !ok || !(math.Abs(u) <= 64) || !(math.Abs(v) <= 64) {
			return nil
		}
		out = append(out, onto(over, x, y, u, v))
	}
	return out
}

// onto is a place of a picture, given in fractions, in a drawing that shows the picture at x, y.
func onto(p *image.RGBA, x, y int, u, v float64) point {
	return point{float64(x) + float64(u*float64(p.Rect.Dx())) - 0.5, float64(y) + float64(v*float64(p.Rect.Dy())) - 0.5}
}

// Blank is a hatched field with the shape of a picture, for one that is not at hand.
func Blank(w, h int) *image.RGBA {
	long := max(w, h, 1)
	return hatched(max(1, blankSide*max(w, 1)/long), max(1, blankSide*max(h, 1)/long))
}

const blankSide = 480

// hatched is a picture of strokes, which stands for what is not there.
func hatched(w, h int) *image.RGBA {
	out := newCanvas(w, h)
	for i := range w * h {
		if (i%w+i/w)%8 < 2 {
			out.SetRGBA(i%w, i/w, hatch)
		}
	}
	return out.RGBA
}
