package views

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestStepsAreThoseOfAProfile: what is looked at first is what the whole profile says, for rows and columns of any box.
func TestStepsAreThoseOfAProfile(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		w, h := 1+r.IntN(70), 1+r.IntN(70)
		g := Gray{w, h, make([]uint8, w*h)}
		for i := range g.Pix {
			g.Pix[i] = uint8(r.Uint32())
		}
		box := g.Bounds()
		if w > 9 && h > 9 {
			box.Min.X, box.Max.Y = 3, h-2
		}
		for _, columns := range []bool{true, false} {
			l := g.from(box, columns, false)
			p := newProfile(l.n)
			p.add(l)
			if got := l.steps(); !slices.Equal(got, p.steps) {
				t.Fatalf("%d × %d, columns %v: %v, want %v", w, h, columns, got, p.steps)
			}
		}
	}
}
