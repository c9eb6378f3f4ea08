package pdq

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Sums are the same to the last bit, whether vectors make them or not.
func TestEightsAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, step := rapid.IntRange(0, 70).Draw(t, "n"), rapid.IntRange(8, 64).Draw(t, "step")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		lines, weights := make([]float32, n*step+8), make([]float32, n)
		for i := range lines {
			lines[i] = 255 * r.Float32()
		}
		for i := range weights {
			weights[i] = 2*r.Float32() - 1
		}
		var want [8]float32
		for k := range want {
			for i, w := range weights {
				want[k] += float32(lines[i*step+k] * w)
			}
		}
		for name, f := range map[string]func(*[8]float32, []float32, int, []float32){"plain": eightPlain, "used": weigh} {
			got := [8]float32{1, 2, 3}
			if f(&got, lines, step, weights); got != want {
				t.Fatalf("%s: %v, not %v", name, got, want)
			}
		}
	})
}
