package compare

import (
	"fmt"

	"dokaz/pipeline"
)

// Version is bumped whenever the same prints and settings can give other matches.
const Version = 1

// Settings are the thresholds. Distances are in bits of 256, times in milliseconds.
type Settings struct {
	// Quality is the PDQ quality under which a picture or a frame takes part in no match: flat, black and blurred
	// pictures all resemble each other. 50 is the publishers' advice (pdq/README: discard at 49 and below).
	Quality int

	// Confirmed is the distance up to which pictures, or frames at the same offset, confirm: 31 is the publishers' advice.
	Confirmed int

	// Suggested is the distance up to which two pictures are suggested. Measured on 143 real pictures: of 9,800 pairs of
	// unrelated ones a single pair lies under 80, two look-alike cabinets at 50; the farthest of 102 pairs of plain
	// near-duplicates (recompressed, resized, turned back upright, other colours, small edits) lies at 40.
	Suggested int

	// Frame is the distance up to which frames count for an alignment in time, which asks for several in order
	// and thus bears more than a single picture. Of 313,000 pairs of frames of unrelated videos the nearest are 90 apart;
	// frames with and without a large logo lie at 52 by median.
	Frame int

	// Distinct is how far apart two frames of one video are to count as two: 20 of 256 is beyond what coding
	// noise does to a still picture.
	Distinct int
	// Scene is how far apart two frames are to count as two scenes, near what unrelated pictures are.
	Scene int
	// DistinctFrames and Scenes say how many of either a confirmed stretch must show.
	DistinctFrames, Scenes int

	// Frames is the least number of aligned frames in any stretch.
	Frames int
	// Span is the least length of a stretch, unless it is the whole of the shorter video.
	Span int64
	// Gap is the longest time within a stretch in which no frame is aligned.
	Gap int64
	// Reach is how far from its expected time an aligned frame may lie. Frames are sampled every 500 ms: a
	// little more than half of it.
	Reach int64
}

// Defaults returns the calibrated thresholds.
func Defaults() Settings {
	return Settings{
		Quality: 50, Confirmed: 31, Suggested: 48, Frame: 64,
		Distinct: 20, Scene: 80, DistinctFrames: 5, Scenes: 3,
		Frames: 4, Span: 3000, Gap: 3000, Reach: 300,
	}
}

// Ref names the method for a report's annex.
func (s Settings) Ref() pipeline.Ref {
	return pipeline.Ref{Analyzer: "compare", Version: Version, Parameters: fmt.Sprintf(
		"pdq q≥%d; pictures confirmed d≤%d, suggested d≤%d; footage at one offset and equal speed, frames d≤%d, confirmed median d≤%d with ≥%d frames ≥%d apart or ≥%d frames ≥%d apart; ≥%d frames over ≥%d ms, gaps ≤%d ms, frames within %d ms",
		s.Quality, s.Confirmed, s.Suggested, s.Frame, s.Confirmed, s.DistinctFrames, s.Distinct, s.Scenes, s.Scene,
		s.Frames, s.Span, s.Gap, s.Reach)}
}

// pictureMethod is the Method of a near_picture match.
func (s Settings) pictureMethod(strength pipeline.Strength) string {
	d := s.Suggested
	if strength == pipeline.Confirmed {
		d = s.Confirmed
	}
	return fmt.Sprintf("compare %d: pdq d≤%d q≥%d", Version, d, s.Quality)
}

// footageMethod is the Method of a shared_footage match.
func (s Settings) footageMethod(strength pipeline.Strength) string {
	if strength == pipeline.Confirmed {
		return fmt.Sprintf("compare %d: pdq frames at one offset, median d≤%d q≥%d, ≥%d frames ≥%d apart or ≥%d frames ≥%d apart",
			Version, s.Confirmed, s.Quality, s.DistinctFrames, s.Distinct, s.Scenes, s.Scene)
	}
	return fmt.Sprintf("compare %d: pdq frames at one offset, d≤%d q≥%d, ≥%d frames", Version, s.Frame, s.Quality, s.Frames)
}
