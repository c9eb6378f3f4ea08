package pipeline

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatCountsAsDamage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		d    Decoded
		want bool
	}{
		"whole":                         {Decoded{Read: 300, Stated: 300, Until: 12, Duration: 12}, false},
		"frames dropped":                {Decoded{Read: 286, Stated: 300, Until: 12, Duration: 12}, false},
		"more than are ever dropped":    {Decoded{Read: 280, Stated: 300, Until: 12, Duration: 12}, true},
		"few, and two of them not read": {Decoded{Read: 3, Stated: 5}, false},
		"ends early":                    {Decoded{Read: 9, Until: 9.5, Duration: 12}, true},
		"ends with the sound":           {Decoded{Read: 9, Until: 10.5, Duration: 12}, false},
		"one error":                     {Decoded{Read: 300, Stated: 300, Errors: 1}, true},
		"a concealed one":               {Decoded{Read: 300, Stated: 300, Concealed: 1}, true},
		"a limit":                       {Decoded{Read: 10, Stated: 300, Errors: 1, Limited: true}, false},
		"nothing stated, nothing read":  {Decoded{}, false},
	} {
		if _, got := c.d.Damage("frames", 0); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestStretches(t *testing.T) {
	t.Parallel()
	var s Stretches
	for _, at := range []float64{1, 1.5, 2.4, math.NaN(), 5, math.Inf(1), 5.0004, 4} {
		s.Add(at)
	}
	if diff := cmp.Diff([]float64{1, 2.4, 5, 5, 4, 4}, s.Seconds()); diff != "" {
		t.Error(diff)
	}
	for i := range 1000 {
		s.Add(float64(10 * (i + 1)))
	}
	if got := s.Seconds(); len(got) != 2*MaxStretches || got[len(got)-1] != 10_000 {
		t.Errorf("%d ends, the last %v", len(got), got[len(got)-1])
	}
}
