package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// groups are control groups for children, one for each that lives, used again and again (cgroups(7)). They bound memory as it is
// used, where RLIMIT_AS bounds addresses, and tasks on machines without user namespaces, where RLIMIT_NPROC counts a whole user's.
type groups struct {
	version int
	bases   []string // folders of ours: one where one hierarchy has both controllers, else that of memory and that of pids
	memory  uint64   // bytes

	mu   sync.Mutex
	made int
	free []*group
	all  []*group
}

// group is one control group: a folder in each hierarchy.
type group struct {
	dirs  []string
	kills int64 // of the memory limit, as last read
}

// maxTasks bounds the tasks of one child: its threads and what the runtime starts before it has limited itself.
const maxTasks = maxThreads + 16

// errNoGroups says why there are none. Its text names what is missing.
var errNoGroups = errors.New("no control group is delegated to this process")

// newGroups makes a folder of our own where this process may, by version 2, else by version 1, and tries it with one group.
func newGroups(l Limits) (*groups, error) {
	var why error
	for _, find := range []func() (int, []string, error){unified, separate} {
		version, parents, err := find()
		if err != nil {
			why = errors.Join(why, err)
			continue
		}
		g := &groups{version: version, memory: l.AddressSpace}
		for _, p := range parents {
			sweep(p)
			dir, err := os.MkdirTemp(p, fmt.Sprintf("dokaz-%d-*", os.Getpid()))
			if err != nil {
				return nil, errors.Join(errNoGroups, err, g.close())
			}
			g.bases = append(g.bases, dir)
		}
		err = g.pass()
		if err == nil {
			var first *group
			if first, err = g.take(); err == nil {
				g.give(first)
				return g, nil
			}
		}
		why = errors.Join(why, err, g.close())
	}
	return nil, errors.Join(errNoGroups, why)
}

// ours is where the hierarchy of a controller, "" for the unified one, holds this process: its folder below the mount
// (proc_pid_mountinfo(5), cgroups(7)).
func ours(controller string) (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	members, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(mounts)) {
		fields, rest, _ := strings.Cut(line, " - ")
		f, r := strings.Fields(fields), strings.Fields(rest)
		if len(f) < 5 || len(r) < 3 {
			continue
		}
		v2 := r[0] == "cgroup2" && controller == ""
		v1 := r[0] == "cgroup" && controller != "" && contains(r[2], controller)
		if !v2 && !v1 {
			continue
		}
		for member := range strings.Lines(string(members)) {
			m := strings.SplitN(strings.TrimSpace(member), ":", 3)
			if len(m) == 3 && (controller == "" && m[1] == "" || controller != "" && contains(m[1], controller)) {
				below, err := filepath.Rel(f[3], m[2])
				if err != nil || strings.HasPrefix(below, "..") {
					below = "." // another root is mounted than the one we are told of
				}
				return filepath.Join(f[4], below), nil
			}
		}
	}
	return "", fmt.Errorf("no hierarchy of %q is mounted", controller)
}

func contains(list, name string) bool {
	for n := range strings.SplitSeq(list, ",") {
		if n == name {
			return true
		}
	}
	return false
}

// unified finds the folder in the hierarchy of version 2 that is ours. Its controllers go to groups below it only while it holds no
// process itself, so this process moves to a group beside them.
func unified() (int, []string, error) {
	dir, err := ours("")
	if err != nil {
		return 0, nil, fmt.Errorf("version 2: %w", err)
	}
	if filepath.Base(dir) == leaf {
		dir = filepath.Dir(dir) // we, or systemd's DelegateSubgroup=, have moved already
	}
	has, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return 0, nil, fmt.Errorf("version 2: %w", err)
	}
	for _, need := range []string{"memory", "pids"} {
		if !contains(strings.Join(strings.Fields(string(has)), ","), need) {
			return 0, nil, fmt.Errorf("version 2 has no controller %s here", need)
		}
	}
	if err := unix.Access(dir, unix.W_OK); err != nil {
		return 0, nil, fmt.Errorf("version 2: %s: %w", dir, err)
	}
	if err := enable(dir); err == nil {
		return 2, []string{dir}, nil
	}
	own := filepath.Join(dir, leaf)
	if err := os.Mkdir(own, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return 0, nil, fmt.Errorf("version 2: %w", err)
	}
	if err := write(own, "cgroup.procs", strconv.Itoa(os.Getpid())); err != nil {
		return 0, nil, fmt.Errorf("version 2: %w", err)
	}
	if err := enable(dir); err != nil {
		return 0, nil, fmt.Errorf("version 2, whose group holds other processes: %w", err)
	}
	return 2, []string{dir}, nil
}

// leaf is the group of version 2 in which the program itself is.
const leaf = "main"

func enable(dir string) error { return write(dir, "cgroup.subtree_control", "+memory +pids") }

// separate finds the folders of both controllers in hierarchies of version 1, which only root may write.
func separate() (int, []string, error) {
	var out []string
	for _, controller := range []string{"memory", "pids"} {
		dir, err := ours(controller)
		if err == nil {
			err = unix.Access(dir, unix.W_OK)
		}
		if err != nil {
			return 0, nil, fmt.Errorf("version 1: %s: %w", controller, err)
		}
		out = append(out, dir)
	}
	return 1, out, nil
}

// sweep removes what processes left that were killed.
func sweep(parent string) {
	old, err := filepath.Glob(filepath.Join(parent, "dokaz-*"))
	if err != nil {
		return
	}
	for _, dir := range old {
		parts := strings.Split(filepath.Base(dir), "-") // by the pattern there are two at least
		if pid, err := strconv.Atoi(parts[1]); err != nil || !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			continue // it lives, may it be another user's
		}
		inner, _ := filepath.Glob(filepath.Join(dir, "*", "cgroup.procs"))
		for _, procs := range inner {
			_ = os.Remove(filepath.Dir(procs)) // one that is in use stays
		}
		_ = os.Remove(dir)
	}
}

func write(dir, name, value string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(value), 0)
}

// pass gives version 2's controllers on to the groups in our folder.
func (g *groups) pass() error {
	if g.version == 2 {
		return enable(g.bases[0])
	}
	return nil
}

// take returns a group with its limits set.
func (g *groups) take() (*group, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.free); n > 0 {
		out := g.free[n-1]
		g.free = g.free[:n-1]
		return out, nil
	}
	out := &group{}
	g.made++
	for _, base := range g.bases {
		dir := filepath.Join(base, strconv.Itoa(g.made))
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
		out.dirs = append(out.dirs, dir)
	}
	g.all = append(g.all, out)
	return out, g.limit(out)
}

// restore makes a group anew whose folders are gone.
func (g *groups) restore(o *group) error {
	for _, d := range o.dirs {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	return errors.Join(g.pass(), g.limit(o))
}

// limit sets what a group may take. Swap counts as memory where the machine counts it at all.
func (g *groups) limit(o *group) error {
	memory, tasks := strconv.FormatUint(g.memory, 10), strconv.Itoa(maxTasks)
	first, last := o.dirs[0], o.dirs[len(o.dirs)-1]
	if g.version == 2 {
		_ = write(first, "memory.swap.max", "0")  // absent without swap accounting
		_ = write(first, "memory.oom.group", "1") // all or nothing: a child is one process, whose group is killed anyway
		return errors.Join(write(first, "memory.max", memory), write(last, "pids.max", tasks))
	}
	if err := errors.Join(write(first, "memory.limit_in_bytes", memory), write(last, "pids.max", tasks)); err != nil {
		return err
	}
	_ = write(first, "memory.memsw.limit_in_bytes", memory) // absent without swap accounting
	return nil
}

// give takes a group back whose child has ended.
func (g *groups) give(o *group) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free = append(g.free, o)
}

// close removes all groups, which must be empty.
func (g *groups) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var err error
	for _, o := range g.all {
		for _, d := range o.dirs {
			err = errors.Join(err, remove(d))
		}
	}
	for _, d := range g.bases {
		err = errors.Join(err, remove(d))
	}
	g.all, g.free, g.bases = nil, nil, nil
	return err
}

// remove removes one group. The kernel may still hold one for a moment whose last process was reaped just now.
func remove(dir string) (err error) {
	for range 50 {
		if err = unix.Rmdir(dir); !errors.Is(err, unix.EBUSY) {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

func (g *groups) detail() string {
	return fmt.Sprintf("version %d: memory %s, %d tasks", g.version, amount(g.memory), maxTasks)
}

// join puts a process, which waits for its request, into the group.
func (o *group) join(pid int) error {
	for _, d := range o.dirs {
		if err := write(d, "cgroup.procs", strconv.Itoa(pid)); err != nil {
			return err
		}
	}
	o.kills = o.killed()
	return nil
}

// overrun reports whether the memory limit has killed since the child joined.
func (o *group) overrun() bool { return o.killed() > o.kills }

// killed reads how often the group's memory limit has killed (memory.events of version 2, memory.oom_control of version 1).
func (o *group) killed() int64 {
	for _, name := range []string{"memory.events", "memory.oom_control"} {
		b, err := os.ReadFile(filepath.Join(o.dirs[0], name))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			if f := strings.Fields(line); len(f) == 2 && f[0] == "oom_kill" {
				n, _ := strconv.ParseInt(f[1], 10, 64)
				return n
			}
		}
	}
	return 0
}
