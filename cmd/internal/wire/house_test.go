package wire

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/workers/sandbox"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Verb {
		os.Exit(ChildMain())
	}
	os.Exit(m.Run())
}

// atWork is a new case of its own.
func atWork(t *testing.T) *House {
	t.Helper()
	c, _, err := LoadConfig(map[string]string{"case": filepath.Join(t.TempDir(), "case"), "workers": "1"})
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), c, Toil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// A sealed copy that changed between receiving and examining is never examined, and its report says why.
func TestAChangedOriginalIsReportedAsSuch(t *testing.T) {
	t.Parallel()
	h, it := received(t)
	spoil(t, h.Case.Path("vault", it.Digest.Hex()[:2], it.Digest.Hex()))
	settle(t, h)
	r, _, _, err := h.Report(t.Context(), it.Digest)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range r.Core.Outcomes {
		if o.Status != pipeline.Failed || !strings.HasPrefix(o.Reason, "integrity failure") {
			t.Errorf("%s: %s %q, want failed for an integrity failure", o.By.Analyzer, o.Status, o.Reason)
		}
	}
	totals, err := h.Catalog.Totals(t.Context())
	if err != nil || totals.Corrupt != 1 || len(r.Core.Outcomes) == 0 {
		t.Errorf("%+v, %v; %d outcomes", totals, err, len(r.Core.Outcomes))
	}
}

func spoil(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o444); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsKnowTheirOrigin(t *testing.T) {
	t.Parallel()
	c, settings, err := LoadConfig(map[string]string{"quiet": "7s"})
	if err != nil || c.Quiet != 7*time.Second {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, s := range settings {
		want := "default"
		if s.Key == "quiet" {
			want = "flag --quiet"
		}
		if s.Origin != want {
			t.Errorf("%s comes from %q, want %q", s.Key, s.Origin, want)
		}
	}
	for key, bad := range map[string]string{"workers": "0", "quiet": "-1s", "child.memory": "1000", "case": "", "child.wall": "0s"} {
		if _, _, err := LoadConfig(map[string]string{key: bad}); err == nil {
			t.Errorf("%s = %q was accepted", key, bad)
		}
	}
}

func TestACaseHasOneIdentityAndItsHolders(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "case")
	if _, err := OpenCase(dir, Unheld); !errors.Is(err, ErrNoCase) {
		t.Fatalf("a case that is not there: %v, want ErrNoCase", err)
	}
	var open []*Case
	hold := func(h Hold) *Case {
		t.Helper()
		c, err := OpenCase(dir, h)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		return c
	}
	letGo := func() {
		t.Helper()
		for _, c := range open {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		open = nil
	}
	if a, b, looker := hold(Shared), hold(Shared), hold(Unheld); a.ID == "" || a.ID != b.ID || a.ID != looker.ID {
		t.Errorf("%q, %q and %q", a.ID, b.ID, looker.ID)
	}
	if _, err := OpenCase(dir, Alone); !errors.Is(err, pipeline.ErrBusy) {
		t.Errorf("alone beside two others: %v, want ErrBusy", err)
	}
	letGo()
	hold(Alone)
	hold(Unheld) // looking is always allowed
	if _, err := OpenCase(dir, Shared); !errors.Is(err, pipeline.ErrBusy) {
		t.Errorf("beside one who is alone: %v, want ErrBusy", err)
	}
	letGo()
}

func TestWhatIsDoneIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	ref := func(name string, version int) pipeline.Ref { return pipeline.Ref{Analyzer: name, Version: version} }
	say := func(r pipeline.Ref, note string) pipeline.Measurement {
		return pipeline.Measurement{By: r, Fact: pipeline.Extent{What: "trailing", Note: note}}
	}
	known := pipeline.Examination{
		Outcomes: []pipeline.Outcome{{By: ref("a", 1), Status: pipeline.Done}, {By: ref("b", 1), Status: pipeline.Done},
			{By: ref("c", 1), Status: pipeline.Failed}, {By: ref("d", 1), Status: pipeline.Skipped}},
		Measurements: []pipeline.Measurement{say(ref("a", 1), "old"), say(ref("b", 1), "old"), say(ref("c", 1), "old")},
	}
	all := []pipeline.Ref{ref("a", 1), ref("b", 2), ref("c", 1), ref("d", 1), ref("e", 1)}
	kept, todo := remembered(known, all)
	if diff := cmp.Diff([]pipeline.Ref{ref("b", 2), ref("c", 1), ref("e", 1)}, todo); diff != "" {
		t.Error(diff)
	}
	anew := pipeline.Examination{
		Outcomes:     []pipeline.Outcome{{By: ref("b", 2), Status: pipeline.Done}, {By: ref("c", 1), Status: pipeline.Done}, {By: ref("e", 1), Status: pipeline.Done}},
		Measurements: []pipeline.Measurement{say(ref("b", 2), "new"), say(ref("c", 1), "new")},
	}
	want := pipeline.Examination{
		Outcomes: []pipeline.Outcome{{By: ref("a", 1), Status: pipeline.Done}, {By: ref("b", 2), Status: pipeline.Done},
			{By: ref("c", 1), Status: pipeline.Done}, {By: ref("d", 1), Status: pipeline.Skipped}, {By: ref("e", 1), Status: pipeline.Done}},
		Measurements: []pipeline.Measurement{say(ref("a", 1), "old"), say(ref("b", 2), "new"), say(ref("c", 1), "new")},
	}
	if diff := cmp.Diff(want, together(all, kept, anew)); diff != "" {
		t.Error(diff)
	}
}
