package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// cgroupfs is a folder that behaves like the hierarchy of version 2 as far as its documentation says (cgroup-v2.rst): a group has the files of
// those controllers that its parent passes on, holds processes or passes controllers on and never both, and is removed only while nobody is in it.
// What it lets be done is held against the kernel by TestTheMadeUpTreeIsAsTheKernels.
type cgroupfs struct {
	t      *testing.T
	root   string           // the mount
	ours   string           // the group that this process is told to be in
	denied map[string]error // by path of a file or folder: what writing it, or making something in it, says

	mu     sync.Mutex
	in     map[int]string // processes
	killed []string       // groups that were killed
}

// mounted makes a hierarchy whose root offers these controllers, with this process in a group below it that is passed them.
func mounted(t *testing.T, controllers ...string) *cgroupfs {
	t.Helper()
	k := &cgroupfs{t: t, root: t.TempDir(), denied: map[string]error{}, in: map[int]string{}}
	k.put(k.root, "cgroup.controllers", strings.Join(controllers, " ")+"\n")
	k.put(k.root, "cgroup.subtree_control", "")
	k.put(k.root, "cgroup.procs", "")
	for _, c := range controllers {
		k.must(k.write(k.root, "cgroup.subtree_control", "+"+c))
	}
	k.ours = filepath.Join(k.root, "system.slice")
	k.must(k.make(k.ours))
	for _, c := range controllers {
		k.must(k.write(k.ours, "cgroup.subtree_control", "+"+c))
	}
	k.ours = filepath.Join(k.ours, "dokaz.service")
	k.must(k.make(k.ours))
	k.must(k.write(k.ours, "cgroup.procs", strconv.Itoa(os.Getpid())))
	return k
}

func (k *cgroupfs) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *cgroupfs) put(dir, name, value string) {
	k.t.Helper()
	k.must(os.WriteFile(filepath.Join(dir, name), []byte(value), 0o600))
}

// tree is this hierarchy as the program reaches it.
func (k *cgroupfs) tree() tree {
	self := k.t.TempDir()
	k.put(self, "mountinfo", "25 30 0:22 / /sys rw,nosuid - sysfs sysfs rw\n36 25 0:31 / "+k.root+" rw,nosuid,nodev - cgroup2 cgroup2 rw,nsdelegate\n")
	below, err := filepath.Rel(k.root, k.ours)
	k.must(err)
	k.put(self, "cgroup", "0::/"+below+"\n")
	out := kernelsTree()
	out.self, out.write, out.make, out.remove = self, k.write, k.make, k.remove
	out.writable = func(dir string) error { return k.denied[dir] }
	return out
}

// words are the controllers that a file names.
func (k *cgroupfs) words(dir, name string) []string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	k.must(err)
	return strings.Fields(string(b))
}

// alive lists who is in a group.
func (k *cgroupfs) alive(dir string) (out []int) {
	for pid, at := range k.in {
		if at == dir && !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			out = append(out, pid)
		}
	}
	return out
}

func (k *cgroupfs) make(dir string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	parent := filepath.Dir(dir)
	if err := k.denied[parent]; err != nil {
		return &os.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	k.put(dir, "cgroup.subtree_control", "")
	k.put(dir, "cgroup.procs", "")
	k.put(dir, "cgroup.kill", "")
	k.furnish(dir, k.words(parent, "cgroup.subtree_control"))
	return nil
}

// furnish gives a group the files of the controllers that it is passed.
func (k *cgroupfs) furnish(dir string, controllers []string) {
	k.put(dir, "cgroup.controllers", strings.Join(controllers, " ")+"\n")
	for controller, files := range map[string][]string{"memory": {"memory.max", "memory.swap.max", "memory.oom.group"}, "pids": {"pids.max"}} {
		if !slices.Contains(controllers, controller) {
			continue
		}
		for _, f := range files {
			k.put(dir, f, "max\n")
		}
		if controller == "memory" {
			k.put(dir, "memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n")
		}
	}
}

func (k *cgroupfs) write(dir, name, value string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	path := filepath.Join(dir, name)
	err := k.denied[path]
	if _, missing := os.Stat(path); missing != nil {
		return missing
	}
	switch {
	case err != nil:
	case name == "cgroup.subtree_control":
		err = k.pass(dir, strings.Fields(value))
	case name == "cgroup.procs":
		pid, bad := strconv.Atoi(value)
		if err = bad; err == nil && dir != k.root && len(k.words(dir, "cgroup.subtree_control")) > 0 {
			err = unix.EBUSY
		}
		if err == nil {
			k.in[pid] = dir
		}
	case name == "cgroup.kill":
		k.killed = append(k.killed, filepath.Base(dir))
		for _, pid := range k.alive(dir) {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
	default:
		k.put(dir, name, value)
	}
	if err != nil {
		return &os.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}

// pass passes controllers on to the groups below.
func (k *cgroupfs) pass(dir string, add []string) error {
	has, passed := k.words(dir, "cgroup.controllers"), k.words(dir, "cgroup.subtree_control")
	for _, a := range add {
		if a = strings.TrimPrefix(a, "+"); !slices.Contains(has, a) {
			return unix.ENOENT
		}
		if !slices.Contains(passed, a) {
			passed = append(passed, a)
		}
	}
	if dir != k.root && len(k.alive(dir)) > 0 {
		return unix.EBUSY
	}
	k.put(dir, "cgroup.subtree_control", strings.Join(passed, " "))
	below, err := filepath.Glob(filepath.Join(dir, "*", "cgroup.procs"))
	for _, b := range below {
		k.furnish(filepath.Dir(b), passed)
	}
	return err
}

func (k *cgroupfs) remove(dir string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := os.Stat(dir); err != nil {
		return unix.ENOENT
	}
	if below, _ := filepath.Glob(filepath.Join(dir, "*", "cgroup.procs")); len(k.alive(dir)) > 0 || len(below) > 0 {
		return unix.EBUSY
	}
	return os.RemoveAll(dir)
}

// says reads one file of a group below ours, "" where there is none.
func (k *cgroupfs) says(pattern, name string) string {
	found, _ := filepath.Glob(filepath.Join(k.ours, pattern, name))
	if len(found) != 1 {
		return fmt.Sprintf("%d files", len(found))
	}
	b, err := os.ReadFile(found[0])
	k.must(err)
	return strings.TrimSpace(string(b))
}
