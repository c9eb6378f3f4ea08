package media

import (
	"time"

	"dokaz/analyzers/internal/libav"
)

// quarters tells of frames, before they are decoded, which the sampler will not want: those of a quarter of a second in which a frame
// before them is known to be. Decoders get frames in another order than they are shown in, so that of some it is known too late.
type quarters struct {
	base  libav.Ratio
	start int64 // ticks; libav.NoTime where the stream states none
	last  [16]quarter
}

// quarter is one of those met last.
type quarter struct {
	number int64
	first  time.Duration // of the frames met in it
	met    bool
}

func newQuarters(s libav.Stream) *quarters { return &quarters{base: s.TimeBase, start: s.Start} }

// passed reports whether a frame before this one is known in its quarter. Where time stamps leap, or a frame is lost, the sampler may
// want one all the same (see clock): that costs it no more than smooth borders of blocks.
func (q *quarters) passed(ticks int64) bool {
	if ticks == libav.NoTime || q.start == libav.NoTime {
		return false
	}
	t := since(ticks, q.start, q.base)
	n := int64(t / every)
	slot := &q.last[uint64(n)%uint64(len(q.last))]
	if !slot.met || slot.number != n || t <= slot.first {
		*slot = quarter{n, t, true}
		return false
	}
	return true
}
