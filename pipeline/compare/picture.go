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
// confirm nothing. Neither do two pictures that show others set into them at one place, where these are strangers: two screens of
// one program are suggested to nobody.
func (s Settings) pictures(a, b pipeline.Prints) []pipeline.Match {
	p, q := photoOf(a), photoOf(b)
	whole := s.whole(p, q)
	v, seen := s.Pictures.look(p, q)
	if !v.otherShot && !v.differs && v.strength != pipeline.Confirmed {
		if m := s.byView(p, q); len(m) > 0 && (m[0].Strength == pipeline.Confirmed || v.strength == "" && whole > s.Suggested) {
			return m
		}
	}
	switch {
	case seen && v.strength == pipeline.Suggested && whole > s.Suggested && s.framesOnly(p, q, v.fit):
		return nil
	case seen && v.strength != "":
		return []pipeline.Match{s.bySight(p, q, v, whole)}
	case whole <= s.Suggested:
		return s.byWhole(p, q, whole)
	}
	return nil
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

// byWhole matches by the whole pictures' hashes. Laid on each other as the nearest views say, or else as they are, the pictures must
// not contradict that.
func (s Settings) byWhole(p, q photo, distance int) []pipeline.Match {
	m := pipeline.Match{
		A: p.item, B: q.item, Basis: pipeline.NearPicture, Strength: pipeline.Suggested, Distance: distance,
	}
	f := s.upright(p, q)
	m.Transform = transformOf(f)
	o, laid := geometry.Lay(p.picture, q.picture, f.Matrix)
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
	v := sight{fit: f, overlay: o, laid: laid, strength: m.Strength}
	if s.Pictures.inDetail(p, q, &v); v.differs {
		m.Strength, m.OtherShot, m.Method = v.strength, v.otherShot, m.Method+differing
	}
	return []pipeline.Match{m}
}

// upright is how the nearest views say that one picture lies in the other, neither turned nor mirrored: borders may have been
// added or cut off. Where they say nothing, or are not nearer than the whole pictures, each fills the other.
func (s Settings) upright(p, q photo) geometry.Fit {
	as := geometry.Fit{Matrix: turned(pipeline.Transform{})}
	for _, v := range views(p, q, s.Confirmed, s.Quality) {
		f := geometry.Fit{Matrix: v.onto()}
		if v.form == pipeline.AsItIs && f.See() {
			return f
		}
	}
	as.See()
	return as
}
