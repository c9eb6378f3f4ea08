package parts

import (
	"context"
	"io"

	"dokaz/analyzers/internal/spare"
)

// The pages that a File keeps: as many bytes as most photographs are long, and few beside the bounds of a child.
const (
	pageSize = 8 << 10
	pages    = 32
)

// File reads a file as those do who walk it: many small things near one another, again for each layer that looks at them. It keeps the
// pages last read, so that they cost one reading; what is longer than a page passes by. It ends with its context. It is for one goroutine, and
// Done gives its pages back.
type File struct {
	ctx  context.Context
	of   io.ReaderAt
	size int64
	held *book
}

// page is what stands in a file from at on.
type page struct {
	at    int64
	bytes int // 0 where the page holds nothing
	keep  [pageSize]byte
}

// book is the pages of one file.
type book [pages]page

var books spare.Of[book]

// Open returns a reader of size bytes.
func Open(ctx context.Context, of io.ReaderAt, size int64) *File {
	f := &File{ctx: ctx, of: of, size: size, held: books.Take()}
	for i := range f.held {
		f.held[i].bytes = 0
	}
	return f
}

// Done gives the pages back. Nothing may be read afterwards.
func (f *File) Done() {
	books.Give(f.held)
	f.held = nil
}

// ReadAt reads the file, or gives the context's error.
func (f *File) ReadAt(b []byte, at int64) (n int, err error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	if len(b) > pageSize || at < 0 || at > f.size-int64(len(b)) {
		return f.of.ReadAt(b, at)
	}
	for n < len(b) {
		from := at + int64(n)
		p := f.page(from &^ (pageSize - 1))
		if from-p.at >= int64(p.bytes) { // it could not be read: whoever asks hears why
			got, err := f.of.ReadAt(b[n:], from)
			return n + got, err
		}
		n += copy(b[n:], p.keep[from-p.at:p.bytes])
	}
	return n, nil
}

// page gives the page that begins at offset at, as far as it can be read.
func (f *File) page(at int64) *page {
	p := &f.held[at/pageSize%pages]
	if p.bytes == 0 || p.at != at {
		p.at = at
		p.bytes, _ = f.of.ReadAt(p.keep[:min(pageSize, f.size-at)], at) // an error is met again when its bytes are wanted
	}
	return p
}
