package exif

import (
	"errors"
	"io"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// block is a stretch of metadata, which may lie in several pieces in the file.
type block struct {
	path  string // structure: "APP1", "meta/Exif"; "" where the block is the file
	file  io.ReaderAt
	in    []parts.Stretch
	size  int64
	first string         // name of its first directory, "" for IFD0
	from  *parts.Stretch // where in the file its bytes were inflated from; file holds the inflated ones then
}

// newBlock is nil where a stretch lies outside the file or all are empty.
func newBlock(file io.ReaderAt, fileSize int64, path string, in ...parts.Stretch) *block {
	b := block{path: path, file: file}
	for _, s := range in {
		if s.At < 0 || s.Length < 0 || s.Length > fileSize || s.At > fileSize-s.Length {
			return nil
		}
		if s.Length > 0 {
			b.in = append(b.in, s)
			b.size += s.Length
		}
	}
	if b.size == 0 {
		return nil
	}
	return &b
}

// ReadAt reads the block as if its pieces lay together.
func (b block) ReadAt(p []byte, at int64) (n int, err error) {
	if at < 0 {
		return 0, io.EOF
	}
	for _, s := range b.in {
		if at >= s.Length {
			at -= s.Length
			continue
		}
		want := min(int64(len(p)-n), s.Length-at)
		got, err := b.file.ReadAt(p[n:n+int(want)], s.At+at)
		n += got
		if int64(got) < want {
			return n, err
		}
		if n == len(p) {
			return n, nil
		}
		at = 0
	}
	return n, io.EOF
}

// bytes reads the first n bytes into memory, or all there are.
func (b block) bytes(n int64) ([]byte, error) {
	out := make([]byte, min(n, b.size))
	if got, err := b.ReadAt(out, 0); got < len(out) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return out, nil
}

// cut is the block of n bytes from at on.
func (b block) cut(path string, at, n int64) block {
	out := block{path: path, file: b.file, from: b.from}
	for _, s := range b.in {
		if at >= s.Length {
			at -= s.Length
			continue
		}
		take := min(n-out.size, s.Length-at)
		if take <= 0 {
			break
		}
		out.in = append(out.in, parts.Stretch{At: s.At + at, Length: take})
		out.size += take
		at = 0
	}
	return out
}

// where is the place in the file of n bytes at offset at of the block, under a path below the block's.
func (b block) where(path string, at, n int64) pipeline.Where {
	w := pipeline.In(join(b.path, path))
	if b.from != nil {
		at := b.from.At
		w.Offset, w.Length = &at, b.from.Length
		return w
	}
	for _, s := range b.in {
		if at < s.Length {
			at += s.At
			w.Offset, w.Length = &at, n
			return w
		}
		at -= s.Length
	}
	return w
}

func join(path, below string) string {
	if path == "" || below == "" {
		return path + below
	}
	return path + "/" + below
}
