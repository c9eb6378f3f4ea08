package timeline_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/timeline"
)

func sure(a, b, length float64) shown {
	return shown{a: a, b: b, length: length, speed: 1, strength: pipeline.Confirmed}
}

func at(speed, a, b, length float64) shown {
	g := sure(a, b, length)
	g.speed = speed
	return g
}

func TestStretches(t *testing.T) {
	t.Parallel()
	s := newStudio(1)
	film, other := s.film(40), s.film(40)
	blank := make([]pipeline.Hash256, 2*fine)
	turned := sure(10, 0, 12)
	turned.mirror = true
	for name, c := range map[string]struct {
		a, b []pipeline.FrameHashes
		want []shown
	}{
		"coded anew":               {s.sampled(2, film), s.sampled(6, film), []shown{sure(0, 0, 40)}},
		"strangers":                {s.sampled(2, film), s.sampled(2, other), nil},
		"a clip":                   {s.sampled(2, film), s.sampled(6, part(film, 11.1, 20.3)), []shown{sure(11.1, 0, 9.2)}},
		"a clip within another":    {s.sampled(2, film), s.sampled(6, part(other, 0, 15.3), part(film, 7.4, 17), part(other, 16, 30)), []shown{sure(7.4, 15.3, 9.6)}},
		"cut anew":                 {s.sampled(2, film), s.sampled(6, part(film, 25, 33), part(film, 3.2, 12)), []shown{sure(3.2, 8, 8.8), sure(25, 0, 8)}},
		"a piece left out":         {s.sampled(2, film), s.sampled(6, part(film, 0, 18), part(film, 24.2, 40)), []shown{sure(0, 0, 18), sure(24.2, 18, 15.8)}},
		"shown twice by B":         {s.sampled(2, part(film, 0, 8)), s.sampled(6, part(film, 0, 8), part(other, 0, 5), part(film, 0, 8)), []shown{sure(0, 0, 8), sure(0, 13, 8)}},
		"shown twice by A":         {s.sampled(6, part(film, 0, 8), part(other, 0, 5), part(film, 0, 8)), s.sampled(2, part(film, 0, 8)), []shown{sure(0, 0, 8), sure(13, 0, 8)}},
		"black in the middle":      {s.sampled(2, film), s.sampled(6, part(film, 0, 18), blank, part(film, 20, 40)), []shown{sure(0, 0, 40)}},
		"a black intro":            {s.sampled(2, film), s.sampled(6, blank, film), []shown{sure(0, 2, 40)}},
		"mirrored":                 {s.sampled(2, film), s.sampled(6, mirrored(part(film, 10, 22))), []shown{turned}},
		"under a large logo":       {s.sampled(2, film), s.sampled(54, film), []shown{sure(0, 0, 40)}},
		"backwards":                {s.sampled(2, part(film, 0, 9)), s.sampled(2, backwards(part(film, 0, 9))), nil},
		"half the speed":           {s.sampled(2, film), s.sampled(4, sped(part(film, 9, 21), 0.5)), []shown{at(0.5, 9, 0, 12)}},
		"a little slower":          {s.sampled(2, film), s.sampled(4, sped(part(film, 9, 33), 0.96)), []shown{at(0.96, 9, 0, 24)}},
		"a quarter faster":         {s.sampled(2, film), s.sampled(4, sped(part(film, 9, 29), 1.25)), []shown{at(1.25, 9, 0, 20)}},
		"twice the speed":          {s.sampled(2, film), s.sampled(4, part(other, 0, 6), sped(part(film, 9, 29), 2)), []shown{at(2, 9, 6, 20)}},
		"a second and a half":      {s.sampled(2, film), s.sampled(4, part(other, 0, 9), part(film, 10, 11.5), part(other, 11, 20)), nil},
		"one film without a frame": {s.sampled(2, film), nil, nil},
	} {
		dim(c.a, blank[0])
		dim(c.b, blank[0])
		check(t, name, timeline.Defaults().Align(c.a, c.b), 0.3, c.want...)
	}
}

// dim takes the quality from blank frames.
func dim(footage []pipeline.FrameHashes, blank pipeline.Hash256) {
	for _, f := range footage {
		for i := range f.Frames {
			if f.Frames[i].Bits.Distance(blank) < 10 {
				f.Frames[i].Quality = 0
			}
		}
	}
}

func backwards(film []pipeline.Hash256) []pipeline.Hash256 {
	film = slices.Clone(film)
	slices.Reverse(film)
	return film
}

// Whatever the cut and the speed, the ends lie within half a second.
func TestAStretchIsFoundAtAnySpeed(t *testing.T) {
	t.Parallel()
	const tries, allowed = 200, 4
	missed := 0
	for seed := range uint64(tries) {
		s := newStudio(seed)
		film := s.film(50)
		speed := float64(50+s.IntN(151)) / 100
		if speed > 0.97 && speed < 1.03 {
			speed = 1
		}
		from := float64(s.IntN(24*fine+1)) / fine
		length := float64(12*fine+s.IntN(14*fine+1)) / fine
		lead := float64(s.IntN(10*fine+1)) / fine
		b := s.sampled(4, s.film(lead), sped(part(film, from, from+length), speed))
		n := &notes{T: t}
		check(n, "a stretch", timeline.Defaults().Align(s.sampled(2, film), b), 0.5, at(speed, from, lead, length))
		if n.said {
			missed++
		}
	}
	if missed > allowed {
		t.Errorf("%d of %d stretches missed, or off by more than half a second", missed, tries)
	}
}

// notes takes what check finds wrong, for a test that counts.
type notes struct {
	*testing.T
	said bool
}

func (n *notes) Errorf(format string, args ...any) {
	n.said = true
	n.Logf(format, args...)
}

// Somebody walks down a corridor as somebody else does a minute and a half later, under a camera that stands.
func TestPeopleWhoWalkTheSameWayAreNotConfirmed(t *testing.T) {
	t.Parallel()
	if f := timeline.Defaults().Align(frozen(t, "corridor"), frozen(t, "corridor-later")); f.Strength == pipeline.Confirmed {
		t.Errorf("%+v", f.Segments)
	}
}

// A camera that does not move shows another hour: near, at no certain offset, and never confirmed.
func TestAStillPictureConfirmsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newStudio(rapid.Uint64().Draw(t, "seed"))
		scene := s.still(20)
		noise := rapid.IntRange(0, 12).Draw(t, "noise")
		take := func(what string) []pipeline.FrameHashes {
			return s.sampled(noise, part(scene, 0, float64(rapid.IntRange(3, 20).Draw(t, what))))
		}
		f := timeline.Defaults().Align(take("a"), take("b"))
		if len(f.Segments) != 1 || f.Strength != pipeline.Suggested || !f.Segments[0].Ambiguous || f.Segments[0].Speed != 1 {
			t.Fatalf("%+v", f)
		}
	})
}

func TestFilmsOfOnePlaceAtOtherTimesConfirmNothing(t *testing.T) {
	t.Parallel()
	f := timeline.Defaults().Align(frozen(t, "walkers-first"), frozen(t, "walkers-later"))
	for _, g := range f.Segments {
		if g.Strength != pipeline.Suggested || !g.Ambiguous {
			t.Errorf("%+v", g)
		}
	}
}

func TestRealFilms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b string
		want []shown
	}{
		"a clip of a film under a large logo": {"chair-19", "chair-22-large-logo", []shown{sure(0, 3.75, 18.7)}},
		"cut anew":                            {"cars", "cars-recut", []shown{sure(0.91, 12.69, 11.78), sure(16.61, 0, 12.69)}},
		"slower":                              {"cars", "cars-slow", []shown{at(0.8, 6.95, 0, 16.31)}},
		"strangers":                           {"pattern-longer", "chair-19", nil},
		"other strangers":                     {"cars", "walkers-first", nil},
	} {
		a, b := frozen(t, c.a), frozen(t, c.b)
		check(t, name, timeline.Defaults().Align(a, b), 0.3, c.want...)
	}
}

func TestIdenticalFramesConfirmAlsoWhatHardlyMoves(t *testing.T) {
	t.Parallel()
	s := newStudio(2)
	a := s.sampled(3, s.still(4))
	check(t, "identical", timeline.Defaults().Align(a, a), 0.3, sure(0, 0, 4))
}

func TestBordersAreSeenThrough(t *testing.T) {
	t.Parallel()
	s := newStudio(3)
	film, framed := s.film(20), s.film(20)
	box := pipeline.Box{0, 0.2, 1, 0.6}
	inner := s.sampled(4, part(film, 4, 20))[0]
	inner.View, inner.Box = "trimmed", &box
	b := append(s.sampled(4, part(framed, 4, 20)), inner)
	f := timeline.Defaults().Align(s.sampled(2, film), b)
	check(t, "letterboxed", f, 0.3, sure(4, 0, 16))
	if d := cmp.Diff(pipeline.Transform{Within: &box}, f.Transform); d != "" {
		t.Error(d)
	}
	f = timeline.Defaults().Align(b, s.sampled(2, film))
	if d := cmp.Diff(pipeline.Transform{Crop: &box}, f.Transform); d != "" {
		t.Error(d)
	}
}
