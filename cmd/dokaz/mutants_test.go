//go:build libav

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
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

var (
	mutants     = flag.Int("mutants", 0, "how many malformed files the long form of the hostile test makes")
	mutantsFrom = flag.Int("mutants-from", 0, "the number of the first malformed file")
)

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
	url, knocks := canary(t)
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(t.TempDir(), "hostile"), Set: stock.Hostile, CanaryURL: url})
	if err != nil {
		t.Fatal(err)
	}
	c := corpusOf(t, made.Dir)
	c.whole = nil // TestHostileFilesAreReported and TestBombsEndAtTheirLimits take them as they are
	testMutants(t, c, knocks, 0, 120)
}

// TestMutantsFull is the long form. It may be stopped at any time and be given in parts; where figures are written, what was done is not
// done again.
func TestMutantsFull(t *testing.T) {
	if *mutants == 0 {
		t.Skip("SKIPPED: the long form of TestMutantsAreReported; run it with make hostile")
	}
	// The files are equal in every run only if they reach for one address.
	knocks := canaryAt(t, strings.TrimSuffix(strings.TrimPrefix(stock.DefaultCanaryURL, "http://"), "/dokaz-canary"))
	if *mutants%mutantsAtOnce != 0 || *mutantsFrom%mutantsAtOnce != 0 {
		t.Fatalf("FILES and FROM have to be multiples of %d, so that parts are not counted twice", mutantsAtOnce)
	}
	testMutants(t, corpusOf(t, fixtures.Dir(t, "hostile")), knocks, *mutantsFrom, *mutants)
}

// corpus is where malformed files come from: those that are taken as they are, and those of which mutants are made.
type corpus struct {
	whole [][]byte
	seeds hostile.Seeds
}

// file is the n-th malformed file.
func (c *corpus) file(n int) []byte {
	if n < len(c.whole) {
		return c.whole[n]
	}
	return c.seeds.Mutant(uint64(n))
}

// key names the corpus together with this program: parts of equal keys are parts of one test.
func (c *corpus) key(t *testing.T) string {
	t.Helper()
	h := sha256.New()
	h.Write([]byte(programKey(t)))
	for _, list := range [][][]byte{c.whole, c.seeds.All()} {
		for _, b := range list {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// corpusOf gathers the hostile set, the bombs, what others made malformed, and seeds: the smallest files of every format, and larger ones.
func corpusOf(t *testing.T, harm string) *corpus {
	t.Helper()
	c := &corpus{}
	entries, err := stock.ReadManifest(harm)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.SHA256 == "" || e.Bytes == 0 || strings.HasPrefix(e.What, "canary") { // without a digest: a link, a pipe, a folder
			continue
		}
		b, err := os.ReadFile(filepath.Join(harm, filepath.FromSlash(e.Name)))
		if err != nil {
			t.Fatal(err)
		}
		c.whole = append(c.whole, b)
		if !strings.HasPrefix(e.What, "name") { // of those only the name is strange
			c.seeds.Add(b)
		}
	}
	for _, b := range bombSet(t) {
		c.whole = append(c.whole, b.Data)
		c.seeds.Add(b.Data)
	}
	for _, set := range []string{"seeds", "test"} {
		for _, b := range contents(t, fixtures.Dir(t, set)) {
			c.seeds.Add(b)
		}
	}
	c.whole = append(c.whole, contents(t, fixtures.Dir(t, "seeds"))...)
	if media := sharedMedia(); media != "" {
		for _, b := range contents(t, filepath.Join(media, "robustness")) {
			c.whole = append(c.whole, b)
			c.seeds.Add(b)
		}
	} else {
		t.Log("NO FILES OF OTHERS: there is no shared media")
	}
	if len(c.seeds.Small) < 50 || len(c.seeds.Middle) < 20 || len(c.seeds.Large) < 20 {
		t.Fatalf("%d small, %d middle and %d large seeds", len(c.seeds.Small), len(c.seeds.Middle), len(c.seeds.Large))
	}
	return c
}

// sharedMedia is the folder of media of others, "" where there is none.
func sharedMedia() string {
	dir := os.Getenv(fixtures.EnvMedia)
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "media")
	}
	if _, err := os.Stat(filepath.Join(dir, "MANIFEST.sha256")); err != nil {
		return ""
	}
	return dir
}

// contents reads all regular files under a folder, in the order of their paths.
func contents(t *testing.T, dir string) (out [][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(p)
		if len(b) > 0 && !bytes.Contains(b, []byte(canaryText)) {
			out = append(out, b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ordeal is what was seen of some malformed files.
type ordeal struct {
	Files       int     `json:"files"`
	Items       int     `json:"items"`
	Reports     int     `json:"reports"`
	Quarantined int     `json:"quarantined"`
	Resident    int64   `json:"parent_resident"`
	Longest     float64 `json:"longest_seconds"`
	Knocks      int64   `json:"network_hits"`
	Leaks       int     `json:"file_leaks"`
	CPU         float64 `json:"cpu_seconds"`
	Seconds     float64 `json:"seconds"`
}

func (o *ordeal) add(p ordeal) {
	o.Files, o.Items, o.Reports, o.Quarantined = o.Files+p.Files, o.Items+p.Items, o.Reports+p.Reports, o.Quarantined+p.Quarantined
	o.Resident, o.Longest = max(o.Resident, p.Resident), max(o.Longest, p.Longest)
	o.Knocks, o.Leaks, o.CPU, o.Seconds = o.Knocks+p.Knocks, o.Leaks+p.Leaks, o.CPU+p.CPU, o.Seconds+p.Seconds
}

// testMutants sends malformed files through whole runs: no run may end but as a run ends, each file has to have its report, the
// parent stays small, no item takes longer than its limit, and neither canary is seen.
func testMutants(t *testing.T, c *corpus, knocks func() int64, from, n int) {
	done := partsOf[ordeal](t, "hostile", c.key(t))
	heard := int64(0)
	for at := from; at < from+n; at += mutantsAtOnce {
		name := fmt.Sprintf("%07d-%07d", at, min(from+n, at+mutantsAtOnce))
		if done.has(name) {
			continue
		}
		o := putThrough(t, c, at, min(from+n, at+mutantsAtOnce))
		now := knocks()
		o.Knocks, heard = now-heard, now
		switch {
		case o.Reports != o.Items:
			t.Errorf("mutants %s: %d items and %d reports", name, o.Items, o.Reports)
		case o.Resident > parentMemory:
			t.Errorf("mutants %s: the parent had %d MiB resident", name, o.Resident>>20)
		case o.Longest > (mutantWall + 2*time.Second).Seconds():
			t.Errorf("mutants %s: an item took %g s", name, o.Longest)
		case o.Knocks > 0 || o.Leaks > 0:
			t.Errorf("mutants %s: canaries: %d on the network, %d in files", name, o.Knocks, o.Leaks)
		}
		if t.Failed() {
			return
		}
		done.add(name, o)
	}
	var sum ordeal
	for _, o := range done.parts {
		sum.add(o)
	}
	figures(t, "hostile", map[string]any{
		"files": sum.Files, "of them as they are": min(max(0, len(c.whole)-from), sum.Files), "small seeds": len(c.seeds.Small), "middle seeds": len(c.seeds.Middle),
		"large seeds": len(c.seeds.Large), "parts": len(done.parts), "parent crashes": 0, "items": sum.Items, "reports": sum.Reports, "quarantined": sum.Quarantined,
		"parent resident MiB at most": sum.Resident >> 20, "longest item, seconds of its analyzers": sum.Longest,
		"network canary hits": sum.Knocks, "file canary leaks": sum.Leaks, "processor seconds, parent and children": int(sum.CPU),
		"processor seconds a file": fmt.Sprintf("%.3f", sum.CPU/float64(max(1, sum.Files))), "seconds": int(sum.Seconds),
	})
}

// putThrough takes the files of some numbers through one run.
func putThrough(t *testing.T, c *corpus, from, to int) ordeal {
	t.Helper()
	dir, err := os.MkdirTemp("", "dokaz-mutants-*") // t.TempDir keeps everything until the end
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	}()
	in, kept := filepath.Join(dir, "in"), filepath.Join(dir, "case")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	want := map[pipeline.Digest]int{}
	for i := from; i < to; i++ {
		b := c.file(i)
		put(t, filepath.Join(in, fmt.Sprintf("m%07d", i)), b)
		want[pipeline.DigestOf(b)] = i
	}
	run, said := dokaz(t.Context(), "run", in, "--all", "--case", kept)
	run.Env = append(run.Env, "DOKAZ_CHILD_WALL="+mutantWall.String())
	began := time.Now()
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	peak := watchMemory(run.Process.Pid)
	_ = run.Wait()
	o := ordeal{Files: to - from, Resident: <-peak, Seconds: time.Since(began).Seconds()}
	o.CPU = (run.ProcessState.UserTime() + run.ProcessState.SystemTime()).Seconds()
	if code := run.ProcessState.ExitCode(); code != int(exitOK) && code != int(exitSomeFailed) {
		t.Fatalf("a run over mutants %d… ended with %d\n%.4000s", from, code, said)
	}
	r := fatesOf(t, kept, want)
	o.Items, o.Reports, o.Quarantined, o.Longest = r.items, r.reports, r.quarantined, r.longest.Seconds()
	o.Leaks = leaksIn(t, kept, want)
	if *figuresTo != "" {
		for _, i := range r.lost { // who wants to know why has the file
			put(t, filepath.Join(*figuresTo, fmt.Sprintf("quarantined-%07d", i)), c.file(i))
		}
	}
	return o
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
	lost                        []int // numbers of the quarantined
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
			f.lost = append(f.lost, want[l.Item.Digest])
			for _, o := range l.Failed {
				t.Logf("mutant %d is quarantined: %s %s", want[l.Item.Digest], o.By.Analyzer, o.Reason)
			}
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
			took += o.Took
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
		if !bytes.Contains(b, []byte(canaryText)) {
			return err
		}
		if _, own := given[pipeline.DigestOf(b)]; !own {
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
