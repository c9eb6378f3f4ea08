package geometry

import (
	"cmp"
	"math"
	"slices"
)

// corner is a point of a polygon.
type corner struct{ x, y float64 }

var square = []corner{{0, 0}, {1, 0}, {1, 1}, {0, 1}}

// image is where a map takes a polygon; ok is false where a corner goes beyond the horizon.
func image(m Map, ps []corner) (out []corner, ok bool) {
	for _, p := range ps {
		u, v, ok := m.At(p.x, p.y)
		if !ok {
			return nil, false
		}
		out = append(out, corner{u, v})
	}
	return out, true
}

// clipped is the part of a convex polygon inside the unit square (Sutherland and Hodgman, "Reentrant Polygon Clipping", 1974).
func clipped(ps []corner) []corner {
	for _, edge := range []func(corner) float64{
		func(p corner) float64 { return p.x }, func(p corner) float64 { return 1 - p.x },
		func(p corner) float64 { return p.y }, func(p corner) float64 { return 1 - p.y },
	} {
		var out []corner
		for i, p := range ps {
			q := ps[(i+1)%len(ps)]
			in, next := edge(p), edge(q)
			if in >= 0 {
				out = append(out, p)
			}
			if (in >= 0) != (next >= 0) {
				t := in / (in - next)
				out = append(out, corner{p.x + product(t, q.x-p.x), p.y + product(t, q.y-p.y)})
			}
		}
		ps = out
	}
	return ps
}

// area of a polygon, whichever way round it goes.
func area(ps []corner) float64 {
	var twice float64
	for i, p := range ps {
		q := ps[(i+1)%len(ps)]
		twice += product(p.x, q.y) - product(q.x, p.y)
	}
	return math.Abs(twice) / 2
}

// bounds is the least upright box about a polygon: left, top, width, height.
func bounds(ps []corner) (box [4]float64) {
	if len(ps) == 0 {
		return box
	}
	low, high := ps[0], ps[0]
	for _, p := range ps {
		low, high = corner{min(low.x, p.x), min(low.y, p.y)}, corner{max(high.x, p.x), max(high.y, p.y)}
	}
	return [4]float64{low.x, low.y, high.x - low.x, high.y - low.y}
}

// hull is the convex hull (Andrew, "Another Efficient Algorithm for Convex Hulls in Two Dimensions", 1979).
func hull(ps []corner) []corner {
	ps = slices.Clone(ps)
	slices.SortFunc(ps, func(p, q corner) int { return cmp.Or(cmp.Compare(p.x, q.x), cmp.Compare(p.y, q.y)) })
	ps = slices.Compact(ps)
	if len(ps) < 3 {
		return ps
	}
	half := func(ps []corner) (out []corner) {
		for _, p := range ps {
			for n := len(out); n >= 2; n-- {
				o, q := out[n-2], out[n-1]
				if product(q.x-o.x, p.y-o.y)-product(q.y-o.y, p.x-o.x) > 0 {
					break
				}
				out = out[:n-1]
			}
			out = append(out, p)
		}
		return out[:len(out)-1]
	}
	lower := half(ps)
	slices.Reverse(ps)
	return append(lower, half(ps)...)
}
