package compare

import (
	"cmp"
	"fmt"
	"slices"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
	"dokaz/pipeline/compare/timeline"
)

// footage finds the stretches of one item's footage that the other shows.
func (s Settings) footage(a, b pipeline.Prints) []pipeline.Match {
	f := s.Footage.Align(a.Footage, b.Footage)
	if f.Strength != pipeline.Confirmed {
		f = s.inPart(a, b, f)
	}
	if len(f.Segments) == 0 {
		return nil
	}
	return []pipeline.Match{{
		A: a.Item, B: b.Item, Basis: pipeline.SharedFootage, Strength: f.Strength, Distance: f.Distance, Share: shareOf(f.Segments, a, b),
		Transform: f.Transform, Segments: f.Segments, Method: s.footageMethod(f.Strength),
	}}
}

// stills finds where the video among two items shows the picture among them. A of the match is the picture. What hashes do not
// confirm is looked at by local features, which find parts of pictures too.
func (s Settings) stills(a, b pipeline.Prints) []pipeline.Match {
	if len(a.Footage) > 0 {
		a, b = b, a
	}
	if len(a.Footage) > 0 || len(b.Footage) == 0 {
		return nil
	}
	m, ok := s.located(a, b)
	if ok && m.Strength == pipeline.Confirmed {
		return []pipeline.Match{m}
	}
	v, seen := s.sighted(a, b)
	if seen {
		m, ok = s.inSight(m, ok, v, a, b), true
	}
	if !ok {
		return nil
	}
	return []pipeline.Match{toldByLuma(m, v, a, b)}
}

// inSight is where video B shows picture A, of which hashes of whole frames, if they found it, and features say where.
func (s Settings) inSight(m pipeline.Match, located bool, v seenStill, a, b pipeline.Prints) pipeline.Match {
	p, found := s.locatedInPart(a, b, v)
	if found = found && meet(p.Segments, v.match.Segments); !found {
		v.match = suggested(v.match) // nothing but features says so
	}
	if found && (!located || p.Strength == pipeline.Confirmed || p.Distance < m.Distance) {
		m, located = p, true
	}
	return s.joined(m, located, v, a, b)
}

// joined is what hashes, if they found the picture, and features say together. Where both mean one moment, which passes, each
// bears the other out, and hashes tell it better: what stands in the picture all the time has most of the features.
func (s Settings) joined(m pipeline.Match, located bool, v seenStill, a, b pipeline.Prints) pipeline.Match {
	switch {
	case located && m.Strength == pipeline.Confirmed:
		return m
	case located && meet(m.Segments, v.match.Segments):
		m.Inliers, m.Method = v.match.Inliers, v.match.Method
		if at := nearestOf(m.Segments).BStart; v.certain && amid(b, at) && s.Footage.Passes(b.Footage, at) {
			m.Strength = pipeline.Confirmed
		}
		return m
	case located && v.match.Strength != pipeline.Confirmed:
		return m
	}
	far := s.Footage
	far.Placed, far.Clear = 256, 0
	v.match.Distance = far.Locate(a.Pictures, b.Footage).Distance
	return v.match
}

// amid reports whether a film runs on before and after a time: a picture nearest to its first or last frame may be of what it does
// not show.
func amid(p pipeline.Prints, at float64) bool {
	return slices.ContainsFunc(p.Footage, func(f pipeline.FrameHashes) bool {
		return f.Frames[0].Time+ends < at && at < f.Frames[len(f.Frames)-1].Time-ends
	})
}

const ends = 0.2 // seconds at either end of a film

// suggested is a match that is not confirmed after all.
func suggested(m pipeline.Match) pipeline.Match {
	m.Strength, m.Segments = pipeline.Suggested, slices.Clone(m.Segments)
	for i := range m.Segments {
		m.Segments[i].Strength = pipeline.Suggested
	}
	return m
}

// nearestOf is the segment with the least distance, the first of equals.
func nearestOf(all []pipeline.Segment) pipeline.Segment {
	return slices.MinFunc(all, func(g, h pipeline.Segment) int { return cmp.Compare(g.Distance, h.Distance) })
}

// meet reports whether two lists of stretches of one film have a moment in common.
func meet(p, q []pipeline.Segment) bool {
	for _, g := range p {
		for _, h := range q {
			if g.BStart-beside <= h.BEnd && h.BStart-beside <= g.BEnd {
				return true
			}
		}
	}
	return false
}

// located finds the picture by the hashes of frames.
func (s Settings) located(a, b pipeline.Prints) (pipeline.Match, bool) {
	f := s.Footage.Locate(a.Pictures, b.Footage)
	return s.stillMatch(a, b, f), len(f.Segments) > 0
}

// locatedInPart finds by hashes of what the picture and the frames have in common, as far as features say how the one lies in the
// others.
func (s Settings) locatedInPart(a, b pipeline.Prints, v seenStill) (pipeline.Match, bool) {
	h, deviation, ok := geometry.Hash(v.picture.Miniature, v.fit.InA)
	if !ok || deviation < leastTexture || min(v.fit.InB[2], v.fit.InB[3]) < leastPart {
		return pipeline.Match{}, false
	}
	shown := []pipeline.PrintedPicture{{Bits: h, Quality: 100}}
	f := s.Footage.Locate(shown, cut(b, v.fit.InB))
	f.Transform = v.match.Transform
	m := s.stillMatch(a, b, f)
	if m.Inliers = v.match.Inliers; !v.certain {
		m = suggested(m)
	}
	return m, len(f.Segments) > 0
}

func (s Settings) stillMatch(a, b pipeline.Prints, f timeline.Finding) pipeline.Match {
	return pipeline.Match{
		A: a.Item, B: b.Item, Basis: pipeline.PictureInVideo, Strength: f.Strength, Distance: f.Distance,
		Transform: f.Transform, Segments: f.Segments, Method: s.stillMethod(f.Strength),
	}
}

// footageMethod is the Method of a shared_footage match.
func (s Settings) footageMethod(strength pipeline.Strength) string {
	f := s.Footage
	if strength == pipeline.Confirmed {
		return fmt.Sprintf("compare %d: pdq frames in order, changes correlated ≥%.2f, or ≥%.2f of particular frames, ≥%d frames ≥%d apart or ≥%d frames ≥%d apart",
			Version, f.Agreement, f.Together, f.DistinctFrames, f.Distinct, f.Scenes, f.Scene)
	}
	return fmt.Sprintf("compare %d: pdq frames in order, changes correlated ≥%.2f or median d≤%d, ≥%d frames", Version, f.Stated, f.Ambiguous, f.Frames)
}

// stillMethod is the Method of a picture_in_video match.
func (s Settings) stillMethod(strength pipeline.Strength) string {
	d := s.Footage.Placed
	if strength == pipeline.Confirmed {
		d = s.Footage.Located
	}
	return fmt.Sprintf("compare %d: pdq of picture and frame, in eight forms, d≤%d q≥%d", Version, d, s.Footage.Quality)
}
