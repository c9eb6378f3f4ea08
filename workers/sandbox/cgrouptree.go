package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

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
