//go:build libav

package libav

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/asticode/go-astiav"
)

// source answers the library's reads and seeks from an io.ReaderAt. It keeps the first error that is not the
// end of the file, since the library passes on only a number.
type source struct {
	ctx  context.Context
	from io.ReaderAt
	size int64
	at   int64
	err  error
}

// seekSize is AVSEEK_SIZE: not a seek, but the question how long the file is.
const seekSize = 0x10000

func (s *source) read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, s.fail(err)
	}
	if s.at >= s.size {
		return 0, astiav.ErrEof
	}
	n, err := s.from.ReadAt(b[:min(int64(len(b)), s.size-s.at)], s.at)
	s.at += int64(n)
	switch {
	case n > 0:
		return n, nil
	case err == nil || errors.Is(err, io.EOF):
		return 0, astiav.ErrEof
	}
	return 0, s.fail(fmt.Errorf("reading at byte %d: %w", s.at, err))
}

func (s *source) seek(offset int64, whence int) (int64, error) {
	switch {
	case whence&seekSize != 0:
		return s.size, nil
	case whence&3 == io.SeekCurrent:
		offset += s.at
	case whence&3 == io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, astiav.ErrEio
	}
	s.at = offset
	return offset, nil
}

func (s *source) fail(err error) error {
	if s.err == nil {
		s.err = err
	}
	return astiav.ErrEio
}
