package sound

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

const (
	maxOffsets = 64      // tried in detail
	maxRepeats = 32      // of one key in a track: beyond them it tells no offset
	smallPair  = 4 << 20 // pairs of words up to which shorter keys are used: they find more, and more by chance
	shortKey   = 16      // bits
)

// place is where a key stands.
type place struct {
	key uint32
	at  int
}

// offsets returns the offsets (a word's place in b less its place in a) at which words of the two have keys in common, those
// with most of them first.
func offsets(a, b track) []int {
	drop := 0
	if len(a.words)*len(b.words) <= smallPair {
		drop = pipeline.SoundKeyBits - shortKey
	}
	pa, pb := a.places(drop), b.places(drop)
	votes := make([]int32, len(a.words)+len(b.words)+1) // of the offset i-len(a.words), one to spare on either side
	for i, j := 0, 0; i < len(pa) && j < len(pb); {
		if c := cmp.Compare(pa[i].key, pb[j].key); c != 0 {
			i, j = i+max(-c, 0), j+max(c, 0)
			continue
		}
		m, n := run(pa[i:]), run(pb[j:])
		if m <= maxRepeats && n <= maxRepeats {
			for _, p := range pa[i : i+m] {
				for _, q := range pb[j : j+n] {
					votes[len(a.words)+q.at-p.at]++
				}
			}
		}
		i, j = i+m, j+n
	}
	return ranked(votes, len(a.words))
}

// places lists the keys of the words of enough variety, without their last drop bits, in order.
func (t track) places(drop int) []place {
	out := make([]place, 0, len(t.words))
	for i, w := range t.words {
		if t.variety[i] >= pipeline.LeastVariety {
			out = append(out, place{pipeline.SoundKey(w) >> drop, i})
		}
	}
	slices.SortFunc(out, func(p, q place) int { return cmp.Or(cmp.Compare(p.key, q.key), cmp.Compare(p.at, q.at)) })
	return out
}

// run is how many places at the head share one key.
func run(ps []place) int {
	n := 1
	for n < len(ps) && ps[n].key == ps[0].key {
		n++
	}
	return n
}

// ranked returns the offsets with most votes, where those of the two next to an offset count half.
func ranked(votes []int32, zero int) []int {
	type peak struct {
		offset int
		votes  int32
	}
	var peaks []peak
	for i := 1; i+1 < len(votes); i++ {
		if n := votes[i-1] + 2*votes[i] + votes[i+1]; n > 1 {
			peaks = append(peaks, peak{i - zero, n})
		}
	}
	slices.SortFunc(peaks, func(p, q peak) int { return cmp.Or(cmp.Compare(q.votes, p.votes), cmp.Compare(p.offset, q.offset)) })
	out := make([]int, 0, maxOffsets)
	for _, p := range peaks[:min(len(peaks), maxOffsets)] {
		out = append(out, p.offset)
	}
	return out
}
