package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline/catalog"
)

// shaking is one case that is worked on through a real Redis while faults come over it.
type shaking struct {
	t      *testing.T
	rnd    *rand.Rand
	in     string
	dir    string // of the case, on a small file system of its own where that is allowed
	redis  *privateRedis
	disk   bool // dir lies on a disk that can be filled
	run    *exec.Cmd
	said   *bytes.Buffer
	ended  chan struct{}
	counts map[string]int
	resume []time.Duration // from each start that had work left to its first commit
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

// start runs dokaz over the files, and measures how long it takes until something is committed.
func (s *shaking) start() {
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
	for time.Since(began) < time.Minute && s.running() {
		if s.entries() > before {
			s.resume = append(s.resume, time.Since(began))
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
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
	path := filepath.Join(s.dir, "catalog.db")
	if _, err := os.Stat(path); err != nil {
		return 0
	}
	c, err := catalog.Open(s.t.Context(), path, catalog.Options{})
	if err != nil {
		return 0 // the disk may be full just now
	}
	defer c.Close()
	n, err := c.LastEntry(s.t.Context())
	if err != nil {
		return 0
	}
	return n
}

// below are the processes that a process started, and those that these started: the run's children are started by one that does nothing
// else.
func below(pid int) (out []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // a process that ended has none
	for _, list := range tasks {
		b, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, f := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(f); err == nil {
				out = append(append(out, n), below(n)...)
			}
		}
	}
	return out
}

// faultNames are what may happen, in the proportions of their number.
var faultNames = []string{"run killed", "run killed", "run killed", "run stopped", "child killed", "child killed", "redis killed", "redis wiped", "redis stopped", "disk full"}

// fault does one thing, and undoes it where it would last.
func (s *shaking) fault() {
	name := faultNames[s.rnd.IntN(len(faultNames))]
	pause := time.Duration(50+s.rnd.IntN(250)) * time.Millisecond
	switch name {
	case "run killed":
		_ = s.run.Process.Kill()
		<-s.ended
	case "run stopped":
		_ = s.run.Process.Signal(syscall.SIGSTOP)
		time.Sleep(pause)
		_ = s.run.Process.Signal(syscall.SIGCONT)
	case "child killed":
		list := below(s.run.Process.Pid)
		if len(list) == 0 {
			return
		}
		_ = syscall.Kill(list[s.rnd.IntN(len(list))], syscall.SIGKILL)
	case "redis killed":
		s.redis.kill()
		time.Sleep(pause)
		s.redis.start()
	case "redis wiped":
		if err := exec.Command("redis-cli", "-s", s.redis.socket(), "flushall").Run(); err != nil {
			s.t.Error(err)
		}
	case "redis stopped":
		_ = s.redis.server.Process.Signal(syscall.SIGSTOP)
		time.Sleep(pause)
		_ = s.redis.server.Process.Signal(syscall.SIGCONT)
	case "disk full":
		if !s.disk {
			return
		}
		ballast := filepath.Join(filepath.Dir(s.dir), "ballast")
		_ = exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=64k", "status=none").Run() // it ends for want of room
		time.Sleep(pause)
		if err := os.Remove(ballast); err != nil {
			s.t.Error(err)
		}
	}
	s.counts[name]++
}

// smallDisk mounts a file system of its own, and says loudly where it may not.
func smallDisk(t *testing.T, bytes int) (dir string, own bool) {
	t.Helper()
	dir = t.TempDir()
	if said, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+strconv.Itoa(bytes), "dokaz-test", dir).CombinedOutput(); err != nil {
		t.Logf("NO FULL DISKS are tried: mount: %v %s", err, said)
		return dir, false
	}
	t.Cleanup(func() {
		if said, err := exec.Command("umount", "--lazy", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, said)
		}
	})
	return dir, true
}

// testHistory works on a case while faults come over it, and demands that what is left is what an undisturbed run leaves, and that of
// 100 restarts 99 commit something within the time given.
func testHistory(t *testing.T, items, faults int, seed uint64, within time.Duration) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("SKIPPED: no redis-server here; make setup installs it")
	}
	began := time.Now()
	in := filepath.Join(t.TempDir(), "in")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range items {
		put(t, filepath.Join(in, fmt.Sprintf("%05d.jpg", i)), patch(t, 7919*i+3))
	}
	calm := filepath.Join(t.TempDir(), "calm")
	finish(t, "run", in, "--case", calm)
	took := time.Since(began)

	disk, own := smallDisk(t, 64<<20+items<<18)
	redisDir, err := os.MkdirTemp("", "dokaz-redis-*") // t.TempDir is too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &shaking{t: t, rnd: rand.New(rand.NewPCG(seed, seed)), in: in, dir: filepath.Join(disk, "case"), disk: own,
		redis: &privateRedis{t: t, dir: redisDir}, counts: map[string]int{}}
	s.redis.start()
	t.Cleanup(func() {
		s.redis.kill()
		if err := os.RemoveAll(redisDir); err != nil {
			t.Error(err)
		}
	})
	done := s.shake(faults, took)
	if done < faults {
		t.Errorf("only %d faults of %d: the case was done after them", done, faults)
	}
	finish(t, "run", in, "--case", s.dir)
	// An item whose children were killed twice is quarantined, as it has to be; asked for again, it is as the others.
	quarantined := len(quarantinedIn(t, s.dir))
	if quarantined > 0 {
		finish(t, "quarantine", "retry", "--all", "--case", s.dir)
	}
	want, got := leftBy(t, calm), leftBy(t, s.dir)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%d faults changed the result (-undisturbed +shaken):\n%.4000s", done, diff)
	}
	slices.Sort(s.resume)
	p99 := s.resume[len(s.resume)*99/100]
	if p99 > within {
		t.Errorf("after a restart 99 of 100 runs committed something within %v, want %v", p99, within)
	}
	seen := map[string]any{"items": len(got.Cores), "faults": done, "restarts": len(s.resume), "resumed, seconds, median": s.resume[len(s.resume)/2].Seconds(),
		"resumed, seconds, p99": p99.Seconds(), "quarantined for killed children, then tried again": quarantined,
		"lost": len(want.Cores) - len(got.Cores), "seconds": int(time.Since(began).Seconds()), "undisturbed, seconds": took.Seconds()}
	for name, n := range s.counts {
		seen["faults: "+name] = n
	}
	figures(t, "chaos", seen)
}

// shake does faults until there were enough or the work is done, and returns how many.
func (s *shaking) shake(faults int, calm time.Duration) int {
	s.start()
	wait := max(20*time.Millisecond, calm/time.Duration(faults))
	for total := 0; total < faults; total = sum(s.counts) {
		if !s.running() {
			code := s.run.ProcessState.ExitCode()
			if code == int(exitOK) || code == int(exitSomeFailed) {
				break
			}
			if code >= 0 && !bytes.Contains(s.said.Bytes(), []byte("DKZ-00")) {
				s.t.Fatalf("a run ended with %d\n%.4000s", code, s.said)
			}
			s.start()
			continue
		}
		s.fault()
		time.Sleep(time.Duration(s.rnd.Int64N(int64(wait)))) // the random moment is what this is about
	}
	if s.running() {
		_ = s.run.Process.Kill()
		<-s.ended
	}
	return sum(s.counts)
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
	testHistory(t, 200, 50, 20200809, time.Minute) // beside other tests a start alone takes seconds
}

// TestChaosFullHistory is the long form: as many items and faults as -chaos-items and -chaos-faults say.
func TestChaosFullHistory(t *testing.T) {
	if !*chaos {
		t.Skip("SKIPPED: the long form of TestFaultsChangeNothing; run it with make chaos")
	}
	testHistory(t, *chaosItems, *chaosFaults, 20200810, 5*time.Second)
}
