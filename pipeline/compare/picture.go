package compare

import (
	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// pictures returns the match of two photos as pictures, at most one: near_picture where either shows the whole of the other
// for the most part, else partial_picture.
//
// Local features that one map carries from one picture onto the other, with the luma in agreement once laid on each
// other, say most, and say how. Where they say nothing, hashes near to each other do: the published PDQ of the whole
// pictures, then the views in the eight ways to turn and mirror. Hashes and features that contradict each other
// confirm nothing.
func (s Settings) pictures(a, b pipeline.Prints) []pipeline.Match {
	p, q := photoOf(a), photoOf(b)
	whole := s.whole(p, q)
	v, seen := s.Pictures.look(p, q)
	switch {
	case seen && v.strength != "":
		return []pipeline.Match{s.bySight(p, q, v, whole)}
	case whole <= s.Suggested:
		return s.byWhole(p, q, whole)
	}
	return s.byView(p, q)
}

// whole is the distance of the whole pictures' published hashes: the least, where there are several, of those of enough
// quality; far where there are none.
func (s Settings) whole(p, q photo) int {
	nearest := far
	for _, g := range p.pictures {
		for _, h := range q.pictures {
			if g.View == "" && h.View == "" && min(g.Quality, h.Quality) >= s.Quality {
				nearest = min(nearest, g.Bits.Distance(h.Bits))
			}
		}
	}
	return nearest
}

// far is beyond the distance of any two hashes.
const far = 257

// byWhole matches by the whole pictures' hashes. Laid on each other as they are, the pictures must not contradict that.
func (s Settings) byWhole(p, q photo, distance int) []pipeline.Match {
	m := pipeline.Match{
		A: p.item, B: q.item, Basis: pipeline.NearPicture, Strength: pipeline.Suggested, Distance: distance,
	}
	o, laid := geometry.Lay(p.picture, q.picture, turned(m.Transform))
	against := laid && !s.Pictures.allows(o)
	switch {
	case distance <= s.Confirmed && !against:
		m.Strength = pipeline.Confirmed
	case distance > s.Confirmed && against:
		return nil
	}
	if laid {
		m.Agreement = hundredths(o.Agreement)
	}
	m.Method = s.hashMethod(m.Strength)
	return []pipeline.Match{m}
}
