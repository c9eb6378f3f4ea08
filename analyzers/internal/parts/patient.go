package parts

import (
	"context"
	"io"
)

// Patient reads a file as long as its context lasts, so that whoever walks it ends when he is told to.
type Patient struct {
	Context context.Context
	File    io.ReaderAt
}

// ReadAt reads the file, or gives the context's error.
func (p Patient) ReadAt(b []byte, at int64) (int, error) {
	if err := p.Context.Err(); err != nil {
		return 0, err
	}
	return p.File.ReadAt(b, at)
}
