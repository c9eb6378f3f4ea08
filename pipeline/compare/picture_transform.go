package compare

import (
	"math"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

const (
	hidden = 0.02 // share of a picture that may be out of sight without saying so
	off    = 0.01 // of width or height: a corner may lie so far from where turning and mirroring alone take it
)

// transformOf states a fit: the turn, the parts seen where they are not all, and the map where the rest does not say it.
func transformOf(f geometry.Fit) pipeline.Transform {
	t := pipeline.Transform{Mirror: f.Mirror, Rotate: f.Rotate}
	if f.SeenOfA < 1-hidden {
		t.Crop = boxOf(f.InA)
	}
	if f.SeenOfB < 1-hidden {
		t.Within = boxOf(f.InB)
	}
	plain := turned(t)
	for _, c := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		u, v, _ := plain.At(c[0], c[1])
		x, y, _ := f.Matrix.At(c[0], c[1])
		if t.Matrix == nil && max(math.Abs(x-u), math.Abs(y-v)) > off {
			m := [9]float64(f.Matrix)
			for i := range m {
				m[i] = math.Round(m[i]/m[8]*1e6) / 1e6
			}
			t.Matrix = &m
		}
	}
	return t
}

// boxOf rounds a box to ten-thousandths.
func boxOf(b [4]float64) *pipeline.Box {
	out := pipeline.Box(b)
	for i, v := range out {
		out[i] = math.Round(v*1e4) / 1e4
	}
	return &out
}
