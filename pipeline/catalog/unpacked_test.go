package catalog

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

func TestUnpackingsKeepWhatWasUsedLast(t *testing.T) {
	t.Parallel()
	u, err := newUnpackings()
	if err != nil {
		t.Fatal(err)
	}
	by := pipeline.Ref{Analyzer: "tags", Version: 1}
	packed := func(i int) ([]byte, []pipeline.Measurement) {
		ms := []pipeline.Measurement{{By: by, Fact: pipeline.Tag{Name: strings.Repeat("x", mostUnpacked/4) + string(rune('a'+i))}}}
		all, err := packOutcomes(pipeline.Examination{Outcomes: []pipeline.Outcome{{By: by, Status: pipeline.Done}}, Measurements: ms})
		if err != nil {
			t.Fatal(err)
		}
		return all[0], ms
	}
	ask := func(i int) []pipeline.Measurement {
		b, want := packed(i)
		got, err := u.of(b)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%d: %v %s", i, err, d)
		}
		return got
	}
	first := ask(0)
	ask(1)
	ask(2)
	if again := ask(0); &again[0] != &first[0] {
		t.Error("what was unpacked is unpacked again")
	}
	ask(3) // no room: 1 was used longest ago
	if u.size > mostUnpacked || u.held.Len() != 3 {
		t.Errorf("%d bytes of %d entries are kept", u.size, u.held.Len())
	}
	if again := ask(0); &again[0] != &first[0] {
		t.Error("what was used lately is gone")
	}
	if b, _ := packed(1); u.held.Contains(pipeline.DigestOf(b)) {
		t.Error("what was used longest ago is kept")
	}
	before := u.size
	if _, err := u.of([]byte("no gzip")); !errors.Is(err, pipeline.ErrCorrupt) || u.size != before {
		t.Errorf("%v, %d bytes kept", err, u.size-before)
	}
	if got, err := u.of(nil); got != nil || err != nil {
		t.Errorf("nothing packed gives %v, %v", got, err)
	}
}
