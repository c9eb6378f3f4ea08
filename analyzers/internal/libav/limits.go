package libav

import (
	"fmt"
	"math/bits"

	"dokaz/pipeline"
)

// Limits bound what a file may make us do. A zero field means its default.
type Limits = pipeline.Limits

// PixelsAllowed returns nil where a picture of w×h is within limit, else an error wrapping pipeline.ErrRefused
// that names both numbers. Sides that are negative or whose product overflows are refused too.
func PixelsAllowed(w, h, limit int64) error {
	if w < 0 || h < 0 {
		return fmt.Errorf("%w: picture of %d×%d", pipeline.ErrRefused, w, h)
	}
	high, low := bits.Mul64(uint64(w), uint64(h))
	if high != 0 || low > uint64(limit) {
		if high != 0 {
			return fmt.Errorf("%w: picture of %s×%s over %s pixels", pipeline.ErrRefused, pipeline.Grouped(w), pipeline.Grouped(h), pipeline.Grouped(limit))
		}
		return Over("pixels", int64(min(low, 1<<63-1)), limit)
	}
	return nil
}

// Over is pipeline.Over.
func Over(what string, value, limit int64) error { return pipeline.Over(what, value, limit) }
