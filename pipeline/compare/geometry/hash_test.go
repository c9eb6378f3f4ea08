package geometry_test

import (
	"math"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// wave is a miniature of one cosine term in the part within a box, and flat elsewhere.
func wave(down, across int, sign float64, box pipeline.Box) *pipeline.Miniature {
	const n = 64
	m := &pipeline.Miniature{Width: n, Height: n, Luma: make([]byte, n*n)}
	for i := range m.Luma {
		x, y := ((float64(i%n)+0.5)/n-box[0])/box[2], ((float64(i/n)+0.5)/n-box[1])/box[3]
		m.Luma[i] = 128
		if x >= 0 && y >= 0 && x <= 1 && y <= 1 {
			m.Luma[i] = byte(math.Round(128 + sign*100*math.Cos(math.Pi*float64(down)*y)*math.Cos(math.Pi*float64(across)*x)))
		}
	}
	return m
}

// PDQ's bit 16(i-1)+j-1 is set where cosine term i down, j across is above the median of all, which is about zero here.
func TestHashReadsCosineTerms(t *testing.T) {
	t.Parallel()
	for _, box := range []pipeline.Box{{0, 0, 1, 1}, {0.25, 0.5, 0.5, 0.5}} {
		for _, c := range [][2]int{{1, 1}, {3, 2}, {1, 7}, {6, 5}} {
			bit := 16*(c[0]-1) + c[1] - 1
			for _, sign := range []float64{1, -1} {
				h, deviation, ok := geometry.Hash(wave(c[0], c[1], sign, box), box)
				if set := h[3-bit/64]>>(bit%64)&1 == 1; !ok || set != (sign > 0) || math.Abs(deviation-50) > 5 {
					t.Errorf("term %v by %v in %v: set %v, deviation %.1f, %v", c, sign, box, set, deviation, ok)
				}
			}
		}
	}
}

func TestNothingIsHashedOfNothing(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*pipeline.Miniature{
		"none": nil, "no size": {}, "luma missing": {Width: 4, Height: 4, Luma: []byte{1}}, "too large": {Width: 1 << 20, Height: 1 << 20},
	} {
		if _, _, ok := geometry.Hash(m, pipeline.Box{0, 0, 1, 1}); ok {
			t.Error(name)
		}
	}
	for _, box := range []pipeline.Box{{}, {0, 0, -1, 1}, {0, 0, math.NaN(), 1}} {
		if _, _, ok := geometry.Hash(wave(1, 1, 1, pipeline.Box{0, 0, 1, 1}), box); ok {
			t.Errorf("%v", box)
		}
	}
}
