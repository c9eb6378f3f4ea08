package media

import (
	"time"

	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// Frames beside the even sampling. A still of a fast movement resembles no frame an eighth of a second off.
const (
	betweenApart = 30 * time.Millisecond // from the frame shown before, at least
	betweenSide  = 256                   // samples of a side: enough for a hash
	maxBetween   = 6000                  // of one film
	changed      = 0.2                   // of the sketch's contrast: how much it differs from that of the frame shown before
)

// moving chooses the frames to show between those that are sampled: where the picture has changed much since the last one shown.
type moving struct {
	off   bool
	known bool
	last  pipeline.Sketch // of the frame shown last
	at    time.Duration
	shown int
}

// wants reports whether to show the frame at t, which is not sampled.
func (m *moving) wants(t time.Duration, f libav.Frame) bool {
	if m.off || !m.known || t < m.at+betweenApart || m.shown == maxBetween {
		return false
	}
	s, ok := f.Sketch()
	return ok && s.Parted(&m.last, changed)
}

// saw remembers the frame that was shown at t.
func (m *moving) saw(t time.Duration, s *pipeline.Sketch, between bool) {
	if m.known = s != nil; m.known {
		m.last = *s
	}
	m.at = t
	if between {
		m.shown++
	}
}
