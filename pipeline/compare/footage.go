package compare

import (
	"fmt"

	"dokaz/pipeline"
)

// footage finds the stretches of one item's footage that the other shows.
func (s Settings) footage(a, b pipeline.Prints) []pipeline.Match {
	f := s.Footage.Align(a.Footage, b.Footage, nil)
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
		v, seen := s.sighted(a, b)
		switch {
		case seen && ok && (v.Strength == pipeline.Confirmed || meet(m.Segments, v.Segments)):
			// Hashes tell the moment better: what stands in the picture all the time has most of the features.
			m.Strength, m.Inliers, m.Method = pipeline.Confirmed, v.Inliers, v.Method
		case seen && !ok:
			far := s.Footage
			far.Placed, far.Clear = 256, 0
			v.Distance = far.Locate(a.Pictures, b.Footage, nil).Distance
			m, ok = v, true
		}
	}
	if !ok {
		return nil
	}
	return []pipeline.Match{m}
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
