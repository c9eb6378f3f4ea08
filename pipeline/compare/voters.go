package compare

import (
	"cmp"
	"math"
	"slices"

	"dokaz/pipeline"
)

// Bounds on one stream. They hold whatever the prints say.
const (
	latest    = 24 * 3600 * 1000 // ms; frames beyond a day are left out
	spacing   = 25               // ms between frames at least; of closer ones the first stays
	maxVoters = 20_000           // more are thinned evenly
	maxBallot = 4096             // voters that vote for an offset, if stills can be folded to so few
	foldStep  = 8                // bits by which the folding of stills is widened
	foldLimit = 48               // bits
)

// voter is a frame that may take part in a match.
type voter struct {
	at   int64 // ms from the stream's start
	hash pipeline.Hash256
}

// voters returns the frames of enough quality, ascending in time, within the bounds.
func (s Settings) voters(f pipeline.FrameHashes) []voter {
	if f.Algorithm != "pdq" {
		return nil
	}
	var out []voter
	for _, fr := range f.Frames {
		if fr.Quality < s.Quality || !(math.Abs(fr.Time) <= latest/1000) {
			continue
		}
		out = append(out, voter{int64(math.Round(fr.Time * 1000)), fr.Bits})
	}
	slices.SortStableFunc(out, func(a, b voter) int {
		return cmp.Or(cmp.Compare(a.at, b.at), slices.Compare(a.hash[:], b.hash[:]))
	})
	kept := out[:0]
	for _, v := range out {
		if len(kept) == 0 || v.at >= kept[len(kept)-1].at+spacing {
			kept = append(kept, v)
		}
	}
	return thin(kept, maxVoters)
}

// thin keeps every nth voter so that at most limit remain.
func thin(v []voter, limit int) []voter {
	if len(v) <= limit {
		return v
	}
	every := (len(v) + limit - 1) / limit
	kept := v[:0]
	for i := 0; i < len(v); i += every {
		kept = append(kept, v[i])
	}
	return kept
}

// ballot returns the voters that vote for an offset. Up to maxBallot that is all of them; of more, runs of frames
// within a few bits of the run's first are folded to their first and last, with more bits as long as there are too many.
func ballot(v []voter) []voter {
	out := v
	for bits := 0; len(out) > maxBallot && bits <= foldLimit; bits += foldStep {
		out = fold(v, bits)
	}
	return out
}

func fold(v []voter, bits int) []voter {
	var out []voter
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
