package compare

import (
	"cmp"
	"fmt"
	"slices"

	"dokaz/pipeline"
)

// footage finds the stretches of one item's footage that the other shows.
func (s Settings) footage(a, b pipeline.Prints) []pipeline.Match {
	f := s.Footage.Align(a.Footage, b.Footage, nil)
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
	if !ok || m.Strength != pipeline.Confirmed {
		if v, certain, seen := s.sighted(a, b); seen {
			m, ok = s.joined(m, ok, v, certain, a, b), true
		}
	}
	if !ok {
		return nil
	}
	return []pipeline.Match{m}
}

// joined is what hashes, if they found the picture, and features say together. Where both mean one moment, which passes, each
// bears the other out, and hashes tell it better: what stands in the picture all the time has most of the features.
func (s Settings) joined(m pipeline.Match, located bool, v pipeline.Match, certain bool, a, b pipeline.Prints) pipeline.Match {
	switch {
	case located && meet(m.Segments, v.Segments):
		m.Inliers, m.Method = v.Inliers, v.Method
		if certain && s.Footage.Passes(b.Footage, nearestOf(m.Segments).BStart) {
			m.Strength = pipeline.Confirmed
		}
		return m
	case located && v.Strength != pipeline.Confirmed:
		return m
	}
	far := s.Footage
	far.Placed, far.Clear = 256, 0
	v.Distance = far.Locate(a.Pictures, b.Footage, nil).Distance
	return v
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
	f := s.Footage.Locate(a.Pictures, b.Footage, nil)
	return pipeline.Match{
		A: a.Item, B: b.Item, Basis: pipeline.PictureInVideo, Strength: f.Strength, Distance: f.Distance,
		Transform: f.Transform, Segments: f.Segments, Method: s.stillMethod(f.Strength),
	}, len(f.Segments) > 0
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
