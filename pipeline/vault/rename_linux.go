package vault

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames without replacing: renameat2(2), and link(2) where the file system has only that
// (NFS). Then the first name stays, which the caller removes anyway.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return os.Link(from, to)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
