package compare_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/compare/geometry"
)

// verdict is what is said of two photos in short.
type verdict struct {
	basis    pipeline.Basis
	strength pipeline.Strength
	other    bool
	mirror   bool
	rotate   int
	distance int
}

func verdictOf(t *testing.T, a, b pipeline.Prints) (verdict, pipeline.Match) {
	t.Helper()
	ms := compare.Pair(a, b, compare.Defaults())
	if d := cmp.Diff(ms, compare.Pair(b, a, compare.Defaults())); d != "" {
		t.Error(d)
	}
	switch len(ms) {
	case 0:
		return verdict{}, pipeline.Match{}
	case 1:
	default:
		t.Fatalf("%d matches of two photos", len(ms))
	}
	m := ms[0]
	return verdict{m.Basis, m.Strength, m.OtherShot, m.Transform.Mirror, m.Transform.Rotate, m.Distance}, m
}

var (
	near    = pipeline.NearPicture
	partial = pipeline.PartialPicture
)

func TestPhotosByTheirFeatures(t *testing.T) {
	t.Parallel()
	s := newScene(1, 300)
	plain := taken{by: straight}
	mirroredView := []pipeline.PrintedPicture{{Bits: s.features[0].bits, Quality: 90, View: "whole", Box: pipeline.Box{0, 0, 1, 1}}}
	turnedView := []pipeline.PrintedPicture{{Bits: s.features[0].bits.Turned(pipeline.Mirrored), Quality: 90, View: "whole", Box: pipeline.Box{0, 0, 1, 1}}}
	caption := func(x, y, luma float64) float64 {
		if y > 0.85 {
			return 240 - 220*float64(int(40*x)%2)
		}
		return luma
	}
	for name, c := range map[string]struct {
		a, b taken
		want verdict
	}{
		"the same, hash near":       {plain, taken{by: straight, hashes: moved(8)}, verdict{near, pipeline.Confirmed, false, false, 0, 8}},
		"the same, hash not so":     {plain, taken{by: straight, hashes: moved(40)}, verdict{near, pipeline.Confirmed, false, false, 0, 40}},
		"mirrored":                  {taken{by: straight, views: mirroredView}, taken{by: straight, mirror: true, hashes: strange, views: turnedView}, verdict{near, pipeline.Confirmed, false, true, 0, 0}},
		"clockwise":                 {plain, taken{by: scaled(1, 90, 0.5, 0.5), hashes: strange}, verdict{near, pipeline.Confirmed, false, false, 90, 96}},
		"upside down":               {plain, taken{by: scaled(1, 180, 0.5, 0.5), hashes: strange}, verdict{near, pipeline.Confirmed, false, false, 180, 96}},
		"its middle":                {plain, taken{by: scaled(1.5, 0, 0.5, 0.5), hashes: strange}, verdict{partial, pipeline.Confirmed, false, false, 0, 96}},
		"little of it":              {plain, taken{by: scaled(2.5, 0, 0.3, 0.6), hashes: strange}, verdict{partial, pipeline.Confirmed, false, false, 0, 96}},
		"almost all of it":          {plain, taken{by: scaled(1.05, 0, 0.5, 0.5), hashes: strange}, verdict{near, pipeline.Confirmed, false, false, 0, 96}},
		"within a frame":            {plain, taken{by: scaled(0.6, 0, 0.4, 0.45), hashes: strange}, verdict{partial, pipeline.Confirmed, false, false, 0, 96}},
		"tilted, black about it":    {plain, taken{by: scaled(1, 7, 0.5, 0.5), hashes: strange}, verdict{near, pipeline.Confirmed, false, false, 0, 96}},
		"under a caption":           {plain, taken{by: straight, over: caption, hidden: func(_, y float64) bool { return y > 0.85 }, hashes: strange}, verdict{near, pipeline.Confirmed, false, false, 0, 96}},
		"from another place":        {plain, taken{by: straight, jitter: 0.006, over: ripple, hashes: strange}, verdict{near, pipeline.Suggested, true, false, 0, 96}},
		"the camera moved":          {taken{by: scaled(1.6, 1, 0.65, 0.5)}, taken{by: scaled(1.6, -1, 0.35, 0.5), hashes: strange}, verdict{partial, pipeline.Suggested, true, false, 0, 96}},
		"the left and right part":   {taken{by: scaled(1.6, 0, 0.65, 0.5)}, taken{by: scaled(1.6, 0, 0.35, 0.5), hashes: strange}, verdict{partial, pipeline.Confirmed, false, false, 0, 96}},
		"the same shape, else luma": {plain, taken{by: straight, over: func(x, y, _ float64) float64 { return 128 + 90*math.Sin(40*x+70*y*y) }, hashes: strange}, verdict{}},
	} {
		got, m := verdictOf(t, s.take(1, c.a), s.take(2, c.b))
		if got != c.want {
			t.Errorf("%s: %+v, not %+v (%+v)", name, got, c.want, m)
		}
		if c.want.basis != "" && (m.Inliers < 12 || m.Agreement < 0.5 || m.Method == "") {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// Two screens of one program correspond in all but the picture they show.
func TestAFrameMakesNoKin(t *testing.T) {
	t.Parallel()
	s, hashes := newScene(12, 300), newScene(13, 3).features
	one, another := hashes[0].bits, hashes[1].bits
	at := pipeline.Box{0.3, 0.2, 0.5, 0.4}
	beside := viewOf(hashes[2].bits, "inset2", pipeline.Box{0.1, 0.1, 0.15, 0.15})
	shot := verdict{near, pipeline.Suggested, true, false, 0, 96}
	for name, c := range map[string]struct {
		a, b []pipeline.PrintedPicture
		want verdict
	}{
		"other pictures":             {viewOf(one, "inset1", at), viewOf(another, "inset1", at), verdict{}},
		"one picture":                {viewOf(one, "inset1", at), viewOf(moved(30)(one), "inset1", at), shot},
		"pictures at other places":   {viewOf(one, "inset1", at), viewOf(another, "inset1", pipeline.Box{0.3, 0.3, 0.5, 0.4}), shot},
		"other pictures, beside one": {append(viewOf(one, "inset1", at), beside...), append(viewOf(another, "inset1", at), beside...), shot},
	} {
		got, m := verdictOf(t, s.take(1, taken{by: straight, views: c.a}), s.take(2, taken{by: straight, jitter: 0.006, over: ripple, hashes: strange, views: c.b}))
		if got != c.want {
			t.Errorf("%s: %+v, not %+v (%+v)", name, got, c.want, m)
		}
	}
}

// ripple shifts what is seen a little here and there, as parallax does.
func ripple(x, y, luma float64) float64 { return luma + 45*math.Sin(37*x)*math.Sin(41*y) }

func TestTransformOfAPart(t *testing.T) {
	t.Parallel()
	s := newScene(2, 300)
	// B shows A from 0.2 to 1 across and 0.1 to 0.9 down, mirrored.
	_, m := verdictOf(t, s.take(1, taken{by: straight}), s.take(2, taken{
		by: geometry.Map{1.25, 0, 0, 0, 1.25, -0.125, 0, 0, 1}, mirror: true, hashes: strange,
	}))
	if m.Transform.Crop == nil || m.Transform.Matrix == nil || !m.Transform.Mirror {
		t.Fatalf("%+v", m)
	}
	u, v, ok := geometry.Map(*m.Transform.Matrix).At(0.4, 0.5)
	if !ok || math.Abs(u-0.75) > 0.01 || math.Abs(v-0.5) > 0.01 {
		t.Errorf("the middle of the part lies at %.3f, %.3f", u, v)
	}
	want := pipeline.Box{0.2, 0.1, 0.8, 0.8}
	for i, got := range m.Transform.Crop {
		if math.Abs(got-want[i]) > 0.01 {
			t.Errorf("crop %v, not %v", *m.Transform.Crop, want)
			break
		}
	}
}

func TestACopyThatFillsTheFrameHasNoMatrix(t *testing.T) {
	t.Parallel()
	s := newScene(3, 300)
	_, m := verdictOf(t, s.take(1, taken{by: straight}), s.take(2, taken{by: scaled(1, 270, 0.5, 0.5), hashes: strange}))
	if d := cmp.Diff(pipeline.Transform{Rotate: 270}, m.Transform); d != "" {
		t.Error(d)
	}
}

// Hashes that are near and luma that is not contradict each other.
func TestNearHashesOfOtherPictures(t *testing.T) {
	t.Parallel()
	s, o := newScene(4, 200), newScene(5, 200)
	for name, c := range map[string]struct {
		distance int
		want     verdict
	}{
		"equal":      {0, verdict{near, pipeline.Suggested, false, false, 0, 0}},
		"near":       {31, verdict{near, pipeline.Suggested, false, false, 0, 31}},
		"not so":     {32, verdict{}},
		"far enough": {60, verdict{}},
	} {
		a := s.take(1, taken{by: straight})
		b := o.take(2, taken{by: straight, hashes: func(pipeline.Hash256) pipeline.Hash256 { return moved(c.distance)(a.Pictures[0].Bits) }})
		if got, m := verdictOf(t, a, b); got != c.want {
			t.Errorf("%s: %+v (%+v)", name, got, m)
		}
	}
}

// Without features the hashes stand alone; the luma, where there is any, speaks still.
func TestSmoothPicturesByTheirHashes(t *testing.T) {
	t.Parallel()
	s := newScene(6, 0)
	for name, c := range map[string]struct {
		distance int
		want     verdict
	}{
		"near":   {31, verdict{near, pipeline.Confirmed, false, false, 0, 31}},
		"not so": {48, verdict{near, pipeline.Suggested, false, false, 0, 48}},
		"far":    {49, verdict{}},
	} {
		if got, m := verdictOf(t, s.take(1, taken{by: straight}), s.take(2, taken{by: straight, hashes: moved(c.distance)})); got != c.want {
			t.Errorf("%s: %+v (%+v)", name, got, m)
		}
	}
}

// view is a hash of a part of a picture.
func viewOf(h pipeline.Hash256, name string, box pipeline.Box) []pipeline.PrintedPicture {
	return []pipeline.PrintedPicture{{Bits: h, Quality: 90, View: name, Box: box}}
}

func TestSmoothPicturesByTheirViews(t *testing.T) {
	t.Parallel()
	s, o := newScene(7, 0), newScene(8, 0)
	h := newScene(9, 1).features[0].bits
	all, right := pipeline.Box{0, 0, 1, 1}, pipeline.Box{0.4, 0, 0.6, 0.6}
	turned := func(d pipeline.Dihedral, n int) pipeline.Hash256 { return moved(n)(h.Turned(d)) }
	part := geometry.Map{1 / 0.6, 0, -0.4 / 0.6, 0, 1 / 0.6, 0, 0, 0, 1}
	// Of a picture set in so small there is enough to speak for it, and too little to confirm it.
	stamp, at := scaled(0.18, 0, 0.7, 0.3), pipeline.Box{0.61, 0.21, 0.18, 0.18}
	for name, c := range map[string]struct {
		of   scene
		a, b taken
		want verdict
	}{
		"clockwise and mirrored": {s, taken{by: straight, views: viewOf(h, "whole", all)},
			taken{by: geometry.Map{0, 1, 0, 1, 0, 0, 0, 0, 1}, views: viewOf(turned(pipeline.Clockwise90Mirrored, 20), "whole", all), hashes: strange},
			verdict{near, pipeline.Confirmed, false, true, 90, 20}},
		"a tile": {s, taken{by: straight, views: viewOf(h, "tile02", right)},
			taken{by: part, views: viewOf(turned(pipeline.AsItIs, 31), "whole", all), hashes: strange},
			verdict{partial, pipeline.Confirmed, false, false, 0, 31}},
		"not near enough": {s, taken{by: straight, views: viewOf(h, "tile02", right)},
			taken{by: part, views: viewOf(turned(pipeline.AsItIs, 32), "whole", all), hashes: strange}, verdict{}},
		"set in": {s, taken{by: straight, views: viewOf(h, "whole", all)},
			taken{by: stamp, views: viewOf(turned(pipeline.AsItIs, 12), "inset1", at), hashes: strange},
			verdict{partial, pipeline.Suggested, false, false, 0, 12}},
		"set in, of another picture": {o, taken{by: straight, views: viewOf(h, "whole", all)},
			taken{by: stamp, views: viewOf(turned(pipeline.AsItIs, 12), "inset1", at), hashes: strange}, verdict{}},
		"of another picture": {o, taken{by: straight, views: viewOf(h, "tile02", right)},
			taken{by: part, views: viewOf(turned(pipeline.AsItIs, 3), "whole", all), hashes: strange}, verdict{}},
	} {
		if got, m := verdictOf(t, s.take(1, c.a), c.of.take(2, c.b)); got != c.want {
			t.Errorf("%s: %+v, not %+v (%+v)", name, got, c.want, m)
		}
	}
}

// Two photos under one caption, with the same words at the same place.
func TestACaptionMakesNoKin(t *testing.T) {
	t.Parallel()
	words := newScene(10, 60)
	caption := func(n byte) pipeline.Features {
		p := words.take(n, taken{by: geometry.Map{0.9, 0, 0.05, 0, 0.12, 0.86, 0, 0, 1}})
		return p.Features[0].Frames[0].Points
	}
	over := func(x, y, luma float64) float64 {
		if y < 0.85 {
			return luma
		}
		return 30 + 200*float64(int(64*x)*int(37*y)%2)
	}
	s, o := newScene(11, 200), newScene(12, 200)
	below := func(_, y float64) bool { return y > 0.85 }
	got, m := verdictOf(t, s.take(1, taken{by: straight, also: caption(3), over: over, hidden: below}), o.take(2, taken{by: straight, also: caption(4), over: over, hidden: below, hashes: strange}))
	if got != (verdict{}) {
		t.Errorf("%+v (%+v)", got, m)
	}
}

// form is a sheet of which all is printed but two fields, a fortieth of the lines.
func form(fields uint64) func(x, y, _ float64) float64 {
	const n = 128
	var ink [n * n]bool
	print := func(seed uint64, inside func(row, column int) bool) {
		lot := newScene(seed, 0)
		for i := range ink {
			if set := lot.IntN(3) == 0; inside(i/n, i%n/2*2) {
				ink[i] = set
			}
		}
	}
	print(1, func(row, column int) bool { return row%16 > 6 && row%16 < 11 && column > 10 && column < 110 })
	print(fields, func(row, column int) bool {
		return row%16 > 6 && row%16 < 11 && row/16%4 == 2 && column > 70 && column < 96
	})
	return func(x, y, _ float64) float64 {
		r, c := int(y*n), int(x*n)
		switch {
		case r%16 == 0:
			return 40
		case ink[r*n+c/2*2]:
			return 60
		}
		return 240
	}
}

// Two sheets of one form: lines and print are the same, what is written into two fields is not.
func TestAFormFilledInAnewIsNoCopy(t *testing.T) {
	t.Parallel()
	s := newScene(13, 300)
	for _, distance := range []int{0, 40} {
		a := s.take(1, taken{by: straight, over: form(2)})
		for fields := range uint64(3) {
			got, m := verdictOf(t, a, s.take(2, taken{by: straight, over: form(3 + fields), hashes: moved(distance)}))
			if got.strength != pipeline.Suggested {
				t.Errorf("fields %d, hashes %d apart: %+v", fields, distance, m)
			}
		}
		if got, m := verdictOf(t, a, s.take(2, taken{by: straight, over: form(2), hashes: moved(distance)})); got.strength != pipeline.Confirmed {
			t.Errorf("a copy, hashes %d apart: %+v", distance, m)
		}
	}
}

// figure stands dark before the scene.
func figure(u, v float64) func(x, y, luma float64) float64 {
	return func(x, y, luma float64) float64 {
		if a, b := (x-u)/0.05, (y-v)/0.14; a*a+b*b < 1 {
			return 20
		}
		return luma
	}
}

// What one camera sees at two moments is no copy, however much of it stands still; what differs by coding is.
func TestAnotherMomentIsNoCopy(t *testing.T) {
	t.Parallel()
	s := newScene(16, 300)
	noise := func(seed uint64, deviation float64) func(x, y, luma float64) float64 {
		lot := newScene(seed, 0)
		return func(_, _, luma float64) float64 { return luma + deviation*lot.NormFloat64() }
	}
	wind := func(x, y, luma float64) float64 {
		u, v := x+0.008*math.Sin(25*y), y+0.008*math.Sin(21*x)
		for _, w := range s.waves {
			luma += 18 * w[3] * (math.Sin(w[0]*u+w[1]*v+w[2]) - math.Sin(w[0]*x+w[1]*y+w[2]))
		}
		return luma
	}
	sticker := func(x, y, luma float64) float64 {
		if x > 0.4 && x < 0.6 && y > 0.35 && y < 0.5 {
			return 245
		}
		return luma
	}
	for name, c := range map[string]struct {
		a, b func(x, y, luma float64) float64
		want verdict
	}{
		"coded anew":       {nil, noise(1, 4), verdict{near, pipeline.Confirmed, false, false, 0, 0}},
		"a sticker":        {nil, sticker, verdict{near, pipeline.Confirmed, false, false, 0, 0}},
		"someone walks":    {figure(0.3, 0.4), figure(0.7, 0.5), verdict{near, pipeline.Suggested, true, false, 0, 0}},
		"someone comes in": {nil, figure(0.5, 0.5), verdict{near, pipeline.Suggested, false, false, 0, 0}},
		"leaves move":      {nil, wind, verdict{near, pipeline.Suggested, true, false, 0, 0}},
	} {
		for _, whole := range []bool{true, false} {
			p, q := s.take(1, taken{by: straight, over: c.a}), s.take(2, taken{by: straight, over: c.b})
			if whole { // by the hashes of the whole pictures alone
				p.Features[0].Frames[0].Points, q.Features[0].Frames[0].Points = nil, nil
			}
			got, m := verdictOf(t, p, q)
			if got != c.want {
				t.Errorf("%s, whole %v: %+v", name, whole, m)
			}
			if differs := strings.Contains(m.Method, "differ in detail"); differs != (c.want.strength == pipeline.Suggested) {
				t.Errorf("%s, whole %v: %q", name, whole, m.Method)
			}
		}
	}
}

// A picture of too little structure to be hashed may match by its features alone.
func TestLowQualityHidesNoEvidence(t *testing.T) {
	t.Parallel()
	s := newScene(14, 200)
	a, b := s.take(1, taken{by: straight}), s.take(2, taken{by: scaled(1.4, 0, 0.5, 0.5)})
	a.Pictures[0].Quality, b.Pictures[0].Quality = 3, 7
	if got, m := verdictOf(t, a, b); got.basis != partial || got.strength != pipeline.Confirmed {
		t.Errorf("%+v", m)
	}
}

// A video's frames are no photo.
func TestOnlyPhotosAreRegistered(t *testing.T) {
	t.Parallel()
	s := newScene(15, 200)
	a, b := s.take(1, taken{by: straight}), s.take(2, taken{by: scaled(1.4, 0, 0.5, 0.5), hashes: strange})
	b.Kind = pipeline.Video
	for _, m := range compare.Pair(a, b, compare.Defaults()) {
		if m.Basis == near || m.Basis == partial {
			t.Errorf("%+v", m)
		}
	}
}
