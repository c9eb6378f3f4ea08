package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// ErrUnwalled says that this machine cannot hold a hostile file: nothing is examined then, unless Options.Unsafe.
var ErrUnwalled = errors.New("sandbox: too few walls")

// UnwalledError is ErrUnwalled with the walls there are.
type UnwalledError struct{ Layers []pipeline.Layer }

// Error names what does not stand of the walls that keep a child in, and why.
func (e UnwalledError) Error() string {
	var out []string
	for _, l := range e.Layers {
		if l.State != on && l.Name != layerCgroup {
			out = append(out, l.Name+" "+l.State+" ("+l.Detail+")")
		}
	}
	return ErrUnwalled.Error() + ": " + strings.Join(out, "; ")
}

// Unwrap makes it ErrUnwalled.
func (UnwalledError) Unwrap() error { return ErrUnwalled }

// States of a layer.
const (
	on          = "on"
	off         = "off" // left away by Options.Without, or not used
	unavailable = "unavailable"
)

// Names of the layers, in the order in which they are told.
const (
	layerRlimits    = "rlimits"
	layerPrivileges = "privileges"
	layerNamespaces = "namespaces"
	layerCgroup     = "cgroup"
	layerLandlock   = "landlock"
	layerSeccomp    = "seccomp"
	layerUnsafe     = "unsafe-no-sandbox" // only told where Options.Unsafe
)

// Removable names the layers that Options.Without may name.
func Removable() []string {
	return []string{layerPrivileges, layerNamespaces, layerCgroup, layerLandlock, layerSeccomp}
}

// nobody is the user that root becomes: the one that owns nothing.
const nobody = 65534

// wallError is the failure of one wall.
type wallError struct {
	layer string
	err   error
}

func (w wallError) Error() string { return w.layer + ": " + w.err.Error() }
func (w wallError) Unwrap() error { return w.err }

// namespaces that a child gets of its own (namespaces(7)). No user is mapped into its user namespace.
var namespaces = []string{"user", "net", "pid", "mnt", "ipc", "uts"}

const namespaceFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS

// namespacesHere names the namespaces that this process is in, by kind.
func namespacesHere() (map[string]string, error) {
	out := map[string]string{}
	for _, n := range namespaces {
		to, err := os.Readlink("/proc/self/ns/" + n)
		if err != nil {
			return nil, err
		}
		out[n] = to
	}
	return out, nil
}

// raise is the child's part: it puts up what is not there since its start, and tries what is. The error names the wall.
// A probing child says of seccomp what is wrong instead; it serves without.
func raise(o orders) (helloEvent, error) {
	hello := helloEvent{Protocol: protocol}
	if err := applyRlimits(o.Limits, o.Plan.Namespaces); err != nil {
		return hello, wallError{layerRlimits, err}
	}
	if err := provePrivileges(o.Plan); err != nil {
		return hello, wallError{layerPrivileges, err}
	}
	if o.Plan.Namespaces {
		if err := proveNamespaces(o.Outside); err != nil {
			return hello, wallError{layerNamespaces, err}
		}
	}
	if o.Plan.Landlock {
		if err := closedFiles(); err != nil {
			return hello, wallError{layerLandlock, err}
		}
	}
	if o.Plan.Seccomp {
		if err := applySeccomp(o.Foreign != nil); err != nil && !o.Probe {
			return hello, wallError{layerSeccomp, err}
		} else if err != nil {
			hello.Seccomp = err.Error()
		}
	}
	return hello, nil
}

// provePrivileges makes the process undumpable, which also hides it from tracing by its own user, and looks that nothing is left of root.
func provePrivileges(p plan) error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	if set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil || set != 1 {
		return errors.Join(fmt.Errorf("no_new_privs is %d", set), err)
	}
	if !p.Nobody {
		return nil
	}
	var caps [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &caps[0]); err != nil {
		return err
	}
	if caps != [2]unix.CapUserData{} || unix.Getuid() != nobody || unix.Geteuid() != nobody {
		return fmt.Errorf("user %d, capabilities %x", unix.Geteuid(), caps)
	}
	return nil
}

func proveNamespaces(outside map[string]string) error {
	here, err := namespacesHere()
	if err != nil {
		return err
	}
	for _, n := range namespaces {
		if outside[n] == "" || here[n] == outside[n] {
			return fmt.Errorf("the %s namespace is the parent's", n)
		}
	}
	if unix.Getpid() != 1 {
		return fmt.Errorf("process %d of its namespace", unix.Getpid())
	}
	return nil
}

// onThisThread gives up for this thread, and for all that is started on it, what the plan says. It cannot be taken back.
func (p plan) onThisThread(foreign *foreignOrders) error {
	runtime.LockOSThread() // already so; here for the reader
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return wallError{layerPrivileges, err}
	}
	if p.Nobody { // the library's calls change every thread, these this one only (setresuid(2), C library/kernel differences)
		for _, c := range [][4]uintptr{{unix.SYS_SETGROUPS}, {unix.SYS_SETRESGID, nobody, nobody, nobody}, {unix.SYS_SETRESUID, nobody, nobody, nobody}} {
			if _, _, errno := unix.RawSyscall(c[0], c[1], c[2], c[3]); errno != 0 {
				return wallError{layerPrivileges, errno}
			}
		}
	}
	if p.Landlock {
		if err := applyLandlock(foreign); err != nil {
			return wallError{layerLandlock, err}
		}
	}
	return nil
}
