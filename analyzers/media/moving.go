package media

import (
	"time"

	"dokaz/analyzers/internal/libav"
)

// Frames beside the even sampling. A still of a fast movement resembles no frame an eighth of a second off.
const (
	betweenApart = 30 * time.Millisecond // from the frame shown before, at least
	betweenSide  = 256                   // samples of a side: enough for a hash
	maxBetween   = 6000                  // of one film
	changed      = 0.2                   // of the sketch's contrast: how much it differs from that of the frame shown before
	leastChange  = 1.5                   // levels of 256, by mean: less is noise
)

// moving chooses the frames to show between those that are sampled: where the picture has changed much since the last one shown.
type moving struct {
	off   bool
	known bool
	last  libav.Sketch // of the frame shown last
	at    time.Duration
	shown int
}

// wants reports whether to show the frame at t, which is not sampled.
func (m *moving) wants(t time.Duration, f libav.Frame) bool {
	if m.off || !m.known || t < m.at+betweenApart || m.shown == maxBetween {
		return false
	}
	s, ok := f.Sketch()
	return ok && parted(s, m.last)
}

// saw remembers the frame that was shown at t.
func (m *moving) saw(t time.Duration, f libav.Frame, between bool) {
	if m.off {
		return
	}
	m.last, m.known = f.Sketch()
	m.at = t
	if between {
		m.shown++
	}
}

// parted reports whether a sketch differs from an earlier one by much of what contrast it has.
func parted(s, before libav.Sketch) bool {
	sum := 0
	for _, v := range s {
		sum += int(v)
	}
	mean := sum / len(s)
	change, contrast := 0, 0
	for i, v := range s {
		change += max(int(v)-int(before[i]), int(before[i])-int(v))
		contrast += max(int(v)-mean, mean-int(v))
	}
	if float64(contrast) < 2*leastChange*float64(len(s)) {
		return false // flat
	}
	return float64(change) >= max(leastChange*float64(len(s)), float64(changed*float64(contrast)))
}
