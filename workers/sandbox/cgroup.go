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
	tree    tree
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

// tree is how control groups are reached: the kernel's files, or in tests files that behave like them.
type tree struct {
	self     string // folder that tells which groups are ours
	read     func(dir, name string) ([]byte, error)
	write    func(dir, name, value string) error
	make     func(dir string) error
	remove   func(dir string) error
	writable func(dir string) error
}

// kernelsTree is that of this machine.
func kernelsTree() tree {
	return tree{
		self: "/proc/self",
		read: func(dir, name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) },
		write: func(dir, name, value string) error {
			f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString(value)
			return errors.Join(err, f.Close())
		},
		make:     func(dir string) error { return os.Mkdir(dir, 0o755) },
		remove:   unix.Rmdir,
		writable: func(dir string) error { return unix.Access(dir, unix.W_OK) },
	}
}

// maxTasks bounds the tasks of one child: its threads and what the runtime starts before it has limited itself.
const maxTasks = maxThreads + 16

// errNoGroups says why there are none. Its text names what is missing.
var errNoGroups = errors.New("no control group is delegated to this process")

// newGroups makes a folder of our own where this process may, by version 2, else by version 1, and tries it with one group.
func newGroups(t tree, l Limits) (*groups, error) {
	var why error
	for _, find := range []func() (int, []string, error){t.unified, t.separate} {
		version, parents, err := find()
		if err != nil {
			why = errors.Join(why, err)
			continue
		}
		g := &groups{tree: t, version: version, memory: l.AddressSpace}
		if err = g.settle(parents); err == nil {
			return g, nil
		}
		why = errors.Join(why, fmt.Errorf("version %d: %w", version, err), g.close())
	}
	return nil, errors.Join(errNoGroups, why)
}

// settle makes the folders and one group.
func (g *groups) settle(parents []string) error {
	for _, p := range parents {
		g.tree.sweep(p)
		dir, err := g.tree.own(p)
		if err != nil {
			return err
		}
		g.bases = append(g.bases, dir)
	}
	if err := g.pass(); err != nil {
		return err
	}
	first, err := g.take()
	if err == nil {
		g.give(first)
	}
	return err
}

// own makes a folder that names this process; it may have several.
func (t tree) own(parent string) (string, error) {
	for n := 0; ; n++ {
		dir := filepath.Join(parent, fmt.Sprintf("dokaz-%d-%d", os.Getpid(), n))
		if err := t.make(dir); !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
}

// ours is where the hierarchy of a controller, "" for the unified one, holds this process: its folder below the mount
// (proc_pid_mountinfo(5), cgroups(7)).
func (t tree) ours(controller string) (string, error) {
	mounts, err := t.read(t.self, "mountinfo")
	if err != nil {
		return "", err
	}
	members, err := t.read(t.self, "cgroup")
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
// process itself, so this process moves to a group beside them; where that was of no use, it moves back.
func (t tree) unified() (int, []string, error) {
	dir, err := t.ours("")
	if err != nil {
		return 0, nil, fmt.Errorf("version 2: %w", err)
	}
	if filepath.Base(dir) == leaf {
		dir = filepath.Dir(dir) // we, or systemd's DelegateSubgroup=, have moved already
	}
	has, err := t.read(dir, "cgroup.controllers")
	if err != nil {
		return 0, nil, fmt.Errorf("version 2: %w", err)
	}
	for _, need := range []string{"memory", "pids"} {
		if !contains(strings.Join(strings.Fields(string(has)), ","), need) {
			return 0, nil, fmt.Errorf("version 2 has no controller %s here", need)
		}
	}
	if err := t.writable(dir); err != nil {
		return 0, nil, fmt.Errorf("version 2: %s: %w", dir, err)
	}
	if err := t.enable(dir); err == nil {
		return 2, []string{dir}, nil
	}
	own := filepath.Join(dir, leaf)
	made := t.make(own)
	if made != nil && !errors.Is(made, os.ErrExist) {
		return 0, nil, fmt.Errorf("version 2: %w", made)
	}
	err = t.write(own, "cgroup.procs", strconv.Itoa(os.Getpid()))
	if err == nil {
		if err = t.enable(dir); err == nil {
			return 2, []string{dir}, nil
		}
		err = fmt.Errorf("the group holds other processes: %w", err)
		_ = t.write(dir, "cgroup.procs", strconv.Itoa(os.Getpid())) // where it fails we stay where we may be
	}
	if made == nil {
		_ = t.remove(own) // who is in it keeps it
	}
	return 0, nil, fmt.Errorf("version 2: %w", err)
}

// leaf is the group of version 2 in which the program itself is.
const leaf = "main"

func (t tree) enable(dir string) error {
	return t.write(dir, "cgroup.subtree_control", "+memory +pids")
}

// separate finds the folders of both controllers in hierarchies of version 1, which only root may write.
func (t tree) separate() (int, []string, error) {
	var out []string
	for _, controller := range []string{"memory", "pids"} {
		dir, err := t.ours(controller)
		if err == nil {
			err = t.writable(dir)
		}
		if err != nil {
			return 0, nil, fmt.Errorf("version 1: %s: %w", controller, err)
		}
		out = append(out, dir)
	}
	return 1, out, nil
}

// sweep removes what processes left that were killed.
func (t tree) sweep(parent string) {
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
			_ = t.remove(filepath.Dir(procs)) // one that is in use stays
		}
		_ = t.remove(dir)
	}
}

// pass gives version 2's controllers on to the groups in our folder.
func (g *groups) pass() error {
	if g.version == 2 {
		return g.tree.enable(g.bases[0])
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
		if err := g.tree.make(dir); err != nil {
			return nil, errors.Join(err, g.discard(out))
		}
		out.dirs = append(out.dirs, dir)
	}
	if err := g.limit(out); err != nil {
		return nil, errors.Join(err, g.discard(out))
	}
	g.all = append(g.all, out)
	return out, nil
}

// discard removes a group that was not finished.
func (g *groups) discard(o *group) (err error) {
	for _, d := range o.dirs {
		err = errors.Join(err, g.tree.drop(d))
	}
	return err
}

// restore makes a group anew whose folders are gone.
func (g *groups) restore(o *group) error {
	for _, d := range o.dirs {
		for _, dir := range []string{filepath.Dir(d), d} {
			if err := g.tree.make(dir); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
		}
	}
	return errors.Join(g.pass(), g.limit(o))
}

// limit sets what a group may take. Swap counts as memory where the machine counts it at all.
func (g *groups) limit(o *group) error {
	memory, tasks := strconv.FormatUint(g.memory, 10), strconv.Itoa(maxTasks)
	first, last := o.dirs[0], o.dirs[len(o.dirs)-1]
	if g.version == 2 {
		_ = g.tree.write(first, "memory.swap.max", "0")  // absent without swap accounting
		_ = g.tree.write(first, "memory.oom.group", "1") // all or nothing: a child is one process, whose group is killed anyway
		return errors.Join(g.tree.write(first, "memory.max", memory), g.tree.write(last, "pids.max", tasks))
	}
	if err := errors.Join(g.tree.write(first, "memory.limit_in_bytes", memory), g.tree.write(last, "pids.max", tasks)); err != nil {
		return err
	}
	_ = g.tree.write(first, "memory.memsw.limit_in_bytes", memory) // absent without swap accounting
	return nil
}

// give takes a group back whose child has ended. What else may be in it ends now, where the kernel can do that (version 2, Linux 5.14).
func (g *groups) give(o *group) {
	if g.version == 2 {
		_ = g.tree.write(o.dirs[0], "cgroup.kill", "1")
	}
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
			err = errors.Join(err, g.tree.drop(d))
		}
	}
	for _, d := range g.bases {
		err = errors.Join(err, g.tree.drop(d))
	}
	g.all, g.free, g.bases = nil, nil, nil
	return err
}

// drop removes one group. The kernel may still hold one for a moment whose last process was reaped just now.
func (t tree) drop(dir string) (err error) {
	for range 50 {
		if err = t.remove(dir); !errors.Is(err, unix.EBUSY) {
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

// join puts a process, which waits for its request, into a group.
func (g *groups) join(o *group, pid int) error {
	for _, d := range o.dirs {
		if err := g.tree.write(d, "cgroup.procs", strconv.Itoa(pid)); err != nil {
			return err
		}
	}
	o.kills = g.killed(o)
	return nil
}

// overrun reports whether the memory limit has killed since the child joined.
func (g *groups) overrun(o *group) bool { return g.killed(o) > o.kills }

// killed reads how often the group's memory limit has killed (memory.events of version 2, memory.oom_control of version 1).
func (g *groups) killed(o *group) int64 {
	for _, name := range []string{"memory.events", "memory.oom_control"} {
		b, err := g.tree.read(o.dirs[0], name)
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
