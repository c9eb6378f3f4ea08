package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dokaz/pipeline"
	"dokaz/pipeline/index"
	"dokaz/pipeline/index/indextest"
)

func TestFlat(t *testing.T) {
	t.Parallel()
	indextest.Run(t, func() indextest.Index { return index.New() })
}

func random(r *rand.Rand) pipeline.Hash256 {
	return pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
}

func TestHitsNameQueryOwnerOrdinalAndDistance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x := index.New()
		var want, got []index.Hit
		queries := []pipeline.Hash256{random(r), random(r), random(r)}
		for n := range 5 {
			p := pipeline.Prints{Item: pipeline.DigestOf([]byte{byte(n)})}
			ordinal := 0
			for range r.IntN(3) {
				var h pipeline.FrameHashes
				for range r.IntN(200) {
					f := pipeline.HashedFrame{Bits: random(r)}
					if r.IntN(20) == 0 {
						f.Bits = queries[r.IntN(3)]
						f.Bits[r.IntN(4)] ^= r.Uint64() & r.Uint64() & r.Uint64()
					}
					for q := range queries {
						if d := f.Bits.Distance(queries[q]); d <= 9 {
							want = append(want, index.Hit{Query: q, Item: p.Item, Ordinal: ordinal, Distance: d})
						}
					}
					h.Frames = append(h.Frames, f)
					ordinal++
				}
				p.Footage = append(p.Footage, h)
			}
			if err := x.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		for h := range x.Frames(queries, 9) {
			got = append(got, h)
		}
		sorted := cmpopts.SortSlices(func(a, b index.Hit) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
		if d := cmp.Diff(want, got, sorted, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestASearchCanBeLeft(t *testing.T) {
	t.Parallel()
	x := index.New()
	for n := range 3 {
		p := pipeline.Prints{Item: pipeline.DigestOf([]byte{byte(n)}), Pictures: []pipeline.PrintedPicture{{Bits: pipeline.Hash256{1}, Quality: 60}}}
		if err := x.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	for range x.Pictures([]pipeline.Hash256{{}}, 5) {
		seen++
		if seen == 2 {
			break
		}
	}
	if seen != 2 {
		t.Errorf("%d hits", seen)
	}
}

// Twenty thousand equal frames against as many: every pair is near, yet the items are found at once.
func TestEqualFramesDoNotBlowUpTheSearchForItems(t *testing.T) {
	t.Parallel()
	x := index.New()
	p := pipeline.Prints{Item: pipeline.DigestOf(nil), Footage: []pipeline.FrameHashes{{Frames: make([]pipeline.HashedFrame, 20_000)}}}
	if err := x.Add(p); err != nil {
		t.Fatal(err)
	}
	got, err := x.NearFrames(make([]pipeline.Hash256, 20_000), 31)
	if err != nil || !slices.Equal(got, []pipeline.Digest{p.Item}) {
		t.Errorf("%v, %v", got, err)
	}
}

func BenchmarkScan(b *testing.B) {
	const rows = 1 << 20
	r := rand.New(rand.NewPCG(1, 2))
	x := index.New()
	for n := range rows / 1024 {
		p := pipeline.Prints{Item: pipeline.DigestOf(fmt.Append(nil, n)), Footage: []pipeline.FrameHashes{{}}}
		for range 1024 {
			p.Footage[0].Frames = append(p.Footage[0].Frames, pipeline.HashedFrame{Bits: random(r), Quality: 90})
		}
		if err := x.Add(p); err != nil {
			b.Fatal(err)
		}
	}
	for _, radius := range []int{31, 48, 64} {
		for _, batch := range []int{1, 8, 200} {
			queries := make([]pipeline.Hash256, batch)
			for i := range queries {
				queries[i] = random(r)
			}
			b.Run(fmt.Sprintf("radius %d/%d queries", radius, batch), func(b *testing.B) {
				for b.Loop() {
					if _, err := x.NearFrames(queries, radius); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)*rows*float64(batch)/b.Elapsed().Seconds()/1e9, "Gcmp/s")
			})
		}
	}
}
