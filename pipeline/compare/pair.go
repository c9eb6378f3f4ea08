package compare

import (
	"slices"

	"dokaz/pipeline"
)

// Pair returns the matches between two items, strongest basis first: at most one near_picture and one shared_footage.
// It is symmetric and depends on nothing but its arguments.
func Pair(a, b pipeline.Prints, set Settings) []pipeline.Match {
	if a.Item == b.Item {
		return nil
	}
	if b.Item.Compare(a.Item) < 0 {
		a, b = b, a
	}
	var out []pipeline.Match
	if m, ok := nearPicture(a, b, set); ok {
		out = append(out, m)
	}
	if m, ok := sharedFootage(a, b, set); ok {
		out = append(out, m)
	}
	return out
}

// nearPicture compares photos by the nearest pair of their hashes; an item has one as a rule.
func nearPicture(a, b pipeline.Prints, set Settings) (pipeline.Match, bool) {
	nearest := set.Suggested + 1
	for _, p := range a.Pictures {
		for _, q := range b.Pictures {
			if min(p.Quality, q.Quality) >= set.Quality {
				nearest = min(nearest, p.Bits.Distance(q.Bits))
			}
		}
	}
	if nearest > set.Suggested {
		return pipeline.Match{}, false
	}
	strength := pipeline.Suggested
	if nearest <= set.Confirmed {
		strength = pipeline.Confirmed
	}
	return pipeline.Match{
		A: a.Item, B: b.Item, Basis: pipeline.NearPicture, Strength: strength, Distance: nearest, Method: set.pictureMethod(strength),
	}, true
}

// sharedFootage compares every stream of one item with every stream of the other and keeps the best match.
func sharedFootage(a, b pipeline.Prints, set Settings) (pipeline.Match, bool) {
	var best finding
	for _, f := range a.Footage {
		va := set.voters(f)
		for _, g := range b.Footage {
			if got := set.align(va, set.voters(g)); got.better(best) {
				best = got
			}
		}
	}
	if len(best.segments) == 0 {
		return pipeline.Match{}, false
	}
	return pipeline.Match{
		A: a.Item, B: b.Item, Basis: pipeline.SharedFootage, Strength: best.strength, Distance: best.distance,
		Segments: best.segments, Method: set.footageMethod(best.strength),
	}, true
}

// finding is what aligning two streams gave.
type finding struct {
	strength pipeline.Strength
	distance int // median over all aligned frames
	frames   int
	segments []pipeline.Segment // in the order of A's time
}

// better orders findings: strength, then aligned frames, then distance.
func (f finding) better(o finding) bool {
	switch {
	case len(f.segments) == 0 || len(o.segments) == 0:
		return len(f.segments) > len(o.segments)
	case f.strength != o.strength:
		return f.strength == pipeline.Confirmed
	case f.frames != o.frames:
		return f.frames > o.frames
	default:
		return f.distance < o.distance
	}
}

// union returns the digests of both lists, ascending, each once.
func union(a, b []pipeline.Digest) []pipeline.Digest {
	all := slices.Concat(a, b)
	slices.SortFunc(all, pipeline.Digest.Compare)
	return slices.Compact(all)
}
