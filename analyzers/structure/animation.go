package structure

import "math"

// animated counts the frames of an animation and their pixels as their headers state them: GIF89a §20, PNG third edition §11.3.6 (fcTL), RFC 9649
// §2.7.1.2 (ANMF). Whoever plays it unfolds them all; we decode the first.
type animated struct{ frames, pixels int64 }

func (a *animated) add(width, height uint32) {
	a.frames++
	if n := uint64(width) * uint64(height); n > uint64(math.MaxInt64-a.pixels) {
		a.pixels = math.MaxInt64
	} else {
		a.pixels += int64(n)
	}
}

// animation holds the frames that were walked against the limits.
func (w *walk) animation() {
	if w.animated.frames < 2 {
		return // a picture: its pixels have a limit of their own
	}
	if n := w.animated.frames; n > w.limits.Frames {
		w.pass("frames", n, w.limits.Frames)
	}
	if n := w.animated.pixels; n > w.limits.Animated {
		w.pass("pixels of an animation", n, w.limits.Animated)
	}
}
