package timeline_test

import (
	"math"
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
			f := timeline.Defaults().Locate(s.snapped(film, at, 6, form), footage, nil)
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
	f := timeline.Defaults().Locate(s.snapped(scene, 2, 4, pipeline.AsItIs), footage, nil)
	if len(f.Segments) != 1 || math.Abs(f.Segments[0].BStart-6) > 0.3 || math.Abs(f.Segments[0].BEnd-11) > 0.3 || f.Segments[0].Ambiguous {
		t.Errorf("%+v", f)
	}
	again := s.sampled(1, before, scene, after, scene)
	f = timeline.Defaults().Locate(s.snapped(scene, 2, 4, pipeline.AsItIs), again, nil)
	if len(f.Segments) != 2 || !f.Segments[0].Ambiguous || !f.Segments[1].Ambiguous {
		t.Errorf("shown twice: %+v", f)
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
		if f := timeline.Defaults().Locate(pictures, s.sampled(2, film), nil); len(f.Segments) != 0 {
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
	f := timeline.Defaults().Locate([]pipeline.PrintedPicture{{Bits: s.frame(), Quality: 90}, inner}, s.sampled(2, film), nil)
	if d := cmp.Diff(pipeline.Transform{Crop: &box}, f.Transform); d != "" || len(f.Segments) != 1 {
		t.Errorf("%+v: %s", f, d)
	}
}
