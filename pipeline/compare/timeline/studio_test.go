package timeline_test

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/timeline"
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

const fine = 20 // frames a second of a film before it is sampled

// film is a movement of so many seconds, with a cut to another scene about every four.
func (s studio) film(seconds float64) []pipeline.Hash256 {
	out := []pipeline.Hash256{s.frame()}
	for len(out) < int(seconds*fine) {
		if s.IntN(4*fine) == 0 {
			out = append(out, s.frame())
		} else {
			out = append(out, s.changed(out[len(out)-1], 5))
		}
	}
	return out
}

// still is a picture that stands.
func (s studio) still(seconds float64) []pipeline.Hash256 {
	return slices.Repeat([]pipeline.Hash256{s.frame()}, int(seconds*fine))
}

// part is a film from one second to another.
func part(film []pipeline.Hash256, from, to float64) []pipeline.Hash256 {
	return film[int(from*fine):int(to*fine)]
}

// sped is a film at another speed.
func sped(film []pipeline.Hash256, speed float64) []pipeline.Hash256 {
	out := make([]pipeline.Hash256, int(float64(len(film))/speed))
	for i := range out {
		out[i] = film[int(float64(i)*speed)]
	}
	return out
}

func mirrored(film []pipeline.Hash256) []pipeline.Hash256 {
	out := slices.Clone(film)
	for i := range out {
		out[i] = out[i].Turned(pipeline.Mirrored)
	}
	return out
}

// sampled is a film as its frames are stated: four a second, from a moment of the first quarter on, each with its coding noise.
func (s studio) sampled(noise int, parts ...[]pipeline.Hash256) []pipeline.FrameHashes {
	film := slices.Concat(parts...)
	f := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test"}
	for i := 0; i < len(film); i += fine / 4 {
		f.Frames = append(f.Frames, pipeline.HashedFrame{Time: float64(i) / fine, Bits: s.changed(film[i], noise), Quality: 90})
	}
	return []pipeline.FrameHashes{f}
}

// frozen reads a film of testdata.
func frozen(t *testing.T, name string) []pipeline.FrameHashes {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test"}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var fr pipeline.HashedFrame
		var hash string
		if _, err := fmt.Sscan(lines.Text(), &fr.Time, &fr.Quality, &hash); err != nil {
			t.Fatal(err)
		}
		if fr.Bits, err = pipeline.ParseHash256(hash); err != nil {
			t.Fatal(err)
		}
		f.Frames = append(f.Frames, fr)
	}
	return []pipeline.FrameHashes{f}
}

// shown is a segment as a test wants it: A's start, B's start, seconds of A, speed.
type shown struct {
	a, b, length, speed float64
	mirror, ambiguous   bool
	strength            pipeline.Strength
}

// check compares segments with those wanted, times to within tolerance.
func check(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, f timeline.Finding, tolerance float64, want ...shown) {
	t.Helper()
	got := slices.Clone(f.Segments)
	slices.SortFunc(got, func(g, h pipeline.Segment) int {
		return cmp.Or(cmp.Compare(math.Round(g.AStart), math.Round(h.AStart)), cmp.Compare(g.BStart, h.BStart))
	})
	if len(f.Segments) != len(want) {
		t.Errorf("%s: %d segments, not %d: %+v", what, len(f.Segments), len(want), f.Segments)
		return
	}
	for i, w := range want {
		g := got[i]
		slow := max(w.speed, 1) // B's samples are so much farther apart in A
		off := max(math.Abs(g.AStart-w.a)/slow, math.Abs(g.AEnd-w.a-w.length)/slow, math.Abs(g.BStart-w.b), math.Abs(g.BEnd-w.b-w.length/w.speed))
		if off > tolerance || g.Mirror != w.mirror || g.Ambiguous != w.ambiguous || g.Strength != w.strength ||
			math.Abs(g.Speed-w.speed)*w.length > tolerance {
			t.Errorf("%s: off by %.2f s: %+v, want %+v", what, off, g, w)
		}
	}
}
