package compare

import (
	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// sight is what is seen of two pictures once features say how one lies in the other.
type sight struct {
	fit       geometry.Fit
	overlay   geometry.Overlay
	laid      bool // there were miniatures to lay
	strength  pipeline.Strength
	otherShot bool
	differs   bool // in detail: it cannot be told from another moment
}

// look registers two pictures and judges what is seen; ok is false where no map carries features.
func (s PictureSettings) look(p, q photo) (v sight, ok bool) {
	v.fit, ok = geometry.Register(p.picture, q.picture)
	if !ok {
		return v, false
	}
	v.overlay, v.laid = geometry.Lay(p.picture, q.picture, v.fit.Matrix)
	n := len(v.fit.Pairs)
	switch {
	case !v.laid || v.overlay.Textured < s.Windows:
		if n >= s.Inliers && v.fit.Spread >= leastSpread {
			v.strength = pipeline.Suggested
		}
	case s.other(p, q, v):
		v.strength, v.otherShot = pipeline.Suggested, true
	default:
		v.strength = s.strength(n, v.overlay)
		s.inDetail(p, q, &v)
	}
	return v, true
}

// inDetail looks for what tells another moment from a copy, and withdraws what only a copy deserves.
func (s PictureSettings) inDetail(p, q photo, v *sight) {
	if v.strength != pipeline.Confirmed {
		return
	}
	d, ok := geometry.Examine(p.picture, q.picture, v.fit.Matrix)
	if !ok {
		return
	}
	changed := d.Ghosts + d.Added
	if v.overlay.Ground >= s.Ground {
		changed += d.Near + d.Unlike // letters
	}
	if changed > s.Changed || v.fit.Strain > s.Loose || d.Windows >= s.Steady && s.drifts(d) {
		v.strength, v.differs = pipeline.Suggested, true
		v.otherShot = d.Ghosts > s.Ghosts || d.Windows >= s.Sure && (d.Drift > s.Drifted || d.Shifted > s.Apart)
	}
}

// drifts reports whether too much lies off its place for a copy.
func (s PictureSettings) drifts(d geometry.Detail) bool {
	return d.Drift > s.Drift || d.Shifted > s.Shifted || d.Drift > s.BothDrift && d.Shifted > s.BothShifted
}

// leastSpread is the share of what is seen that inliers must span where nothing else speaks for them.
const leastSpread = 0.1

// strength judges a fit by its inliers and the overlay.
func (s PictureSettings) strength(inliers int, o geometry.Overlay) pipeline.Strength {
	enough := inliers >= s.Inliers
	switch {
	case o.Ground >= s.Ground:
		switch {
		case s.allows(o) && (enough || inliers >= s.Few && o.Textured >= s.Many):
			return pipeline.Confirmed
		case enough && o.Exact >= s.TextHint:
			return pipeline.Suggested
		}
	case enough && o.Agreeing >= s.Alike && o.Median >= s.Median, inliers >= s.Few && s.agrees(o):
		return pipeline.Confirmed
	case enough && o.Agreeing >= hint, s.agrees(o):
		return pipeline.Suggested
	}
	return ""
}

// hint is the share of windows that must agree for many inliers to suggest: more than strangers have that share a caption
// or a screen's frame, 0.42 at most.
const hint = 0.5

// agrees reports whether the luma agrees all over.
func (s PictureSettings) agrees(o geometry.Overlay) bool {
	return o.Textured >= s.Many && s.alike(o)
}

// alike reports whether what there is of luma agrees.
func (s PictureSettings) alike(o geometry.Overlay) bool {
	return o.Agreeing >= s.AllAlike && o.Median >= s.HighMedian
}

// allows reports whether an overlay does not speak against a copy.
func (s PictureSettings) allows(o geometry.Overlay) bool {
	switch {
	case o.Textured < s.Windows:
		return true
	case o.Ground >= s.Ground:
		return o.Agreeing >= s.TextAlike && o.Exact >= s.TextExact || o.Agreeing >= s.TextSure ||
			o.Exact >= s.TextExactly && o.Disputed <= s.TextBox
	}
	return o.Agreeing >= s.Alike
}

// other reports whether two pictures are other shots of one scene: the features fit a map only roughly, or the scene goes on past
// both frames, which no crop and no border makes.
func (s PictureSettings) other(p, q photo, v sight) bool {
	f, o := v.fit, v.overlay
	if len(f.Pairs) < s.Inliers || f.Spread < leastSpread || o.Agreeing < s.Exact || o.Ground >= s.Ground {
		return false
	}
	if f.Strain > s.Torn || f.Strain > s.Strain && o.Exact < s.Exact {
		return true
	}
	if f.Plain || max(f.SeenOfA, f.SeenOfB) > 1-s.Beyond || o.Across < s.Across {
		return false
	}
	back, ok := f.Matrix.Inverse()
	if !ok {
		return false
	}
	other, ok := geometry.Lay(q.picture, p.picture, back)
	return ok && other.Across >= s.Across
}

// bySight states what was seen.
func (s Settings) bySight(p, q photo, v sight, whole int) pipeline.Match {
	m := pipeline.Match{
		A: p.item, B: q.item, Basis: pipeline.PartialPicture, Strength: v.strength,
		Transform: transformOf(v.fit), Inliers: len(v.fit.Pairs), OtherShot: v.otherShot,
		Method: s.featureMethod(),
	}
	if v.differs {
		m.Method += differing
	}
	if v.laid {
		m.Agreement = hundredths(v.overlay.Agreement)
	}
	if min(v.fit.SeenOfA/p.borderless(), v.fit.SeenOfB/q.borderless()) >= s.Pictures.Whole {
		m.Basis = pipeline.NearPicture
	}
	m.Distance = s.distance(p, q, m, whole)
	return m
}
