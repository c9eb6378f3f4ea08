package compare

import (
	"cmp"
	"math/bits"
	"slices"

	"dokaz/pipeline"
)

const (
	binWidth = 250 // ms of offset per bin
	maxPeaks = 64  // offsets tried in detail
	unit     = 64  // votes are counted in fractions of this
)

// alignment takes a time in A to the time in B that shows the same. Other speeds come in here.
type alignment struct{ offset int64 }

const equalSpeed = 1.0

func (l alignment) at(t int64) int64 { return t + l.offset }

// near says whether two hashes lie within limit bits; most pairs are dismissed by three quarters of their bits.
func near(a, b *pipeline.Hash256, limit int) (int, bool) {
	d := bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) + bits.OnesCount64(a[2]^b[2])
	if d > limit {
		return d, false
	}
	d += bits.OnesCount64(a[3] ^ b[3])
	return d, d <= limit
}

// tally is a histogram of offsets: every near pair of frames votes for the difference of its times (a Hough
// transform over one parameter).
type tally struct {
	low    int64   // offset where bin 0 begins
	votes  []int64 // per bin
	moment []int64 // votes times the offset from the bin's beginning, per bin
}

// count lets all near pairs vote. The nearer the pair the more its vote weighs; a frame that is near
// many frames of the other video says little of the offset, so its vote is shared among them.
func (s Settings) count(a, b []voter) tally {
	rows, cols := make([]int64, len(a)), make([]int64, len(b))
	for i := range a {
		for j := range b {
			if _, ok := near(&a[i].hash, &b[j].hash, s.Frame); ok {
				rows[i]++
				cols[j]++
			}
		}
	}
	t := tally{low: b[0].at - a[len(a)-1].at}
	bins := (b[len(b)-1].at-a[0].at-t.low)/binWidth + 1
	t.votes, t.moment = make([]int64, bins), make([]int64, bins)
	for i := range a {
		if rows[i] == 0 {
			continue
		}
		for j := range b {
			if cols[j] == 0 {
				continue
			}
			if d, ok := near(&a[i].hash, &b[j].hash, s.Frame); ok {
				weight := int64(s.Frame + 1 - d)
				t.add(b[j].at-a[i].at, weight*weight*unit/max(rows[i], cols[j]))
			}
		}
	}
	return t
}

func (t tally) add(offset, vote int64) {
	from := offset - t.low
	t.votes[from/binWidth] += vote
	t.moment[from/binWidth] += vote * (from % binWidth)
}

// peaks returns the offsets with the most votes among their neighbours, most first, at most maxPeaks.
func (t tally) peaks() []alignment {
	type peak struct{ offset, votes int64 }
	var found []peak
	for k := range t.votes {
		votes, moment := t.around(k)
		if votes == 0 {
			continue
		}
		left, _ := t.around(k - 1)
		right, _ := t.around(k + 1)
		if left < votes && votes >= right {
			found = append(found, peak{t.low + int64(k)*binWidth + moment/votes, votes})
		}
	}
	slices.SortFunc(found, func(p, q peak) int {
		return cmp.Or(cmp.Compare(q.votes, p.votes), cmp.Compare(max(p.offset, -p.offset), max(q.offset, -q.offset)), cmp.Compare(p.offset, q.offset))
	})
	var out []alignment
	for _, p := range found[:min(len(found), maxPeaks)] {
		out = append(out, alignment{p.offset})
	}
	return out
}

// around adds up a bin and its neighbours, with the moment about the beginning of the bin.
func (t tally) around(k int) (votes, moment int64) {
	for i := max(k-1, 0); i <= min(k+1, len(t.votes)-1); i++ {
		votes += t.votes[i]
		moment += t.moment[i] + t.votes[i]*int64(i-k)*binWidth
	}
	return votes, moment
}
