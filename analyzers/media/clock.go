package media

import (
	"math"
	"math/bits"
	"time"

	"dokaz/analyzers/internal/libav"
)

// farAhead is how far a time stamp may jump forward before it counts as broken; back counts as broken by more
// than a reordering, since frames come in presentation order.
const (
	farAhead = 6 * time.Hour
	farBack  = time.Second
)

// clock turns time stamps into time since the stream's start, never running backwards. A stamp that is missing
// stands one frame after the one before. One that leaps back by more than a second (recorders that restart their
// count) or ahead by more than six hours does too, and so moves all that follow.
type clock struct {
	base  libav.Ratio
	start int64         // ticks; libav.NoTime until known
	step  time.Duration // of one frame
	shift time.Duration
	last  time.Duration
	begun bool
}

// newClock is the clock of a stream.
func newClock(s libav.Stream) *clock {
	c := &clock{base: s.TimeBase, start: s.Start, step: 40 * time.Millisecond} // 25 frames/s where no rate is stated
	if r := s.AverageRate; r.Num > 0 && r.Den > 0 {
		c.step = max(time.Duration(float64(r.Den)/float64(r.Num)*float64(time.Second)), time.Microsecond)
	}
	return c
}

// at is the time of the next frame, whose stamp is ticks.
func (c *clock) at(ticks int64) time.Duration {
	if c.start == libav.NoTime {
		c.start = ticks
	}
	next := c.last
	if c.begun {
		next += c.step
	}
	t := next
	if ticks != libav.NoTime {
		t = sum(since(ticks, c.start, c.base), c.shift)
		if t < c.last-farBack || t > c.last+farAhead {
			c.shift = sum(c.shift, next-t)
			t = next
		}
	}
	c.last, c.begun = max(t, c.last), true
	return c.last
}

// since converts ticks from start to nanoseconds, rounded down towards zero, held within what fits.
func since(ticks, start int64, base libav.Ratio) time.Duration {
	if base.Num <= 0 || base.Den <= 0 || start == libav.NoTime {
		return 0
	}
	negative := ticks < start
	n := uint64(ticks) - uint64(start) // the distance, whatever the signs
	if negative {
		n = -n
	}
	high, perTick := bits.Mul64(uint64(base.Num), uint64(time.Second))
	if high != 0 {
		return limit(negative)
	}
	high, low := bits.Mul64(n, perTick)
	if high >= uint64(base.Den) {
		return limit(negative)
	}
	ns, _ := bits.Div64(high, low, uint64(base.Den))
	if ns > math.MaxInt64/4 {
		return limit(negative)
	}
	if negative {
		return -time.Duration(ns)
	}
	return time.Duration(ns)
}

// limit stands for a time that is too far away to be one; sums of two of them still fit.
func limit(negative bool) time.Duration {
	if negative {
		return -math.MaxInt64 / 4
	}
	return math.MaxInt64 / 4
}

// sum adds within plus and minus MaxInt64/4.
func sum(a, b time.Duration) time.Duration {
	return min(max(a+b, -math.MaxInt64/4), math.MaxInt64/4)
}

// The sampling of a film.
const (
	every         = 250 * time.Millisecond
	keysPerSecond = 4
	keysApart     = 1750 * time.Millisecond // where keyframes alone are shown: of those every half second or second, one in two seconds
)

// sampler chooses the frames to show.
type sampler struct {
	keysOnly bool          // no others come
	next     time.Duration // the time that waits for its frame
	second   int64
	keys     int // keyframes shown in that second
}

// wants reports whether to show the frame at t.
func (s *sampler) wants(t time.Duration, key bool) bool {
	due := t >= s.next
	if s.keysOnly {
		if due {
			s.next = t + keysApart
		}
		return due
	}
	if second := int64(t / time.Second); second != s.second {
		s.second, s.keys = second, 0
	}
	if due {
		s.next = (t/every + 1) * every
	}
	if !due && (!key || s.keys >= keysPerSecond) {
		return false
	}
	if key {
		s.keys++
	}
	return true
}
