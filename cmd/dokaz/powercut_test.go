package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

var (
	cuts      = flag.Int("cuts", 0, "how often the long form of the power-cut test cuts")
	everyCall = flag.Bool("sweep", false, "fail every call of an intake, not some")
)

// cutDisk is a file system whose power can be cut: ext4 in a file, which loses whatever was not synced (EXT4_IOC_SHUTDOWN without
// a flush of the journal).
type cutDisk struct {
	t     *testing.T
	image string
	dir   string
}

// newCutDisk says loudly where the machine does not allow one.
func newCutDisk(t *testing.T) *cutDisk {
	t.Helper()
	d := &cutDisk{t: t, image: filepath.Join(t.TempDir(), "image"), dir: t.TempDir()}
	f, err := os.Create(d.image)
	if err == nil {
		err = errors.Join(f.Truncate(1<<30), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("mkfs.ext4", "-q", "-F", d.image).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: NO POWER IS CUT: mkfs.ext4: %v %s", err, said)
	}
	if said, err := exec.Command("mount", "-o", "loop", d.image, d.dir).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: NO POWER IS CUT: this machine mounts no loop device: %v %s", err, said)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "--lazy", d.dir).Run() }) // it may be unmounted already
	return d
}

// shutdownNoFlush is EXT4_GOING_FLAGS_NOLOGFLUSH (fs/ext4/ext4.h).
const (
	ioctlShutdown   = 0x8004587d
	shutdownNoFlush = 2
)

// cut cuts the power.
func (d *cutDisk) cut() {
	f, err := os.Open(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	how := uint32(shutdownNoFlush)
	if _, _, no := unix.Syscall(unix.SYS_IOCTL, f.Fd(), ioctlShutdown, uintptr(unsafe.Pointer(&how))); no != 0 {
		d.t.Skipf("SKIPPED: NO POWER IS CUT: this kernel's ext4 cannot be shut down: %v", no)
	}
}

// again mounts the file system as the next start of the machine does. While something still holds the old mount, mounting gives the dead
// file system back: then it is tried again.
func (d *cutDisk) again() {
	d.t.Helper()
	probe := filepath.Join(d.dir, "probe")
	waitFor(d.t, "the file system after the cut", func() bool {
		time.Sleep(20 * time.Millisecond)
		if exec.Command("umount", d.dir).Run() != nil && exec.Command("mountpoint", "-q", d.dir).Run() == nil {
			return false // a process that dies still holds it
		}
		if exec.Command("mount", "-o", "loop", d.image, d.dir).Run() != nil {
			return false
		}
		return os.WriteFile(probe, nil, 0o600) == nil && os.Remove(probe) == nil
	})
}

// heard is what a process said so far.
type heard struct {
	mu  sync.Mutex
	all []byte
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, p...)
	return len(p), nil
}

func (h *heard) bytes() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.all)
}

// acknowledged reads what an event stream says was received: promises, each made after the commit.
func acknowledged(stream []byte) (out []pipeline.Digest) {
	for line := range bytes.Lines(stream) {
		var e struct {
			Type string
			Item pipeline.Digest
		}
		if json.Unmarshal(line, &e) == nil && e.Type == "item.received" {
			out = append(out, e.Item)
		}
	}
	return out
}

// kept demands that a case holds all that was promised, whole, and nothing else under a final name than what belongs there.
func kept(t *testing.T, dir string, promised map[pipeline.Digest]bool) (blobs int) {
	t.Helper()
	for _, shelf := range []string{"vault", "derived"} {
		err := filepath.WalkDir(filepath.Join(dir, shelf), func(p string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || e.IsDir() || filepath.Base(filepath.Dir(p)) == "tmp" {
				return err
			}
			b, err := os.ReadFile(p)
			if got := pipeline.DigestOf(b).Hex(); err == nil && got != e.Name() {
				t.Errorf("%s/%s holds %d bytes of digest %s", shelf, e.Name(), len(b), got)
			}
			blobs++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "catalog.db")); errors.Is(err, fs.ErrNotExist) {
		if len(promised) > 0 {
			t.Errorf("%d items were promised and there is no catalog", len(promised))
		}
		return blobs
	}
	c, err := catalog.Open(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatalf("the catalog does not open: %v", err)
	}
	defer c.Close()
	for d := range promised {
		if _, err := c.Item(t.Context(), d); err != nil {
			t.Errorf("promised, and not in the catalog: %v", err)
		}
		if _, err := os.Stat(filepath.Join(dir, "vault", d.Hex()[:2], d.Hex())); err != nil {
			t.Errorf("promised, and not on the shelf: %v", err)
		}
	}
	entries, err := c.Entries(t.Context(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if e.Seq != int64(i+1) {
			t.Fatalf("custody entry %d is numbered %d", i+1, e.Seq)
		}
	}
	if program, err := exec.LookPath("sqlite3"); err == nil {
		said, err := exec.Command(program, filepath.Join(dir, "catalog.db"), "PRAGMA integrity_check").CombinedOutput()
		if strings.TrimSpace(string(said)) != "ok" {
			t.Errorf("sqlite3 finds: %s %v", said, err)
		}
	}
	return blobs
}

// ownMounts marks the process in which a test sees mounts that nobody else does.
const ownMounts = "POWERCUT_OWN_MOUNTS"

// inOwnMounts runs the test again in a mount namespace of its own, and reports whether this is that run. Another program that makes a
// namespace would copy our mount otherwise, and keep the dead file system alive.
func inOwnMounts(t *testing.T) bool {
	t.Helper()
	if os.Getenv(ownMounts) != "" {
		return true
	}
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: NO POWER IS CUT: it takes root to mount a file system and to shut it down")
	}
	args := []string{"--mount", "--propagation", "private", os.Args[0]}
	for _, a := range os.Args[1:] {
		if !strings.HasPrefix(a, "-test.testlogfile") && !strings.HasPrefix(a, "-test.gocoverdir") {
			args = append(args, a)
		}
	}
	c := exec.CommandContext(t.Context(), "unshare", append(args, "-test.v", "-test.run=^"+t.Name()+"$")...)
	c.Env = append(os.Environ(), ownMounts+"=1")
	said, err := c.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Errorf("in its own mount namespace: %v", err)
	}
	return false
}

// testCuts takes files in and cuts the power at random moments, again and again on the same case.
func testCuts(t *testing.T, n int, seed uint64) {
	if !inOwnMounts(t) {
		return
	}
	disk := newCutDisk(t)
	began := time.Now()
	rnd := rand.New(rand.NewPCG(seed, seed))
	in, dir := t.TempDir(), filepath.Join(disk.dir, "case")
	promised := map[pipeline.Digest]bool{}
	made, idle, blobs, afterwards := 0, 0, 0, 0
	for round := range n {
		fresh := filepath.Join(in, fmt.Sprintf("%04d", round)) // each cut meets files that were never promised before
		if err := os.Mkdir(fresh, 0o700); err != nil {
			t.Fatal(err)
		}
		for range 8 {
			put(t, filepath.Join(fresh, fmt.Sprintf("%05d.jpg", made)), patch(t, 104729*made+11))
			made++
		}
		var stream heard
		c, _ := dokaz(t.Context(), "run", fresh, "--case", dir, "--jsonl")
		c.Stdout, c.Stderr = &stream, nil
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if rnd.IntN(4) > 0 { // most cuts while something is promised, the others at any moment from the start
			waitFor(t, "a first item", func() bool { return len(acknowledged(stream.bytes())) > 0 })
		}
		time.Sleep(time.Duration(rnd.Int64N(int64(600 * time.Millisecond)))) // the random moment is what this is about
		// Only what was heard before the cut is a promise: with the power a machine loses its voice. This kernel's fsync may say yes to a
		// file system that is shut down while it waits for the journal; what was said behind that is counted by itself.
		now := acknowledged(stream.bytes())
		disk.cut()
		_ = c.Process.Kill()
		_ = c.Wait() // killed, or ended by what it met
		disk.again()
		afterwards += len(acknowledged(stream.bytes())) - len(now)
		if len(now) == 0 {
			idle++
		}
		for _, d := range now {
			promised[d] = true
		}
		if blobs = kept(t, dir, promised); t.Failed() {
			return
		}
	}
	finish(t, "run", in, "--case", dir)
	if got := leftBy(t, dir); len(got.Cores) != made {
		t.Errorf("%d items of %d files", len(got.Cores), made)
	}
	figures(t, "powercut", map[string]any{
		"cuts": n, "cuts before anything was acknowledged": idle, "originals acknowledged before a cut": len(promised), "acknowledged and lost": 0,
		"said while the power went, no promise": afterwards, "blobs under a final name, all sound": blobs, "seconds": int(time.Since(began).Seconds()),
	})
}

func TestPowerCuts(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: mounts file systems; run without -short")
	}
	testCuts(t, 6, 20200813)
}

func TestPowerCutsFull(t *testing.T) {
	if *cuts == 0 {
		t.Skip("SKIPPED: the long form of TestPowerCuts; run it with make powercut")
	}
	testCuts(t, *cuts, 20200814)
}

// swept are the calls of an intake that a disk can refuse, and how it does. strace counts them for each thread by itself, so
// that the k-th call of several threads fails.
var swept = []struct{ call, fails string }{
	{"write", "ENOSPC"}, {"pwrite64", "EIO"}, {"fsync", "EIO"}, {"renameat2", "EIO"}, {"openat", "ENOSPC"}, {"ftruncate", "ENOSPC"},
}

// TestFailingCallsLoseNothing lets the k-th call of a kind fail, for one k after another, in a run that takes one file in; the run
// that follows has to find everything that the first one promised, and to finish.
func TestFailingCallsLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: traces some dozen runs; run without -short")
	}
	if said, err := exec.Command("strace", "-qq", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: NO CALLS FAIL: strace cannot trace here: %v %s", err, said)
	}
	began := time.Now()
	in := filepath.Join(t.TempDir(), "in")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	photo := patch(t, 4242)
	put(t, filepath.Join(in, "a.jpg"), photo)
	runs, refusals := 0, 0
	for _, s := range swept {
		ks := []int{1, 3}
		if *everyCall {
			ks = nil
			for k := 1; k <= 24; k++ {
				ks = append(ks, k)
			}
		}
		for _, k := range ks {
			dir := filepath.Join(t.TempDir(), "case")
			c, stream := dokaz(t.Context(), "run", in, "--case", dir, "--jsonl")
			traced := []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + s.call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", s.call, s.fails, k)}
			c.Path, _ = exec.LookPath("strace")
			c.Args = append(traced, c.Args...)
			_ = c.Run() // it may end in any way
			runs++
			promised := map[pipeline.Digest]bool{}
			for _, d := range acknowledged(stream.Bytes()) {
				promised[d] = true
			}
			if len(promised) == 0 {
				refusals++
			}
			kept(t, dir, promised)
			finish(t, "run", in, "--case", dir)
			if got := leftBy(t, dir); len(got.Cores) != 1 || got.Cores[pipeline.DigestOf(photo).Hex()] == "" {
				t.Errorf("%s call %d: %d items", s.call, k, len(got.Cores))
			}
			if t.Failed() {
				t.Fatalf("after %s number %d had failed with %s the run had said\n%.3000s", s.call, k, s.fails, stream)
			}
		}
	}
	figures(t, "sweep", map[string]any{"runs with failing calls": runs, "that promised nothing": refusals, "promised and lost": 0, "seconds": int(time.Since(began).Seconds())})
}
