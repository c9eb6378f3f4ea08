package index

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// The nearest are those that sorting everything by hand puts first, in whatever order the items came.
func TestNearestByHand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		base := hashes.Draw(t, "hash")
		queries := []pipeline.Hash256{base, stray(r, base, 30), hashes.Draw(t, "another")}
		k := rapid.IntRange(0, 12).Draw(t, "k")
		m := New()
		kept := map[pipeline.Digest][]pipeline.Hash256{}
		for range rapid.IntRange(0, 6).Draw(t, "items") {
			p := pipeline.Prints{Item: pipeline.DigestOf([]byte{byte(r.IntN(4))}), Footage: make([]pipeline.FrameHashes, 1+r.IntN(2))}
			kept[p.Item] = nil
			for s := range p.Footage {
				for range r.IntN(400) {
					h := stray(r, base, r.IntN(90))
					p.Footage[s].Frames = append(p.Footage[s].Frames, pipeline.HashedFrame{Bits: h})
					kept[p.Item] = append(kept[p.Item], h)
				}
			}
			if err := m.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		var want []Hit
		for i, q := range queries {
			var all []Hit
			for item, hs := range kept {
				for n, h := range hs {
					all = append(all, Hit{i, item, n, h.Distance(q)})
				}
			}
			slices.SortFunc(all, func(a, b Hit) int {
				return cmp.Or(a.Distance-b.Distance, a.Item.Compare(b.Item), a.Ordinal-b.Ordinal)
			})
			want = append(want, all[:min(k, len(all))]...)
		}
		got, err := m.NearestFrames(queries, k)
		if d := gocmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Fatal(err, d)
		}
	})
}

func TestNearestOfEachKind(t *testing.T) {
	t.Parallel()
	m := New()
	item := pipeline.DigestOf(nil)
	a, b, c := pipeline.Hash256{1}, pipeline.Hash256{3}, pipeline.Hash256{7}
	p := pipeline.Prints{
		Item: item, Pictures: []pipeline.PrintedPicture{{Bits: a}, {Bits: c, View: "whole"}, {Bits: b, View: "tile00"}},
		Footage: []pipeline.FrameHashes{{Frames: []pipeline.HashedFrame{{Bits: c}}}},
	}
	if err := m.Add(p); err != nil {
		t.Fatal(err)
	}
	for _, ask := range []struct {
		of   func([]pipeline.Hash256, int) ([]Hit, error)
		want []Hit
	}{
		{m.NearestPictures, []Hit{{0, item, 0, 1}}},
		{m.NearestViews, []Hit{{0, item, 1, 2}, {0, item, 0, 3}}},
		{m.NearestFrames, []Hit{{0, item, 0, 3}}},
	} {
		if got, err := ask.of([]pipeline.Hash256{{}}, 2); err != nil || !slices.Equal(got, ask.want) {
			t.Errorf("%v, %v; not %v", got, err, ask.want)
		}
	}
}
