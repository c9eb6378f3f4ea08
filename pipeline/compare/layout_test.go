package compare

import (
	"testing"

	"dokaz/pipeline"
)

// A whole picture turned clockwise, then mirrored left to right, as pipeline.Transform says it.
func TestTurnedWholePictures(t *testing.T) {
	t.Parallel()
	for _, form := range pipeline.Dihedrals {
		m := turned(pipeline.Transform{Rotate: form.Rotate(), Mirror: form.Mirror()})
		for _, p := range [][2]float64{{0, 0}, {1, 0}, {0.25, 0.125}} {
			x, y := p[0], p[1]
			for range form.Rotate() / 90 {
				x, y = 1-y, x // the left edge becomes the upper one
			}
			if form.Mirror() {
				x = 1 - x
			}
			if u, v, ok := m.At(p[0], p[1]); !ok || u != x || v != y {
				t.Errorf("%d° mirror %v takes %v to %v, %v, want %v, %v", form.Rotate(), form.Mirror(), p, u, v, x, y)
			}
		}
	}
}
