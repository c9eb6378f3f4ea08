package globe

import (
	"math"
	"strings"
	"testing"
)

func TestCoordinatesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{
		"53.9": 53.9, "53,9": 53.9, "-53.9": -53.9, "\u221253.9": -53.9, "+53.9": 53.9, "53.9N": 53.9, "S 53.9": -53.9, "53.9° s": -53.9,
		`53°54'36"N`: 53.91, "53 54.6 N": 53.91, "53°": 53, "0": 0, "90": 90,
	} {
		got, _, ok := Latitude(in)
		if !ok || math.Abs(got-want) > 1e-9 {
			t.Errorf("%q: %v, %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "N", "north", "90.01", "53.9E", "-53.9S", "53 60", "53.5 30", "1 2 3 4", "1e1", "0x10", "NaN", "Inf", "5-3", strings.Repeat("1", 80)} {
		if got, _, ok := Latitude(in); ok {
			t.Errorf("%q became %v", in, got)
		}
	}
}

func FuzzLatitude(f *testing.F) {
	for _, s := range []string{`53°54'36"N`, "-53,9", "S 1:2:3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, step, ok := Latitude(s); ok && !(v >= -90 && v <= 90 && step > 0 && step <= 1) {
			t.Fatalf("%q: %v, in steps of %v", s, v, step)
		}
	})
}

func TestStepsOfCoordinates(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"53": 1, "53.9": .1, "53,90": .01, "53°54'N": 1. / 60, "53 54 15.5": .1 / 3600} {
		if _, step, ok := Latitude(in); !ok || math.Abs(step-want) > 1e-12 {
			t.Errorf("%q: in steps of %v, want %v", in, step, want)
		}
	}
	// Half a tenth of a degree is 5.56 km north and 3.28 km east at 53.9° (WGS 84, mean sphere).
	if got := Slack(53.9, .1, .1); math.Abs(got-6455) > 10 {
		t.Errorf("a point to tenths of a degree lies within %.0f m, want 6455", got)
	}
}
