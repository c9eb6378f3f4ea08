package catalog

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// layout1 is a row as the first layout wrote it: a photo's hash, and one frame at 1.5 s.
const layout1 = "01" + "0500" + "766964656f" + // version, "video"
	"0100" + "0100000000000000020000000000000003000000000000000400000000000000" + "5a" + // one picture of quality 90
	"0100" + "0300" + "706471" + "0200" + "01" + "01000000" + // one stream: "pdq", stream 2, cut, one frame
	"dc05000000000000" + "0500000000000000060000000000000007000000000000000800000000000000" + "32" + "01"

func TestRowsOfTheFirstLayoutAreRead(t *testing.T) {
	t.Parallel()
	b, err := hex.DecodeString(layout1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpackPrints(b)
	want := pipeline.Prints{
		Kind:     pipeline.Video,
		Pictures: []pipeline.PrintedPicture{{Bits: pipeline.Hash256{1, 2, 3, 4}, Quality: 90}},
		Footage: []pipeline.FrameHashes{{Algorithm: "pdq", Stream: 2, Cut: true, Frames: []pipeline.HashedFrame{
			{Time: 1.5, Bits: pipeline.Hash256{5, 6, 7, 8}, Quality: 50, Key: true},
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// FuzzUnpack holds that a row is either refused as corrupt or survives being packed again.
func FuzzUnpack(f *testing.F) {
	if b, err := hex.DecodeString(layout1); err == nil {
		f.Add(b)
	}
	f.Add(packPrints(pipeline.Prints{
		Kind: pipeline.Photo, Words: [][]pipeline.FeatureWord{{1}, {2}},
		Pictures: []pipeline.PrintedPicture{{View: "whole"}},
		Footage:  []pipeline.FrameHashes{{Box: &pipeline.Box{0, 0, 1, 1}, Frames: []pipeline.HashedFrame{{Time: 2}}}},
		Sound:    []pipeline.AudioPrint{{Words: pipeline.SoundWords{9}}},
		Coded:    []pipeline.Digest{{1}, {2}},
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := unpackPrints(b)
		if err != nil {
			if !errors.Is(err, pipeline.ErrCorrupt) {
				t.Errorf("refused with %v", err)
			}
			return
		}
		once := packPrints(p)
		again, err := unpackPrints(once)
		if err != nil || !bytes.Equal(once, packPrints(again)) {
			t.Errorf("packed again it differs: %v", err)
		}
	})
}
