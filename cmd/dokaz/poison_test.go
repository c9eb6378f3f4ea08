//go:build libav

package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

var poison = flag.Bool("poison", false, "run the poison test in full")

// TestQuarantine sends an item through that no child survives within a second, lists it, and examines it again with more time.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	photo, err := os.ReadFile(filepath.Join(fixtures.Dir(t, "test"), "square-bare.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ok := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	in, kept := filepath.Join(dir, "in"), filepath.Join(dir, "case")
	ok(os.Mkdir(in, 0o700))
	ok(os.WriteFile(filepath.Join(in, "good.jpg"), photo, 0o600))
	ok(os.WriteFile(filepath.Join(in, "hangs.jpg"), append(bytes.Clone(photo), markHangs...), 0o600))
	ask := func(want code, env string, args ...string) string {
		c, said := dokaz(t.Context(), append(args, "--case", kept)...)
		c.Env = append(c.Env, env)
		err := c.Run()
		var left *exec.ExitError
		if got := c.ProcessState.ExitCode(); err != nil && !errors.As(err, &left) || got != int(want) {
			t.Fatalf("dokaz %v: %v, exit code %d, want %d\n%s", args, err, got, want, said)
		}
		return said.String()
	}
	const hurried, patient = "DOKAZ_CHILD_WALL=1s", "DOKAZ_CHILD_WALL=2m"
	ask(exitSomeFailed, hurried, "run", in)
	if said := ask(exitOK, hurried, "quarantine", "list"); !strings.Contains(said, "1 item in quarantine") || !strings.Contains(said, "hangs.jpg") || strings.Contains(said, "good.jpg") {
		t.Errorf("the list is\n%s", said)
	}
	if said := ask(exitSomeFailed, hurried, "quarantine", "retry", "hangs.jpg", "--json"); !strings.Contains(said, "killed: wall clock 1 s") {
		t.Errorf("tried again under the same limit:\n%s", said)
	}
	ask(exitUsage, patient, "quarantine", "retry")
	ask(exitUsage, patient, "quarantine", "retry", "good.jpg")
	ask(exitOK, patient, "quarantine", "retry", "--all", "--by", "N. K.")
	if said := ask(exitOK, patient, "quarantine", "list", "--json"); !strings.Contains(said, `"quarantined": []`) {
		t.Errorf("after it was examined at leisure the list is\n%s", said)
	}
	if acts := custodyOf(t, kept, pipeline.DigestOf(append(bytes.Clone(photo), markHangs...))); acts != "received examined quarantined reported retried(dokaz) retried(N. K.)" {
		t.Errorf("custody entries are of %s", acts)
	}
}

// custodyOf names the kinds of an item's custody entries in alphabetical order, and who asked for retries.
func custodyOf(t *testing.T, dir string, d pipeline.Digest) string {
	t.Helper()
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	entries, err := c.Custody(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	seen := map[string]bool{}
	for _, act := range []pipeline.Act{pipeline.ActReceived, pipeline.ActExamined, pipeline.ActQuarantine, pipeline.ActReported, pipeline.ActRetried} {
		for _, e := range entries {
			word := string(e.Act)
			if e.Act == pipeline.ActRetried {
				word += "(" + string(e.By) + ")"
			}
			if e.Act == act && !seen[word] {
				seen[word] = true
				order = append(order, word)
			}
		}
	}
	return strings.Join(order, " ")
}

func TestPoisonHoldsNobodyUp(t *testing.T) { testPoison(t, 18, 2, 5*time.Second) }

func TestPoisonFull(t *testing.T) {
	if !*poison {
		t.Skip("SKIPPED: the long form of TestPoisonHoldsNobodyUp; run it with make poison")
	}
	testPoison(t, 900, 100, time.Second)
}

// testPoison takes good items in alone, and then as many with items among them over which every child dies. Each gets its report, and
// no good one gets it later than after twice the time that it took without the poison; differences below noise are not looked at.
func testPoison(t *testing.T, good, bad int, noise time.Duration) {
	if testing.Short() {
		t.Skip("SKIPPED: examines items for half a minute; run without -short")
	}
	in := bulk(t, good)
	began := time.Now()
	calm := timed(t, in)
	photo, err := os.ReadFile(filepath.Join(fixtures.Dir(t, "test"), "square-bare.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range bad { // spread through the order in which items are taken
		name := filepath.Join(in, fmt.Sprintf("IMG_%05d-poison.jpg", i*good/bad))
		if err := os.WriteFile(name, append(bytes.Clone(photo), fmt.Sprintf("%04d%s", i, markDies)...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shaken := timed(t, in)
	full, quarantined, worst := 0, 0, 0.0
	for d, s := range shaken {
		switch {
		case s.quarantined && s.took == 0:
			t.Errorf("%s is quarantined and has no report", d)
		case s.quarantined:
			quarantined++
		case s.took > 0:
			full++
			before := calm[d].took
			worst = max(worst, float64(s.took)/float64(before))
			if s.took > 2*before && s.took-before > noise {
				t.Errorf("%s got its report after %v, without the poison after %v", d, s.took, before)
			}
		}
	}
	if full != len(calm) || quarantined != bad {
		t.Errorf("%d full reports and %d of quarantined items, want %d and %d", full, quarantined, len(calm), bad)
	}
	figures(t, "poison", map[string]any{
		"good items": len(calm), "poison items": bad, "full reports": full, "quarantined reports": quarantined,
		"worst delay of a good item": fmt.Sprintf("%.2f x", worst), "seconds": int(time.Since(began).Seconds()),
	})
}

// fate is when an item got its first report, after the first receipt of its case; 0 where it never did.
type fate struct {
	quarantined bool
	took        time.Duration
}

func timed(t *testing.T, in string) map[pipeline.Digest]fate {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "case")
	finish(t, "run", in, "--case", dir)
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	out := map[pipeline.Digest]fate{}
	var first time.Time
	entries, err := c.Entries(t.Context(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if first.IsZero() {
			first = e.At
		}
		if f := out[e.Item]; e.Act == pipeline.ActReported && f.took == 0 {
			f.took = e.At.Sub(first)
			out[e.Item] = f
		}
	}
	err = c.Each(t.Context(), func(l catalog.Line) error {
		f := out[l.Item.Digest]
		f.quarantined = l.Quarantined
		out[l.Item.Digest] = f
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
