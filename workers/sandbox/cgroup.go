package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
