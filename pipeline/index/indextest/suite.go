// Package indextest says what every index must do. An implementation's test calls Run.
package indextest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// Index is what the suite tries. Searches are exact: an item is returned if and only if one of its hashes lies within
// radius bits of one of the queries; each once, ascending.
type Index interface {
	// Add makes an item's hashes visible to every search that begins afterwards, and replaces those of an item
	// that is there already. Prints of no item and qualities outside 0 to 100 are pipeline.ErrMalformed.
	Add(p pipeline.Prints) error
	// Prints returns what was added of an item last, or pipeline.ErrNotFound.
	Prints(item pipeline.Digest) (pipeline.Prints, error)
	NearPictures(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	NearFrames(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
}

// Run tries the index that open returns, a fresh one at every call.
func Run(t *testing.T, open func() Index) {
	t.Run("answers as a scan by hand does", func(t *testing.T) { t.Parallel(); exact(t, open) })
	t.Run("keeps long footage", func(t *testing.T) { t.Parallel(); long(t, open()) })
	t.Run("answers nothing to nothing", func(t *testing.T) { t.Parallel(); nothing(t, open()) })
	t.Run("refuses malformed prints", func(t *testing.T) { t.Parallel(); malformed(t, open()) })
	t.Run("loses no item while others write", func(t *testing.T) { t.Parallel(); concurrent(t, open()) })
}

// name returns the digest of the nth item.
func name(n int) pipeline.Digest {
	return pipeline.DigestOf(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func flip(h pipeline.Hash256, bits ...int) pipeline.Hash256 {
	for _, b := range bits {
		h[b/64%4] ^= 1 << (b % 64)
	}
	return h
}

// near draws a hash a few dozen bits from one of a handful, so that distances lie on both sides of any radius.
func near(t *rapid.T) pipeline.Hash256 {
	base := pipeline.Hash256{0, ^uint64(0), 0x5555555555555555, 0x3333333333333333}
	if rapid.Bool().Draw(t, "other") {
		base = pipeline.Hash256{}
	}
	return flip(base, rapid.SliceOfNDistinct(rapid.IntRange(0, 255), 0, 40, rapid.ID[int]).Draw(t, "flipped")...)
}

func prints(t *rapid.T) pipeline.Prints {
	p := pipeline.Prints{Item: name(rapid.IntRange(0, 12).Draw(t, "item")), Kind: pipeline.Video, Seq: rapid.Int64().Draw(t, "seq")}
	for range rapid.IntRange(0, 3).Draw(t, "pictures") {
		p.Pictures = append(p.Pictures, pipeline.PrintedPicture{Bits: near(t), Quality: rapid.IntRange(0, 100).Draw(t, "quality")})
	}
	for s := range rapid.IntRange(0, 2).Draw(t, "streams") {
		h := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test", Stream: s, Cut: rapid.Bool().Draw(t, "cut")}
		for i := range rapid.IntRange(0, 5).Draw(t, "frames") {
			h.Frames = append(h.Frames, pipeline.HashedFrame{
				Time: float64(i) / 2, Bits: near(t), Quality: rapid.IntRange(0, 100).Draw(t, "q"), Key: rapid.Bool().Draw(t, "key"),
			})
		}
		p.Footage = append(p.Footage, h)
	}
	return p
}

// byHand returns the items of which one of the hashes lies near one of the queries.
func byHand(kept map[pipeline.Digest]pipeline.Prints, hashes func(pipeline.Prints) []pipeline.Hash256, queries []pipeline.Hash256, radius int) []pipeline.Digest {
	var out []pipeline.Digest
	for d, p := range kept {
		if slices.ContainsFunc(hashes(p), func(h pipeline.Hash256) bool {
			return slices.ContainsFunc(queries, func(q pipeline.Hash256) bool { return h.Distance(q) <= radius })
		}) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, pipeline.Digest.Compare)
	return out
}

func pictures(p pipeline.Prints) (out []pipeline.Hash256) {
	for _, pic := range p.Pictures {
		out = append(out, pic.Bits)
	}
	return out
}

func frames(p pipeline.Prints) (out []pipeline.Hash256) {
	for _, f := range p.Footage {
		for _, fr := range f.Frames {
			out = append(out, fr.Bits)
		}
	}
	return out
}

func exact(t *testing.T, open func() Index) {
	rapid.Check(t, func(t *rapid.T) {
		x, kept := open(), map[pipeline.Digest]pipeline.Prints{}
		for range rapid.IntRange(0, 20).Draw(t, "additions") {
			p := prints(t)
			if err := x.Add(p); err != nil {
				t.Fatal(err)
			}
			kept[p.Item] = p
		}
		for d, p := range kept {
			got, err := x.Prints(d)
			if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
				t.Fatalf("%v\n%s", err, diff)
			}
		}
		queries := rapid.SliceOfN(rapid.Custom(near), 0, 20).Draw(t, "queries")
		radius := rapid.IntRange(-1, 256).Draw(t, "radius")
		got, err := x.NearPictures(queries, radius)
		if diff := cmp.Diff(byHand(kept, pictures, queries, radius), got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("pictures: %v\n%s", err, diff)
		}
		got, err = x.NearFrames(queries, radius)
		if diff := cmp.Diff(byHand(kept, frames, queries, radius), got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("frames: %v\n%s", err, diff)
		}
	})
}

// long adds items whose frames fill many blocks of whatever size the implementation uses.
func long(t *testing.T, x Index) {
	r := rand.New(rand.NewPCG(7, 7))
	all := make([]pipeline.Prints, 5)
	for i := range all {
		all[i] = pipeline.Prints{Item: name(i), Kind: pipeline.Video, Footage: []pipeline.FrameHashes{{Algorithm: "pdq"}}}
		for j := range 1 + r.IntN(3000) {
			all[i].Footage[0].Frames = append(all[i].Footage[0].Frames, pipeline.HashedFrame{
				Time: float64(j) / 2, Bits: pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}, Quality: j % 101,
			})
		}
		if err := x.Add(all[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range all {
		got, err := x.Prints(p.Item)
		if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v\n%.500s", err, diff)
		}
		list := p.Footage[0].Frames
		for _, i := range []int{0, len(list) / 2, len(list) - 1} {
			q := flip(list[i].Bits, 3, 77, 140, 255)
			for radius, want := range map[int][]pipeline.Digest{3: nil, 4: {p.Item}} {
				got, err := x.NearFrames([]pipeline.Hash256{q}, radius)
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
					t.Errorf("frame %d of %d, radius %d: %v\n%s", i, len(list), radius, err, diff)
				}
			}
		}
	}
}

func nothing(t *testing.T, x Index) {
	ask := func(what string, queries []pipeline.Hash256) {
		for kind, near := range map[string]func([]pipeline.Hash256, int) ([]pipeline.Digest, error){"pictures": x.NearPictures, "frames": x.NearFrames} {
			if got, err := near(queries, 256); len(got) != 0 || err != nil {
				t.Errorf("%s: %s: %v, %v", what, kind, got, err)
			}
		}
	}
	ask("an empty index", []pipeline.Hash256{{}})
	if err := x.Add(pipeline.Prints{Item: name(1)}); err != nil {
		t.Fatal(err)
	}
	ask("an item without hashes", []pipeline.Hash256{{}})
	if err := x.Add(pipeline.Prints{Item: name(2), Pictures: []pipeline.PrintedPicture{{}}, Footage: []pipeline.FrameHashes{{Frames: make([]pipeline.HashedFrame, 3)}}}); err != nil {
		t.Fatal(err)
	}
	ask("no query", nil)
	if _, err := x.Prints(name(3)); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("an item never added: %v", err)
	}
}

func malformed(t *testing.T, x Index) {
	for what, p := range map[string]pipeline.Prints{
		"no item":                 {Pictures: []pipeline.PrintedPicture{{Quality: 9}}},
		"quality above 100":       {Item: name(1), Pictures: []pipeline.PrintedPicture{{Quality: 101}}},
		"quality below 0":         {Item: name(1), Pictures: []pipeline.PrintedPicture{{Quality: -1}}},
		"frame quality above 100": {Item: name(1), Footage: []pipeline.FrameHashes{{Frames: []pipeline.HashedFrame{{Quality: 1000}}}}},
	} {
		if err := x.Add(p); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := x.Prints(name(1)); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("a refused item is there: %v", err)
	}
}

// concurrent adds and replaces from several sides. What was added before a search began is found by it.
func concurrent(t *testing.T, x Index) {
	const writers, rounds = 4, 60
	one := func(n int) pipeline.Prints {
		h := pipeline.Hash256{uint64(n) * 0x9e3779b97f4a7c15, uint64(n) * 0xc2b2ae3d27d4eb4f, ^uint64(n), uint64(n)}
		return pipeline.Prints{
			Item: name(n), Pictures: []pipeline.PrintedPicture{{Bits: h, Quality: 70}},
			Footage: []pipeline.FrameHashes{{Frames: []pipeline.HashedFrame{{Bits: h, Quality: 70}, {Time: 0.5, Bits: flip(h, 9), Quality: 70}}}},
		}
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range rounds {
				n := w*rounds + i
				if err := errors.Join(x.Add(one(w*rounds)), x.Add(one(n))); err != nil {
					t.Error(err)
					return
				}
				for _, want := range []int{n, w * rounds} {
					if err := finds(x, one(want)); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func finds(x Index, p pipeline.Prints) error {
	byPicture, err := x.NearPictures(pictures(p), 0)
	if err != nil {
		return err
	}
	byFrame, err := x.NearFrames(frames(p), 0)
	if err != nil {
		return err
	}
	if !slices.Contains(byPicture, p.Item) || !slices.Contains(byFrame, p.Item) {
		return fmt.Errorf("%v is lost: %v, %v", p.Item, byPicture, byFrame)
	}
	return nil
}
