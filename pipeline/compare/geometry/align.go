package geometry

import (
	"math"
	"slices"
)

const (
	localMean  = 8    // cells about a cell whose mean is taken from it: light that falls off slowly is no change
	sampled    = 2    // every so many cells are looked at for aligning
	alignments = 8    // rounds at most
	still      = 0.01 // cells: a round that moves no corner farther is the last
	runaway    = 8.0  // cells: a map that moves a corner farther is not the one the features gave
	finer      = 1.05 // times as many cells
	leastTaken = 200  // cells that agree, at least
)

// laying is two pictures laid on each other as exactly as their luma allows.
type laying struct {
	a, b           luma // luma, A's laid on B's grid with B's tones
	localA, localB luma // the same less the mean of what lies about
}

// align lays A on B and corrects the map by the luma: Gauss and Newton's steps on a homography (after Lucas and Kanade, "An iterative image
// registration technique", 1981), in which cells that do not agree have no say.
func align(a, b Picture, m Map) (p laying, ok bool) {
	back, ok := m.Inverse()
	if !ok || !valid(a.Miniature) || !valid(b.Miniature) {
		return p, false
	}
	la, lb := level(lumaOf(a.Miniature), lumaOf(b.Miniature), m)
	if j, ok := m.slope(0.5, 0.5); ok && math.Abs(determinant(j))*float64(lb.w*lb.h) > finer*float64(la.w*la.h) {
		la, lb, m, back = lb, la, back, m // the finer is laid on the coarser
	}
	la, lb = la.blurred(), lb.blurred()
	laid := la.laid(lb.w, lb.h, back)
	tone := toneMedians(laid, lb)
	for i, v := range la.v {
		la.v[i] = tone.of(v)
	}
	laid = la.laid(lb.w, lb.h, back)
	m = correct(laid.local(), lb.within(laid).local()).After(m)
	if back, ok = m.Inverse(); !ok {
		return p, false
	}
	p.a, p.b = la.laid(lb.w, lb.h, back), lb
	p.localA, p.localB = p.a.local(), lb.within(p.a).local()
	return p, true
}

// within is the plane where another covers it.
func (p luma) within(o luma) luma {
	out := luma{p.w, p.h, slices.Clone(p.v)}
	for i, v := range o.v {
		if math.IsNaN(v) {
			out.v[i] = v
		}
	}
	return out
}

// local is the plane less the mean of the cells about each cell.
func (p luma) local() luma {
	w := p.w + 1
	sum, count := make([]float64, w*(p.h+1)), make([]int, w*(p.h+1))
	for y := range p.h {
		var s float64
		n := 0
		for x := range p.w {
			if v := p.v[y*p.w+x]; !math.IsNaN(v) {
				s, n = s+v, n+1
			}
			i := (y+1)*w + x + 1
			sum[i], count[i] = sum[i-w]+s, count[i-w]+n
		}
	}
	out := luma{p.w, p.h, make([]float64, len(p.v))}
	for y := range p.h {
		top, low := max(y-localMean, 0)*w, min(y+localMean+1, p.h)*w
		for x := range p.w {
			left, right := max(x-localMean, 0), min(x+localMean+1, p.w)
			n := count[low+right] - count[low+left] - count[top+right] + count[top+left]
			s := sum[low+right] - sum[low+left] - sum[top+right] + sum[top+left]
			out.v[y*p.w+x] = p.v[y*p.w+x] - s/float64(max(n, 1))
		}
	}
	return out
}

// correct is the map of the grid onto itself by which A laid on B lies better: none where too little agrees to go by, or
// where it would lead far away.
func correct(a, b luma) Map {
	m := identity
	for range alignments {
		back, ok := m.Inverse()
		if !ok {
			return identity
		}
		normal, ok := normalOf(a, b, back)
		if !ok {
			return identity
		}
		d, ok := eliminate(normal)
		if !ok {
			return identity
		}
		step, far := shiftOf(d, float64(b.w), float64(b.h))
		m = step.After(m)
		if !(apartBy(m, identity, b) < runaway) {
			return identity
		}
		if far < still {
			break
		}
	}
	return m
}

// sample is one cell's equation, what is sought on the left and what it should come to last, and how far it is from holding.
type sample struct {
	row [9]float64
	off float64
}

// samples are the equations of one step. The numbers sought move what A shows at a place (u,v) of B, in fractions from the
// middle, by (d0+d1u+d2v, d3+d4u+d5v) cells, and farther by (u,v)·(d6u+d7v) times the grid's size.
func samples(a, b luma, back Map) []sample {
	out := make([]sample, 0, (b.w/sampled)*(b.h/sampled))
	for y := sampled; y < b.h-1; y += sampled {
		for x := sampled; x < b.w-1; x += sampled {
			i := y*b.w + x
			u, v, ok := back.At((float64(x)+0.5)/float64(b.w), (float64(y)+0.5)/float64(b.h))
			if !ok || u < 0 || v < 0 || u > 1 || v > 1 {
				continue
			}
			t := a.at(product(u, float64(a.w))-0.5, product(v, float64(a.h))-0.5) - b.v[i]
			gx, gy := (b.v[i+1]-b.v[i-1])/2, (b.v[i+b.w]-b.v[i-b.w])/2
			if math.IsNaN(t + gx + gy) {
				continue
			}
			u, v = (float64(x)+0.5)/float64(b.w)-0.5, (float64(y)+0.5)/float64(b.h)-0.5
			q := product(product(u, gx), float64(b.w)) + product(product(v, gy), float64(b.h))
			row := [9]float64{gx, product(gx, u), product(gx, v), gy, product(gy, u), product(gy, v), product(q, u), product(q, v), t}
			out = append(out, sample{row, math.Abs(t)})
		}
	}
	return out
}

// ranked is the value that stands at place k, from 0, once the values are sorted; their order changes (Hoare, "Algorithm 65: Find", 1961).
func ranked(all []float64, k int) float64 {
	for low, high := 0, len(all)-1; low < high; {
		pivot := all[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for all[i] < pivot {
				i++
			}
			for pivot < all[j] {
				j--
			}
			if i <= j {
				all[i], all[j] = all[j], all[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return all[k]
		}
	}
	return all[k]
}

// normalOf are the normal equations of one step, each cell weighted after Tukey: far from holding, it has no say. ok is false where too few have.
func normalOf(a, b luma, back Map) (normal [8][9]float64, ok bool) {
	all := samples(a, b, back)
	if len(all) < leastTaken {
		return normal, false
	}
	offs := make([]float64, len(all))
	for i, s := range all {
		offs[i] = s.off
	}
	limit := max(2, 4*ranked(offs, len(offs)/2))
	taken := 0
	for _, s := range all {
		if s.off >= limit {
			continue
		}
		taken++
		k := 1 - product(s.off/limit, s.off/limit)
		k = product(k, k)
		for i := range 8 {
			r := product(k, s.row[i])
			for j := i; j < 9; j++ {
				normal[i][j] += product(r, s.row[j])
			}
		}
	}
	for i := range 8 {
		for j := range i {
			normal[i][j] = normal[j][i]
		}
		normal[i][i] += 1 + product(1e-3, normal[i][i])
	}
	return normal, taken >= leastTaken
}

// shiftOf is the map of B onto itself that a step makes, and the cells by which it moves a corner farthest.
func shiftOf(d [8]float64, w, h float64) (m Map, far float64) {
	m = Map{1 + d[1]/w, d[2] / w, d[0] / w, d[4] / h, 1 + d[5]/h, d[3] / h, -d[6], -d[7], 1}
	m = Map{1, 0, 0.5, 0, 1, 0.5, 0, 0, 1}.After(m).After(Map{1, 0, -0.5, 0, 1, -0.5, 0, 0, 1})
	return m, apartBy(m, identity, luma{int(w), int(h), nil})
}

// apartBy is how many cells of B two maps are apart at the corners, at most.
func apartBy(m, n Map, b luma) (far float64) {
	for _, p := range square {
		u, v, ok := m.At(p.x, p.y)
		x, y, okN := n.At(p.x, p.y)
		if !ok || !okN {
			return math.Inf(1)
		}
		far = max(far, math.Sqrt(squared(product(u-x, float64(b.w)), product(v-y, float64(b.h)))))
	}
	return far
}
