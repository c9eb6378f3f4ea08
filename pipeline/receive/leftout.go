package receive

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Why is why something was not taken in.
type Why string

// The reasons.
const (
	NotMedia   Why = "not_media"   // neither content nor extension is media's
	Missing    Why = "missing"     // nothing is there
	Symlink    Why = "symlink"     // it, or a folder on the way to it, is a symbolic link
	NotRegular Why = "not_regular" // a device, socket or named pipe
	Folder     Why = "folder"      // a folder where a file is asked for
	Hidden     Why = "hidden"      // its name begins with a dot
	OwnCase    Why = "own_case"    // it is, or lies in, a folder that is not to be entered: the case folder
	Outside    Why = "outside"     // a table of claims reaches out of its own folder
	Unreadable Why = "unreadable"  // opening or reading it failed
	TooDeep    Why = "too_deep"    // more folders inside each other than we go down
	TooMany    Why = "too_many"    // a folder of more names than we list
)

// LeftOut says what was not taken in and why. Detail is for people and may quote hostile text with %q.
type LeftOut struct {
	Why    Why    `json:"why"`
	Detail string `json:"detail"`
}

// Error lets opening a source return the reason.
func (l *LeftOut) Error() string { return l.Detail }

// leftOut makes a reason.
func leftOut(why Why, format string, args ...any) *LeftOut {
	return &LeftOut{why, fmt.Sprintf(format, args...)}
}

// reasonOf tells the source's errors, which become reasons, from our own: a machine out of descriptors
// or memory must not make evidence look unreadable. The texts hold no path of this machine.
func reasonOf(err error) (*LeftOut, error) {
	var why *LeftOut
	var sys syscall.Errno
	switch {
	case errors.As(err, &why):
		return why, nil
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOMEM):
		return nil, err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return leftOut(Missing, "no such file"), nil
	case errors.Is(err, syscall.ELOOP):
		return leftOut(Symlink, "a symbolic link is not followed: name what it points to"), nil
	case errors.As(err, &sys):
		return leftOut(Unreadable, "cannot be read: %s", sys.Error()), nil
	}
	return leftOut(Unreadable, "cannot be read: %s", err), nil
}
