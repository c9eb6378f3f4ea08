package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// layerOf is one layer as doctor and reports tell it.
func layerOf(t *testing.T, layers []pipeline.Layer, name string) pipeline.Layer {
	t.Helper()
	for _, l := range layers {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no layer is called %s", name)
	return pipeline.Layer{}
}

// TestVersion2LimitsAChild examines in a hierarchy of version 2 that is delegated as systemd does it: this process leaves its group for one
// beside those of its children, each child is in a group of its own with its limits before it is asked, and nothing is left.
func TestVersion2LimitsAChild(t *testing.T) {
	t.Parallel()
	k := mounted(t, "cpu", "memory", "pids")
	c, err := New(Options{tree: k.tree(), Limits: Limits{AddressSpace: 3 << 30}})
	if err != nil {
		t.Fatal(err)
	}
	want := pipeline.Layer{Name: layerCgroup, State: on, Detail: "version 2: memory 3 GiB, 80 tasks"}
	if got := layerOf(t, c.Layers(), layerCgroup); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	r := examine(t, c, "x", "one")
	if len(r.Deaths) > 0 || layerOf(t, r.Layers, layerCgroup) != want {
		t.Errorf("%+v %+v", r.Deaths, r.Layers)
	}
	for name, value := range map[string]string{"memory.max": strconv.Itoa(3 << 30), "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "80"} {
		if got := k.says("dokaz-*/1", name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	for pattern, passed := range map[string]string{".": "memory pids", "dokaz-*": "memory pids", "main": ""} {
		if got := k.says(pattern, "cgroup.subtree_control"); got != passed {
			t.Errorf("%s passes on %q, want %q", pattern, got, passed)
		}
	}
	in := map[string]int{}
	for _, dir := range k.in {
		in[filepath.Base(dir)]++
	}
	if in["main"] != 1 || in["1"] == 0 || in[filepath.Base(k.ours)] != 0 || len(k.killed) == 0 {
		t.Errorf("processes were put into %v, and killed were the groups %v", in, k.killed)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left := k.says("dokaz-*", "cgroup.procs"); left != "0 files" {
		t.Errorf("groups are left: %s", left)
	}
}

// TestADeathByTheGroupsLimitIsTold lets the counter of a group rise while its child dies.
func TestADeathByTheGroupsLimitIsTold(t *testing.T) {
	t.Parallel()
	k := mounted(t, "memory", "pids")
	tree := k.tree()
	read, looks := tree.read, 0
	tree.read = func(dir, name string) ([]byte, error) {
		if name != "memory.events" {
			return read(dir, name)
		}
		looks++
		return fmt.Appendf(nil, "oom 9\noom_kill %d\n", looks), nil
	}
	c, err := New(Options{tree: tree, Spares: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r := examine(t, c, "x", "exit 2"); len(r.Deaths) != 2 || r.Deaths[0].Cause != "out of memory under 6 GiB memory limit" {
		t.Errorf("%+v", r.Deaths)
	}
}

// TestVersion2Refusals takes away what delegation gives, one thing at a time. Nothing is refused for it: the layer says what is missing, and this
// process is where it was.
func TestVersion2Refusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		controllers []string
		spoil       func(k *cgroupfs)
		want        string // of the layer's detail
	}{
		"no memory controller": {[]string{"cpu", "pids"}, func(*cgroupfs) {}, "version 2 has no controller memory here"},
		"no pids controller":   {[]string{"memory"}, func(*cgroupfs) {}, "version 2 has no controller pids here"},
		"the group is another user's": {[]string{"memory", "pids"}, func(k *cgroupfs) { k.denied[k.ours] = unix.EACCES },
			"dokaz.service: permission denied"},
		"the group is writable, its files are not": {[]string{"memory", "pids"}, func(k *cgroupfs) {
			k.denied[filepath.Join(k.ours, "cgroup.subtree_control")] = unix.EACCES
		}, "the group holds other processes: write"},
		"no process may be moved": {[]string{"memory", "pids"}, func(k *cgroupfs) {
			k.denied[filepath.Join(k.ours, leaf, "cgroup.procs")] = unix.EACCES
		}, "main/cgroup.procs: permission denied"},
		"others are in the group": {[]string{"memory", "pids"}, func(k *cgroupfs) {
			k.must(k.write(k.ours, "cgroup.procs", strconv.Itoa(os.Getppid())))
		}, "the group holds other processes: write"},
		"limits cannot be set": {[]string{"memory", "pids"}, func(k *cgroupfs) {
			k.denied[filepath.Join(k.ours, fmt.Sprintf("dokaz-%d-0", os.Getpid()), "1", "memory.max")] = unix.EACCES
		}, "memory.max: permission denied"},
		"a child cannot be moved": {[]string{"memory", "pids"}, func(k *cgroupfs) {
			k.denied[filepath.Join(k.ours, fmt.Sprintf("dokaz-%d-0", os.Getpid()), "1", "cgroup.procs")] = unix.EBUSY
		}, "cgroup.procs: device or resource busy"},
		"nothing is mounted": {[]string{"memory", "pids"}, nil, `no hierarchy of "" is mounted`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := mounted(t, c.controllers...)
			tree := k.tree()
			if c.spoil == nil {
				k.put(tree.self, "mountinfo", "25 30 0:22 / /sys rw,nosuid - sysfs sysfs rw\n")
			} else {
				c.spoil(k)
			}
			child, err := New(Options{tree: tree})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := child.Close(); err != nil {
					t.Error(err)
				}
			}()
			r := examine(t, child, "x", "one")
			if len(r.Deaths) > 0 {
				t.Errorf("%+v", r.Deaths)
			}
			for _, layers := range [][]pipeline.Layer{child.Layers(), r.Layers} { // those of doctor, those of the report
				l := layerOf(t, layers, layerCgroup)
				if l.State != unavailable || !strings.Contains(l.Detail, c.want) || !strings.Contains(l.Detail, "no control group is delegated") || strings.Contains(l.Detail, "\n") {
					t.Errorf("%+v, want %q", l, c.want)
				}
			}
			if left := k.says("dokaz-*", "cgroup.procs"); left != "0 files" {
				t.Errorf("groups are left: %s", left)
			}
			at := k.in[os.Getpid()]
			passed := k.says(".", "cgroup.subtree_control") != ""
			if at != k.ours && !passed { // where controllers are passed on nobody may be in the group itself
				t.Errorf("this process was left in %s", at)
			}
		})
	}
}

// kernels is a group of the kernel's own hierarchy of version 2, with one controller that version 1 does not hold, or a loud skip.
func kernels(t *testing.T) (dir, controller string) {
	t.Helper()
	tree := kernelsTree()
	mount, err := tree.ours("")
	if err != nil || os.Geteuid() != 0 {
		t.Skipf("SKIPPED, NOT PASSED: user %d, %v", os.Geteuid(), err)
	}
	offered, err := tree.read(mount, "cgroup.controllers")
	names := strings.Fields(string(offered))
	if err != nil || len(names) == 0 {
		t.Skipf("SKIPPED, NOT PASSED: the kernel's version 2 offers no controller (%v)", err)
	}
	controller = names[0]
	passed, err := tree.read(mount, "cgroup.subtree_control")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(mount, fmt.Sprintf("dokaz-test-%d", os.Getpid()))
	if err := tree.make(dir); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: %v", err)
	}
	before := strings.Contains(string(passed), controller)
	if err := tree.write(mount, "cgroup.subtree_control", "+"+controller); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: %v", errors.Join(err, tree.drop(dir)))
	}
	t.Cleanup(func() {
		err := tree.drop(dir)
		if !before {
			err = errors.Join(err, tree.write(mount, "cgroup.subtree_control", "-"+controller))
		}
		if err != nil {
			t.Error(err)
		}
	})
	return dir, controller
}

// sleeping is a process that does nothing, and the way to wait for its end.
func sleeping(t *testing.T) (pid string, gone func()) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sleep", "600")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(c.Process.Pid), func() {
		late := time.AfterFunc(10*time.Second, func() { _ = c.Process.Signal(unix.SIGTERM) })
		defer late.Stop()
		if err := c.Wait(); c.ProcessState.Sys().(syscall.WaitStatus).Signal() != unix.SIGKILL {
			t.Errorf("it was not killed: %v", err)
		}
	}
}

// TestTheMadeUpTreeIsAsTheKernels does the same with the kernel's hierarchy and the made-up one: both have to say the same of each step.
func TestTheMadeUpTreeIsAsTheKernels(t *testing.T) {
	theirs, controller := kernels(t)
	k := mounted(t, controller)
	delete(k.in, os.Getpid()) // as in the kernel's, nobody is in it
	var said [2][]string
	for i, at := range []struct {
		tree
		dir string
	}{{kernelsTree(), theirs}, {k.tree(), k.ours}} {
		in := func(parts ...string) string { return filepath.Join(append([]string{at.dir}, parts...)...) }
		sleeper, gone := sleeping(t)
		step := func(what string, err error) {
			errno := unix.Errno(0)
			if err != nil && !errors.As(err, &errno) {
				t.Errorf("%s: %v is no error of the kernel's", what, err)
			}
			said[i] = append(said[i], fmt.Sprintf("%s: %v", what, errno))
		}
		step("a process joins", at.write(in(), "cgroup.procs", sleeper))
		step("a controller is passed on by who holds a process", at.write(in(), "cgroup.subtree_control", "+"+controller))
		step("a group is made", at.make(in("main")))
		step("it is made again", at.make(in("main")))
		step("the process moves there", at.write(in("main"), "cgroup.procs", sleeper))
		step("the controller is passed on", at.write(in(), "cgroup.subtree_control", "+"+controller))
		step("so is one that is not there", at.write(in(), "cgroup.subtree_control", "+memory"))
		step("a process joins who passes on", at.write(in(), "cgroup.procs", sleeper))
		step("a file that is not there", at.write(in("main"), "memory.max", "1"))
		step("a group with a process is removed", at.remove(in("main")))
		step("a group with a group is removed", at.remove(in()))
		step("its processes are killed", at.write(in("main"), "cgroup.kill", "1"))
		gone()
		step("it is removed", at.drop(in("main")))
		step("again", at.remove(in("main")))
	}
	for i, kernel := range said[0] {
		t.Log(kernel)
		if i >= len(said[1]) || said[1][i] != kernel {
			t.Errorf("the made-up tree says %q", said[1][i])
		}
	}
}

// TestVersion2OnTheKernel is TestVersion2LimitsAChild in the kernel's hierarchy, with the one controller that it offers in the place of memory and
// pids, whose limits are left out: moving, passing on, joining, killing and removing are the kernel's.
func TestVersion2OnTheKernel(t *testing.T) {
	dir, controller := kernels(t)
	tree := kernelsTree()
	before, err := tree.ours("")
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.write(dir, "cgroup.procs", strconv.Itoa(os.Getpid())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := tree.write(before, "cgroup.procs", strconv.Itoa(os.Getpid()))
		if err = errors.Join(err, tree.drop(filepath.Join(dir, leaf))); err != nil {
			t.Error(err)
		}
	})
	like := tree
	joined := map[string]string{} // groups, by process
	like.read = func(dir, name string) ([]byte, error) {
		if name == "cgroup.controllers" {
			return []byte("memory pids\n"), nil
		}
		return tree.read(dir, name)
	}
	like.write = func(at, name, value string) error {
		switch {
		case strings.HasPrefix(name, "memory."), strings.HasPrefix(name, "pids."):
			return nil
		case name == "cgroup.subtree_control":
			value = "+" + controller
		}
		err := tree.write(at, name, value)
		if name == "cgroup.procs" && err == nil {
			told, _ := os.ReadFile("/proc/" + value + "/cgroup")
			_, joined[value], _ = strings.Cut(string(told), "0::")
		}
		return err
	}
	c, err := New(Options{tree: like, Spares: -1})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r := examine(t, c, "x", "one"); len(r.Deaths) > 0 || layerOf(t, r.Layers, layerCgroup).State != on {
			t.Errorf("%+v %+v", r.Deaths, r.Layers)
		}
	}
	own := "/" + filepath.Base(dir)
	if got := strings.TrimSpace(joined[strconv.Itoa(os.Getpid())]); got != own+"/"+leaf {
		t.Errorf("this process went to %q", got)
	}
	delete(joined, strconv.Itoa(os.Getpid()))
	for pid, group := range joined {
		if !strings.HasPrefix(group, own+"/dokaz-") {
			t.Errorf("process %s was in %q", pid, group)
		}
	}
	if len(joined) < 2 {
		t.Errorf("%d children joined", len(joined))
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "dokaz-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
