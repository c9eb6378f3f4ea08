// Package vault is the shelf of sealed bytes: what was put stays readable, byte for byte, under the
// digest of those bytes, and is never changed, replaced or removed.
//
// It knows digests, bytes and how to make them durable. It must not know what the bytes mean, who
// gave them, items, receipts, or why somebody reads them. A name is derived from a digest and from
// nothing else: no text from outside ever becomes part of a path.
//
// On disk a shelf is one folder, mode 0700:
//
//	ab/abcdef…   64 hexadecimal digits in the folder named by the first two; mode 0444
//	tmp/put-…    being written, locked by its writer with flock(2); swept when nobody holds the lock
//
// A blob reaches its name only whole: it is written under tmp/, made read-only, synced, renamed
// without replacing, and the folder is synced before Put returns. After a crash at any instant a
// name holds the right bytes or does not exist.
package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"dokaz/pipeline"
)

// temporary is the folder, in the shelf's own file system, where blobs are written before they have a name.
const temporary = "tmp"

// Disk is a shelf in a folder of a local file system. It is safe for concurrent use, also by several
// processes on the same folder.
type Disk struct {
	dir   string // absolute, so that a later chdir changes nothing
	calls calls

	mu     sync.Mutex
	shards [256]bool // those whose entry in dir this Disk has seen made durable
}

// Open opens the shelf in the folder dir, which it makes with mode 0700 where it is missing, and
// removes what writers that died left under tmp/. A shelf on a read-only medium can be opened and read.
func Open(dir string) (*Disk, error) { return open(dir, system{}) }

func open(dir string, c calls) (*Disk, error) {
	now := time.Now()
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	d := &Disk{dir: abs, calls: c}
	if err := d.found(abs); err != nil {
		return nil, fmt.Errorf("vault: making the shelf: %w", err)
	}
	tmp := filepath.Join(abs, temporary)
	if err := c.mkdir(tmp); err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, syscall.EROFS) {
		return nil, fmt.Errorf("vault: making the shelf: %w", err)
	}
	if err := sweep(tmp, now); err != nil {
		return nil, fmt.Errorf("vault: sweeping what dead writers left: %w", err)
	}
	return d, nil
}

// found makes dir and the folders above it that are missing, each entry durable before the next.
func (d *Disk) found(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return &fs.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	parent := filepath.Dir(dir)
	if err := d.found(parent); err != nil {
		return err
	}
	if err := d.calls.mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.calls.syncDir(parent)
}

// Open opens the bytes with digest g for reading, or fails with ErrNotFound. Nothing is hashed: what is
// read is as trustworthy as the disk, so that whoever examines uses OpenVerified. The size is fixed at
// opening; a file that has since been cut short reads as ErrCorrupt, one that has grown ends where it ended.
//
// The Original also has File() *os.File, the descriptor to hand to a child process. A child shares
// its offset, so that readers use pread(2) only.
func (d *Disk) Open(ctx context.Context, g pipeline.Digest) (pipeline.Original, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("vault: open %s: %w", g, err)
	}
	b, err := openBlob(d.path(g), g)
	if err != nil {
		return nil, fmt.Errorf("vault: open %s: %w", g, err)
	}
	return b, nil
}

// OpenVerified is Open, but hashes the bytes through the descriptor it returns first, and fails with
// ErrCorrupt where they are not those that were put. It costs one reading of the whole.
func (d *Disk) OpenVerified(ctx context.Context, g pipeline.Digest) (pipeline.Original, error) {
	b, err := d.verified(ctx, g)
	if err != nil {
		return nil, fmt.Errorf("vault: verify %s: %w", g, err)
	}
	return b, nil
}

// Verify reads the bytes with digest g again and fails with ErrCorrupt where they are not those that
// were put, or with ErrNotFound.
func (d *Disk) Verify(ctx context.Context, g pipeline.Digest) error {
	b, err := d.verified(ctx, g)
	if err != nil {
		return fmt.Errorf("vault: verify %s: %w", g, err)
	}
	return b.Close()
}

func (d *Disk) verified(ctx context.Context, g pipeline.Digest) (*blob, error) {
	b, err := openBlob(d.path(g), g)
	if err != nil {
		return nil, err
	}
	if err := b.verify(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// shard is the folder in which the bytes with digest g lie.
func (d *Disk) shard(g pipeline.Digest) string { return filepath.Join(d.dir, g.Hex()[:2]) }

// path is the name of the bytes with digest g.
func (d *Disk) path(g pipeline.Digest) string { return filepath.Join(d.shard(g), g.Hex()) }
