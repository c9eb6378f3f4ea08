package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// filer is an original that lies in a file. What it hands out stays its own and is only reopened.
type filer interface{ File() *os.File }

// source is where children get an original's bytes from.
type source struct {
	file *os.File
	ours bool // a copy in memory, to be closed; sealed against writing
}

// open finds the descriptor behind an original, or copies its bytes into a sealed memory file.
func open(it pipeline.Item, o pipeline.Original, limit int64) (*source, error) {
	if o.Size() != it.Size {
		return nil, fmt.Errorf("sandbox: %w: the original has %d bytes, the item says %d", pipeline.ErrCorrupt, o.Size(), it.Size)
	}
	f, ok := o.(filer)
	if !ok || f.File() == nil {
		return copied(o, limit)
	}
	st, err := f.File().Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("sandbox: %w", err)
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("sandbox: the original is no regular file but %v", st.Mode().Type())
	case st.Size() != it.Size:
		return nil, fmt.Errorf("sandbox: %w: the original's file has %d bytes, the item says %d", pipeline.ErrCorrupt, st.Size(), it.Size)
	}
	return &source{file: f.File()}, nil
}

// copied puts the bytes into memory that nobody can change afterwards (memfd_create(2), F_ADD_SEALS).
func copied(o pipeline.Original, limit int64) (_ *source, err error) {
	if o.Size() > limit {
		return nil, fmt.Errorf("sandbox: %w: an original of %d bytes without a descriptor, at most %d are copied", pipeline.ErrRefused, o.Size(), limit)
	}
	fd, err := unix.MemfdCreate("original", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("sandbox: memory file: %w", err)
	}
	f := os.NewFile(uintptr(fd), "original")
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	n, err := io.Copy(f, io.NewSectionReader(o, 0, o.Size()))
	if err != nil {
		return nil, fmt.Errorf("sandbox: copy the original: %w", err)
	}
	if n != o.Size() {
		return nil, fmt.Errorf("sandbox: %w: %d of %d bytes of the original could be read", pipeline.ErrCorrupt, n, o.Size())
	}
	seals := unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return nil, fmt.Errorf("sandbox: seal the copy: %w", err)
	}
	return &source{file: f, ours: true}, nil
}

// descriptor opens the bytes anew for one child: read-only, with an offset of its own.
func (s *source) descriptor() (*os.File, error) {
	path := fmt.Sprintf("/proc/self/fd/%d", s.file.Fd())
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOCTTY, 0)
	if err == nil {
		return f, nil
	}
	// The file may have become unreadable under its name while our descriptor still reads it.
	flags, ferr := unix.FcntlInt(s.file.Fd(), unix.F_GETFL, 0)
	if ferr != nil || flags&unix.O_ACCMODE != unix.O_RDONLY && !s.ours {
		return nil, fmt.Errorf("sandbox: reopen the original: %w", err)
	}
	fd, err := unix.FcntlInt(s.file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sandbox: duplicate the original's descriptor: %w", err)
	}
	return os.NewFile(uintptr(fd), "original"), nil
}

func (s *source) close() error {
	if s.ours {
		return s.file.Close()
	}
	return nil
}
