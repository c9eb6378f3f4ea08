package parts

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// The window of a walk in bytes: narrow where it jumps from piece to piece, twice as wide with each step where it reads on.
const (
	narrow = 512
	wide   = 64 << 10
)

// view reads a file through a window.
type view struct {
	r    io.ReaderAt
	size int64
	from int64 // offset of buf
	buf  []byte
	keep [wide]byte
}

// views are those that no walk uses: a film has as many walks as boxes that hold boxes.
var views = sync.Pool{New: func() any { return new(view) }}

// look opens a window on a file of that size. It is shut by done, after which nothing of it may be used.
func look(r io.ReaderAt, size int64) *view {
	v := views.Get().(*view)
	v.r, v.size, v.from, v.buf = r, size, 0, nil
	return v
}

func (v *view) done() {
	v.r, v.buf = nil, nil
	views.Put(v)
}

// load brings the bytes from at into the window, n at least.
func (v *view) load(at, n int64) error {
	width := int64(narrow)
	if held := int64(len(v.buf)); held > 0 && at >= v.from && at <= v.from+held {
		width = 2 * held
	}
	n = min(max(n, width), wide, v.size-at)
	got, err := v.r.ReadAt(v.keep[:n], at)
	v.from, v.buf = at, v.keep[:got]
	if int64(got) == n {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF // the file is shorter than it said
	}
	return err
}

// peek gives n ≤ 512 bytes at offset at, or fewer where the file ends. They are valid until the next call.
func (v *view) peek(at, n int64) ([]byte, error) {
	n = max(0, min(n, v.size-at))
	if n == 0 {
		return nil, nil
	}
	if at < v.from || at+n > v.from+int64(len(v.buf)) {
		if err := v.load(at, n); err != nil {
			return nil, err
		}
	}
	return v.buf[at-v.from:][:n], nil
}

// find gives the offset of the first byte b from at on, or the end of the file.
func (v *view) find(at int64, b byte) (int64, error) {
	for at < v.size {
		if at < v.from || at >= v.from+int64(len(v.buf)) {
			if err := v.load(at, 1); err != nil {
				return 0, err
			}
		}
		if i := bytes.IndexByte(v.buf[at-v.from:], b); i >= 0 {
			return at + int64(i), nil
		}
		at = v.from + int64(len(v.buf))
	}
	return v.size, nil
}
