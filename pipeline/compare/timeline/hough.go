package timeline

import (
	"cmp"
	"math"
	"slices"
)

// The vote for speed and offset (after Hough, "Method and means for recognizing complex patterns", 1962): every near pair
// of frames votes, for each speed of a grid, for the offset that would bring its times together.
const (
	binWidth  = 250         // ms of offset per bin
	maxPeaks  = 96          // lines tried in detail, of one lane
	budget    = 1 << 25     // pairs of frames compared per lane; stills are folded until there are no more
	maxHits   = 1 << 18     // near pairs that vote, likewise
	foldStep  = 8           // bits by which the folding of stills is widened
	foldLimit = 48          // bits
	minVotes  = unit * 1000 // of a line worth trying: one near pair that is near no other
	unit      = 64          // votes are counted in fractions of this
	octave    = 14          // speeds of the grid from one to its double: 5 % from one to the next
)

// rates are the speeds of the grid, seconds of A in a second of B: from one half to two, equal speed first.
var rates = func() []float64 {
	out := []float64{1}
	for k := 1; k <= octave; k++ {
		r := math.Round(math.Exp2(float64(k)/octave)*1e6) / 1e6
		out = append(out, r, math.Round(1e6/r)/1e6)
	}
	return out
}()

// hit is a near pair of frames with its vote.
type hit struct{ a, b, vote int64 } // times in ms

// hits returns the pairs of voters that are nearer than usual, of too many those that are by far. The nearer a pair the more its
// vote weighs; a frame that is near many frames of the other film says little of the offset, so its vote is shared among them.
func (s Settings) hits(a, b []frame) []hit {
	for least := clearly; ; least += 2 * clearly {
		if found, ok := nearer(a, b, least); ok {
			return found
		}
	}
}

// nearer returns the pairs that are nearer than usual by at least so many bits, unless there are more than maxHits.
func nearer(a, b []frame, least int) ([]hit, bool) {
	type pair struct{ i, j, d int32 }
	var found []pair
	rows, cols := make([]int64, len(a)), make([]int64, len(b))
	for i := range a {
		for j := range b {
			usual := min(a[i].usual, b[j].usual)
			if usual < least {
				continue
			}
			if d := usual - a[i].hash.Distance(b[j].hash); d >= least {
				rows[i]++
				cols[j]++
				found = append(found, pair{int32(i), int32(j), int32(d)})
			}
		}
		if len(found) > maxHits {
			return nil, false
		}
	}
	out := make([]hit, len(found))
	for k, p := range found {
		out[k] = hit{a[p.i].at, b[p.j].at, int64(p.d) * int64(p.d) * unit / max(rows[p.i], cols[p.j])}
	}
	return out, true
}

// fold makes two lists of voters so short that all pairs of them can be looked at.
func fold(a, b []frame) ([]frame, []frame) {
	for by := 0; len(a)*len(b) > budget; by += foldStep {
		if len(a) >= len(b) {
			a = folded(a, by)
		} else {
			b = folded(b, by)
		}
	}
	return a, b
}

// usual sets, for every voter of a lane, the distance from the other film's voters within which a quarter of them lie, and some
// for those of the same moment, Even at most: pictures of a place that the camera looks at all the time are near
// each other whenever they were taken, and only being nearer than that says something.
func (s Settings) usual(a, b []frame) {
	level := make([]int32, s.Even)
	cols := make([][]int32, len(b))
	for j := range cols {
		cols[j] = make([]int32, s.Even)
	}
	for i := range a {
		clear(level)
		for j := range b {
			if d := a[i].hash.Distance(b[j].hash); d < s.Even {
				level[d]++
				cols[j][d]++
			}
		}
		a[i].usual = quarter(level, len(b))
	}
	for j := range b {
		b[j].usual = quarter(cols[j], len(a))
	}
}

// quarter returns the level under or at which a quarter of n and moment more lie, or the number of levels.
func quarter(level []int32, n int) int {
	sum := 0
	for d, k := range level {
		if sum += int(k); sum >= n/4+moment {
			return d
		}
	}
	return len(level)
}

const moment = 5 // frames that show the same moment

// folded keeps the first and last of every run of frames that lie within so many bits of the run's first; with more
// than foldLimit bits every other frame.
func folded(v []frame, bits int) []frame {
	if bits > foldLimit {
		return thin(v, (len(v)+1)/2)
	}
	var out []frame
	for first := 0; first < len(v); {
		last := first
		for last+1 < len(v) && v[first].hash.Distance(v[last+1].hash) <= bits {
			last++
		}
		out = append(out, v[first])
		if last > first {
			out = append(out, v[last])
		}
		first = last + 1
	}
	return out
}

// peak is a line with its votes.
type peak struct {
	line  line
	votes int64
}

// peaks returns the lines of the given speeds with the most votes among their neighbours in offset, most first, at most
// maxPeaks.
func peaks(hits []hit, speeds []float64) []peak {
	if len(hits) == 0 {
		return nil
	}
	var found []peak
	for _, r := range speeds {
		found = append(found, tallied(hits, r).peaks(r)...)
	}
	slices.SortStableFunc(found, func(p, q peak) int { return cmp.Compare(q.votes, p.votes) })
	n := 0
	for n < min(len(found), maxPeaks) && found[n].votes >= max(minVotes, found[0].votes/maxPeaks) {
		n++
	}
	return found[:n]
}

// tally is a histogram of offsets.
type tally struct {
	low    int64   // offset where bin 0 begins
	votes  []int64 // per bin
	moment []int64 // votes times the offset from the bin's beginning, per bin
}

// tallied lets the hits vote at one rate.
func tallied(hits []hit, rate float64) tally {
	offsets := make([]int64, len(hits))
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for k, h := range hits {
		offsets[k] = h.b - int64(math.Round(float64(h.a)/rate))
		low, high = min(low, offsets[k]), max(high, offsets[k])
	}
	bins := (high-low)/binWidth + 1
	t := tally{low: low, votes: make([]int64, bins), moment: make([]int64, bins)}
	for k, h := range hits {
		from := offsets[k] - low
		t.votes[from/binWidth] += h.vote
		t.moment[from/binWidth] += h.vote * (from % binWidth)
	}
	return t
}

func (t tally) peaks(rate float64) (out []peak) {
	for k := range t.votes {
		votes, moment := t.around(k)
		if votes == 0 {
			continue
		}
		left, _ := t.around(k - 1)
		right, _ := t.around(k + 1)
		if left < votes && votes >= right {
			out = append(out, peak{line{rate, float64(t.low + int64(k)*binWidth + moment/votes)}, votes})
		}
	}
	slices.SortStableFunc(out, func(p, q peak) int { return cmp.Compare(q.votes, p.votes) })
	return out[:min(len(out), maxPeaks)]
}

// around adds up a bin and its neighbours, with the moment about the beginning of the bin.
func (t tally) around(k int) (votes, moment int64) {
	for i := max(k-1, 0); i <= min(k+1, len(t.votes)-1); i++ {
		votes += t.votes[i]
		moment += t.moment[i] + t.votes[i]*int64(i-k)*binWidth
	}
	return votes, moment
}
