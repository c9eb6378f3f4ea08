package index_test

import (
	"slices"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/index"
	"dokaz/pipeline/index/indextest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	indextest.Run(t, func() indextest.Index { return index.New() })
}

// Twenty thousand frames near each other against as many: every pair is near, yet the items are found at once.
func TestLikeFramesDoNotBlowUpTheSearchForItems(t *testing.T) {
	t.Parallel()
	m := index.New()
	frames := make([]pipeline.HashedFrame, 20_000)
	queries := make([]pipeline.Hash256, len(frames))
	for i := range frames {
		queries[i] = pipeline.Hash256{uint64(i)}
		frames[i].Bits = queries[i]
	}
	p := pipeline.Prints{Item: pipeline.DigestOf(nil), Footage: []pipeline.FrameHashes{{Frames: frames}}}
	if err := m.Add(p); err != nil {
		t.Fatal(err)
	}
	got, err := m.NearFrames(queries, 31)
	if err != nil || !slices.Equal(got, []pipeline.Digest{p.Item}) {
		t.Errorf("%v, %v", got, err)
	}
}
