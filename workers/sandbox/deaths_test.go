package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestDeathsInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		does    string
		limits  Limits
		without []string
		want    string
	}{
		{does: "panic", want: "exit 2: panic: no recovery here"},
		{does: "nil", want: "exit 2: panic: runtime error: invalid memory address or nil pointer dereference"},
		{does: "exit 2", want: "exit 2"},
		{does: "exit 0", want: "reply refused: it ended before bye"},
		{does: "segv", want: "signal: segmentation fault"},
		{does: "sigkill", without: []string{layerNamespaces}, want: "killed by the system"},
		{does: "stack", limits: Limits{Wall: 10 * time.Minute, CPU: 10 * time.Minute}, want: "exit 2: fatal error: stack overflow"},
		{does: "sleep", limits: Limits{Wall: testWall}, want: "killed: wall clock " + seconds(testWall)},
		{does: "spin", limits: Limits{CPU: time.Second}, want: "killed: CPU limit 1 s"},
		{does: "hog", want: "out of memory under 6 GiB address limit"},
		{does: "flood", want: "reply refused: more than 64 MiB"},
		{does: "many lines", want: "reply refused: more than 200000 lines"},
		{does: "endless", want: "reply refused: a line of more than 8 MiB"},
		{does: "garbage", want: "reply refused: invalid character 'w' looking for beginning of value"},
		{does: "impostor", want: "reply refused: analyzer 7 was not asked"},
	} {
		t.Run(c.does, func(t *testing.T) {
			t.Parallel()
			if raceOn && c.does == "hog" {
				t.Skip("SKIPPED UNDER THE RACE DETECTOR: its shadow memory forbids an address space limit")
			}
			r := examine(t, child(t, c.limits, c.without...), "x", "one", c.does, "two")
			want := []string{
				"one done",
				c.does + " failed: process died twice: " + c.want + "; quarantined",
				"two done",
			}
			if diff := cmp.Diff(want, verdicts(r)); diff != "" {
				t.Error(diff)
			}
			deaths := []Death{{Attempt: 1, Cause: c.want, Running: []string{c.does}}, {Attempt: 2, Cause: c.want, Running: []string{c.does}}}
			if diff := cmp.Diff(deaths, r.Deaths, cmpopts.IgnoreFields(Death{}, "Stderr")); diff != "" || !r.Quarantined {
				t.Errorf("quarantined: %v\n%s\n%s", r.Quarantined, diff, r.Deaths[0].Stderr)
			}
		})
	}
}

func TestWhatWasSaidBeforeDeathStays(t *testing.T) {
	t.Parallel()
	r := examine(t, child(t, Limits{}), "x", "one", "panic", "two")
	want := []string{"one one=1", "panic panic=before", "two two=2"}
	if diff := cmp.Diff(want, facts(r)); diff != "" {
		t.Error(diff)
	}
}

func TestWatchersAtWorkTogetherAreCulpritsTogether(t *testing.T) {
	t.Parallel()
	r := examine(t, child(t, Limits{}), "x", "watch-a", "one", "exit 2", "watch-b")
	died := " failed: process died twice: exit 2; quarantined"
	if diff := cmp.Diff([]string{"watch-a" + died, "one done", "exit 2" + died, "watch-b" + died}, verdicts(r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"watch-a watch-a=said", "one one=1"}, facts(r)); diff != "" {
		t.Error(diff)
	}
}

func TestOneDeathIsForgiven(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{}, Removable()...) // so that it can leave a mark
	r := examine(t, c, filepath.Join(t.TempDir(), "mark"), "one", "die once", "two")
	if diff := cmp.Diff([]string{"one done", "die once done", "two done"}, verdicts(r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"one one=1", "die once die once=lives", "two two=2"}, facts(r)); diff != "" {
		t.Error("what the first child said must not count: ", diff)
	}
	want := []Death{{Attempt: 1, Cause: "exit 3", Running: []string{"die once"}}}
	if diff := cmp.Diff(want, r.Deaths); diff != "" || r.Quarantined {
		t.Errorf("quarantined: %v %s", r.Quarantined, diff)
	}
}

func TestAThirdDeathFailsTheRest(t *testing.T) {
	t.Parallel()
	r := examine(t, child(t, Limits{}), "x", "one", "exit 2", "two", "panic", "silent")
	want := []string{
		"one done",
		"exit 2 failed: process died twice: exit 2; quarantined",
		"two done",
		"panic failed: process died three times: exit 2: panic: no recovery here; quarantined",
		"silent failed: process died three times: exit 2: panic: no recovery here; quarantined",
	}
	if diff := cmp.Diff(want, verdicts(r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"one one=1", "two two=2", "panic panic=before"}, facts(r)); diff != "" {
		t.Error(diff)
	}
	if len(r.Deaths) != 3 {
		t.Errorf("%d deaths", len(r.Deaths))
	}
}

func TestGrandchildrenDieWithTheChild(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		names   []string
		wall    time.Duration
		without []string
	}{ // the only ones who can have grandchildren are those without a filter
		"when it ends":                     {names: []string{"fork"}, wall: time.Minute, without: []string{layerSeccomp, layerLandlock, layerNamespaces}},
		"when it is killed":                {names: []string{"fork", "sleep"}, wall: testWall, without: []string{layerSeccomp, layerLandlock, layerNamespaces}},
		"when it is killed in a namespace": {names: []string{"fork", "sleep"}, wall: testWall, without: []string{layerSeccomp, layerLandlock}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mark := strconv.FormatInt(1e9+time.Now().UnixNano()%1e9, 10) // seconds to sleep, and how it is found
			examine(t, child(t, Limits{Wall: c.wall}, c.without...), mark, c.names...)
			eventually(t, "the grandchild's end", func() bool {
				cmds, _ := filepath.Glob("/proc/[0-9]*/cmdline")
				for _, f := range cmds {
					if b, _ := os.ReadFile(f); strings.Contains(string(b), "sleep\x00"+mark) {
						return false
					}
				}
				return true
			})
		})
	}
}

func TestChildrenDieWithTheirParent(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, middleVerb)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var nurseries, pids []int
	eventually(t, "one child at work and two spare", func() bool {
		nurseries, pids = family(cmd.Process.Pid)
		return len(pids) == 3 && slices.ContainsFunc(pids, func(pid int) bool {
			to, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/0", pid)) // has its request; a spare would end with its socket
			return err == nil && to == os.DevNull
		})
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the middle ended by itself")
	}
	for _, pid := range append(nurseries, pids...) {
		eventually(t, "its end", func() bool { return !living(pid) })
	}
}

func TestAnEndedContextKillsTheChildAndIsNoDeath(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{})
	why := errors.New("superseded for the test")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(200*time.Millisecond, func() { cancel(why) })
	it, o := inMemory("x")
	began := time.Now()
	_, err := c.Examine(ctx, it, o, refsOf("sleep"))
	if !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestANurseryThatWasKilledIsReplaced(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{})
	examine(t, c, "x", "one")
	if err := c.starter.handle.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "news of its end", c.starter.lost)
	if diff := cmp.Diff([]string{"one done"}, verdicts(examine(t, c, "x", "one"))); diff != "" {
		t.Error(diff)
	}
}
