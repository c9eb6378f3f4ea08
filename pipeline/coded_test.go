package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Of a video its pictures make it the same media, not its sound; a cover picture that is a stream of its own counts too.
func TestCodedPrints(t *testing.T) {
	t.Parallel()
	digest := func(stream int, n byte) CodedDigest {
		return CodedDigest{Algorithm: "packets/1", Stream: stream, Codec: "c", Digest: Digest{n}, Bytes: 9}
	}
	facts := func(all ...Fact) (out []Measurement) {
		for _, f := range all {
			out = append(out, Measurement{Fact: f})
		}
		return out
	}
	film := facts(digest(0, 1), digest(1, 2), Stream{Index: 0, Type: "video"}, Stream{Index: 1, Type: "audio"}, CodedDigest{Digest: Digest{3}})
	for _, c := range []struct {
		kind Kind
		ms   []Measurement
		want []Digest
	}{
		{Video, film, []Digest{digest(0, 1).Key()}},
		{Photo, facts(CodedDigest{Algorithm: "jpeg-coded/1", Digest: Digest{1}, Bytes: 1}), []Digest{CodedDigest{Algorithm: "jpeg-coded/1", Digest: Digest{1}}.Key()}},
		{Audio, facts(digest(0, 2), Stream{Index: 0, Type: "audio"}), []Digest{digest(0, 2).Key()}},
	} {
		if d := cmp.Diff(c.want, PrintsOf(Item{Kind: c.kind}, c.ms).Coded); d != "" {
			t.Errorf("%s: %s", c.kind, d)
		}
	}
	a, b := digest(0, 1), digest(0, 1)
	b.Codec = "d"
	if a.Key() == b.Key() || a.Key() != digest(5, 1).Key() {
		t.Error("a key is of algorithm, codec and digest, and of nothing else")
	}
}
