package sound

import (
	"cmp"
	"math/bits"
	"slices"

	"dokaz/pipeline"
)

// stretch is a run of words of A that agree with those of B at one offset.
type stretch struct {
	from, to int // words of A, to exclusive
	offset   int // of B's words
	evidence int // 64ths of a bit
}

// stretches finds the runs at one offset that are worth stating.
func (s Settings) stretches(a, b track, offset int) (out []stretch) {
	first, last := max(0, -offset), min(len(a.words), len(b.words)-offset)
	best, sum, from := stretch{offset: offset}, 0, first
	keep := func() {
		if best.evidence >= s.Suggested*pipeline.VarietyUnit {
			out = append(out, best)
		}
		best = stretch{offset: offset}
	}
	for i := first; i < last; i++ {
		sum += s.weight(a, b, i, offset)
		if sum > best.evidence {
			best = stretch{from, i + 1, offset, sum}
		}
		if sum <= 0 || sum < best.evidence-s.Gap*pipeline.VarietyUnit {
			keep()
			sum, from = 0, i+1
		}
	}
	keep()
	return out
}

// weight is what the i-th word of a and its counterpart say: the bits by which they differ less than is even.
func (s Settings) weight(a, b track, i, offset int) int {
	return s.Even*min(a.variety[i], b.variety[i+offset])/100 - pipeline.VarietyUnit*distance(a, b, i, offset)
}

func distance(a, b track, i, offset int) int { return bits.OnesCount32(a.words[i] ^ b.words[i+offset]) }

// agreement is how much less than by chance the words of a stretch differ, in hundredths (after Cohen's kappa).
func (t stretch) agreement(a, b track) int {
	wrong, chance := 0, 0
	for i := t.from; i < t.to; i++ {
		wrong += distance(a, b, i, t.offset)
		chance += min(a.variety[i], b.variety[i+t.offset])
	}
	if chance == 0 {
		return 0
	}
	return 100 - 100*pipeline.VarietyUnit*wrong/chance
}

// shares reports whether two stretches have most of the shorter in common in both sounds.
func (t stretch) shares(o stretch) bool {
	return mostly(t.from, t.to, o.from, o.to) && mostly(t.from+t.offset, t.to+t.offset, o.from+o.offset, o.to+o.offset)
}

func mostly(from, to, from2, to2 int) bool {
	return 2*(min(to, to2)-max(from, from2)) > min(to-from, to2-from2)
}

// maxStretches bounds what is stated of two items.
const maxStretches = 64

// chosen takes the stretches by their evidence. One that lies where a former one does is passed over: the weaker offset
// of the same sound, as loops and neighbouring offsets give them.
func chosen(all []stretch) (out []stretch) {
	slices.SortFunc(all, func(p, q stretch) int {
		return cmp.Or(cmp.Compare(q.evidence, p.evidence), cmp.Compare(p.from, q.from), cmp.Compare(p.offset, q.offset))
	})
	for _, t := range all {
		if len(out) < maxStretches && !slices.ContainsFunc(out, t.shares) {
			out = append(out, t)
		}
	}
	return out
}
