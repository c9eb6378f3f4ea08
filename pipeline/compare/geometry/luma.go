package geometry

import (
	"math"

	"dokaz/pipeline"
)

func valid(m *pipeline.Miniature) bool {
	return m != nil && m.Width > 0 && m.Height > 0 && m.Width <= 256 && m.Height <= 256 && len(m.Luma) == m.Width*m.Height
}

const coarsest = 128 // pixels a side of the planes that are compared window by window

// luma is a plane of luma, row by row.
type luma struct {
	w, h int
	v    []float64
}

func lumaOf(m *pipeline.Miniature) luma {
	p := luma{m.Width, m.Height, make([]float64, len(m.Luma))}
	for i, l := range m.Luma {
		p.v[i] = float64(l)
	}
	return p
}

// coarse is the plane at no more than coarsest pixels a side.
func (p luma) coarse() luma {
	for max(p.w, p.h) > coarsest {
		p = p.halved()
	}
	return p
}

// halved is the plane at half the size, each pixel the mean of four; an odd last row or column is left out.
func (p luma) halved() luma {
	q := luma{p.w / 2, p.h / 2, nil}
	q.v = make([]float64, q.w*q.h)
	for y := range q.h {
		for x := range q.w {
			i := 2*y*p.w + 2*x
			q.v[y*q.w+x] = (p.v[i] + p.v[i+1] + p.v[i+p.w] + p.v[i+p.w+1]) / 4
		}
	}
	return q
}

// blurred averages every pixel with its neighbours, weights 1 2 1 both ways.
func (p luma) blurred() luma {
	pass := func(p luma, dx, dy int) luma {
		q := luma{p.w, p.h, make([]float64, len(p.v))}
		for y := range p.h {
			for x := range p.w {
				before := p.v[max(y-dy, 0)*p.w+max(x-dx, 0)]
				after := p.v[min(y+dy, p.h-1)*p.w+min(x+dx, p.w-1)]
				q.v[y*p.w+x] = (before + p.v[y*p.w+x] + p.v[y*p.w+x] + after) / 4
			}
		}
		return q
	}
	return pass(pass(p, 1, 0), 0, 1)
}

// at is the luma at a place between pixels, bilinear.
func (p luma) at(x, y float64) float64 {
	x, y = min(max(x, 0), float64(p.w-1)), min(max(y, 0), float64(p.h-1))
	i, j := int(x), int(y)
	fx, fy := x-float64(i), y-float64(j)
	k, l := min(i+1, p.w-1), min(j+1, p.h-1)
	top := product(p.v[j*p.w+i], 1-fx) + product(p.v[j*p.w+k], fx)
	low := product(p.v[l*p.w+i], 1-fx) + product(p.v[l*p.w+k], fx)
	return product(top, 1-fy) + product(low, fy)
}

// level halves the finer of the two planes until their pixels are about equally large once laid on each other.
func level(a, b luma, m Map) (luma, luma) {
	j, ok := m.slope(0.5, 0.5)
	if !ok {
		return a, b
	}
	// Pixels of B, in area, for each pixel of A.
	k := math.Abs(determinant(j)) * float64(b.w*b.h) / float64(a.w*a.h)
	for ; k < 0.5 && min(a.w, a.h) >= 2; k *= 4 {
		a = a.halved()
	}
	for ; k > 2 && min(b.w, b.h) >= 2; k /= 4 {
		b = b.halved()
	}
	return a, b
}

// laid is the plane on a grid of w×h cells, by the map back from fractions of the grid; cells that it does not cover
// are not a number.
func (p luma) laid(w, h int, back Map) luma {
	out := luma{w, h, make([]float64, w*h)}
	for y := range h {
		for x := range w {
			u, v, ok := back.At((float64(x)+0.5)/float64(w), (float64(y)+0.5)/float64(h))
			if ok && u >= 0 && v >= 0 && u <= 1 && v <= 1 {
				out.v[y*w+x] = p.at(product(u, float64(p.w))-0.5, product(v, float64(p.h))-0.5)
			} else {
				out.v[y*w+x] = math.NaN()
			}
		}
	}
	return out
}

// rangeAbout is the range of the luma over a cell and its neighbours that are covered.
func (p luma) rangeAbout(x, y int) float64 {
	low, high := 255.0, 0.0
	for v := max(y-1, 0); v <= min(y+1, p.h-1); v++ {
		for u := max(x-1, 0); u <= min(x+1, p.w-1); u++ {
			if l := p.v[v*p.w+u]; !math.IsNaN(l) {
				low, high = min(low, l), max(high, l)
			}
		}
	}
	return max(high-low, 0)
}
