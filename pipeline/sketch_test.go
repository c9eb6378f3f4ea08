package pipeline

import "testing"

// stripes are upright stripes six places wide of two levels, moved to the right.
func stripes(low, high uint8, by int) (s Sketch) {
	for i := range s {
		if s[i] = low; (i%SketchColumns+by)/6%2 == 0 {
			s[i] = high
		}
	}
	return s
}

func TestSketchesThatPart(t *testing.T) {
	t.Parallel()
	standing := stripes(40, 200, 0)
	noise := standing
	for i := range noise {
		noise[i] += uint8(i % 3)
	}
	for name, c := range map[string]struct {
		s     Sketch
		share float64
		want  bool
	}{
		"the same":                 {standing, 0.01, false},
		"noise":                    {noise, 0.001, false},
		"a third of a stripe, 0.5": {stripes(40, 200, 2), 0.5, true},   // 2 of 6 places change by twice their contrast: 0.67
		"a third of a stripe, 0.7": {stripes(40, 200, 2), 0.7, false},  //
		"the other way round":      {stripes(40, 200, 6), 1.9, true},   //
		"flat":                     {stripes(40, 42, 6), 0.1, false},   // nothing of contrast says nothing
		"lighter alone":            {stripes(60, 220, 0), 0.26, false}, // 20 levels of 80
	} {
		if got := c.s.Parted(&standing, c.share); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSketchesThatStand(t *testing.T) {
	t.Parallel()
	standing := stripes(40, 200, 0)
	part := stripes(60, 220, 0) // lighter all over, and something before the last sixth of it
	for i := len(part) - len(part)/6; i < len(part); i++ {
		part[i] = 255
	}
	for name, c := range map[string]struct {
		s     Sketch
		share float64
		want  bool
	}{
		"the same":            {standing, 1, true},
		"lighter":             {stripes(60, 220, 0), 1, true},
		"moved":               {stripes(40, 200, 2), 0.75, false}, // a third of the places
		"a part of it, 0.75":  {part, 0.75, true},
		"a part of it, 0.95":  {part, 0.95, false},
		"of other brightness": {stripes(40, 180, 0), 0.75, false}, // half the places, which is all that a median can level
	} {
		if got := c.s.Standing(&standing, c.share); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
