package sound_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/sound"
)

const step = 1365.0 / 11025

func usual(words []uint32) []pipeline.AudioPrint {
	return []pipeline.AudioPrint{{Algorithm: pipeline.Chromaprint, Step: step, Words: words}}
}

// band plays words as real sound has them: neighbours resemble each other and words a second apart do not.
func band(seed uint64, n int) []uint32 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]uint32, n)
	w := r.Uint32()
	for i := range out {
		for range 4 {
			w ^= 1 << r.IntN(32)
		}
		out[i] = w
	}
	return out
}

// changed flips each bit in so many hundredths.
func changed(seed uint64, words []uint32, percent int) []uint32 {
	r := rand.New(rand.NewPCG(seed, 2))
	out := slices.Clone(words)
	for i := range out {
		for b := range 32 {
			if r.IntN(100) < percent {
				out[i] ^= 1 << b
			}
		}
	}
	return out
}

func TestAClipIsHeardWhereItWasCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		whole := band(rapid.Uint64().Draw(r, "seed"), 400)
		from := rapid.IntRange(0, 340).Draw(r, "from")
		n := rapid.IntRange(40, 400-from).Draw(r, "words")
		clip := changed(3, whole[from:from+n], rapid.IntRange(0, 8).Draw(r, "errors"))
		f := sound.Defaults().Align(usual(whole), usual(clip))
		if f.Strength != pipeline.Confirmed || len(f.Segments) != 1 {
			r.Fatalf("%+v", f)
		}
		g := f.Segments[0]
		if math.Abs(g.AStart-g.BStart-float64(from)*step) > 0.002 || g.Speed != 1 || g.Frames < n-12 || f.Words != g.Frames {
			r.Fatalf("%+v, cut at %.3f", g, float64(from)*step)
		}
	})
}

func TestARecutGivesAStretchOfEach(t *testing.T) {
	t.Parallel()
	a, other := band(1, 500), band(2, 100)
	b := slices.Concat(a[300:400], other, a[100:180])
	f := sound.Defaults().Align(usual(a), usual(b))
	if len(f.Segments) != 2 || f.Strength != pipeline.Confirmed {
		t.Fatalf("%+v", f)
	}
	for i, offset := range []float64{100 * step, -300 * step} {
		if g := f.Segments[i]; math.Abs(g.BStart-g.AStart-offset) > 0.002 {
			t.Errorf("%+v, offset %.2f", g, offset)
		}
	}
}

// What agrees with its like wherever one looks says nothing of two sounds.
func TestSilenceHumsAndSteadyNoiseAreNoMatch(t *testing.T) {
	t.Parallel()
	flicker := func(seed uint64) []uint32 {
		r := rand.New(rand.NewPCG(seed, 3))
		out := make([]uint32, 600)
		for i := range out {
			out[i] = 0x9ac3f012 ^ r.Uint32()&0x00330000
		}
		return out
	}
	quiet := slices.Repeat([]uint32{pipeline.SoundSilence}, 600)
	for name, pair := range map[string][2][]uint32{
		"silence":         {quiet, quiet},
		"one tone":        {slices.Repeat([]uint32{0x12345678}, 600), slices.Repeat([]uint32{0x12345678}, 600)},
		"steady noise":    {flicker(1), flicker(2)},
		"strangers":       {band(11, 2000), band(12, 2000)},
		"silence between": {slices.Concat(band(5, 200), quiet, band(6, 200)), slices.Concat(band(7, 200), quiet, band(8, 200))},
	} {
		if f := sound.Defaults().Align(usual(pair[0]), usual(pair[1])); len(f.Segments) != 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestShortSoundsMatchAsAWholeOnly(t *testing.T) {
	t.Parallel()
	fine := func(words []uint32) []pipeline.AudioPrint {
		return []pipeline.AudioPrint{{Algorithm: pipeline.FineChromaprint, Step: step / 3, Words: words}}
	}
	words := band(4, 40)
	set := sound.Defaults()
	if f := set.Align(fine(words), fine(changed(1, words, 4))); f.Strength != pipeline.Confirmed {
		t.Errorf("the whole: %+v", f)
	}
	if f := set.Align(fine(words), fine(slices.Concat(words[:20], band(9, 20)))); len(f.Segments) != 0 {
		t.Errorf("a half: %+v", f)
	}
	if f := set.Align(fine(words), usual(words)); len(f.Segments) != 0 {
		t.Errorf("fine and usual words: %+v", f)
	}
}

func TestWhatNoPrinterSaysDoesNoHarm(t *testing.T) {
	t.Parallel()
	good := band(1, 100)
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1), 5} {
		p := []pipeline.AudioPrint{{Algorithm: pipeline.Chromaprint, Step: bad, Words: good}}
		if f := sound.Defaults().Align(p, p); len(f.Segments) != 0 {
			t.Errorf("step %g: %+v", bad, f)
		}
	}
	if f := sound.Defaults().Align(usual(nil), usual(good)); len(f.Segments) != 0 {
		t.Errorf("%+v", f)
	}
}

func TestAgreesWhereShownAndHeardAtOneOffset(t *testing.T) {
	t.Parallel()
	match := func(b pipeline.Basis, g pipeline.Segment) pipeline.Match {
		return pipeline.Match{Basis: b, Segments: []pipeline.Segment{g}}
	}
	shown := pipeline.Segment{AStart: 10, AEnd: 20, BStart: 0, BEnd: 10, Speed: 1}
	for name, c := range map[string]struct {
		heard pipeline.Segment
		want  bool
	}{
		"the same":      {pipeline.Segment{AStart: 9, AEnd: 21, BStart: -0.7, BEnd: 11.3, Speed: 1}, true},
		"shifted":       {pipeline.Segment{AStart: 10, AEnd: 20, BStart: 2, BEnd: 12, Speed: 1}, false},
		"another place": {pipeline.Segment{AStart: 30, AEnd: 40, BStart: 20, BEnd: 30, Speed: 1}, false},
		"other speed":   {pipeline.Segment{AStart: 10, AEnd: 20, BStart: 0, BEnd: 5, Speed: 2}, false},
	} {
		if got := sound.Agrees(match(pipeline.SharedFootage, shown), match(pipeline.SharedAudio, c.heard)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	other := match(pipeline.SharedAudio, shown)
	other.B = pipeline.DigestOf(nil)
	if sound.Agrees(match(pipeline.SharedFootage, shown), other) {
		t.Error("matches of two pairs agree")
	}
}

func TestArgumentsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	a, b := usual(band(1, 100)), usual(band(1, 90))
	x, y := usual(band(1, 100)), usual(band(1, 90))
	sound.Defaults().Align(a, b)
	if d := cmp.Diff(x, a) + cmp.Diff(y, b); d != "" {
		t.Error(d)
	}
}

// A stretch between other sound is told shorter than its words reach, by 0.14 and 0.43 of a word's span; where a sound begins or
// ends with it, it is told to the edge.
func TestEndsOfAStretch(t *testing.T) {
	t.Parallel()
	const span = 4096.0/11025 + 19*step
	words := band(21, 100)
	inside := slices.Concat(band(22, 60), words, band(23, 60))
	f := sound.Defaults().Align(usual(inside), usual(slices.Concat(band(24, 30), words, band(25, 30))))
	if len(f.Segments) != 1 || f.Segments[0].Frames != 100 {
		t.Fatalf("%+v", f)
	}
	g := f.Segments[0]
	if from, to := 60*step+0.14*span, 159*step+span-0.43*span; math.Abs(g.AStart-from) > 0.002 || math.Abs(g.AEnd-to) > 0.002 {
		t.Errorf("%.3f to %.3f, want %.3f to %.3f", g.AStart, g.AEnd, from, to)
	}
	whole := sound.Defaults().Align(usual(words), usual(words))
	if g := whole.Segments[0]; g.AStart != 0 || math.Abs(g.AEnd-(99*step+span)) > 0.002 || whole.Share != (pipeline.Share{1, 1}) {
		t.Errorf("the whole: %+v", whole)
	}
}
