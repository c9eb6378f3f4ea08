package geometry

import "math"

// place is a point of A and where it lies in B.
type place struct{ x, y, u, v float64 }

// similarity is the least-squares similarity without mirroring; it wants two places.
func similarity(ps []place) (Map, bool) {
	c := centre(ps)
	var dot, cross, norm float64
	for _, p := range ps {
		x, y, u, v := p.x-c.x, p.y-c.y, p.u-c.u, p.v-c.v
		dot += product(x, u) + product(y, v)
		cross += product(x, v) - product(y, u)
		norm += squared(x, y)
	}
	if len(ps) < 2 || !(norm > 1e-9) {
		return Map{}, false
	}
	a, b := dot/norm, cross/norm
	return Map{a, -b, c.u - product(a, c.x) + product(b, c.y), b, a, c.v - product(b, c.x) - product(a, c.y), 0, 0, 1}, true
}

// affine is the least-squares affine map; it wants three places that lie on no line.
func affine(ps []place) (Map, bool) {
	c := centre(ps)
	var xx, xy, yy, xu, yu, xv, yv float64
	for _, p := range ps {
		x, y, u, v := p.x-c.x, p.y-c.y, p.u-c.u, p.v-c.v
		xx += product(x, x)
		xy += product(x, y)
		yy += product(y, y)
		xu += product(x, u)
		yu += product(y, u)
		xv += product(x, v)
		yv += product(y, v)
	}
	det := product(xx, yy) - product(xy, xy)
	if len(ps) < 3 || !(det > 1e-4*product(xx+yy, xx+yy)) {
		return Map{}, false
	}
	a, b := (product(xu, yy)-product(yu, xy))/det, (product(yu, xx)-product(xu, xy))/det
	d, e := (product(xv, yy)-product(yv, xy))/det, (product(yv, xx)-product(xv, xy))/det
	return Map{a, b, c.u - product(a, c.x) - product(b, c.y), d, e, c.v - product(d, c.x) - product(e, c.y), 0, 0, 1}, true
}

func centre(ps []place) (c place) {
	for _, p := range ps {
		c.x, c.y, c.u, c.v = c.x+p.x, c.y+p.y, c.u+p.u, c.v+p.v
	}
	n := float64(len(ps))
	return place{c.x / n, c.y / n, c.u / n, c.v / n}
}

const (
	rounds    = 3    // of reweighting
	levelling = 1e-3 // pulls a homography's vanishing line away, per place: few places near to each other fix none
)

// homography is the least-squares homography near an earlier map: the direct linear transformation in centred, scaled
// coordinates (Hartley, "In Defense of the Eight-Point Algorithm", 1997), reweighted so that it counts distances in B.
func homography(ps []place, start Map) (Map, bool) {
	c := centre(ps)
	var sx, su float64
	for _, p := range ps {
		sx += math.Sqrt(squared(p.x-c.x, p.y-c.y))
		su += math.Sqrt(squared(p.u-c.u, p.v-c.v))
	}
	if len(ps) < 4 || !(sx > 0) || !(su > 0) {
		return Map{}, false
	}
	n := float64(len(ps))
	sx, su = sx/n, su/n
	into := Map{1 / sx, 0, -c.x / sx, 0, 1 / sx, -c.y / sx, 0, 0, 1}
	back := Map{su, 0, c.u, 0, su, c.v, 0, 0, 1}
	unback, _ := back.Inverse()
	uninto, _ := into.Inverse()
	m := unback.After(start).After(uninto)
	if !(math.Abs(m[8]) > horizon) {
		return Map{}, false
	}
	m = m.scaled(1 / m[8])
	for range rounds {
		var ok bool
		if m, ok = step(ps, c, sx, su, m); !ok {
			return Map{}, false
		}
	}
	return back.After(m).After(into), true
}

// step solves the normal equations once, each place weighted by its denominator under m.
func step(ps []place, c place, sx, su float64, m Map) (Map, bool) {
	var normal [8][9]float64
	add := func(row [9]float64, weight float64) {
		for i := range 8 {
			for j := i; j < 9; j++ {
				normal[i][j] += product(product(row[i], row[j]), weight)
			}
		}
	}
	for _, p := range ps {
		x, y, u, v := (p.x-c.x)/sx, (p.y-c.y)/sx, (p.u-c.u)/su, (p.v-c.v)/su
		w := product(m[6], x) + product(m[7], y) + 1
		if !(w > 0.1) {
			return Map{}, false
		}
		weight := 1 / product(w, w)
		add([9]float64{x, y, 1, 0, 0, 0, -product(u, x), -product(u, y), u}, weight)
		add([9]float64{0, 0, 0, x, y, 1, -product(v, x), -product(v, y), v}, weight)
	}
	normal[6][6] += levelling * float64(len(ps))
	normal[7][7] += levelling * float64(len(ps))
	for i := range 8 {
		for j := range i {
			normal[i][j] = normal[j][i]
		}
	}
	h, ok := eliminate(normal)
	return Map{h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 1}, ok
}

// eliminate solves eight linear equations by Gauss's elimination with row pivots.
func eliminate(m [8][9]float64) (x [8]float64, ok bool) {
	for i := range 8 {
		best := i
		for r := i + 1; r < 8; r++ {
			if math.Abs(m[r][i]) > math.Abs(m[best][i]) {
				best = r
			}
		}
		m[i], m[best] = m[best], m[i]
		if !(math.Abs(m[i][i]) > 1e-12) {
			return x, false
		}
		for r := i + 1; r < 8; r++ {
			k := m[r][i] / m[i][i]
			for j := i; j < 9; j++ {
				m[r][j] -= product(k, m[i][j])
			}
		}
	}
	for i := 7; i >= 0; i-- {
		v := m[i][8]
		for j := i + 1; j < 8; j++ {
			v -= product(m[i][j], x[j])
		}
		x[i] = v / m[i][i]
	}
	return x, true
}
