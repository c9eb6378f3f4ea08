package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"dokaz/pipeline"
)

// chunk is how many bytes are read at a time.
const chunk = 256 << 10

// blob is one sealed file opened for reading.
type blob struct {
	f      *os.File
	digest pipeline.Digest
	size   int64 // at opening
}

// openBlob opens a regular file that is not reached through a symbolic link. O_NONBLOCK keeps a FIFO
// that stands where a blob should be from holding us for ever; for a regular file it means nothing.
func openBlob(path string, g pipeline.Digest) (*blob, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, pipeline.ErrNotFound
	case errors.Is(err, syscall.ELOOP):
		return nil, fmt.Errorf("%w: a symbolic link stands in its place", pipeline.ErrCorrupt)
	case err != nil:
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%w: a %s stands in its place", pipeline.ErrCorrupt, info.Mode().Type()), f.Close())
	}
	if info.Size() == 0 && g != pipeline.DigestOf(nil) {
		return nil, errors.Join(fmt.Errorf("%w: the file is empty", pipeline.ErrCorrupt), f.Close())
	}
	return &blob{f, g, info.Size()}, nil
}

// File returns the descriptor, which stays the blob's to close.
func (b *blob) File() *os.File { return b.f }

// Size returns the length in bytes at opening.
func (b *blob) Size() int64 { return b.size }

// Close closes the descriptor.
func (b *blob) Close() error { return b.f.Close() }

// ReadAt reads as io.ReaderAt asks, up to the size at opening.
func (b *blob) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("vault: reading at %d: negative offset", off)
	}
	want := p[:min(int64(len(p)), max(0, b.size-off))]
	n, err := b.f.ReadAt(want, off)
	switch {
	case errors.Is(err, io.EOF) && n < len(want):
		return n, fmt.Errorf("vault: %s: %w: it ends at byte %d of %d", b.digest, pipeline.ErrCorrupt, off+int64(n), b.size)
	case err != nil && !errors.Is(err, io.EOF):
		return n, err
	case n < len(p):
		return n, io.EOF
	}
	return n, nil
}

// verify hashes all bytes without moving the descriptor's offset.
func (b *blob) verify(ctx context.Context) error {
	h := sha256.New()
	buf := make([]byte, chunk)
	for off := int64(0); off < b.size; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := b.ReadAt(buf, off)
		h.Write(buf[:n])
		off += int64(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	if got := pipeline.Digest(h.Sum(nil)); got != b.digest {
		return fmt.Errorf("%w: its bytes now give %s", pipeline.ErrCorrupt, got)
	}
	return nil
}
