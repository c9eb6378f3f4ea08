package receive

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// place is a file by its name in a folder. It is reached without following a symbolic link at any
// step below the folder, however the tree is changed meanwhile.
type place struct {
	folder string // absolute; "" where name is the absolute path of a file the user named
	name   string // relative to folder, with slashes, no dot elements
}

// level is one folder on the way, or the file system for a file the user named.
type level struct {
	lstat func(name string) (fs.FileInfo, error)
	open  func(name string, flag int, perm fs.FileMode) (*os.File, error)
	close func() error
}

func levelOf(r *os.Root) level { return level{r.Lstat, r.OpenFile, r.Close} }

// descend opens the folder that holds the file, and gives the file's name in it.
func (p place) descend() (level, string, error) {
	if p.folder == "" {
		return level{os.Lstat, os.OpenFile, func() error { return nil }}, p.name, nil
	}
	root, err := os.OpenRoot(p.folder)
	if err != nil {
		return level{}, "", err
	}
	elements := strings.Split(p.name, "/")
	for _, e := range elements[:len(elements)-1] {
		next, _, err := enter(root, e)
		if err := errors.Join(err, root.Close()); err != nil {
			return level{}, "", err
		}
		root = next
	}
	return levelOf(root), elements[len(elements)-1], nil
}

// enter opens the folder name in r. os.Root follows symbolic links that stay inside it; comparing what
// was looked at with what was opened leaves those out too, and a folder that was exchanged in between.
func enter(r *os.Root, name string) (*os.Root, fs.FileInfo, error) {
	before, err := r.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	if !before.IsDir() {
		return nil, nil, reasonOfMode(before.Mode())
	}
	next, err := r.OpenRoot(name)
	if err != nil {
		return nil, nil, err
	}
	after, err := next.Stat(".")
	if err == nil && !os.SameFile(before, after) {
		err = leftOut(Unreadable, "it was exchanged while it was opened")
	}
	if err != nil {
		return nil, nil, errors.Join(err, next.Close())
	}
	return next, after, nil
}

// reasonOfMode says why something of that mode is not read. Without it a file could be a folder only.
func reasonOfMode(m fs.FileMode) *LeftOut {
	switch {
	case m.IsDir():
		return leftOut(Folder, "a folder where a file is asked for")
	case m&fs.ModeSymlink != 0:
		return leftOut(Symlink, "a symbolic link is not followed: name what it points to")
	case m&fs.ModeNamedPipe != 0:
		return leftOut(NotRegular, "a named pipe, not a file")
	case m&fs.ModeSocket != 0:
		return leftOut(NotRegular, "a socket, not a file")
	case m&fs.ModeDevice != 0:
		return leftOut(NotRegular, "a device, not a file")
	case !m.IsRegular():
		return leftOut(NotRegular, "not a regular file")
	}
	return leftOut(Missing, "a file where a folder is asked for")
}

// look tells what the place holds without opening it: a regular file, or the reason against it.
func (p place) look() (fs.FileInfo, error) {
	l, name, err := p.descend()
	if err != nil {
		return nil, err
	}
	defer l.close() //nolint:errcheck // a folder, read only
	return l.look(name)
}

func (l level) look(name string) (fs.FileInfo, error) {
	info, err := l.lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = reasonOfMode(info.Mode())
	}
	return info, err
}

// open opens the file for reading. What is not regular is not opened at all, since opening alone makes
// some devices act; O_NONBLOCK keeps a pipe that took the file's place in between from holding us.
func (p place) open() (stream, error) {
	l, name, err := p.descend()
	if err != nil {
		return nil, err
	}
	defer l.close() //nolint:errcheck // a folder, read only
	before, err := l.look(name)
	if err != nil {
		return nil, err
	}
	f, err := l.openQuietly(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = reasonOfMode(info.Mode())
	case !os.SameFile(before, info):
		err = leftOut(Unreadable, "it was exchanged while it was opened")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &opened{f, info}, nil
}

// openQuietly leaves the time of last access as it is where the system lets us: it does so for the
// file's owner and refuses others, who then read as everybody does.
func (l level) openQuietly(name string) (*os.File, error) {
	const flags = os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	f, err := l.open(name, flags|noAccessTime, 0)
	if errors.Is(err, syscall.EPERM) {
		f, err = l.open(name, flags, 0)
	}
	return f, err
}

// in is the place named name below p's folder.
func (p place) in(name string) place { return place{p.folder, path.Join(p.name, name)} }
