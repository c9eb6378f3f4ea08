package timeline

import (
	"math"
	"math/bits"
	"slices"

	"dokaz/pipeline"
)

const (
	minShift  = 1000  // ms by which a stretch is shifted against itself to see whether its offset is determined,
	shiftStep = 500   // in these steps
	maxShift  = 15000 // and no farther than this or half of its length
	clearly   = 8     // bits by which one frame must be nearer than another to say so
	maxTested = 1000  // pairs looked at
)

// determined reports whether aligned pairs fit at their own offset only. They are shifted against each other: at every
// shift, clearly more frames must fit worse than fit better. A still picture fits everywhere.
func (s Settings) determined(pairs []aligned, n *lane) bool {
	pairs = sampled(pairs, maxTested)
	from, to := pairs[0].b.at, pairs[len(pairs)-1].b.at
	b := within(n.b.voters, from, to)
	tried := false
	for shift := int64(minShift); shift <= min(maxShift, (to-from)/2); shift += shiftStep {
		for _, by := range []int64{shift, -shift} {
			compared, net := shifted(pairs, b, by, n.reach)
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

// shifted returns how many frames can be compared with those of B so much later, and by how many more fit clearly worse
// there than fit clearly better.
func shifted(pairs []aligned, b []frame, by, reach int64) (compared, net int) {
	lo := 0
	for _, p := range pairs {
		at := p.b.at + by
		for lo < len(b) && b[lo].at < at-reach {
			lo++
		}
		d := 256 + clearly
		for j := lo; j < len(b) && b[j].at <= at+reach; j++ {
			d = min(d, p.a.hash.Distance(b[j].hash))
		}
		if d > 256 {
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
	return compared, net
}

// sampled keeps every nth pair so that at most limit remain.
func sampled(pairs []aligned, limit int) []aligned {
	if len(pairs) <= limit {
		return pairs
	}
	every := (len(pairs) + limit - 1) / limit
	out := make([]aligned, 0, limit)
	for i := 0; i < len(pairs); i += every {
		out = append(out, pairs[i])
	}
	return out
}

// agreement is how far the two films change together, from -1 to 1: the correlation of their hashes' bits over the pairs, each
// bit about its own mean in its film. What stands in the picture all the time, a logo or the place itself, says nothing.
func agreement(pairs []aligned) float64 {
	n := float64(len(pairs))
	var inA, inB [256]float64
	common := 0.0
	for _, p := range pairs {
		count(&inA, p.a.hash)
		count(&inB, p.b.hash)
		for w := range p.a.hash {
			common += float64(bits.OnesCount64(p.a.hash[w] & p.b.hash[w]))
		}
	}
	var both, ofA, ofB float64
	for i := range inA {
		both += float64(inA[i] * inB[i])
		ofA += float64(inA[i] * (n - inA[i]))
		ofB += float64(inB[i] * (n - inB[i]))
	}
	if ofA == 0 || ofB == 0 {
		return 0
	}
	return (float64(common*n) - both) / math.Sqrt(float64(ofA*ofB))
}

func count(into *[256]float64, h pipeline.Hash256) {
	for w, x := range h {
		for ; x != 0; x &= x - 1 {
			into[64*w+bits.TrailingZeros64(x)]++
		}
	}
}

// apart counts frames that differ by at least limit bits from each other in both films, up to enough.
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

// clear returns the pairs of frames that are clear, where there are enough of them: the bits of others are half noise.
func (s Settings) clear(pairs []aligned) []aligned {
	out := make([]aligned, 0, len(pairs))
	for _, p := range pairs {
		if p.a.clear && p.b.clear {
			out = append(out, p)
		}
	}
	if len(out) < max(2*s.DistinctFrames, len(pairs)/4) {
		return pairs
	}
	return out
}

// varied reports whether aligned pairs show enough pictures, or scenes, to be more than one picture standing.
func (s Settings) varied(pairs []aligned) bool {
	return !s.steady(pairs) || apart(pairs, s.Scene, s.Scenes) >= s.Scenes
}

// particular reports whether most pairs are of frames that are not usually near the other film's.
func (s Settings) particular(pairs []aligned) bool {
	n := 0
	for _, p := range pairs {
		if min(p.a.usual, p.b.usual) >= s.Scene {
			n++
		}
	}
	return 2*n >= len(pairs)
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
