package geometry

import "math"

// Map takes points of one plane to another: a homography, row by row. A similarity and an affine map are
// homographies whose last row is 0, 0, 1.
type Map [9]float64

// identity leaves every point where it is.
var identity = Map{1, 0, 0, 0, 1, 0, 0, 0, 1}

// At is where the map takes a point; ok is false where that lies at or beyond the horizon.
func (m Map) At(x, y float64) (u, v float64, ok bool) {
	w := product(m[6], x) + product(m[7], y) + m[8]
	if !(w > horizon) {
		return 0, 0, false
	}
	return (product(m[0], x) + product(m[1], y) + m[2]) / w, (product(m[3], x) + product(m[4], y) + m[5]) / w, true
}

// horizon is the least denominator of a map, whose value near the middle is about 1.
const horizon = 1e-3

// After is the map that does n first and m after it.
func (m Map) After(n Map) (out Map) {
	for i := range 3 {
		for j := range 3 {
			out[3*i+j] = product(m[3*i], n[j]) + product(m[3*i+1], n[3+j]) + product(m[3*i+2], n[6+j])
		}
	}
	return out
}

// Inverse is the map back; ok is false where there is none.
func (m Map) Inverse() (out Map, ok bool) {
	minor := func(a, b, c, d int) float64 { return product(m[a], m[d]) - product(m[b], m[c]) }
	out = Map{
		minor(4, 5, 7, 8), -minor(1, 2, 7, 8), minor(1, 2, 4, 5),
		-minor(3, 5, 6, 8), minor(0, 2, 6, 8), -minor(0, 2, 3, 5),
		minor(3, 4, 6, 7), -minor(0, 1, 6, 7), minor(0, 1, 3, 4),
	}
	det := product(m[0], out[0]) + product(m[1], out[3]) + product(m[2], out[6])
	if !(math.Abs(det) > 1e-12) || math.IsInf(det, 0) {
		return Map{}, false
	}
	return out.scaled(1 / det), true
}

// scaled multiplies every number, which changes no point.
func (m Map) scaled(k float64) Map {
	for i := range m {
		m[i] = product(m[i], k)
	}
	return m
}

// slope is the derivative of the map at a point: how a small step in x and in y goes on, row by row.
func (m Map) slope(x, y float64) (j [4]float64, ok bool) {
	u, v, ok := m.At(x, y)
	if !ok {
		return j, false
	}
	w := product(m[6], x) + product(m[7], y) + m[8]
	return [4]float64{
		(m[0] - product(u, m[6])) / w, (m[1] - product(u, m[7])) / w,
		(m[3] - product(v, m[6])) / w, (m[4] - product(v, m[7])) / w,
	}, true
}

// determinant of a slope: by how much it magnifies areas, negative where it mirrors.
func determinant(j [4]float64) float64 { return product(j[0], j[3]) - product(j[1], j[2]) }

// stretch returns the map that multiplies x by w and y by h.
func stretch(w, h float64) Map { return Map{w, 0, 0, 0, h, 0, 0, 0, 1} }

// squared is x²+y², never fused.
func squared(x, y float64) float64 { return float64(x*x) + float64(y*y) }

// product is x·y, never fused with an addition.
func product(x, y float64) float64 { return float64(x * y) }
