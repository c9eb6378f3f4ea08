// Package wire assembles the house: it turns a configuration into stations standing at their shelves and
// workers carrying tasks between them. It alone knows every room; it holds no knowledge of any format,
// rule or record of its own.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"dokaz/pipeline"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

// Case is the folder of one case: catalog.db, vault/, derived/, reports/, and who it is.
type Case struct {
	Dir string
	ID  string // UUID version 7
	// Alone says that nobody else works on the case, and that nobody can while we do.
	Alone bool
	lock  *os.File // nil for those who only look
}

// Hold is how a case is held against others.
type Hold int

// The holds.
const (
	Unheld Hold = iota // to look: never in anybody's way, nor anybody in ours
	Shared             // to work beside others over one queue
	Alone              // to work with a queue that only this process has
)

// identity is case.json.
type identity struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Layout  int       `json:"layout"` // 1: the one described here
}

// ErrNoCase says that a folder holds no case.
var ErrNoCase = errors.New("no case")

// OpenCase opens the case in dir. Whoever holds it makes it where it is absent; to look, it must be there.
// ErrBusy says that others hold it in a way that excludes ours.
func OpenCase(dir string, hold Hold) (*Case, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "case.json")); errors.Is(err, fs.ErrNotExist) && hold == Unheld {
		return nil, fmt.Errorf("%w in %s", ErrNoCase, dir)
	}
	for _, d := range []string{"", "vault", "derived", "reports"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return nil, fmt.Errorf("case folder: %w", err)
		}
	}
	c := &Case{Dir: dir, Alone: hold == Alone}
	if hold != Unheld {
		if c.lock, err = lock(filepath.Join(dir, "lock"), c.Alone); err != nil {
			return nil, err
		}
	}
	if c.ID, err = identify(filepath.Join(dir, "case.json")); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close lets others have the case.
func (c *Case) Close() error {
	if c.lock == nil {
		return nil
	}
	return c.lock.Close()
}

// Path names a file of the case.
func (c *Case) Path(parts ...string) string {
	return filepath.Join(append([]string{c.Dir}, parts...)...)
}

func lock(path string, alone bool) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("case lock: %w", err)
	}
	how := unix.LOCK_SH
	if alone {
		how = unix.LOCK_EX
	}
	if err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = pipeline.ErrBusy
		}
		return nil, errors.Join(fmt.Errorf("case lock: %w", err), f.Close())
	}
	return f, nil
}

// identify reads case.json, or writes it for a new case; of several who do so at once one wins.
func identify(path string) (string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		id, err := uuid.NewV7()
		if err != nil {
			return "", err
		}
		if b, err = json.Marshal(identity{id.String(), time.Now().UTC(), 1}); err != nil {
			return "", err
		}
		if err := writeOnce(path, append(b, '\n')); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		if b, err = os.ReadFile(path); err != nil {
			return "", err
		}
	} else if err != nil {
		return "", err
	}
	var who identity
	if err := json.Unmarshal(b, &who); err != nil {
		return "", fmt.Errorf("case.json: %w: %w", pipeline.ErrCorrupt, err)
	}
	if who.Layout != 1 {
		return "", fmt.Errorf("case.json: layout %d is not known to this version: use the version that made the case, or a newer one", who.Layout)
	}
	return who.ID, nil
}

// writeOnce makes a file whole or not at all, and never over another.
func writeOnce(path string, b []byte) error {
	tmp, err := writeTemp(path, b)
	if err != nil {
		return err
	}
	return errors.Join(os.Link(tmp, path), os.Remove(tmp))
}

// replace makes a file whole or leaves what was there.
func replace(path string, b []byte) error {
	tmp, err := writeTemp(path, b)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return nil
}

func writeTemp(path string, b []byte) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}
