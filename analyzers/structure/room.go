package structure

import (
	"errors"
	"hash"
	"io"

	"dokaz/analyzers/internal/spare"
)

// room is memory that one walk after another uses.
type room struct {
	body  []byte // of the segment, chunk or box that is looked at
	table []byte // of a box, summed up while its body is at hand
	chunk []byte // of what is hashed or searched
	plane []byte // brightness of a thumbnail

	pieces []node
}

var rooms spare.Of[room]

// maxKept bounds a buffer of a room that is kept.
const maxKept = 1 << 20

// done ends the walk: nothing that was read into its room may be used afterwards.
func (w *walk) done() {
	w.file.Done()
	clear(w.pieces) // what was said of them is others'
	w.room.pieces = w.pieces[:0]
	for _, b := range []*[]byte{&w.room.body, &w.room.table, &w.room.chunk, &w.room.plane} {
		if cap(*b) > maxKept {
			*b = nil
		}
	}
	rooms.Give(w.room)
	w.room, w.pieces = nil, nil
}

// into is bytes with the memory of a buffer, which is valid until the buffer is used again.
func (w *walk) into(buffer *[]byte, at, n int64) ([]byte, error) {
	n = max(0, min(n, w.size-at))
	if int64(cap(*buffer)) < n {
		*buffer = make([]byte, n)
	}
	b := (*buffer)[:n]
	if got, err := w.ReadAt(b, at); int64(got) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the file is shorter than it said
		}
		return nil, err
	}
	return b, nil
}

// digest lets a hash take n bytes from at on, all of which must lie in the file.
func (w *walk) digest(h hash.Hash, at, n int64) error {
	for n > 0 {
		b, err := w.into(&w.room.chunk, at, min(n, hashChunk))
		if err != nil {
			return err
		}
		if len(b) == 0 {
			return io.ErrUnexpectedEOF
		}
		h.Write(b)
		at, n = at+int64(len(b)), n-int64(len(b))
	}
	return nil
}
