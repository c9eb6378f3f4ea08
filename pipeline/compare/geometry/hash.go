package geometry

import (
	"math"
	"slices"

	"dokaz/pipeline"
)

const (
	hashed = 32 // of a side that is hashed: a miniature has no more detail
	terms  = 16 // cosine terms kept per direction
)

// cosines holds rows 1 to 16 of the orthonormal 32-point cosine transform (DCT-II), rounded far above the last place of a double,
// so that every platform has the same.
var cosines = func() (m [terms][hashed]float64) {
	for i := range m {
		for k := range m[i] {
			m[i][k] = rounded(math.Sqrt(2.0/hashed) * math.Cos(math.Pi/2/hashed*float64((i+1)*(2*k+1))))
		}
	}
	return m
}()

// Hash hashes the part of a miniature within a box as PDQ hashes a picture, for comparison with hashes of frames that show
// no more than that part. It returns also the standard deviation of the luma; ok is false where there is nothing
// to hash.
func Hash(m *pipeline.Miniature, box pipeline.Box) (h pipeline.Hash256, deviation float64, ok bool) {
	if !valid(m) || !(box[2] > 0) || !(box[3] > 0) {
		return h, 0, false
	}
	p := lumaOf(m)
	var grid [hashed * hashed]float64
	var sum, square float64
	for y := range hashed {
		for x := range hashed {
			u := box[0] + product(box[2], (float64(x)+0.5)/hashed)
			v := box[1] + product(box[3], (float64(y)+0.5)/hashed)
			l := p.at(product(u, float64(p.w))-0.5, product(v, float64(p.h))-0.5)
			grid[y*hashed+x] = l
			sum += l
			square += product(l, l)
		}
	}
	mean := sum / (hashed * hashed)
	deviation = math.Sqrt(max(square/(hashed*hashed)-product(mean, mean), 0))
	c := transform(&grid)
	sorted := c
	slices.Sort(sorted[:])
	for i, v := range c {
		if v > sorted[len(sorted)/2-1] {
			h[len(h)-1-i/64] |= 1 << (i % 64)
		}
	}
	return h, deviation, true
}

// transform returns coefficients (1…16)×(1…16) of the cosine transform, vertical frequency first.
func transform(p *[hashed * hashed]float64) (out [terms * terms]float64) {
	for i := range terms {
		var down [hashed]float64
		for k, w := range cosines[i] {
			for x, v := range p[k*hashed:][:hashed] {
				down[x] += product(w, v)
			}
		}
		for j := range terms {
			for k, v := range down {
				out[i*terms+j] += product(v, cosines[j][k])
			}
		}
	}
	return out
}
