package compare_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

// studio makes hashes that behave as those of films do.
type studio struct{ *rand.Rand }

func newStudio(seed uint64) studio { return studio{rand.New(rand.NewPCG(seed, 5))} }

// frame is a picture like no other.
func (s studio) frame() pipeline.Hash256 {
	return pipeline.Hash256{s.Uint64(), s.Uint64(), s.Uint64(), s.Uint64()}
}

// changed flips exactly n bits: what coding, a logo or a movement does to a hash.
func (s studio) changed(h pipeline.Hash256, n int) pipeline.Hash256 {
	var flipped pipeline.Hash256
	for n > 0 {
		w, bit := s.IntN(4), uint64(1)<<s.IntN(64)
		if flipped[w]&bit == 0 {
			flipped[w] |= bit
			h[w] ^= bit
			n--
		}
	}
	return h
}

// film is n frames of scenes of six frames, within which each frame is 24 bits from the one before.
func (s studio) film(n int) []pipeline.Hash256 {
	out := make([]pipeline.Hash256, n)
	for i := range out {
		if i%6 == 0 {
			out[i] = s.frame()
		} else {
			out[i] = s.changed(out[i-1], 24)
		}
	}
	return out
}

// still is n frames of one picture, each with its own coding noise.
func (s studio) still(h pipeline.Hash256, n, noise int) []pipeline.Hash256 {
	out := make([]pipeline.Hash256, n)
	for i := range out {
		out[i] = s.changed(h, noise)
	}
	return out
}

// coded is film after another coding.
func (s studio) coded(film []pipeline.Hash256, noise int) []pipeline.Hash256 {
	out := make([]pipeline.Hash256, len(film))
	for i, h := range film {
		out[i] = s.changed(h, noise)
	}
	return out
}

// video samples every half second.
func video(n byte, frames ...[]pipeline.Hash256) pipeline.Prints {
	f := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test"}
	for i, h := range slices.Concat(frames...) {
		f.Frames = append(f.Frames, pipeline.HashedFrame{Time: float64(i) / 2, Bits: h, Quality: 90})
	}
	return pipeline.Prints{Item: item(n), Kind: pipeline.Video, Footage: []pipeline.FrameHashes{f}}
}

func TestFootage(t *testing.T) {
	t.Parallel()
	s := newStudio(1)
	film, other, face := s.film(60), s.film(60), s.frame()
	confirmed := "compare 6: pdq frames in order, changes correlated ≥0.65, or ≥0.40 of particular frames, ≥5 frames ≥20 apart or ≥3 frames ≥80 apart"
	suggested := "compare 6: pdq frames in order, changes correlated ≥0.30 or median d≤48, ≥4 frames"
	for name, c := range map[string]struct {
		a, b      []pipeline.Hash256
		strength  pipeline.Strength
		method    string
		ambiguous bool
	}{
		"the same coded anew":         {film, s.coded(film, 6), pipeline.Confirmed, confirmed, false},
		"a clip":                      {film, s.coded(film[20:40], 4), pipeline.Confirmed, confirmed, false},
		"under a large logo":          {film, s.coded(film, 50), pipeline.Confirmed, confirmed, false},
		"two frozen pictures alike":   {s.still(face, 9, 2), s.still(face, 9, 2), pipeline.Suggested, suggested, true},
		"unrelated":                   {film, other, "", "", false},
		"single frames":               {film[:1], film[:1], "", "", false},
		"one video without any frame": {film, nil, "", "", false},
	} {
		a, b := video(1, c.a), video(2, c.b)
		got := compare.Pair(a, b, compare.Defaults())
		if d := cmp.Diff(got, compare.Pair(b, a, compare.Defaults())); d != "" {
			t.Errorf("%s, the other way round: %s", name, d)
		}
		if c.strength == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", name, got)
			}
			continue
		}
		if len(got) != 1 || len(got[0].Segments) != 1 {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		m := got[0]
		if m.A != a.Item || m.B != b.Item || m.Basis != pipeline.SharedFootage || m.Strength != c.strength || m.Method != c.method ||
			m.Segments[0].Ambiguous != c.ambiguous {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// Whichever of the two has the lesser digest, A is the picture.
func TestAPictureIsFoundInAVideo(t *testing.T) {
	t.Parallel()
	s := newStudio(2)
	film := s.film(60)
	still := s.changed(film[33], 8).Turned(pipeline.Clockwise90)
	for _, n := range []byte{1, 9} {
		p, v := photo(n, pipeline.PrintedPicture{Bits: still, Quality: 90}), video(5, film)
		got := compare.Pair(v, p, compare.Defaults())
		if len(got) != 1 {
			t.Fatalf("%+v", got)
		}
		m := got[0]
		if m.A != p.Item || m.B != v.Item || m.Basis != pipeline.PictureInVideo || m.Strength != pipeline.Confirmed || m.Distance != 8 ||
			m.Transform.Rotate != 270 || m.Transform.Mirror || len(m.Segments) != 1 {
			t.Fatalf("%+v", m)
		}
		if g := m.Segments[0]; g.AStart != 0 || g.AEnd != 0 || math.Abs(g.BStart-16.5) > 0.5 || math.Abs(g.BEnd-16.5) > 0.5 {
			t.Errorf("%+v", g)
		}
	}
}

// Where pictures and sound are shared at one offset the footage says so; sound from another place of the film stays a match of its own.
func TestFootageTellsWhetherItsSoundAgrees(t *testing.T) {
	t.Parallel()
	s := newStudio(12)
	const step = 1365.0 / 11025
	film := s.film(120)                     // a minute
	words := make(pipeline.SoundWords, 485) // of sound that goes with it
	w := s.Uint32()
	for i := range words {
		for range 4 {
			w ^= 1 << s.IntN(32)
		}
		words[i] = w
	}
	heard := func(p pipeline.Prints, from float64) pipeline.Prints {
		at := int(from / step)
		p.Sound = []pipeline.AudioPrint{{Algorithm: pipeline.Chromaprint, Step: step, Words: words[at : at+200]}}
		return p
	}
	whole := video(1, film)
	whole.Sound = []pipeline.AudioPrint{{Algorithm: pipeline.Chromaprint, Step: step, Words: words}}
	for name, c := range map[string]struct {
		from float64
		want bool
	}{"its own": {20, true}, "of ten seconds later": {30, false}} {
		clip := heard(video(2, film[40:90]), c.from) // from the twentieth second
		found := map[pipeline.Basis]pipeline.Match{}
		for _, m := range compare.Pair(whole, clip, compare.Defaults()) {
			found[m.Basis] = m
		}
		if _, ok := found[pipeline.SharedAudio]; !ok || found[pipeline.SharedFootage].WithSound != c.want {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
