package paper

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"dokaz/pipeline"
)

// written is an outline as path data with absolute commands.
func written(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		if b.WriteByte(s.verb); s.verb != 'Z' {
			fmt.Fprintf(&b, "%.6f,%.6f", s.to.x, s.to.y)
		}
	}
	return b.String()
}

// The expected points follow from SVG 2 §9.3.
func TestPathsAreReadAsSVGSaysThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                           "",
		"M1 2L3 4":                   "M1,2 L3,4",
		"M 1,2 , L 3 , 4":            "M1,2 L3,4",
		"M1 2 3 4":                   "M1,2 L3,4",           // pairs after M are lines
		"m1 2 3 4":                   "M1,2 L4,6",           // after m, relative ones
		"M10.5-2l-.5.5z":             "M10.5,-2 L10,-1.5 Z", // signs and points part numbers
		"M12 314v6h50.0v-6":          "M12,314 L12,320 L62,320 L62,314",
		"M0 5.5H480":                 "M0,5.5 L480,5.5",
		"M7 0V330":                   "M7,0 L7,330",
		"M1 1l8 8-8 8-8-8z":          "M1,1 L9,9 L1,17 L-7,9 Z",
		"M1 1h1v1zl5 5":              "M1,1 L2,1 L2,2 Z M1,1 L6,6", // what follows Z begins where it ended
		"M1 1h1zm2 2h1":              "M1,1 L2,1 Z M3,3 L4,3",
		"M412.0 6.0l8 -12m4 0l-8 12": "M412,6 L420,-6 M424,-6 L416,6",
		"M1 1h1 2 3":                 "M1,1 L2,1 L4,1 L7,1",
		"M999999 0z":                 "M999999,0 Z",
		"L1 1":                       "fault", // no start
		"1 1":                        "fault",
		"M1":                         "fault",
		"M1 1z 2 2":                  "fault",
		"M1 1C1 1 2 2 3 3":           "fault", // not drawn
		"M1 1e3":                     "fault",
		"M--1 1":                     "fault",
		"M1 -":                       "fault",
		"MNaN 1":                     "fault",
		"M1000001 0":                 "fault",
		"M999999 0h2":                "fault",
		"M1 1\x00":                   "fault",
		strings.Repeat(" ", 1<<20+1): "fault",
	} {
		got, err := readPath(in)
		switch {
		case want == "fault":
			if !errors.Is(err, pipeline.ErrMalformed) {
				t.Errorf("%.40q: %v, %v", in, got, err)
			}
			continue
		case err != nil:
			t.Errorf("%q: %v", in, err)
			continue
		}
		var said []string
		for _, s := range got {
			one := string(s.verb)
			if s.verb != 'Z' {
				one += fmt.Sprintf("%v,%v", s.to.x, s.to.y)
			}
			said = append(said, one)
		}
		if s := strings.Join(said, " "); s != want {
			t.Errorf("%q: %s, want %s", in, s, want)
		}
	}
}

// FuzzPath holds that what is read is bounded, begins somewhere, and is read alike when it is written again.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"M1 2l3-4.5.5z", "m1,1 2 2H3v4ZM0 0", "M1 1C", "M1e9 0", "z", "M1 1h1 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := readPath(in)
		if err != nil {
			if !errors.Is(err, pipeline.ErrMalformed) {
				t.Errorf("%v", err)
			}
			return
		}
		if len(got) > 2*len(in) || (len(got) > 0 && got[0].verb != 'M') {
			t.Fatalf("%d bytes became %d steps, %v", len(in), len(got), got)
		}
		again, err := readPath(written(got))
		if err != nil || len(again) != len(got) {
			t.Fatalf("%q: %d steps became %d, %v", in, len(got), len(again), err)
		}
		for i, s := range got {
			if s.verb != again[i].verb || math.Abs(s.to.x-again[i].to.x) > 1e-5 || math.Abs(s.to.y-again[i].to.y) > 1e-5 {
				t.Errorf("step %d: %v became %v", i, s, again[i])
			}
			if math.Abs(s.to.x) > farthest || math.Abs(s.to.y) > farthest {
				t.Errorf("step %d leads to %v", i, s.to)
			}
		}
	})
}
