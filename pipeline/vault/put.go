package vault

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dokaz/pipeline"
)

// Put copies r to its end, once, hashing with SHA-256 and SHA-512 as it goes, and returns only after
// the bytes are durable under their digest: file synced, renamed, folder synced. Equal bytes may be
// put any number of times, also at once; exactly one of those calls says New.
//
// Where the bytes are there already, the kept ones are read again and compared by digest before Put
// vouches for them: ErrCorrupt says that the kept ones have rotted, and that the giver's copy is now
// the sound one. It is not put in their place.
//
// After any error nothing that Put wrote stands under a final name, but for one case: where the folder
// could not be synced after the rename, the whole and right blob is there, only not yet surely durable;
// putting again settles it. An error of r is in the chain of the error returned, and so are the system's
// (syscall.ENOSPC, syscall.EIO). A cancelled ctx ends Put between two reads of r and leaves nothing; it
// cannot interrupt a read of r that blocks.
func (d *Disk) Put(ctx context.Context, r io.Reader) (pipeline.Sums, error) {
	sums, err := d.put(ctx, r)
	if err != nil {
		return pipeline.Sums{}, fmt.Errorf("vault: put: %w", err)
	}
	return sums, nil
}

func (d *Disk) put(ctx context.Context, r io.Reader) (pipeline.Sums, error) {
	if err := ctx.Err(); err != nil {
		return pipeline.Sums{}, err
	}
	f, err := d.calls.create(filepath.Join(d.dir, temporary))
	if err != nil {
		return pipeline.Sums{}, fmt.Errorf("making a temporary file: %w", err)
	}
	defer func() {
		// Removed while still locked. What cannot be removed is swept when the shelf is next opened;
		// after a rename there is nothing under the name. After a sync, closing has nothing to tell.
		_ = d.calls.remove(f.Name())
		_ = f.Close()
	}()
	sums, err := d.copy(ctx, f, r)
	if err != nil {
		return pipeline.Sums{}, err
	}
	if err := d.makeShard(sums.SHA256); err != nil {
		return pipeline.Sums{}, fmt.Errorf("making the folder of %s: %w", sums.SHA256, err)
	}
	sums.New, err = d.name(ctx, f, sums)
	return sums, err
}

// name gives f its final name, or finds that the name is taken and settles that.
func (d *Disk) name(ctx context.Context, f *os.File, sums pipeline.Sums) (isNew bool, err error) {
	final := d.path(sums.SHA256)
	if _, err := os.Lstat(final); err == nil {
		return false, d.settle(ctx, sums)
	}
	if err := d.calls.seal(f); err != nil {
		return false, fmt.Errorf("making it read-only: %w", err)
	}
	if err := d.calls.sync(f); err != nil {
		return false, fmt.Errorf("making it durable: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	err = d.calls.rename(f.Name(), final)
	if errors.Is(err, fs.ErrExist) {
		return false, d.settle(ctx, sums) // another put of the same bytes was quicker
	}
	if err != nil {
		return false, fmt.Errorf("giving it its name: %w", err)
	}
	if err := d.calls.syncDir(filepath.Dir(final)); err != nil {
		return false, fmt.Errorf("making its name durable: %w", err)
	}
	return true, nil
}

// settle vouches for bytes that are there already: whole, right, and durable whoever brought them.
func (d *Disk) settle(ctx context.Context, sums pipeline.Sums) error {
	b, err := openBlob(d.path(sums.SHA256), sums.SHA256)
	if err != nil {
		return fmt.Errorf("the kept copy of %s: %w", sums.SHA256, err)
	}
	defer b.Close()
	if b.size != sums.Size {
		return fmt.Errorf("the kept copy of %s: %w: it has %d bytes, not %d", sums.SHA256, pipeline.ErrCorrupt, b.size, sums.Size)
	}
	if err := b.verify(ctx); err != nil {
		return fmt.Errorf("the kept copy of %s: %w", sums.SHA256, err)
	}
	if err := d.calls.sync(b.f); err != nil {
		return fmt.Errorf("making the kept copy durable: %w", err)
	}
	if err := d.calls.syncDir(d.shard(sums.SHA256)); err != nil {
		return fmt.Errorf("making the name of the kept copy durable: %w", err)
	}
	return nil
}

// makeShard makes the folder for g and its entry durable, once in the life of d. A folder that was
// there is synced too, since another process may have made it and not got as far.
func (d *Disk) makeShard(g pipeline.Digest) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shards[g[0]] {
		return nil
	}
	err := d.calls.mkdir(d.shard(g))
	if errors.Is(err, fs.ErrExist) {
		var info fs.FileInfo
		if info, err = os.Lstat(d.shard(g)); err == nil && !info.IsDir() {
			err = fmt.Errorf("%w: a %s stands in its place", pipeline.ErrCorrupt, info.Mode().Type())
		}
	}
	if err != nil {
		return err
	}
	if err := d.calls.syncDir(d.dir); err != nil {
		return err
	}
	d.shards[g[0]] = true
	return nil
}

// emptyReads is how many reads in a row may give neither bytes nor an error.
const emptyReads = 100

// copy writes r to f.
func (d *Disk) copy(ctx context.Context, f *os.File, r io.Reader) (pipeline.Sums, error) {
	var sums pipeline.Sums
	h256, h512 := sha256.New(), sha512.New()
	buf := make([]byte, chunk)
	for empty := 0; ; {
		if err := ctx.Err(); err != nil {
			return sums, err
		}
		n, readErr := r.Read(buf)
		if n < 0 || n > len(buf) {
			return sums, fmt.Errorf("reading what was given: %d bytes read into %d", n, len(buf))
		}
		if n > 0 {
			if err := d.calls.write(f, buf[:n]); err != nil {
				return sums, fmt.Errorf("writing at byte %d: %w", sums.Size, err)
			}
		}
		h256.Write(buf[:n])
		h512.Write(buf[:n])
		sums.Size += int64(n)
		sums.Head = append(sums.Head, buf[:min(n, pipeline.SniffLength-len(sums.Head))]...)
		switch {
		case readErr == io.EOF: // an error that merely wraps EOF is a broken stream, not its end
			sums.SHA256 = pipeline.Digest(h256.Sum(nil))
			sums.SHA512 = pipeline.Digest512(h512.Sum(nil))
			return sums, nil
		case readErr != nil:
			return sums, fmt.Errorf("reading what was given, at byte %d: %w", sums.Size, readErr)
		case n > 0:
			empty = 0
		default:
			if empty++; empty == emptyReads {
				return sums, fmt.Errorf("reading what was given, at byte %d: %w", sums.Size, io.ErrNoProgress)
			}
		}
	}
}
