package catalog_test

import (
	"errors"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

func TestFingerprintsSurviveTheShelf(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	want := pipeline.Prints{
		Item: it.Digest, Kind: pipeline.Video,
		Pictures: []pipeline.PrintedPicture{
			{Bits: pipeline.Hash256{1, 2, 3, 1 << 63}, Quality: 100}, {Quality: -1}, {Quality: 3, View: "trimmed", Box: pipeline.Box{0, 0.125, 1, 0.75}},
		},
		Words: [][]pipeline.FeatureWord{{0, 7, 1<<32 - 1}, {4}},
		Footage: []pipeline.FrameHashes{
			{Algorithm: "pdq", Stream: 3, Cut: true, Frames: []pipeline.HashedFrame{
				{Time: 0, Bits: pipeline.Hash256{9}, Quality: 7, Key: true}, {Time: 12.345, Quality: 50}, {Time: 86400.001},
			}},
			{Algorithm: "pdq", View: "trimmed", Box: &pipeline.Box{0.1, 0, 0.8, 1}, Frames: []pipeline.HashedFrame{{Time: 1}}},
		},
		Sound: []pipeline.AudioPrint{{Algorithm: "chromaprint2", Stream: 1, Step: 0.125, Words: pipeline.SoundWords{5, 1 << 31}, Cut: true}},
	}
	features := pipeline.LocalFeatures{Algorithm: "orb-m1", Frames: []pipeline.FeaturedFrame{{Count: 1, Points: pipeline.Features{{X: 1, Bits: pipeline.Hash256{4}}}}}}
	x := catalog.Examined{Prints: want, Examination: pipeline.Examination{
		Outcomes:     []pipeline.Outcome{{By: featuring, Status: pipeline.Done}, {By: by, Status: pipeline.Done}},
		Measurements: []pipeline.Measurement{{By: featuring, Fact: features}, {By: by, Fact: pipeline.PictureHash{Algorithm: "pdq"}}},
	}}
	if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), x, none); err != nil {
		t.Fatal(err)
	}
	got, err := c.PrintsSince(t.Context(), 0)
	if err != nil || len(got) != 1 || got[0].Seq == 0 {
		t.Fatalf("%v, %v", got, err)
	}
	want.Seq = got[0].Seq
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Error(diff)
	}
	want.Features = []pipeline.LocalFeatures{features}
	all, err := c.Prints(t.Context(), it.Digest)
	if diff := cmp.Diff(want, all); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if _, err := c.Prints(t.Context(), item("unknown").Digest); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("fingerprints of an unknown item: %v", err)
	}
}

func TestThoseInFlightAreComparedWithLocalFeatures(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	first, _ := receive(t, c, "x", "x")
	second, _ := receive(t, c, "y", "y")
	commit := func(it pipeline.Item, relate catalog.Relate) {
		features := pipeline.LocalFeatures{Algorithm: "orb-m1", Frames: []pipeline.FeaturedFrame{{Count: 1, Points: pipeline.Features{{X: 1}}}}}
		x := catalog.Examined{Prints: pipeline.Prints{Item: it.Digest, Words: [][]pipeline.FeatureWord{{1}}}, Examination: pipeline.Examination{
			Outcomes:     []pipeline.Outcome{{By: featuring, Status: pipeline.Done}},
			Measurements: []pipeline.Measurement{{By: featuring, Fact: features}},
		}}
		if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), x, relate); err != nil {
			t.Fatal(err)
		}
	}
	commit(first, none)
	met := 0
	commit(second, func(newer []pipeline.Prints) ([]pipeline.Match, error) {
		for _, p := range newer {
			if met++; len(p.Features) != 1 || p.Item != first.Digest {
				t.Errorf("compared with %+v", p)
			}
		}
		return nil, nil
	})
	if met != 1 {
		t.Errorf("compared with %d items", met)
	}
}
