package sound

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

// Finding is what aligning two items' sound gave. Without a segment it is the zero Finding.
type Finding struct {
	Strength pipeline.Strength
	Distance int                // median over all words of the segments, bits of 32
	Words    int                // of all segments
	Segments []pipeline.Segment // in the order of A's time
	Share    pipeline.Share     // of A's and of B's sound

	evidence int
}

// Align finds the stretches of one item's sound that are heard in the other's: of all pairs of streams that were printed in the
// same way, the one that agrees best.
func (s Settings) Align(a, b []pipeline.AudioPrint) Finding {
	var best Finding
	for _, algorithm := range []string{pipeline.Chromaprint, pipeline.FineChromaprint} {
		for _, p := range tracks(a, algorithm) {
			for _, q := range tracks(b, algorithm) {
				if p.step != q.step {
					continue
				}
				if f := s.align(p, q); f.better(best) {
					best = f
				}
			}
		}
	}
	return best
}

// better orders findings: strength, then evidence.
func (f Finding) better(o Finding) bool {
	switch {
	case len(f.Segments) == 0 || len(o.Segments) == 0:
		return len(f.Segments) > len(o.Segments)
	case f.Strength != o.Strength:
		return f.Strength == pipeline.Confirmed
	default:
		return f.evidence > o.evidence
	}
}

func (s Settings) align(a, b track) Finding {
	var found []stretch
	for _, offset := range offsets(a, b) {
		found = append(found, s.stretches(a, b, offset)...)
	}
	if a.fine {
		found = slices.DeleteFunc(found, func(t stretch) bool { return !s.whole(a, b, t) })
	}
	found = chosen(found)
	if len(found) == 0 {
		return Finding{}
	}
	slices.SortFunc(found, func(p, q stretch) int {
		return cmp.Or(cmp.Compare(p.from, q.from), cmp.Compare(p.offset, q.offset))
	})
	f := Finding{Strength: pipeline.Suggested}
	var all []int
	for _, t := range found {
		var distances []int
		for i := t.from; i < t.to; i++ {
			distances = append(distances, distance(a, b, i, t.offset))
		}
		g := segment(a, b, t)
		g.Distance, g.Strength = median(distances), s.strength(a, b, t)
		if g.Strength == pipeline.Confirmed {
			f.Strength = pipeline.Confirmed
		}
		f.Segments = append(f.Segments, g)
		f.evidence += t.evidence
		all = append(all, distances...)
	}
	f.Words, f.Distance = len(all), median(all)
	f.Share = share(f.Segments, a.length(), b.length())
	return f
}

// whole reports whether a stretch covers nearly all of both sounds.
func (s Settings) whole(a, b track, t stretch) bool {
	return 100*(t.to-t.from) >= s.Whole*max(len(a.words), len(b.words))
}

// strength judges one stretch by itself.
func (s Settings) strength(a, b track, t stretch) pipeline.Strength {
	evidence, agreement := s.Confirmed, s.Agreement
	if a.fine {
		evidence, agreement = s.FineConfirmed, s.FineAgreement
	}
	if t.evidence >= evidence*pipeline.VarietyUnit && t.agreement(a, b) >= agreement {
		return pipeline.Confirmed
	}
	return pipeline.Suggested
}

// A word that lies across the end of what two sounds share still agrees in part: words are counted in that begin this part of
// their span before it, or end this part of it after, by median of 416 stretches whose ends are known.
const (
	early = 0.14
	late  = 0.43
)

// segment tells a stretch in seconds. Where either sound begins or ends with it, no word lies across.
func segment(a, b track, t stretch) pipeline.Segment {
	from, from2 := a.at(t.from), b.at(t.from+t.offset)
	length := a.at(t.to-1-t.from) + a.span
	if t.to < len(a.words) && t.to+t.offset < len(b.words) {
		length -= late * a.span
	}
	if t.from > 0 && t.from+t.offset > 0 {
		from, from2, length = from+early*a.span, from2+early*a.span, length-early*a.span
	}
	return pipeline.Segment{
		AStart: rounded(from), AEnd: rounded(from + length), BStart: rounded(from2), BEnd: rounded(from2 + length),
		Speed: 1, Frames: t.to - t.from,
	}
}

// share is how much of either sound the segments cover, where they overlap once.
func share(segments []pipeline.Segment, lengthA, lengthB float64) pipeline.Share {
	a, b := make([][2]float64, len(segments)), make([][2]float64, len(segments))
	for i, g := range segments {
		a[i], b[i] = [2]float64{g.AStart, g.AEnd}, [2]float64{g.BStart, g.BEnd}
	}
	return pipeline.Share{rounded(min(covered(a)/lengthA, 1)), rounded(min(covered(b)/lengthB, 1))}
}

// covered is the length of a union of intervals.
func covered(spans [][2]float64) (sum float64) {
	slices.SortFunc(spans, func(p, q [2]float64) int { return cmp.Compare(p[0], q[0]) })
	end := 0.0
	for _, s := range spans {
		sum += max(s[1]-max(s[0], end), 0)
		end = max(end, s[1])
	}
	return sum
}

// median is the lower one of an even number.
func median(values []int) int {
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
