package compare_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"

	"github.com/google/go-cmp/cmp"
)

// reel is the film of passing, ten frames a second; it keeps what it was asked.
type reel struct {
	frames []pipeline.FeaturedFrame
	asked  []pipeline.Revisit
	err    error
}

func (r *reel) Revisit(_ context.Context, _ pipeline.Digest, w pipeline.Revisit) (out []pipeline.FeaturedFrame, err error) {
	r.asked = append(r.asked, w)
	for _, f := range r.frames {
		for _, s := range w.Stretches {
			if f.Time >= s[0] && f.Time <= s[1] {
				out = append(out, f)
			}
		}
	}
	return out, r.err
}

// newReel is what a camera that stands sees: the disc of passing goes its way, or goes it twice.
func newReel(twice bool) *reel {
	s, r := newScene(77, 160), &reel{}
	for i := range 100 {
		at := float64(i)
		if twice {
			at = float64(i % 50)
		}
		disc := func(x, y, luma float64) float64 {
			if math.Hypot(x-0.1-0.008*at, y-0.5) < 0.04 {
				return 255
			}
			return luma
		}
		m := s.take(1, taken{by: straight, over: disc}).Features[0].Frames[0].Miniature
		r.frames = append(r.frames, pipeline.FeaturedFrame{Time: float64(i) / 10, Miniature: m})
	}
	return r
}

// Fingerprints leave the moment open before a camera that stands; its frames, decoded once more, tell it where one alone fits.
func TestAFilmLookedAtOnceMoreTellsTheMoment(t *testing.T) {
	t.Parallel()
	film, once, twice := passing(1, 0, 40, false), newReel(false), newReel(true)
	set := compare.Defaults()
	for _, at := range []int{16, 28} { // quarters of a second, which are frames of the reel as well
		still := passing(2, at, at+1, true)
		ms := compare.Pair(film, still, set)
		got, err := set.Revisited(t.Context(), ms, film, still, once)
		if err != nil || len(got) != 1 || got[0].Moment == nil || len(got[0].Segments) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		g, o := got[0].Segments[0], got[0].Moment
		if want := float64(at) / 4; g.Ambiguous || g.BStart != want || g.BEnd != want || o.Time != want || !o.Told || !o.Distinct || o.Unlike > 0.1 || o.Next < 0.4 {
			t.Errorf("at %v s: %+v, %+v", want, g, o)
		}
		if got[0].Strength != ms[0].Strength {
			t.Errorf("strength went from %s to %s", ms[0].Strength, got[0].Strength)
		}
		if turned, err := set.Revisited(t.Context(), ms, still, film, once); err != nil || cmp.Diff(got, turned) != "" {
			t.Errorf("the other way round: %v\n%s", err, cmp.Diff(got, turned))
		}
	}
	still := passing(2, 4, 5, true)
	got, err := set.Revisited(t.Context(), compare.Pair(film, still, set), film, still, twice)
	if err != nil || len(got) != 1 || got[0].Moment == nil || got[0].Moment.Distinct || !got[0].Segments[0].Ambiguous {
		t.Errorf("what comes twice is told as one moment: %+v, %v", got, err)
	}
}

// A film that is gone, or that does not decode, leaves the match as it was, and the match says so. Faults of ours are returned.
func TestAFilmThatCannotBeLookedAt(t *testing.T) {
	t.Parallel()
	film, still, set := passing(1, 0, 40, false), passing(2, 8, 9, true), compare.Defaults()
	ms := compare.Pair(film, still, set)
	for _, c := range []struct {
		err  error
		want pipeline.Unseen
	}{{pipeline.ErrNotFound, pipeline.FilmAbsent}, {pipeline.ErrUnsupported, pipeline.FilmUnread}, {nil, pipeline.FilmUnread}} {
		got, err := set.Revisited(t.Context(), ms, film, still, &reel{err: c.err})
		if err != nil || len(got) != 1 || got[0].Moment == nil || got[0].Moment.Not != c.want {
			t.Errorf("%v: %+v, %v", c.err, got, err)
			continue
		}
		got[0].Moment = nil
		if d := cmp.Diff(ms, got); d != "" {
			t.Errorf("%v changed the match: %s", c.err, d)
		}
	}
	if got, err := set.Revisited(t.Context(), ms, film, still, nil); err != nil || cmp.Diff(ms, got) != "" {
		t.Errorf("without films: %v, %s", err, cmp.Diff(ms, got))
	}
	ours := errors.New("no child could be started")
	if _, err := set.Revisited(t.Context(), ms, film, still, &reel{err: ours}); !errors.Is(err, ours) {
		t.Errorf("%v, not our own error", err)
	}
	if ms[0].Moment != nil {
		t.Error("what was given was changed")
	}
}

// However long a film is, a bounded number of frames is wanted.
func TestWhatIsWantedOfAFilmIsBounded(t *testing.T) {
	t.Parallel()
	set, still := compare.Defaults(), passing(2, 8, 9, true)
	film := passing(1, 0, 40, false)
	ms := compare.Pair(film, still, set)
	long := film
	f := film.Footage[0]
	f.Frames = append(f.Frames[:len(f.Frames):len(f.Frames)], pipeline.HashedFrame{Time: 7200, Bits: f.Frames[0].Bits, Quality: 90})
	long.Footage = []pipeline.FrameHashes{f}
	ms[0].Segments = []pipeline.Segment{{BStart: 100, BEnd: 7000, Distance: 4, Ambiguous: true}, {BStart: 10, BEnd: 11, Distance: 2, Ambiguous: true}, {BStart: 11.5, BEnd: 12, Distance: 2, Ambiguous: true}}
	r := &reel{}
	if _, err := set.Revisited(t.Context(), ms, long, still, r); err != nil {
		t.Fatal(err)
	}
	if len(r.asked) != 1 {
		t.Fatalf("asked for %+v", r.asked)
	}
	want := [][2]float64{{8, 14}, {98, 238.5}} // both places side by side, and 150 s in all, as each was counted
	if d := cmp.Diff(want, r.asked[0].Stretches); d != "" {
		t.Error(d)
	}
	if n := (238.5 - 98 + 6) / r.asked[0].Apart; n < 500 || n > 650 {
		t.Errorf("%.0f frames at most are wanted, %v s apart", n, r.asked[0].Apart)
	}
}
