package compare_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/index"
)

// world draws items that share pictures and stretches of film in many ways, beside some that share nothing.
func world(t *rapid.T) []pipeline.Prints {
	s := newStudio(rapid.Uint64().Draw(t, "seed"))
	films := [][]pipeline.Hash256{s.film(40), s.film(30), s.still(s.frame(), 30, 4)}
	pictures := []pipeline.Hash256{s.frame(), s.frame()}
	tune := make([]uint32, 120)
	for i := range tune {
		tune[i] = s.Uint32()
	}
	out := make([]pipeline.Prints, 3+s.IntN(6))
	for n := range out {
		var parts [][]pipeline.Hash256
		for range s.IntN(3) {
			f := films[s.IntN(len(films))]
			from := s.IntN(len(f) - 8)
			parts = append(parts, s.coded(f[from:from+8+s.IntN(len(f)-from-7)], s.IntN(60)))
		}
		out[n] = video(byte(n), parts...)
		frames := out[n].Footage[0].Frames
		for i := range frames {
			frames[i].Quality = 40 + s.IntN(60)
			frames[i].Time += float64(s.IntN(120)) / 1000
		}
		for range s.IntN(3) {
			out[n].Pictures = append(out[n].Pictures, pipeline.PrintedPicture{Bits: s.changed(pictures[s.IntN(2)], s.IntN(40)), Quality: 40 + s.IntN(60)})
		}
		if s.IntN(4) == 0 {
			out[n].Footage = append(out[n].Footage, out[n].Footage[0])
		}
		s.furnish(&out[n], pictures, tune)
	}
	return out
}

// furnish gives an item views of shared pictures, turned and mirrored, words of features that others have too, and sound out
// of a tune.
func (s studio) furnish(p *pipeline.Prints, pictures []pipeline.Hash256, tune []uint32) {
	for range s.IntN(3) {
		turned := s.changed(pictures[s.IntN(2)], s.IntN(40)).Turned(pipeline.Dihedrals[s.IntN(8)])
		p.Pictures = append(p.Pictures, pipeline.PrintedPicture{Bits: turned, Quality: 40 + s.IntN(60), View: "whole", Box: pipeline.Box{0, 0, 1, 1}})
	}
	for range s.IntN(3) {
		var words []pipeline.FeatureWord
		for range 3 + s.IntN(6) {
			words = append(words, pipeline.FeatureWord(s.IntN(12))|pipeline.FeatureWord(s.IntN(2))<<pipeline.WordBits)
		}
		slices.Sort(words)
		p.Words = append(p.Words, slices.Compact(words))
	}
	if s.IntN(2) == 0 {
		from := s.IntN(len(tune) / 2)
		words := slices.Clone(tune[from : from+20+s.IntN(len(tune)/2-20)])
		for range s.IntN(len(words)) {
			words[s.IntN(len(words))] ^= 1 << s.IntN(32)
		}
		p.Sound = append(p.Sound, pipeline.AudioPrint{Algorithm: pipeline.Chromaprint, Step: 0.125, Words: words})
	}
}

func TestPairIsSymmetricAndLeavesItsArgumentsAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := world(t)
		before := fmt.Sprint(w)
		for i, a := range w {
			for _, b := range w[:i] {
				if d := cmp.Diff(compare.Pair(a, b, compare.Defaults()), compare.Pair(b, a, compare.Defaults())); d != "" {
					t.Fatal(d)
				}
			}
		}
		if fmt.Sprint(w) != before {
			t.Fatal("an argument was changed")
		}
	})
}

var byName = cmpopts.SortSlices(func(a, b pipeline.Match) bool {
	return slices.Compare(append(a.A[:], a.B[:]...), append(b.A[:], b.B[:]...)) < 0 || a.A == b.A && a.B == b.B && a.Basis < b.Basis
})

// shelf keeps prints whole.
type shelf map[pipeline.Digest]pipeline.Prints

func (s shelf) Prints(_ context.Context, item pipeline.Digest) (pipeline.Prints, error) {
	if p, ok := s[item]; ok {
		return p, nil
	}
	return pipeline.Prints{}, pipeline.ErrNotFound
}

// In whatever order the items come, each compared with those before it, the matches are those of all pairs.
func TestMatchesDoNotDependOnTheOrderOfItems(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := world(t)
		var want, got []pipeline.Match
		for i, a := range w {
			for _, b := range w[:i] {
				want = append(want, compare.Pair(a, b, compare.Defaults())...)
			}
		}
		kept := shelf{}
		s := compare.New(index.New(), kept, compare.Defaults())
		for i, n := range rapid.Permutation(w).Draw(t, "order") {
			n.Seq = int64(i + 1)
			ms, err := s.Against(context.Background(), n, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, ms...)
			kept[n.Item] = n
			if err := s.Add(n); err != nil {
				t.Fatal(err)
			}
			if again, err := s.Against(context.Background(), n, nil, nil); err != nil || cmp.Diff(ms, again) != "" {
				t.Fatalf("an item matches itself: %v, %v", again, err)
			}
		}
		if d := cmp.Diff(want, got, byName, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestAddPassesOverWhatIsThereAndMovesSeen(t *testing.T) {
	t.Parallel()
	x := index.New()
	s := compare.New(x, shelf{}, compare.Defaults())
	p := video(1, newStudio(3).film(9))
	p.Seq = 7
	other := photo(2, pipeline.PrintedPicture{Quality: 80})
	other.Seq = 9
	if err := s.Add(p, other); err != nil || s.Seen() != 9 {
		t.Fatalf("seen %d, %v", s.Seen(), err)
	}
	late := photo(3)
	late.Seq = 8
	flawed := photo(4, pipeline.PrintedPicture{Quality: 300})
	flawed.Seq = 12
	if err := s.Add(late); err != nil || s.Seen() != 9 {
		t.Errorf("seen %d, %v", s.Seen(), err)
	}
	if x.Known(late.Item) {
		t.Error("what was seen is added again")
	}
	if err := s.Add(flawed); err == nil || s.Seen() != 9 {
		t.Errorf("seen %d after an error, %v", s.Seen(), err)
	}
}

// A camera that does not move shows another hour: near, at no certain offset, and never confirmed.
func TestTheSameStillSceneAtAnotherTimeConfirmsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newStudio(rapid.Uint64().Draw(t, "seed"))
		scene := s.frame()
		noise := rapid.IntRange(0, 12).Draw(t, "noise")
		take := func(n byte) pipeline.Prints {
			return video(n, s.still(s.changed(scene, rapid.IntRange(0, 12).Draw(t, "light")), rapid.IntRange(8, 90).Draw(t, "frames"), noise))
		}
		for _, m := range compare.Pair(take(1), take(2), compare.Defaults()) {
			if m.Strength != pipeline.Suggested || len(m.Segments) != 1 {
				t.Fatalf("%+v", m)
			}
			for _, g := range m.Segments {
				if !g.Ambiguous {
					t.Fatalf("offset determined: %+v", m)
				}
			}
		}
	})
}

// The film is a slow movement seen 20 times a second, and both videos are sampled twice a second from where they begin.
func TestAClipIsFoundWhereItWasCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newStudio(rapid.Uint64().Draw(t, "seed"))
		fine := []pipeline.Hash256{s.frame()}
		for i := range 60 * 20 {
			if i%97 == 96 {
				fine = append(fine, s.frame())
			} else {
				fine = append(fine, s.changed(fine[i], 3))
			}
		}
		from := rapid.IntRange(0, 40*20).Draw(t, "from")
		length := rapid.IntRange(6*20, len(fine)-from).Draw(t, "length")
		noise := rapid.IntRange(0, 6).Draw(t, "noise")
		sampled := func(part []pipeline.Hash256) (out []pipeline.Hash256) {
			for i := 0; i < len(part); i += 10 {
				out = append(out, s.changed(part[i], noise))
			}
			return out
		}
		ms := compare.Pair(video(1, sampled(fine)), video(2, sampled(fine[from:from+length])), compare.Defaults())
		if len(ms) != 1 || ms[0].Strength != pipeline.Confirmed || len(ms[0].Segments) != 1 {
			t.Fatalf("%+v", ms)
		}
		g := ms[0].Segments[0]
		start, end := float64(from)/20, float64(from+length)/20
		const step = 0.5 // an end can lie one step off in either video, and one more where a cut falls between their samples
		for what, off := range map[string]float64{
			"start in A": g.AStart - start, "end in A": g.AEnd - end, "start in B": g.BStart, "end in B": g.BEnd - (end - start),
		} {
			if math.Abs(off) > 3*step {
				t.Fatalf("%s is off by %.2f s: %+v, cut from %.2f to %.2f", what, off, g, start, end)
			}
		}
		if off := (g.AStart - g.BStart) - start; math.Abs(off) > step {
			t.Fatalf("offset is off by %.2f s: %+v, cut at %.2f", off, g, start)
		}
	})
}

func TestFramesOfLowQualityHaveNoVote(t *testing.T) {
	t.Parallel()
	film := newStudio(4).film(40)
	a, b := video(1, film), video(2, film)
	for i := range b.Footage[0].Frames {
		b.Footage[0].Frames[i].Quality = compare.Defaults().Footage.Quality - 1
	}
	if ms := compare.Pair(a, b, compare.Defaults()); len(ms) != 0 {
		t.Errorf("%+v", ms)
	}
}

func TestHashesOfAnotherKindAreNotCompared(t *testing.T) {
	t.Parallel()
	film := newStudio(5).film(40)
	a, b := video(1, film), video(2, film)
	b.Footage[0].Algorithm = "pdq-mirrored"
	if ms := compare.Pair(a, b, compare.Defaults()); len(ms) != 0 {
		t.Errorf("%+v", ms)
	}
}

func TestImpossibleTimesDoNoHarm(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 6))
	film := newStudio(6).film(400)
	times := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e15, -86400, 86400, 86401, 0, -1, 5e-324}
	a, b := video(1, film), video(2, film)
	for i := range 300 {
		a.Footage[0].Frames[r.IntN(400)].Time = times[i%len(times)]
		b.Footage[0].Frames[r.IntN(400)].Time = times[r.IntN(len(times))]
	}
	for _, m := range compare.Pair(a, b, compare.Defaults()) {
		for _, g := range m.Segments {
			for _, v := range []float64{g.AStart, g.AEnd, g.BStart, g.BEnd} {
				if math.IsNaN(v) || math.Abs(v) > 86400 {
					t.Errorf("%+v", g)
				}
			}
		}
	}
}
