package timeline_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/timeline"
)

// snapped is a photo of one moment of a film.
func (s studio) snapped(film []pipeline.Hash256, seconds float64, noise int, form pipeline.Dihedral) []pipeline.PrintedPicture {
	return []pipeline.PrintedPicture{{Bits: s.changed(film[int(seconds*fine)], noise).Turned(form), Quality: 90}}
}

func TestAPictureIsFoundAtItsMoment(t *testing.T) {
	t.Parallel()
	s := newStudio(11)
	film := s.film(30)
	footage := s.sampled(2, film)
	for _, form := range pipeline.Dihedrals {
		for _, at := range []float64{0.05, 7.3, 14.9, 28.6} {
			f := timeline.Defaults().Locate(s.snapped(film, at, 6, form), footage)
			if len(f.Segments) != 1 || f.Strength != pipeline.Confirmed {
				t.Fatalf("form %d at %.2f s: %+v", form, at, f)
			}
			if g := f.Segments[0]; g.BStart != g.BEnd || math.Abs(g.BStart-at) > 0.25 || g.AStart != 0 || g.AEnd != 0 {
				t.Errorf("form %d at %.2f s: %+v", form, at, g)
			}
			want := pipeline.Transform{Mirror: form.Inverse().Mirror(), Rotate: form.Inverse().Rotate()}
			if d := cmp.Diff(want, f.Transform); d != "" {
				t.Errorf("form %d: %s", form, d)
			}
		}
	}
}

func TestWhereNothingMovesARangeIsStated(t *testing.T) {
	t.Parallel()
	s := newStudio(12)
	before, scene, after := s.film(6), s.still(5), s.film(6)
	footage := s.sampled(1, before, scene, after)
	f := timeline.Defaults().Locate(s.snapped(scene, 2, 4, pipeline.AsItIs), footage)
	if len(f.Segments) != 1 || math.Abs(f.Segments[0].BStart-6) > 0.3 || math.Abs(f.Segments[0].BEnd-11) > 0.3 {
		t.Errorf("%+v", f)
	}
	if f.Strength != pipeline.Suggested || !f.Segments[0].Ambiguous {
		t.Errorf("a moment is said of a scene that stands: %+v", f)
	}
	again := s.sampled(1, before, scene, after, scene)
	f = timeline.Defaults().Locate(s.snapped(scene, 2, 4, pipeline.AsItIs), again)
	if len(f.Segments) != 2 || !f.Segments[0].Ambiguous || !f.Segments[1].Ambiguous {
		t.Errorf("shown twice: %+v", f)
	}
}

// crowd is a scene that stands and in which something moves: every frame has its own bits of those that do.
func (s studio) crowd(place pipeline.Hash256, seconds float64) []pipeline.Hash256 {
	out := make([]pipeline.Hash256, int(seconds*fine))
	moving := s.changed(place, 0)
	for i := range out {
		if i%2 == 0 {
			moving = s.nudged(place, moving)
		}
		out[i] = moving
	}
	return out
}

// nudged moves what moves a little: bits 0 to 79 differ from the place's in 24 of them, of which 3 come and 3 go.
func (s studio) nudged(place, before pipeline.Hash256) pipeline.Hash256 {
	const most, of = 24, 80
	flip := func(h *pipeline.Hash256, i int) { h[i/64] ^= 1 << (i % 64) }
	differs := func(h pipeline.Hash256, i int) bool { return (h[i/64]^place[i/64])>>(i%64)&1 == 1 }
	for gone := 0; before.Distance(place) > most-3 && gone < 3; {
		if i := s.IntN(of); differs(before, i) {
			flip(&before, i)
			gone++
		}
	}
	for before.Distance(place) < most {
		if i := s.IntN(of); !differs(before, i) {
			flip(&before, i)
		}
	}
	return before
}

// A camera that stands makes all its frames alike; what moves in front of it tells of which moment a picture is.
func TestWhatMovesInASceneThatStandsTellsTheMoment(t *testing.T) {
	t.Parallel()
	s := newStudio(14)
	place := s.frame()
	film, later := s.crowd(place, 20), s.crowd(place, 20)
	footage := s.sampled(0, film)
	for _, at := range []float64{3, 9.5, 16.25} {
		f := timeline.Defaults().Locate(s.snapped(film, at, 2, pipeline.AsItIs), footage)
		if f.Strength != pipeline.Confirmed || len(f.Segments) != 1 || math.Abs(f.Segments[0].BStart-at) > 0.25 {
			t.Errorf("at %.2f s: %+v", at, f)
		}
		f = timeline.Defaults().Locate(s.snapped(later, at, 2, pipeline.AsItIs), footage)
		if f.Strength == pipeline.Confirmed || len(f.Segments) > 0 && !f.Segments[0].Ambiguous {
			t.Errorf("another day, at %.2f s: %+v", at, f)
		}
	}
}

// The last frame of a film may be of the scene that stood on: what came after it is not known.
func TestAPictureTakenJustAfterTheEndIsNotConfirmed(t *testing.T) {
	t.Parallel()
	s := newStudio(15)
	film := s.crowd(s.frame(), 20)
	f := timeline.Defaults().Locate(s.snapped(film, 10.5, 2, pipeline.AsItIs), s.sampled(0, part(film, 0, 10.25)))
	if f.Strength == pipeline.Confirmed {
		t.Errorf("%+v", f)
	}
}

func TestAMomentPassesWhereThePictureMovesOn(t *testing.T) {
	t.Parallel()
	s := newStudio(16)
	moving, standing := s.sampled(2, s.film(4), s.film(4)), s.sampled(2, s.still(4), s.film(4))
	for name, c := range map[string]struct {
		footage []pipeline.FrameHashes
		at      float64
		want    bool
	}{
		"a cut away":           {s.sampled(0, s.film(3), s.still(0.75), s.film(3)), 3.25, true},
		"what stands":          {standing, 2, false},
		"nothing else":         {s.sampled(2, s.still(0.75)), 0.25, false},
		"no frame at the time": {moving, 100, false},
		"no film":              {nil, 1, false},
	} {
		if got := timeline.Defaults().Passes(c.footage, c.at); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPicturesThatAreNotThere(t *testing.T) {
	t.Parallel()
	s := newStudio(13)
	film := s.film(20)
	dull := s.snapped(film, 5, 55, pipeline.AsItIs)
	dull[0].Quality = 40
	flat := s.snapped(film, 5, 0, pipeline.AsItIs)
	flat[0].Quality = 10
	for name, pictures := range map[string][]pipeline.PrintedPicture{
		"none":            nil,
		"a stranger":      s.snapped(s.film(5), 2, 0, pipeline.AsItIs),
		"flat":            flat,
		"dull and not so": dull,
		"a part only":     {{Bits: film[100], Quality: 90, View: "centre80", Box: pipeline.Box{0.1, 0.1, 0.8, 0.8}}},
	} {
		if f := timeline.Defaults().Locate(pictures, s.sampled(2, film)); len(f.Segments) != 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestBordersOfAPictureAreSeenThrough(t *testing.T) {
	t.Parallel()
	s := newStudio(14)
	film := s.film(20)
	box := pipeline.Box{0, 0.2, 1, 0.6}
	inner := s.snapped(film, 8, 6, pipeline.AsItIs)[0]
	inner.View, inner.Box = "trimmed", box
	f := timeline.Defaults().Locate([]pipeline.PrintedPicture{{Bits: s.frame(), Quality: 90}, inner}, s.sampled(2, film))
	if d := cmp.Diff(pipeline.Transform{Crop: &box}, f.Transform); d != "" || len(f.Segments) != 1 {
		t.Errorf("%+v: %s", f, d)
	}
}

// What moves fast resembles no sample: pictures are looked for between them too, and films are aligned as if those were not there.
func TestAPictureBetweenTheSamplesIsFound(t *testing.T) {
	t.Parallel()
	s := newStudio(13)
	film := s.film(20)
	footage := s.sampled(2, film)
	const at = 7.55
	shown := s.changed(pipeline.Hash256{1, 2, 3, 4}, 0)
	picture := []pipeline.PrintedPicture{{Bits: shown, Quality: 90}}
	if f := timeline.Defaults().Locate(picture, footage); len(f.Segments) != 0 {
		t.Fatalf("among the samples: %+v", f)
	}
	between := footage[0]
	between.View, between.Frames = pipeline.ViewBetween, []pipeline.HashedFrame{{Time: at, Bits: s.changed(shown, 4), Quality: 90}}
	both := append(slices.Clone(footage), between)
	f := timeline.Defaults().Locate(picture, both)
	if len(f.Segments) != 1 || f.Strength != pipeline.Confirmed || math.Abs(f.Segments[0].BStart-at) > 0.1 {
		t.Errorf("%+v", f)
	}
	if d := cmp.Diff(timeline.Defaults().Align(footage, footage), timeline.Defaults().Align(both, both)); d != "" {
		t.Error(d)
	}
}
