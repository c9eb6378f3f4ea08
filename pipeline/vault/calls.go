package vault

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// calls is every change that a Disk asks of the file system, so that tests can fail each of them and
// see their order. Names are absolute.
type calls interface {
	// create makes a new empty file in dir with a name of its own, for this user alone, and locks it.
	create(dir string) (*os.File, error)
	write(f *os.File, b []byte) error
	// seal makes f readable by all and writable by none.
	seal(f *os.File) error
	sync(f *os.File) error
	// rename gives the file a second name and may take the first; fs.ErrExist where to is there, which it never replaces.
	rename(from, to string) error
	// mkdir makes one folder with mode 0700; fs.ErrExist where it is there.
	mkdir(name string) error
	syncDir(name string) error
	remove(name string) error
}

// system is the operating system's own.
type system struct{}

// prefix begins the names of temporary files; sweep touches no others.
const prefix = "put-"

// creations bounds how often a new file may be swept from under create before it gives up.
const creations = 16

func (system) create(dir string) (*os.File, error) {
	for range creations {
		f, err := os.OpenFile(filepath.Join(dir, prefix+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, err
		}
		err = lock(f, syscall.LOCK_EX)
		if err != nil && !lockless(err) {
			return nil, errors.Join(err, os.Remove(f.Name()), f.Close())
		}
		// Another process may have swept the file between its making and its locking.
		if _, err := os.Lstat(f.Name()); err == nil {
			return f, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("each new file vanished before it could be locked")
}

func (system) write(f *os.File, b []byte) error { _, err := f.Write(b); return err }

func (system) seal(f *os.File) error { return f.Chmod(0o444) }

func (system) sync(f *os.File) error { return f.Sync() }

func (system) rename(from, to string) error { return renameNew(from, to) }

func (system) mkdir(name string) error { return os.Mkdir(name, 0o700) }

func (system) syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (system) remove(name string) error { return os.Remove(name) }

// lock takes flock(2) on f. The lock belongs to the open file, so that it holds against other opens in
// this process too, and ends when its holder dies.
func lock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// lockless says that the file system knows no such locks. Then nothing is ever swept.
func lockless(err error) bool {
	return errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOSYS)
}

// sweep removes from dir the temporary files last written before a given time that no living writer
// has locked. What was never whole was never vouched for.
func sweep(dir string, before time.Time) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a read-only medium that was made without it
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) || !e.Type().IsRegular() {
			continue
		}
		if err := sweepOne(filepath.Join(dir, e.Name()), before); err != nil {
			return err
		}
	}
	return nil
}

func sweepOne(name string, before time.Time) error {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil //nolint:nilerr // gone in the meantime, or another user's, who will sweep it
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.ModTime().Before(before) || lock(f, syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return err
	}
	err = os.Remove(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EROFS) {
		return nil
	}
	return err
}
