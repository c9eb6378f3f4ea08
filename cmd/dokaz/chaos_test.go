package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/fixtures/stock"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

var (
	chaos       = flag.Bool("chaos", false, "run the long fault-injection tests")
	chaosItems  = flag.Int("chaos-items", 5000, "items of the long history of faults")
	chaosFaults = flag.Int("chaos-faults", 2000, "faults of the long history of faults")
	chaosSeed   = flag.Int("chaos-seed", 1, "the seed of the first of the long histories")
)

// dokaz starts the program as a process of its own.
func dokaz(ctx context.Context, args ...string) (*exec.Cmd, *bytes.Buffer) {
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Env = append(os.Environ(), asMain+"=1", "CI=1")
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	return c, &said
}

// finish runs it to its end; exit code 3, some items failed, is an end like 0.
func finish(t testing.TB, args ...string) {
	t.Helper()
	c, said := dokaz(t.Context(), args...)
	var code *exec.ExitError
	if err := c.Run(); err != nil && (!errors.As(err, &code) || code.ExitCode() != int(exitSomeFailed)) {
		t.Fatalf("dokaz %v: %v\n%s", args, err, said)
	}
}

// outcome is what a run leaves behind that must not depend on how it went.
type outcome struct {
	Cores   map[string]string // item → core, canonical
	Matches []pipeline.Match
}

// leftBy reads what lies in a case, and checks that nothing is there twice: revisions follow each other, every
// revision has one custody entry, and the published report is the latest.
func leftBy(t *testing.T, dir string) outcome {
	t.Helper()
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	out := outcome{Cores: map[string]string{}}
	if out.Matches, err = c.Matches(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = c.Each(t.Context(), func(l catalog.Line) error {
		core, err := checkItem(t.Context(), c, dir, l)
		out.Cores[l.Item.Digest.Hex()] = core
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func checkItem(ctx context.Context, c *catalog.Catalog, dir string, l catalog.Line) (string, error) {
	d := l.Item.Digest
	revisions, err := c.Revisions(ctx, d)
	if err != nil || len(revisions) == 0 {
		return "", fmt.Errorf("%s has no report: %w", d, err)
	}
	custody, err := c.Custody(ctx, d)
	if err != nil {
		return "", err
	}
	acts := map[pipeline.Act]int{}
	for _, e := range custody {
		acts[e.Act]++
	}
	for i, r := range revisions {
		if r.Number != i+1 || i > 0 && r.Core == revisions[i-1].Core {
			return "", fmt.Errorf("%s: revision %d of core %s after %d", d, r.Number, r.Core, i)
		}
	}
	if acts[pipeline.ActReported] != len(revisions) || acts[pipeline.ActReceived] != l.Receipts || acts[pipeline.ActExamined] != 1+acts[pipeline.ActRetried] {
		return "", fmt.Errorf("%s: custody %v of %d revisions and %d receipts", d, acts, len(revisions), l.Receipts)
	}
	for _, name := range []string{"report.html", "report.json"} {
		if _, err := os.Stat(filepath.Join(dir, "reports", d.Hex(), name)); err != nil {
			return "", err
		}
	}
	doc, err := os.ReadFile(filepath.Join(dir, "reports", d.Hex(), "report.json"))
	if err != nil {
		return "", err
	}
	if pipeline.DigestOf(doc) != revisions[len(revisions)-1].Doc {
		return "", fmt.Errorf("%s: the published report is not the latest revision", d)
	}
	var r struct {
		Core json.RawMessage `json:"core"`
	}
	return string(r.Core), errors.Join(json.Unmarshal(doc, &r), sameDigest(r.Core, revisions[len(revisions)-1].Core))
}

func sameDigest(core []byte, want pipeline.Digest) error {
	b, err := pipeline.Canonical(json.RawMessage(core))
	if err == nil && pipeline.DigestOf(b) != want {
		err = fmt.Errorf("core has digest %s, the catalog says %s", pipeline.DigestOf(b), want)
	}
	return err
}

// kill starts runs and kills each, with nothing finished or flushed, at a random moment; then one run may end.
func killed(t *testing.T, kills int, until time.Duration, seed uint64, args ...string) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, seed))
	for range kills {
		c, said := dokaz(t.Context(), args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rnd.Int64N(int64(until)))) // the random moment is what this test is about
		if err := c.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		if err := c.Wait(); err == nil {
			t.Logf("a run ended before it was killed: %s", said)
		}
	}
	finish(t, args...)
}

func testKills(t *testing.T, items, kills int) {
	in := bulk(t, items)
	calm, shaken := filepath.Join(t.TempDir(), "calm"), filepath.Join(t.TempDir(), "shaken")
	began := time.Now()
	finish(t, "run", in, "--case", calm)
	took := time.Since(began)
	// Killed within a third of what a run takes, most runs die in the middle of something.
	killed(t, kills, took/3, 20200809, "run", in, "--case", shaken)
	want, got := leftBy(t, calm), leftBy(t, shaken)
	if len(want.Cores) < items*9/10 || len(want.Matches) == 0 {
		t.Fatalf("the undisturbed run has %d items and %d matches: too few to say anything", len(want.Cores), len(want.Matches))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%d kills changed the result (-undisturbed +killed):\n%.4000s", kills, diff)
	}
	t.Logf("%d items, %d matches, %d kills: nothing lost, doubled or changed; undisturbed run %s", len(want.Cores), len(want.Matches), kills, took.Round(time.Millisecond))
}

// bulk makes photos with near-duplicates among them.
func bulk(t *testing.T, n int) string {
	t.Helper()
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(t.TempDir(), "bulk"), Set: "bulk", N: n, Every: 4})
	if err != nil {
		t.Fatal(err)
	}
	return made.Dir
}

func TestKillsChangeNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: kills processes for half a minute; run without -short")
	}
	testKills(t, 30, 5)
}

func TestChaosFull(t *testing.T) {
	if !*chaos {
		t.Skip("SKIPPED: the long form of TestKillsChangeNothing; run it with make chaos")
	}
	testKills(t, 200, 20)
}

// TestARealRedisGivesTheSameCores runs the same files through the embedded queue and through a redis-server.
func TestARealRedisGivesTheSameCores(t *testing.T) {
	url := redisServer(t)
	in := fixtures.Dir(t, "test")
	embedded, server := filepath.Join(t.TempDir(), "embedded"), filepath.Join(t.TempDir(), "real")
	finish(t, "run", in, "--case", embedded)
	finish(t, "run", in, "--case", server, "--redis", url)
	if diff := cmp.Diff(leftBy(t, embedded), leftBy(t, server)); diff != "" {
		t.Errorf("the queue shows in the result (-embedded +redis):\n%.4000s", diff)
	}
}

// redisServer starts a private redis-server on a socket that nobody else can open.
func redisServer(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("SKIPPED: no redis-server here; make setup installs it")
	}
	dir, err := os.MkdirTemp("", "dokaz-redis-*") // t.TempDir is too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	c := exec.Command(program, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", dir, "--save", "", "--appendonly", "no")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // it may have gone already
		_ = c.Wait()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := os.Stat(socket); err == nil {
			return "unix://" + socket
		} else if !errors.Is(err, fs.ErrNotExist) || time.Now().After(deadline) {
			t.Fatalf("redis-server did not come up: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestInterruptGoesOnLater presses Ctrl-C in the middle of a run: it ends with 130, what was in work is whole, and
// the same command finishes the rest.
func TestInterruptGoesOnLater(t *testing.T) {
	in := bulk(t, 24)
	dir := filepath.Join(t.TempDir(), "case")
	c, said := dokaz(t.Context(), "run", in, "--case", dir, "--workers", "1")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the first report", func() bool {
		found, err := filepath.Glob(filepath.Join(dir, "reports", "*", "report.html"))
		return err == nil && len(found) > 0
	})
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var code *exec.ExitError
	if err := c.Wait(); !errors.As(err, &code) || code.ExitCode() != int(exitInterrupted) {
		t.Fatalf("interrupted run: %v, want exit code %d\n%s", err, exitInterrupted, said)
	}
	if !bytes.Contains(said.Bytes(), []byte("goes on where it stopped")) {
		t.Errorf("nobody said how to go on: %s", said)
	}
	finish(t, "run", in, "--case", dir)
	if got := leftBy(t, dir); len(got.Cores) < 20 {
		t.Errorf("%d items", len(got.Cores))
	}
}

// TestASecondRunIsToldThatTheCaseIsTaken starts a run beside a running one.
func TestASecondRunIsToldThatTheCaseIsTaken(t *testing.T) {
	in := bulk(t, 24)
	dir := filepath.Join(t.TempDir(), "case")
	first, said := dokaz(t.Context(), "run", in, "--case", dir, "--workers", "1")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the case", func() bool {
		_, err := os.Stat(filepath.Join(dir, "catalog.db"))
		return err == nil
	})
	second, told := dokaz(t.Context(), "run", in, "--case", dir)
	var code *exec.ExitError
	if err := second.Run(); !errors.As(err, &code) || code.ExitCode() != int(exitBusy) {
		t.Errorf("second run: %v, want exit code %d\n%s", err, exitBusy, told)
	}
	for _, look := range [][]string{{"status"}, {"matches"}} { // looking is always allowed
		c, told := dokaz(t.Context(), append(look, "--case", dir)...)
		if err := c.Run(); err != nil {
			t.Errorf("%v beside a run: %v\n%s", look, err, told)
		}
	}
	if err := first.Wait(); err != nil {
		t.Errorf("first run: %v\n%s", err, said)
	}
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}
