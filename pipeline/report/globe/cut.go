package globe

import "math"

// cutRing cuts a ring along the four sides of a box (Sutherland and Hodgman 1974).
func cutRing(ring []dot, b box) []dot {
	for side := range 4 {
		inside := func(d dot) bool {
			switch side {
			case 0:
				return d.lon >= b.west
			case 1:
				return d.lon <= b.east
			case 2:
				return d.lat >= b.south
			}
			return d.lat <= b.north
		}
		at := func(p, q dot) dot {
			switch side {
			case 0, 1:
				x := [2]float64{b.west, b.east}[side]
				return dot{x, p.lat + (q.lat-p.lat)*(x-p.lon)/(q.lon-p.lon)}
			}
			y := [2]float64{b.south, b.north}[side-2]
			return dot{p.lon + (q.lon-p.lon)*(y-p.lat)/(q.lat-p.lat), y}
		}
		var out []dot
		for i, q := range ring {
			p := ring[(i+len(ring)-1)%len(ring)]
			if inside(p) != inside(q) {
				out = append(out, at(p, q))
			}
			if inside(q) {
				out = append(out, q)
			}
		}
		ring = out
	}
	return ring
}

// cutLine keeps the stretches of a chain that lie within a box (Liang and Barsky 1984, segment by segment).
func cutLine(chain []dot, b box) [][]dot {
	var out [][]dot
	var run []dot
	end := func() {
		if len(run) > 1 {
			out = append(out, run)
		}
		run = nil
	}
	for i := 1; i < len(chain); i++ {
		p, q := chain[i-1], chain[i]
		from, to := 0.0, 1.0
		for _, s := range [4][2]float64{{p.lon - q.lon, p.lon - b.west}, {q.lon - p.lon, b.east - p.lon}, {p.lat - q.lat, p.lat - b.south}, {q.lat - p.lat, b.north - p.lat}} {
			switch t := s[1] / s[0]; {
			case s[0] == 0 && s[1] < 0:
				to = -1
			case s[0] < 0:
				from = max(from, t)
			case s[0] > 0:
				to = min(to, t)
			}
		}
		if from > to {
			end()
			continue
		}
		mid := func(t float64) dot { return dot{p.lon + t*(q.lon-p.lon), p.lat + t*(q.lat-p.lat)} }
		if from > 0 || len(run) == 0 {
			end()
			run = []dot{mid(from)}
		}
		run = append(run, mid(to))
		if to < 1 {
			end()
		}
	}
	end()
	return out
}

// thin drops points nearer than step to the one kept before; the ends stay.
func thin(in []XY, step float64) []XY {
	var out []XY
	for i, p := range in {
		if i == 0 || i == len(in)-1 || math.Hypot(p.X-out[len(out)-1].X, p.Y-out[len(out)-1].Y) >= step {
			out = append(out, p)
		}
	}
	return out
}

// area is the signed area of a ring (shoelace formula).
func area(ring []XY) float64 {
	sum := 0.0
	for i, q := range ring {
		p := ring[(i+len(ring)-1)%len(ring)]
		sum += p.X*q.Y - q.X*p.Y
	}
	return sum / 2
}

// holds reports whether a point lies within a ring, by the even-odd rule.
func holds(ring []XY, p XY) bool {
	in := false
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		if (a.Y > p.Y) != (b.Y > p.Y) && p.X < a.X+(b.X-a.X)*(p.Y-a.Y)/(b.Y-a.Y) {
			in = !in
		}
	}
	return in
}

// apart is the distance of a point from the nearest point of a ring's line.
func apart(ring []XY, p XY) float64 {
	least := math.Inf(1)
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		dx, dy := b.X-a.X, b.Y-a.Y
		t := 0.0
		if n := dx*dx + dy*dy; n > 0 {
			t = min(max(((p.X-a.X)*dx+(p.Y-a.Y)*dy)/n, 0), 1)
		}
		least = min(least, math.Hypot(a.X+t*dx-p.X, a.Y+t*dy-p.Y))
	}
	return least
}
