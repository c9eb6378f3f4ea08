package index

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// The lists that within gives meet every hash within the radius: whatever bits differ, some substring is so little changed.
func TestSubstringsMeetEveryNearHash(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		radius := rapid.IntRange(0, substrings*(maxFlips+1)-1).Draw(t, "radius")
		differ := rapid.SliceOfNDistinct(rapid.IntRange(0, 255), 0, radius, rapid.ID[int]).Draw(t, "bits")
		var plain [4]uint64
		for _, bit := range differ {
			plain[bit/64] |= 1 << (bit % 64)
		}
		for i := range substrings {
			if slices.Contains(flips()[:within(radius, i)], substring(&plain, i)) {
				return
			}
		}
		t.Fatalf("%d bits within radius %d are missed: %x", len(differ), radius, plain)
	})
}

func TestFlipsAreOrderedByTheirBits(t *testing.T) {
	t.Parallel()
	for n, count := range []int{1, 17, 137} {
		for i, f := range flips()[:count] {
			if ones := bits.OnesCount16(f); ones > n || slices.Contains(flips()[:i], f) {
				t.Errorf("flip %d: %x", i, f)
			}
		}
	}
}

// crowd fills an index with more than two small segments of frames, a hundred clusters among strangers, and returns the
// centres and a view from before the second segment was full.
func crowd() (*Memory, []pipeline.Hash256, *view) {
	const rows = 1 << 17
	r := rand.New(rand.NewPCG(3, 3))
	m := New()
	m.segments[frames].rows = rows
	var centres []pipeline.Hash256
	for range 100 {
		centres = append(centres, pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()})
	}
	var early *view
	for n := 0; m.view().tables[frames].rows <= 2*rows+blockRows; n++ {
		f := make([]pipeline.HashedFrame, 1000+r.IntN(3000))
		for i := range f {
			f[i].Bits = pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
			if r.IntN(8) == 0 {
				f[i].Bits = stray(r, centres[r.IntN(len(centres))], r.IntN(60))
			}
		}
		if err := m.Add(pipeline.Prints{Item: pipeline.DigestOf(fmt.Append(nil, n)), Footage: []pipeline.FrameHashes{{Frames: f}}}); err != nil {
			panic(err) // it is a test's own prints
		}
		if m.view().tables[frames].rows < 2*rows {
			early = m.view()
		}
	}
	return m, centres, early
}

// stray changes some bits of a hash, or fewer.
func stray(r *rand.Rand, h pipeline.Hash256, flips int) pipeline.Hash256 {
	for range flips {
		bit := r.IntN(256)
		h[bit/64] ^= 1 << (bit % 64)
	}
	return h
}

// Searches by lists find what searches by scan find, from before the first list is made until after the last.
func TestListsFindWhatAScanFinds(t *testing.T) {
	t.Parallel()
	m, centres, early := crowd()
	r := rand.New(rand.NewPCG(5, 5))
	scan := &Memory{large: 1 << 30}
	scan.seen.Store(m.view())
	m.large = 1
	found := 0
	for n := range 2*substrings + 60 {
		queries := []pipeline.Hash256{stray(r, centres[r.IntN(100)], r.IntN(20)), stray(r, centres[r.IntN(100)], 5)}[:1+n%2]
		radius := 20 + r.IntN(20)
		want, _ := scan.NearFrames(queries, radius)
		got, _ := m.NearFrames(queries, radius)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("search %d, radius %d: %s", n, radius, d)
		}
		found += len(got)
		best, _ := scan.NearestFrames(queries, 1+n%7)
		if got, _ := m.NearestFrames(queries, 1+n%7); !slices.Equal(got, best) {
			t.Fatalf("search %d: nearest %v, not %v", n, got, best)
		}
	}
	if found < 100 {
		t.Errorf("only %d items found", found)
	}
	made := *m.segments[frames].made.Load()
	q := []folded{fold(centres[0])}
	if len(made) != 2 || !made[0].pays(q, 1, 31) || made[0].pays(q, 1, 47) {
		t.Errorf("%d segments were made, or they pay otherwise than they should", len(made))
	}
	if n := len(m.segments[frames].of(&early.tables[frames], 1, 1, 1, 31)); n != 1 {
		t.Errorf("a view of less than two segments is given %d", n)
	}
	if many := m.segments[frames].of(&scan.view().tables[frames], 1, 96, 96, 31); many != nil {
		t.Error("lists are used for many queries")
	}
}
