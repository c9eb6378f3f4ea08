package compare_test

import (
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

// turns shows two pictures as the pattern says.
func (s studio) turns(p, q pipeline.Hash256, pattern string) []pipeline.Hash256 {
	var out []pipeline.Hash256
	for _, c := range pattern {
		out = append(out, s.changed(map[rune]pipeline.Hash256{'0': p, '1': q}[c], 3))
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

// shot is a segment of frames every half second.
func shot(a, b float64, frames, distance int, ambiguous bool) pipeline.Segment {
	length := float64(frames-1) / 2
	return pipeline.Segment{AStart: a, AEnd: a + length, BStart: b, BEnd: b + length, Speed: 1, Frames: frames, Distance: distance, Ambiguous: ambiguous}
}

func shared(s pipeline.Strength, distance int, segments ...pipeline.Segment) []pipeline.Match {
	method := "compare 1: pdq frames at one offset, d≤64 q≥50, ≥4 frames"
	if s == pipeline.Confirmed {
		method = "compare 1: pdq frames at one offset, median d≤31 q≥50, ≥5 frames ≥20 apart or ≥3 frames ≥80 apart"
	}
	return []pipeline.Match{{A: item(1), B: item(2), Basis: pipeline.SharedFootage, Strength: s, Distance: distance, Segments: segments, Method: method}}
}

func TestFootage(t *testing.T) {
	t.Parallel()
	s := newStudio(1)
	film, other := s.film(60), s.film(60)
	face := s.frame()
	two := s.turns(face, s.frame(), "001011010001110100101100")
	slides := slices.Concat(s.still(s.frame(), 4, 2), s.still(s.frame(), 4, 2), s.still(s.frame(), 4, 2))
	for name, c := range map[string]struct {
		a, b []pipeline.Hash256
		want []pipeline.Match
	}{
		"the same coded anew":         {film, s.coded(film, 6), shared(pipeline.Confirmed, 6, shot(0, 0, 60, 6, false))},
		"unrelated":                   {film, other, nil},
		"a clip":                      {film, s.coded(film[20:40], 4), shared(pipeline.Confirmed, 4, shot(10, 0, 20, 4, false))},
		"a clip within another film":  {film, slices.Concat(other[:31], s.coded(film[7:27], 4), other[31:]), shared(pipeline.Confirmed, 4, shot(3.5, 15.5, 20, 4, false))},
		"cut anew in another order":   {film, slices.Concat(s.coded(film[40:58], 4), s.coded(film[3:23], 2)), shared(pipeline.Confirmed, 2, shot(1.5, 9, 20, 2, false), shot(20, 0, 18, 4, false))},
		"shown twice":                 {film[:14], slices.Concat(s.coded(film[:14], 2), other[:9], s.coded(film[:14], 4)), shared(pipeline.Confirmed, 2, shot(0, 0, 14, 2, false), shot(0, 11.5, 14, 4, false))},
		"backwards":                   {film[:6], backwards(film[:6]), nil},
		"under a large logo":          {film, s.coded(film, 50), shared(pipeline.Suggested, 50, shot(0, 0, 60, 50, false))},
		"half of the frames far off":  {film[:20], mixed(s.coded(film[:20], 10), s.coded(film[:20], 90)), shared(pipeline.Confirmed, 10, pipeline.Segment{AEnd: 9, BEnd: 9, Speed: 1, Frames: 10, Distance: 10})},
		"two seconds in common":       {film[:12], slices.Concat(other[:20], film[:4]), nil},
		"the whole of a short clip":   {film[:4], s.coded(film[:4], 2), shared(pipeline.Suggested, 2, shot(0, 0, 4, 2, true))},
		"three slides":                {slides, s.coded(slides, 4), shared(pipeline.Confirmed, 4, shot(0, 0, 12, 4, false))},
		"two pictures in turns":       {two, s.coded(two, 4), shared(pipeline.Suggested, 4, shot(0, 0, 24, 4, false))},
		"an identical short clip":     {film[:3], film[:3], shared(pipeline.Confirmed, 0, shot(0, 0, 3, 0, false))},
		"two frozen pictures alike":   {s.still(face, 9, 0), s.still(face, 9, 0), shared(pipeline.Suggested, 0, shot(0, 0, 9, 0, true))},
		"a still picture, too far":    {s.still(face, 20, 0), s.still(s.changed(face, 52), 20, 0), nil},
		"single frames":               {film[:1], film[:1], nil},
		"one video without any frame": {film, nil, nil},
	} {
		a, b := video(1, c.a), video(2, c.b)
		got := compare.Pair(a, b, compare.Defaults())
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff(got, compare.Pair(b, a, compare.Defaults())); d != "" {
			t.Errorf("%s, the other way round: %s", name, d)
		}
	}
}

func backwards(film []pipeline.Hash256) []pipeline.Hash256 {
	film = slices.Clone(film)
	slices.Reverse(film)
	return film
}

// mixed takes turns between two films.
func mixed(p, q []pipeline.Hash256) []pipeline.Hash256 {
	out := slices.Clone(p)
	for i := 1; i < len(out); i += 2 {
		out[i] = q[i]
	}
	return out
}
