package compare

import (
	"cmp"
	"slices"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// pairing is a view of one picture, turned, held against one of the other.
type pairing struct {
	a, b     pipeline.PrintedPicture
	form     pipeline.Dihedral
	distance int
}

// maxParts bounds the views of one picture. It holds whatever the prints say.
const maxParts = 32

// views are the pairings of views within a distance, nearest first.
func views(p, q photo, limit, quality int) (out []pairing) {
	fit := func(ps []pipeline.PrintedPicture) (kept []pipeline.PrintedPicture) {
		for _, v := range ps {
			if v.View != "" && v.Quality >= quality && len(kept) < maxParts {
				kept = append(kept, v)
			}
		}
		return kept
	}
	as, bs := fit(p.pictures), fit(q.pictures)
	for _, a := range as {
		for _, form := range pipeline.Dihedrals {
			h := a.Bits.Turned(form)
			for _, b := range bs {
				if d := h.Distance(b.Bits); d <= limit {
					out = append(out, pairing{a, b, form, d})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(x, y pairing) int { return cmp.Compare(x.distance, y.distance) })
	return out
}

// tried is how many pairings of views are laid on each other.
const tried = 4

// byView matches by views whose hashes are near: confirmed where the luma agrees all over once laid as they say, suggested
// where there is nothing to lay or too little texture, nothing where it contradicts.
func (s Settings) byView(p, q photo) []pipeline.Match {
	near := views(p, q, s.Confirmed, s.Quality)
	for _, v := range near[:min(len(near), tried)] {
		f := geometry.Fit{Mirror: v.form.Mirror(), Rotate: v.form.Rotate(), Matrix: v.onto()}
		if !f.See() {
			continue
		}
		o, laid := geometry.Lay(p.picture, q.picture, f.Matrix)
		strength := pipeline.Suggested
		switch {
		case laid && o.Textured >= s.Pictures.Windows && !(s.Pictures.allows(o) && s.Pictures.alike(o)):
			continue
		case laid && s.Pictures.agrees(o):
			strength = pipeline.Confirmed
		}
		seen := sight{fit: f, overlay: o, laid: laid, strength: strength}
		s.Pictures.inDetail(p, q, &seen)
		m := s.bySight(p, q, seen, far)
		m.Distance, m.Method = v.distance, s.viewMethod()
		if seen.differs {
			m.Method += differing
		}
		return []pipeline.Match{m}
	}
	return nil
}

// onto is the map that lays the one view on the other: from fractions of A to fractions of B.
func (v pairing) onto() geometry.Map {
	into := geometry.Map{1 / v.a.Box[2], 0, -v.a.Box[0] / v.a.Box[2], 0, 1 / v.a.Box[3], -v.a.Box[1] / v.a.Box[3], 0, 0, 1}
	out := geometry.Map{v.b.Box[2], 0, v.b.Box[0], 0, v.b.Box[3], v.b.Box[1], 0, 0, 1}
	return out.After(turned(pipeline.Transform{Mirror: v.form.Mirror(), Rotate: v.form.Rotate()})).After(into)
}

// distance is that of the whole pictures' published hashes where the one shows the other as it is, else the least of any
// two views turned as the match says: 256 where there are none.
func (s Settings) distance(p, q photo, m pipeline.Match, whole int) int {
	if whole < far && m.Basis == pipeline.NearPicture && !m.Transform.Mirror && m.Transform.Rotate == 0 {
		return whole
	}
	for _, v := range views(p, q, 256, 0) {
		if v.form.Mirror() == m.Transform.Mirror && v.form.Rotate() == m.Transform.Rotate {
			return v.distance
		}
	}
	return min(whole, 256)
}

// framesOnly reports whether a map of two wholes carries pictures set into the one onto pictures set into the other, of which some are
// strangers and none are near: then what the two have in common is a frame.
func (s Settings) framesOnly(p, q photo, f geometry.Fit) (strangers bool) {
	if min(f.SeenOfA, f.SeenOfB) < s.Pictures.Whole {
		return false
	}
	for _, a := range p.setIn(s.Quality) {
		box, ok := f.Onto(a.Box)
		for _, b := range q.setIn(s.Quality) {
			if !ok || overlap(box, b.Box) < onePlace {
				continue
			}
			switch d := turnedBy(a.Bits, f).Distance(b.Bits); {
			case d <= s.Confirmed:
				return false
			case d >= s.Pictures.Strange:
				strangers = true
			}
		}
	}
	return strangers
}

// onePlace is the share of their union that two boxes at one place have in common.
const onePlace = 0.9

// setIn are the pictures set into a photo.
func (p photo) setIn(quality int) (out []pipeline.PrintedPicture) {
	for _, v := range p.pictures[:min(len(p.pictures), maxParts)] {
		if strings.HasPrefix(v.View, "inset") && v.Quality >= quality {
			out = append(out, v)
		}
	}
	return out
}

// overlap is the share of their union that two boxes have in common.
func overlap(a, b pipeline.Box) float64 {
	w := min(a[0]+a[2], b[0]+b[2]) - max(a[0], b[0])
	h := min(a[1]+a[3], b[1]+b[3]) - max(a[1], b[1])
	both := max(w, 0) * max(h, 0)
	return both / (a[2]*a[3] + b[2]*b[3] - both)
}

// turnedBy is the hash of a view turned and mirrored as a fit says.
func turnedBy(h pipeline.Hash256, f geometry.Fit) pipeline.Hash256 {
	for _, form := range pipeline.Dihedrals {
		if form.Rotate() == f.Rotate && form.Mirror() == f.Mirror {
			return h.Turned(form)
		}
	}
	return h
}
