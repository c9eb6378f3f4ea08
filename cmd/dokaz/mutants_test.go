//go:build libav

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/fixtures/stock"
	"dokaz/fixtures/stock/hostile"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

var mutants = flag.Int("mutants", 0, "how many malformed files the long form of the hostile test makes")

// The bars of the hostile test.
const (
	parentMemory  = 300 << 20 // bytes resident
	mutantsAtOnce = 250       // files of one run
	mutantWall    = 10 * time.Second
	canaryText    = "DOKAZ-CANARY-4f1d9c"
)

func TestMutantsAreReported(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: examines 120 malformed files; run without -short")
	}
	testMutants(t, 120)
}

func TestMutantsFull(t *testing.T) {
	if *mutants == 0 {
		t.Skip("SKIPPED: the long form of TestMutantsAreReported; run it with make hostile")
	}
	testMutants(t, *mutants)
}

// testMutants sends malformed files through whole runs: no run may end but as a run ends, each file has to have its report, the
// parent stays small, no item takes longer than its limit, and neither canary is seen.
func testMutants(t *testing.T, n int) {
	url, knocks := canary(t)
	seeds := seedsOfMutants(t, url)
	began := time.Now()
	seen := map[string]any{"files": n, "seeds": len(seeds), "parent crashes": 0}
	var resident int64
	var longest time.Duration
	items, reports, quarantined, leaks := 0, 0, 0, 0
	for from := 0; from < n; from += mutantsAtOnce {
		dir := t.TempDir()
		in, kept := filepath.Join(dir, "in"), filepath.Join(dir, "case")
		if err := os.Mkdir(in, 0o700); err != nil {
			t.Fatal(err)
		}
		want := map[pipeline.Digest]int{}
		for i := from; i < min(n, from+mutantsAtOnce); i++ {
			b := hostile.Mutant(seeds, uint64(i))
			put(t, filepath.Join(in, fmt.Sprintf("m%07d", i)), b)
			want[pipeline.DigestOf(b)] = i
		}
		c, said := dokaz(t.Context(), "run", in, "--all", "--case", kept)
		c.Env = append(c.Env, "DOKAZ_CHILD_WALL="+mutantWall.String())
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		peak := watchMemory(c.Process.Pid)
		_ = c.Wait()
		resident = max(resident, <-peak)
		if code := c.ProcessState.ExitCode(); code != int(exitOK) && code != int(exitSomeFailed) {
			t.Fatalf("a run over mutants %d… ended with %d\n%.4000s", from, code, said)
		}
		r := fatesOf(t, kept, want)
		items, reports, quarantined, longest = items+r.items, reports+r.reports, quarantined+r.quarantined, max(longest, r.longest)
		leaks += leaksIn(t, kept, want)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	seen["items"], seen["reports"], seen["quarantined"] = items, reports, quarantined
	seen["parent resident MiB at most"], seen["longest item, seconds of its analyzers"] = resident>>20, longest.Seconds()
	seen["network canary hits"], seen["file canary leaks"] = knocks(), leaks
	seen["seconds"] = int(time.Since(began).Seconds())
	switch {
	case reports != items:
		t.Errorf("%d items and %d reports", items, reports)
	case resident > parentMemory:
		t.Errorf("the parent had %d MiB resident", resident>>20)
	case longest > mutantWall+2*time.Second:
		t.Errorf("an item took %v", longest)
	case seen["network canary hits"] != int64(0) || leaks > 0:
		t.Errorf("canaries: %v on the network, %d in files", seen["network canary hits"], leaks)
	}
	figures(t, "hostile", seen)
}

// seedsOfMutants are the small files of the test and hostile sets, and archives.
func seedsOfMutants(t *testing.T, url string) (seeds [][]byte) {
	t.Helper()
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(t.TempDir(), "hostile"), Set: "hostile", CanaryURL: url})
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{fixtures.Dir(t, "test"), made.Dir} {
		err := filepath.WalkDir(set, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !e.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(p)
			if len(b) > 0 && len(b) <= 256<<10 && !bytes.Contains(b, []byte(canaryText)) {
				seeds = append(seeds, b)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	zip := holding(t, "a.jpg", patch(t, 1), "b/c.txt", []byte("hello"))
	seeds = append(seeds, zip, holding(t, "inner.zip", zip), holding(t, "a.jpg", patch(t, 2)))
	if len(seeds) < 50 {
		t.Fatalf("%d seeds", len(seeds))
	}
	return seeds
}

// watchMemory looks at a process until it ends, and tells its resident peak in bytes.
func watchMemory(pid int) <-chan int64 {
	out := make(chan int64, 1)
	go func() {
		var peak int64
		for {
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, rest, found := strings.Cut(string(b), "VmHWM:")
			if err != nil || !found { // it ended
				out <- peak
				return
			}
			if kB, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64); err == nil {
				peak = max(peak, kB<<10)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return out
}

// fates is what became of many items.
type fates struct {
	items, reports, quarantined int
	longest                     time.Duration
}

// fatesOf reads a case; every file given has to be an item.
func fatesOf(t *testing.T, dir string, want map[pipeline.Digest]int) (f fates) {
	t.Helper()
	c, err := catalog.Open(context.WithoutCancel(t.Context()), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	missing := map[pipeline.Digest]bool{}
	for d := range want {
		missing[d] = true
	}
	err = c.Each(t.Context(), func(l catalog.Line) error {
		f.items++
		delete(missing, l.Item.Digest)
		if l.Quarantined {
			f.quarantined++
			t.Logf("mutant %d is quarantined: %.200v", want[l.Item.Digest], l.Failed)
		}
		_, err := os.Stat(filepath.Join(dir, "reports", l.Item.Digest.Hex(), "report.json"))
		if err == nil {
			f.reports++
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		x, err := c.Examination(t.Context(), l.Item.Digest)
		var took time.Duration
		for _, o := range x.Outcomes {
			took = max(took, o.Took)
		}
		f.longest = max(f.longest, took)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for d := range missing {
		t.Errorf("mutant %d is no item", want[d])
	}
	return f
}

// leaksIn counts the files of a case, but for the originals given, in which the file canary's text stands.
func leaksIn(t *testing.T, dir string, given map[pipeline.Digest]int) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if _, own := given[pipeline.DigestOf(b)]; !own && bytes.Contains(b, []byte(canaryText)) {
			n++
			t.Errorf("%s tells the canary's text", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
