package libav

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The sums are those of libswresample's downmix to one channel for 16-bit output (libswresample/rematrix.c), by hand.
func TestMonoWeights(t *testing.T) {
	t.Parallel()
	const r = math.Sqrt2 / 2
	for _, c := range []struct {
		name     string
		channels []int
		want     []float64
	}{
		{"one", []int{frontCentre}, []float64{1}},
		{"one that is called left", []int{frontLeft}, []float64{1}},
		{"stereo", []int{frontLeft, frontRight}, []float64{0.5, 0.5}},
		{"three", []int{frontLeft, frontRight, frontCentre}, []float64{r / (2*r + 1), r / (2*r + 1), 1 / (2*r + 1)}},
		{"5.1", []int{frontLeft, frontRight, frontCentre, lowFrequency, sideLeft, sideRight},
			[]float64{r / (2*r + 2), r / (2*r + 2), 1 / (2*r + 2), 0, 0.5 / (2*r + 2), 0.5 / (2*r + 2)}},
		{"faint", []int{backCentre, lowFrequency}, []float64{0.5, 0}},
		{"none named", []int{1 << 20, 1<<20 + 1, 1<<20 + 2, 1<<20 + 3}, []float64{0.25, 0.25, 0.25, 0.25}},
		{"no channel", nil, []float64{}},
	} {
		want := make([]float32, len(c.want))
		for i, w := range c.want {
			want[i] = float32(w)
		}
		if d := cmp.Diff(want, monoWeights(c.channels)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestMixInLeavesOutWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	dst := []float32{1, 1, 1, 1, 1}
	mixIn(dst, []float64{0.5, 9, math.NaN(), 9, math.Inf(-1), 9, math.MaxFloat64, 9, -3}, 2, 0.5, 1)
	if d := cmp.Diff([]float32{1.25, 1, 1, 1, -0.5}, dst); d != "" {
		t.Error(d)
	}
}
