package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline/catalog"
)

// shaking is one case that is worked on through a real Redis while faults come over it.
type shaking struct {
	t       *testing.T
	seed    uint64
	rnd     *rand.Rand
	in      string
	made    int    // files in it
	dir     string // of the case, on a small file system of its own where that is allowed
	redis   *privateRedis
	disk    bool // dir lies on a disk that can be filled
	calls   bool // calls of a running process can be made to fail
	run     *exec.Cmd
	said    *bytes.Buffer
	ended   chan struct{}
	catalog *catalog.Catalog // to look into the case; nil before there is one
	ahead   time.Duration    // how far the clock of all that runs is ahead of the machine's
	counts  map[string]int
	first   []time.Duration // from each start that had work left to its first commit
	resumed []time.Duration // from a start to the moment when something that was in work before has been taken up again
}

// privateRedis is a redis-server that can be killed and started again on the same socket.
type privateRedis struct {
	t      *testing.T
	dir    string
	server *exec.Cmd
}

func (r *privateRedis) socket() string { return filepath.Join(r.dir, "s") }

func (r *privateRedis) start() {
	r.server = exec.Command("redis-server", "--port", "0", "--unixsocket", r.socket(), "--unixsocketperm", "700", "--dir", r.dir, "--save", "", "--appendonly", "no")
	if err := r.server.Start(); err != nil {
		r.t.Fatal(err)
	}
	waitFor(r.t, "redis-server", func() bool { return exec.Command("redis-cli", "-s", r.socket(), "ping").Run() == nil })
}

func (r *privateRedis) kill() {
	_ = r.server.Process.Kill() // it may have gone already
	_ = r.server.Wait()
}

// resumeWithin bounds how long a start waits for what was interrupted.
const resumeWithin = time.Minute

// start runs dokaz over the files, and measures how long it takes until something is committed, and until each thing that was in work when
// the last run ended is in work again or done.
func (s *shaking) start() {
	open := s.interrupted()
	s.run, s.said = dokaz(context.WithoutCancel(s.t.Context()), "run", s.in, "--case", s.dir, "--redis", "unix://"+s.redis.socket())
	before := s.entries()
	began := time.Now()
	if err := s.run.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended, run := make(chan struct{}), s.run
	s.ended = ended
	go func() {
		_ = run.Wait() // how it ended is looked at where it matters
		close(ended)
	}()
	if s.ahead != 0 {
		_ = setClock(s.run.Process.Pid, s.ahead) // it may have ended
	}
	committed := false
	for time.Since(began) < resumeWithin && s.running() && !(committed && len(open) == 0) {
		if !committed && s.entries() > before {
			committed = true
			s.first = append(s.first, time.Since(began))
		}
		open = slices.DeleteFunc(open, func(l catalog.Lease) bool {
			taken, err := s.catalog.Taken(s.t.Context(), l.Task)
			if err == nil && taken {
				s.resumed = append(s.resumed, time.Since(began))
			}
			return err == nil && taken
		})
		time.Sleep(10 * time.Millisecond)
	}
	if s.running() {
		for range open {
			s.resumed = append(s.resumed, resumeWithin)
		}
	}
}

// longestLease is how long a claim can be ahead of its renewal, with something for the time in which it is looked at.
const longestLease = 32 * time.Second

// interrupted lists what was in work when the last run ended. No clock that was set may have made a lease longer than leases are.
func (s *shaking) interrupted() []catalog.Lease {
	if !s.look() {
		return nil
	}
	open, err := s.catalog.Leases(s.t.Context())
	if err != nil {
		return nil // the disk may be full just now
	}
	for _, l := range open {
		if rest := l.Until.Sub(s.catalog.Steady()); rest > longestLease {
			s.t.Errorf("%s of %s is held for %v more", l.Task.Step, l.Task.Item, rest)
		}
	}
	return open
}

// look opens the case to look into it, once there is one.
func (s *shaking) look() bool {
	if s.catalog != nil {
		return true
	}
	path := filepath.Join(s.dir, "catalog.db")
	if _, err := os.Stat(path); err != nil {
		return false
	}
	c, err := catalog.Open(s.t.Context(), path, catalog.Options{})
	if err != nil {
		return false // the disk may be full just now
	}
	s.catalog = c
	return true
}

func (s *shaking) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// entries is how many custody entries there are.
func (s *shaking) entries() int64 {
	if !s.look() {
		return 0
	}
	n, err := s.catalog.LastEntry(s.t.Context())
	if err != nil {
		return 0
	}
	return n
}

// mosaic is a small photo of its own, cheap to examine; every eighth is the one before it, a little brighter.
func mosaic(t *testing.T, n int) []byte {
	t.Helper()
	brighter := 0
	if n%8 == 7 {
		n, brighter = n-1, 6
	}
	const side, across, down = 8, 12, 8
	rnd := rand.New(rand.NewPCG(uint64(n), 0x51DE))
	var field [across * down]int
	for i := range field {
		field[i] = 20 + rnd.IntN(200)
	}
	m := image.NewGray(image.Rect(0, 0, across*side, down*side))
	for i := range m.Pix {
		x, y := i%(across*side), i/(across*side)
		m.Pix[i] = uint8(field[y/side*across+x/side] + brighter)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// history is what was seen of one case under faults.
type history struct {
	Items       int            `json:"items"`
	Matches     int            `json:"matches"`
	Faults      map[string]int `json:"faults"`
	First       []float64      `json:"first_commit_seconds"` // after each restart
	Resumed     []float64      `json:"resumed_seconds"`      // after the restart, of each thing that was interrupted
	Quarantined int            `json:"quarantined"`
	Lost        int            `json:"lost"`
	Seconds     float64        `json:"seconds"`
}

// testHistory works on a case while faults come over it, and demands that what is left is what an undisturbed run leaves.
func testHistory(t *testing.T, items, faults int, seed uint64) history {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("SKIPPED: no redis-server here; make setup installs it")
	}
	began := time.Now()
	s := newShaking(t, items, seed)
	s.shake(items, faults)
	calm := filepath.Join(t.TempDir(), "calm")
	finish(t, "run", s.in, "--case", calm)
	finish(t, "run", s.in, "--case", s.dir)
	// An item whose children were killed twice is quarantined, as it has to be; asked for again, it is as the others.
	quarantined := len(quarantinedIn(t, s.dir))
	if quarantined > 0 {
		finish(t, "quarantine", "retry", "--all", "--case", s.dir)
	}
	want, got := leftBy(t, calm), leftBy(t, s.dir)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%d faults changed the result (-undisturbed +shaken):\n%.4000s", sum(s.counts), diff)
	}
	return history{Items: len(got.Cores), Matches: len(got.Matches), Faults: s.counts, First: secondsOf(s.first), Resumed: secondsOf(s.resumed),
		Quarantined: quarantined, Lost: len(want.Cores) - len(got.Cores), Seconds: time.Since(began).Seconds()}
}

func secondsOf(list []time.Duration) []float64 {
	out := []float64{}
	for _, d := range list {
		out = append(out, d.Seconds())
	}
	return out
}

// newShaking prepares a case to shake.
func newShaking(t *testing.T, items int, seed uint64) *shaking {
	t.Helper()
	disk, own := smallDisk(t, 64<<20+items<<18)
	redisDir, err := os.MkdirTemp("", "dokaz-redis-*") // t.TempDir is too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &shaking{t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, seed)), in: t.TempDir(), dir: filepath.Join(disk, "case"), disk: own, calls: canFailCalls(t),
		redis: &privateRedis{t: t, dir: redisDir}, counts: map[string]int{}}
	if !canSetClock {
		t.Log("NO CLOCK IS SET: that is written for Linux on amd64")
	}
	s.redis.start()
	t.Cleanup(func() {
		s.redis.kill()
		if s.catalog != nil {
			if err := s.catalog.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := os.RemoveAll(redisDir); err != nil {
			t.Error(err)
		}
	})
	return s
}

// give puts more files in.
func (s *shaking) give(n, first int) {
	for range n {
		put(s.t, filepath.Join(s.in, fmt.Sprintf("%05d.jpg", s.made)), mosaic(s.t, first+s.made))
		s.made++
	}
}

// patience bounds how long a fault waits for its share of the work to be done.
const patience = 2 * time.Second

// shake does faults, spread over the work: files are given as faults are done, a tenth of them ahead, so that neither ends long before the
// other.
func (s *shaking) shake(items, faults int) {
	supply := func(total int) { s.give(min(items, items*(total+1+faults/10)/faults)-s.made, int(s.seed)*1_000_000) }
	supply(0)
	s.start()
	for total := 0; total < faults; total = sum(s.counts) {
		supply(total)
		if !s.running() {
			code := s.run.ProcessState.ExitCode()
			switch {
			case (code == int(exitOK) || code == int(exitSomeFailed)) && s.made >= items:
				s.give(max(1, items/20), int(s.seed)*1_000_000) // all was done before the last faults
			case code > 0 && code != int(exitSomeFailed) && !bytes.Contains(s.said.Bytes(), []byte("DKZ-00")):
				s.t.Fatalf("a run ended with %d\n%.4000s", code, s.said)
			}
			s.start()
			continue
		}
		// An item has three custody entries or more until its report.
		for end := time.Now().Add(patience); s.running() && time.Now().Before(end) && s.entries() < int64(3*items*total/faults); {
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Duration(s.rnd.Int64N(int64(50 * time.Millisecond)))) // the random moment is what this is about
		s.fault()
	}
	if s.running() {
		_ = s.run.Process.Kill()
		<-s.ended
	}
	s.give(items-s.made, int(s.seed)*1_000_000)
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func quarantinedIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Each(t.Context(), func(l catalog.Line) error {
		if l.Quarantined {
			names = append(names, l.Name)
		}
		return nil
	})
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestFaultsChangeNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: injects faults for a minute; run without -short")
	}
	h := testHistory(t, 200, 50, 20200809)
	if n := sum(h.Faults); n < 50 {
		t.Errorf("only %d faults: the case was done after them", n)
	}
	t.Logf("%d items, %d matches, faults: %v", h.Items, h.Matches, h.Faults)
}

// historyItems is how many items one history of the long form has.
const historyItems = 500

// TestChaosFullHistory is the long form: histories with seeds of their own, together of as many items and faults as -chaos-items and
// -chaos-faults say. It may be stopped; where figures are written, histories that were done are not done again. Of 100 interrupted things 99
// are in work again within 5 seconds.
func TestChaosFullHistory(t *testing.T) {
	if !*chaos {
		t.Skip("SKIPPED: the long form of TestFaultsChangeNothing; run it with make chaos")
	}
	n := max(1, *chaosItems/historyItems)
	items, faults := *chaosItems/n, (*chaosFaults+n-1)/n
	done := partsOf[history](t, "chaos", programKey(t))
	for seed := *chaosSeed; seed < *chaosSeed+n; seed++ {
		name := fmt.Sprintf("seed %d, %d items, %d faults", seed, items, faults)
		if done.has(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if h := testHistory(t, items, faults, uint64(seed)); !t.Failed() {
				done.add(name, h)
			}
		})
		if t.Failed() {
			return
		}
	}
	var all history
	all.Faults = map[string]int{}
	for _, h := range done.parts {
		all.add(h)
	}
	slices.Sort(all.First)
	slices.Sort(all.Resumed)
	seen := map[string]any{"histories": len(done.parts), "items": all.Items, "matches": all.Matches, "faults": sum(all.Faults), "restarts": len(all.First),
		"to the first commit, seconds, median": quantile(all.First, 50), "to the first commit, seconds, p99": quantile(all.First, 99),
		"interrupted": len(all.Resumed), "interrupted and taken up again, seconds, median": quantile(all.Resumed, 50), "interrupted and taken up again, seconds, p99": quantile(all.Resumed, 99),
		"quarantined for killed children, then tried again": all.Quarantined, "lost": all.Lost, "seconds": int(all.Seconds)}
	for name, n := range all.Faults {
		seen["faults: "+name] = n
	}
	figures(t, "chaos", seen)
	if p99 := quantile(all.Resumed, 99); p99 > 5 {
		t.Errorf("99 of 100 interrupted things were taken up again within %g s, want 5", p99)
	}
}

func (h *history) add(o history) {
	h.Items, h.Matches, h.Quarantined, h.Lost, h.Seconds = h.Items+o.Items, h.Matches+o.Matches, h.Quarantined+o.Quarantined, h.Lost+o.Lost, h.Seconds+o.Seconds
	h.First, h.Resumed = append(h.First, o.First...), append(h.Resumed, o.Resumed...)
	for name, n := range o.Faults {
		h.Faults[name] += n
	}
}

// quantile of a sorted list, 0 where it is empty.
func quantile(sorted []float64, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}
