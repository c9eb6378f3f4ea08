package sandbox

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// landlockVersion asks for the version of the interface (landlock_create_ruleset(2), LANDLOCK_CREATE_RULESET_VERSION).
func landlockVersion() (int, error) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0, errno
	}
	return int(v), nil
}

// handled is every right that this version can take away (landlock(7)); what is handled and not given back is refused.
func handled(version int) unix.LandlockRulesetAttr {
	var r unix.LandlockRulesetAttr
	rights := func(n int) uint64 { return 1<<n - 1 }
	switch {
	case version >= 9:
		r.Handled_access_fs = rights(17) // connecting to sockets that have a path
	case version >= 5:
		r.Handled_access_fs = rights(16)
	default:
		r.Handled_access_fs = rights(12 + min(version, 3))
	}
	switch {
	case version >= 10:
		r.Handled_access_net = rights(4) // UDP
	case version >= 4:
		r.Handled_access_net = rights(2) // TCP
	}
	if version >= 6 {
		r.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return r
}

// applyLandlock takes from this thread, and from all that is started on it, every file but the program's own: without
// those no child could start. Where a child becomes another program, that one's files stay too. The thread must have no_new_privs.
func applyLandlock(foreign *foreignOrders) error {
	version, err := landlockVersion()
	if err != nil {
		return err
	}
	attr := handled(version)
	const known = 24 // bytes of attr that are set; longer than an old kernel's, it may be where the rest is zero
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), known, 0)
	if errno != 0 {
		return fmt.Errorf("ruleset: %w", errno)
	}
	defer unix.Close(int(fd))
	files, err := programFiles()
	if err != nil {
		return err
	}
	const start = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE
	for _, f := range files {
		if err := allow(int(fd), f, start); err != nil {
			return fmt.Errorf("rule for %s: %w", f, err)
		}
	}
	if foreign != nil {
		for _, f := range foreign.Run {
			if err := allow(int(fd), f, start); err != nil {
				return fmt.Errorf("rule for %s: %w", f, err)
			}
		}
		for _, f := range foreign.Readable {
			if err := allow(int(fd), f, unix.LANDLOCK_ACCESS_FS_READ_FILE); err != nil {
				return fmt.Errorf("rule for %s: %w", f, err)
			}
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return errno
	}
	return closedFiles()
}

// allow gives rights back on a file, or on all files in a folder. What does not exist needs none.
func allow(ruleset int, path string, rights uint64) error {
	at, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(at)
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(at)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// programFiles names what is mapped into this process with the right to run: the program, the loader and their libraries.
func programFiles() ([]string, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	own, err := os.Readlink("/proc/self/exe") // the folders on its path may be closed to the user we have become
	if err != nil {
		return nil, err
	}
	files := []string{"/proc/self/exe", "/etc/ld.so.cache"}
	for line := range strings.Lines(string(maps)) {
		f := strings.Fields(line) // address permissions offset device inode path (proc_pid_maps(5))
		if len(f) == 6 && strings.Contains(f[1], "x") && strings.HasPrefix(f[5], "/") && f[5] != own && !slices.Contains(files, f[5]) {
			files = append(files, f[5])
		}
	}
	return files, nil
}

// closedFiles tries to open a folder that everybody may read.
func closedFiles() error {
	fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		return errors.Join(errors.New("the root folder can be opened"), unix.Close(fd))
	}
	if !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("opening the root folder is answered with %w", err)
	}
	return nil
}
