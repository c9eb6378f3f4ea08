package compare

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

const (
	wholeFrames = 3     // frames at least, of a stretch that is the whole of the shorter video
	maxStretch  = 64    // stretches stated of one pair
	minShift    = 1000  // ms by which a stretch is shifted against itself to see whether its offset is determined,
	shiftStep   = 500   // in these steps
	maxShift    = 15000 // and no farther than this or half of its length
	clearly     = 8     // bits by which one frame must be nearer than another to say so
)

// aligned is a frame of A and the frame of B shown at the same time under an alignment.
type aligned struct {
	a, b     voter
	distance int
}

// stretch is aligned frames without a long gap, ascending in time.
type stretch struct {
	by    alignment
	pairs []aligned
	whole bool // of the shorter video
}

func (t stretch) first() aligned { return t.pairs[0] }
func (t stretch) last() aligned  { return t.pairs[len(t.pairs)-1] }

// weight orders stretches: many near frames weigh most.
func (t stretch) weight(limit int) (w int64) {
	for _, p := range t.pairs {
		w += int64(limit + 1 - p.distance)
	}
	return w
}

// within returns the voters whose time lies in [from, to].
func within(v []voter, from, to int64) []voter {
	lo, _ := slices.BinarySearchFunc(v, from, func(v voter, t int64) int { return cmp.Compare(v.at, t) })
	hi, _ := slices.BinarySearchFunc(v, to+1, func(v voter, t int64) int { return cmp.Compare(v.at, t) })
	return v[lo:max(lo, hi)]
}

// nearest returns the voter of the nearest hash about a time; ok is false where there is none. Of equals it is the one
// nearest in time, then the earlier.
func (s Settings) nearest(h pipeline.Hash256, v []voter, at int64) (best voter, distance int, ok bool) {
	for _, c := range within(v, at-s.Reach, at+s.Reach) {
		d := h.Distance(c.hash)
		if !ok || d < distance || d == distance && abs(c.at-at) < abs(best.at-at) {
			best, distance, ok = c, d, true
		}
	}
	return best, distance, ok
}

func abs(n int64) int64 { return max(n, -n) }

// stretches returns the stretches of frames that agree under an alignment.
func (s Settings) stretches(l alignment, a, b []voter) []stretch {
	var out []stretch
	var run []aligned
	end := func() {
		t := stretch{by: l, pairs: run}
		run = nil
		n := len(t.pairs)
		t.whole = n >= wholeFrames && 5*n >= 4*min(len(a), len(b))
		if t.whole || n >= s.Frames && t.last().a.at-t.first().a.at >= s.Span {
			out = append(out, t)
		}
	}
	for _, v := range a {
		w, d, ok := s.nearest(v.hash, b, l.at(v.at))
		if !ok || d > s.Frame {
			continue
		}
		if len(run) > 0 && v.at-run[len(run)-1].a.at > s.Gap {
			end()
		}
		run = append(run, aligned{v, w, d})
	}
	end()
	return out
}

// determined reports whether the stretch fits at its own offset only. It is shifted against itself: at every shift, clearly
// more frames must fit worse than fit better. A still picture fits everywhere.
func (s Settings) determined(t stretch, b []voter) bool {
	from, to := t.first().b.at, t.last().b.at
	b = within(b, from, to)
	tried := false
	for shift := int64(minShift); shift <= min(maxShift, (to-from)/2); shift += shiftStep {
		for _, by := range []int64{shift, -shift} {
			compared, net := 0, 0
			for _, p := range t.pairs {
				_, d, ok := s.nearest(p.a.hash, b, p.b.at+by)
				if !ok {
					continue
				}
				compared++
				switch {
				case d >= p.distance+clearly:
					net++
				case d <= p.distance-clearly:
					net--
				}
			}
			if compared < 2 {
				continue
			}
			tried = true
			if net < max(2, compared/10, min(s.DistinctFrames, (compared+2)/3)) {
				return false
			}
		}
	}
	return tried
}

// apart counts frames that differ by at least limit bits from each other in both videos, up to enough.
func apart(pairs []aligned, limit, enough int) int {
	var kept []aligned
	for _, p := range pairs {
		if len(kept) == enough {
			break
		}
		if !slices.ContainsFunc(kept, func(k aligned) bool {
			return k.a.hash.Distance(p.a.hash) < limit || k.b.hash.Distance(p.b.hash) < limit
		}) {
			kept = append(kept, p)
		}
	}
	return len(kept)
}

// confirms reports whether a stretch whose offset is determined is near enough, long enough and varied enough to confirm.
func (s Settings) confirms(t stretch) bool {
	if median(t.pairs) > s.Confirmed {
		return false
	}
	var strong []aligned
	for _, p := range t.pairs {
		if p.distance <= s.Confirmed {
			strong = append(strong, p)
		}
	}
	if !t.whole && strong[len(strong)-1].a.at-strong[0].a.at < s.Span {
		return false
	}
	return apart(strong, s.Distinct, s.DistinctFrames) >= s.DistinctFrames || apart(strong, s.Scene, s.Scenes) >= s.Scenes
}

// median is the median distance, the lower of the middle two.
func median(pairs []aligned) int {
	d := make([]int, len(pairs))
	for i, p := range pairs {
		d[i] = p.distance
	}
	slices.Sort(d)
	return d[(len(d)-1)/2]
}
