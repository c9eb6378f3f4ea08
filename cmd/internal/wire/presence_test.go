package wire

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// holdsForEver is the variable under which this program is a worker that appears and does nothing.
const holdsForEver = "DOKAZ_TEST_HOLDS"

// TestLeasesOfTheDeadEnd asks of a worker that lives, of one that was killed, and of one that was never here.
func TestLeasesOfTheDeadEnd(t *testing.T) {
	if dir := os.Getenv(holdsForEver); dir != "" {
		if _, err := appear(dir, "other"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "ready"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	t.Parallel()
	dir := t.TempDir()
	p, err := appear(dir, "own")
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command(os.Args[0], "-test.run=^TestLeasesOfTheDeadEnd$")
	other.Env = append(os.Environ(), holdsForEver+"="+dir)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(dir, "ready"))
	ended := func(worker string) (yes bool) {
		if err := p.ifGone(worker, func() error { yes = true; return nil }); err != nil {
			t.Error(err)
		}
		return yes
	}
	if ended("own") || ended("other") || ended("nobody") {
		t.Error("a worker that lives, or one that was never here, is taken for gone")
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // killed
	if !ended("other") {
		t.Error("a worker that was killed is taken for living")
	}
	if ended("other") {
		t.Error("it is buried twice")
	}
	if err := p.leave(); err != nil {
		t.Error(err)
	}
}

// A lock tells nothing of a worker of another machine or boot, or of one that sees the folder as another file system: its lease holds until it ends.
func TestALockElsewhereTellsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, err := appear(dir, "own")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.ReadFile(p.held.Name())
	if err != nil {
		t.Fatal(err)
	}
	boot, file, _ := strings.Cut(string(here), " ")
	for _, there := range []string{"", strings.Repeat("0", len(boot)) + " " + file, boot + " 1" + file} {
		if err := os.WriteFile(p.file("other"), []byte(there), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := p.ifGone("other", func() error { t.Errorf("%q is taken for gone", there); return nil }); err != nil {
			t.Error(err)
		}
	}
	if err := p.leave(); err != nil {
		t.Error(err)
	}
}

func waitFor(t *testing.T, path string) {
	t.Helper()
	for range 6000 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s did not come", path)
}

// A worker that leaves gives its leases back; where the catalog does not take them, its file stays and tells that it is gone.
func TestAWorkerThatLeavesLeavesNoLease(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]bool{"a catalog that works": false, "a catalog that does not": true} {
		h, it := given(t)
		cl := asked(t, h, pipeline.StepReport, it.Digest)
		dir := t.TempDir()
		p, err := appear(dir, "test") // who claimed
		if err != nil {
			t.Fatal(err)
		}
		h.presence, h.alone = p, func() {}
		if broken {
			if err := h.Catalog.Close(); err != nil {
				t.Fatal(err)
			}
		}
		err = h.depart()
		if h.presence = nil; (err != nil) != broken {
			t.Errorf("%s: %v", name, err)
		}
		other, err := appear(dir, "other")
		if err != nil {
			t.Fatal(err)
		}
		gone := false
		if err := other.ifGone("test", func() error { gone = true; return nil }); err != nil || gone != broken {
			t.Errorf("%s: told to be gone %t, %v", name, gone, err)
		}
		if broken {
			continue
		}
		if taken, err := h.Catalog.Leases(t.Context()); err != nil || len(taken) != 0 {
			t.Errorf("%s: %v of %v are left, %v", name, taken, cl.Task, err)
		}
	}
}
