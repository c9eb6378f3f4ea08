package libav

import (
	"fmt"
	"math/bits"

	"dokaz/pipeline"
)

// Limits bound what a file may make us do. A zero field means its default.
type Limits struct {
	Pixels  int64 // per frame; 268,435,456
	Streams int   // per file; 64
	Packets int64 // read per file; 50,000,000
	Frames  int64 // decoded per file; 5,000,000
}

func (l Limits) orDefaults() Limits {
	if l.Pixels == 0 {
		l.Pixels = 1 << 28
	}
	if l.Streams == 0 {
		l.Streams = 64
	}
	if l.Packets == 0 {
		l.Packets = 50_000_000
	}
	if l.Frames == 0 {
		l.Frames = 5_000_000
	}
	return l
}

// PixelsAllowed returns nil where a picture of w×h is within limit, else an error wrapping pipeline.ErrRefused
// that names both numbers. Sides that are negative or whose product overflows are refused too.
func PixelsAllowed(w, h, limit int64) error {
	if w < 0 || h < 0 {
		return fmt.Errorf("%w: picture of %d×%d", pipeline.ErrRefused, w, h)
	}
	high, low := bits.Mul64(uint64(w), uint64(h))
	if high != 0 || low > uint64(limit) {
		if high != 0 {
			return fmt.Errorf("%w: picture of %s×%s over %s pixels", pipeline.ErrRefused, grouped(w), grouped(h), grouped(limit))
		}
		return Over("pixels", int64(min(low, 1<<63-1)), limit)
	}
	return nil
}

// Over is the refusal of a value that passes a limit, wrapping pipeline.ErrRefused: "frames 20,001 over 20,000".
func Over(what string, value, limit int64) error {
	return fmt.Errorf("%w: %s %s over %s", pipeline.ErrRefused, what, grouped(value), grouped(limit))
}

// grouped writes n with a comma before each three digits.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
