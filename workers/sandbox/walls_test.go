package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// TestNothingGetsOut lets a hostile child try everything, as root and as an ordinary user, with and without namespaces. It has been
// seen red by taking each wall away: TestEachWallIsNeeded keeps doing that.
func TestNothingGetsOut(t *testing.T) {
	t.Parallel()
	for _, uid := range users() {
		for name, without := range map[string][]string{"with namespaces": nil, "without namespaces": {layerNamespaces}, "with the filter alone": {layerNamespaces, layerLandlock}} {
			t.Run(fmt.Sprintf("user %d %s", uid, name), func(t *testing.T) {
				t.Parallel()
				told, knocks := world(t)
				got, layers := escapeAs(t, uid, without, told)
				if !slices.ContainsFunc(layers, func(l pipeline.Layer) bool { return l.Name == layerSeccomp && l.State == on }) {
					t.Fatal("this machine has no seccomp: ", layers)
				}
				denied := 0
				for _, e := range escapes {
					if isOne(got[e.name], refusals) {
						denied++
					} else {
						t.Errorf("%s: %s", e.name, got[e.name])
					}
				}
				if n := knocks(); n > 0 {
					t.Errorf("%d knocks were heard", n)
				}
				t.Logf("%d of %d attempts denied", denied, len(escapes))
			})
		}
	}
}

// TestWithoutTheFilterTheOthersHold: what touches files, the network and other processes is denied a second time.
func TestWithoutTheFilterTheOthersHold(t *testing.T) {
	t.Parallel()
	for _, uid := range users() {
		t.Run(fmt.Sprint("user ", uid), func(t *testing.T) {
			t.Parallel()
			told, _ := world(t)
			got, layers := escapeAs(t, uid, []string{layerSeccomp}, told)
			for _, want := range []string{layerNamespaces, layerLandlock} {
				if !slices.ContainsFunc(layers, func(l pipeline.Layer) bool { return l.Name == want && l.State == on }) {
					t.Skipf("SKIPPED: this machine has no %s: %v", want, layers)
				}
			}
			denied := 0
			for _, e := range escapes {
				if !e.twice {
					continue
				}
				if isOne(got[e.name], append(refusals, absences...)) {
					denied++
				} else {
					t.Errorf("%s: %s", e.name, got[e.name])
				}
			}
			t.Logf("%d attempts denied a second time", denied)
		})
	}
}

// TestEachWallIsNeeded: without walls every attempt but a few gets through, so that its denial means something.
func TestEachWallIsNeeded(t *testing.T) {
	t.Parallel()
	uid := uint32(os.Geteuid())
	told, knocks := world(t)
	got, _ := escapeAs(t, uid, Removable(), told)
	var through, kept []string
	for _, e := range escapes {
		if isOne(got[e.name], refusals) {
			kept = append(kept, e.name+": "+got[e.name])
		} else {
			through = append(through, e.name+": "+got[e.name])
		}
	}
	t.Logf("%d got through", len(through))
	t.Logf("the kernel alone denies: %q", kept)
	if uid == 0 && len(kept) > 3 || len(through) < 25 {
		t.Errorf("%d got through: the attempts are worth little", len(through))
	}
	if n := knocks(); n < 4 {
		t.Errorf("%d knocks were heard, of TCP, UDP and two sockets", n)
	}
}

// users are under whom a parent is run: this one, and an ordinary one where this is root.
func users() []uint32 {
	if os.Geteuid() == 0 {
		return []uint32{0, nobody}
	}
	return []uint32{uint32(os.Geteuid())}
}

// TestAnotherArchitectureKills calls the kernel by the gate of 32-bit programs, whose numbers mean other calls: 20 is getpid
// there and writev here.
func TestAnotherArchitectureKills(t *testing.T) {
	t.Parallel()
	if runtime.GOARCH != "amd64" {
		t.Skip("SKIPPED: the gate is one of amd64")
	}
	if got := verdicts(examine(t, child(t, Limits{}, Removable()...), "x", "int 80")); !slices.Equal(got, []string{"int 80 done"}) {
		t.Skipf("SKIPPED: this kernel has no gate for 32-bit programs: %q", got)
	}
	got := verdicts(examine(t, child(t, Limits{}), "x", "int 80"))
	if want := []string{"int 80 failed: process died twice: signal: bad system call; quarantined"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// gate runs mov eax, 20; int 0x80; ret.
func gate(context.Context, pipeline.Original, say) error {
	code, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	copy(code, []byte{0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3})
	at := &code[0]
	entry := unsafe.Pointer(&at) // a func value points to a word that points to code
	(*(*func())(unsafe.Pointer(&entry)))()
	return nil
}

// TestTooFewWallsAreRefused: neither the filter nor the two that replace it.
func TestTooFewWallsAreRefused(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{{layerSeccomp, layerNamespaces}, {layerSeccomp, layerLandlock}, Removable()} {
		c, err := New(Options{Limits: Limits{AddressSpace: testSpace}, Without: without})
		if !errors.Is(err, ErrUnwalled) {
			t.Errorf("without %s: %v", strings.Join(without, ", "), err)
			if err == nil {
				_ = c.Close()
			}
		}
	}
	c := child(t, Limits{}, layerSeccomp, layerNamespaces)
	last := c.Layers()[len(c.Layers())-1]
	if last.Name != layerUnsafe || last.State != on {
		t.Errorf("the waiver is not told: %+v", last)
	}
}

// TestThreadsAreBounded: a bomb of threads meets the limit of its own user namespace.
func TestThreadsAreBounded(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{})
	if !c.orders.Plan.Namespaces {
		t.Skip("SKIPPED: no user namespace here, without which threads are counted per user")
	}
	r := examine(t, c, "x", "threads")
	if n := len(facts(r)); n == 0 || n > maxThreads/10 {
		t.Errorf("%d times ten threads", n)
	}
	if len(r.Deaths) != 2 || r.Deaths[0].Cause != "signal: aborted" { // what C does without a thread
		t.Errorf("%d deaths: %+v", len(r.Deaths), r.Examination.Outcomes)
	}
}
