package timeline

import (
	"math"
	"slices"

	"dokaz/pipeline"
)

const (
	away   = 1000 // ms from a moment at which another begins
	apiece = 8    // bits, squared differences summed, by which a moment of a scene that stands must differ from the scene
)

// Passes reports whether the picture that a film shows at a time, in seconds, is gone a second before and after, so that what is
// like it was taken then. Where a camera stands and looks at one place it is not; nor can it be told of less than
// two frames.
func (s Settings) Passes(footage []pipeline.FrameHashes, at float64) bool {
	for _, f := range s.streams(footage) {
		v := f.views[0].voters
		if i := nearestInTime(v, int64(math.Round(at*1000))); i >= 0 && s.passes(v, i) {
			return true
		}
	}
	return false
}

// nearestInTime is the frame nearest to a time, of those at most away; -1 where there is none.
func nearestInTime(v []frame, at int64) int {
	best := -1
	for i := range v {
		if d := abs(v[i].at - at); d <= away && (best < 0 || d < abs(v[best].at-at)) {
			best = i
		}
	}
	return best
}

// passes reports whether no frame farther away than a moment shows about the same as frame i, and some frame does not.
func (s Settings) passes(v []frame, i int) bool {
	others := 0
	for _, f := range v {
		switch near := f.hash.Distance(v[i].hash) < s.Standing; {
		case near && abs(f.at-v[i].at) > away:
			return false
		case !near:
			others++
		}
	}
	return others > 0
}

// returns reports whether most of some aligned pairs show what either film shows at another moment too: a camera stands, and people
// who walk the same way there at other times change its frames alike.
func (s Settings) returns(pairs []aligned, n *lane) bool {
	pairs = sampled(pairs, maxReturns)
	a, b := thin(n.a.voters, maxTested), thin(n.b.voters, maxTested)
	count := 0
	for _, p := range pairs {
		if s.shownAgain(p.a, a) || s.shownAgain(p.b, b) {
			count++
		}
	}
	return 2*count >= len(pairs)
}

const maxReturns = 200 // pairs looked at

// shownAgain reports whether another moment shows about the same as a frame.
func (s Settings) shownAgain(f *frame, v []frame) bool {
	return slices.ContainsFunc(v, func(o frame) bool { return abs(o.at-f.at) > away && o.hash.Distance(f.hash) < s.Standing })
}

// sameMoment reports whether a picture shows the moment of frame i of a scene that stands, and no other: what moves lies where it
// lies in the frame, clearly better than at any other moment, of which there are some before and after.
func (s Settings) sameMoment(h pipeline.Hash256, v []frame, i int) bool {
	if v[i].at-v[0].at <= away || v[len(v)-1].at-v[i].at <= away {
		return false
	}
	nearest := h.Distance(v[i].hash)
	for _, f := range v {
		if abs(f.at-v[i].at) > away && h.Distance(f.hash) < nearest+s.Apart {
			return false
		}
	}
	moved, agree := s.residual(h, v, i)
	return moved >= apiece && agree >= s.Moved
}

// residual is how far frame i differs from the mean of all that show about the same, in bits, and the correlation of
// that difference with a picture's.
func (s Settings) residual(h pipeline.Hash256, v []frame, i int) (moved, agree float64) {
	var mean [256]float64
	n := 0.0
	for _, f := range v {
		if f.hash.Distance(v[i].hash) < s.Standing {
			count(&mean, f.hash)
			n++
		}
	}
	var of, both float64
	for k := range mean {
		m := mean[k] / n
		p, q := float64(h[k/64]>>(k%64)&1)-m, float64(v[i].hash[k/64]>>(k%64)&1)-m
		of += float64(p * p)
		moved += float64(q * q)
		both += float64(p * q)
	}
	if of == 0 || moved == 0 {
		return moved, 0
	}
	return moved, both / math.Sqrt(float64(of*moved))
}
