package draw

import "math"

const (
	anchor     = 12 // pixels about a place in which both pictures are taken to show the same
	anchorsMin = 8  // with fewer places the brightness is evened out over everything seen
)

// anchored says which pixels of B, of those where A is seen, lie about places found in both pictures.
func (v view) anchored() []bool {
	if len(v.places) < anchorsMin {
		return v.seen
	}
	out := make([]bool, len(v.seen))
	for _, p := range v.places {
		x, y := int(float64(p[2]*float64(v.w))), int(float64(p[3]*float64(v.h)))
		for j := max(y-anchor, 0); j <= min(y+anchor, v.h-1); j++ {
			for i := max(x-anchor, 0); i <= min(x+anchor, v.w-1); i++ {
				out[j*v.w+i] = v.seen[j*v.w+i]
			}
		}
	}
	return out
}

// evened finds the line that takes A's levels to B's over the pixels that count: least squares, then again without the third of
// them that lie farthest from it, which may be what differs.
func evened(counts []bool, ga, gb []float64) func(float64) float64 {
	gain, offset, limit := 1.0, 0.0, math.Inf(1)
	for range 3 {
		var n, sx, sy, sxx, sxy float64
		var far levels
		for i := range ga {
			if !counts[i] {
				continue
			}
			d := math.Abs(gb[i] - float64(gain*ga[i]) - offset)
			far.add(d)
			if d > limit {
				continue
			}
			n, sx, sy = n+1, sx+ga[i], sy+gb[i]
			sxx += float64(ga[i] * ga[i])
			sxy += float64(ga[i] * gb[i])
		}
		spread := float64(n*sxx) - float64(sx*sx)
		if n == 0 || !(spread > 0) {
			break
		}
		gain = min(max((float64(n*sxy)-float64(sx*sy))/spread, 0.25), 4)
		offset = (sy - float64(gain*sx)) / n
		limit = far.upTo(2.0 / 3)
	}
	return func(v float64) float64 { return float64(gain*v) + offset }
}

// levels counts values from 0 to 255 in quarters.
type levels struct {
	counts [1024]int
	n      int
}

func (l *levels) add(v float64) {
	l.counts[int(min(v*4, float64(len(l.counts)-1)))]++
	l.n++
}

// upTo is the value that a share of all do not exceed.
func (l *levels) upTo(share float64) float64 {
	below := 0
	for k, n := range l.counts {
		if below += n; float64(below) >= share*float64(l.n) {
			return float64(k+1) / 4
		}
	}
	return math.Inf(1)
}
