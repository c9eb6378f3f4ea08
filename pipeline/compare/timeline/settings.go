package timeline

import (
	"fmt"
)

// Settings are the thresholds. Distances are in bits of 256, times in milliseconds. docs/measurements says what
// they rest on.
type Settings struct {
	// Quality is the PDQ quality under which a frame has no vote. It is lower than for photos, since many frames in
	// order are asked for: of 37 million pairs of frames with those of 20 to 50 of unrelated videos one in 10,000 lies under 92.
	Quality int

	// Even is the distance at which a pair of frames says neither yes nor no. Frames of unrelated videos lie at 128 by
	// median, one in 1,000 pairs under 102; frames under a large logo at 52 to 66, those of a fast movement seen an eighth
	// of a second apart at 80.
	Even int
	// Still is the distance up to which frames never speak against each other, however little the picture changes.
	Still int
	// Enter is what a stretch must earn, in bits nearer than usual summed over its frames, to be worth a change.
	Enter int

	// Frames and Span are the least number of aligned frames in a stretch and its least length, unless it is the whole
	// of the shorter film.
	Frames int
	Span   int64
	// Gap is the longest time within a stretch in which nothing is aligned.
	Gap int64
	// Reach is how far from its expected time an aligned frame may lie, at least: frames are sampled every 250 ms.
	Reach int64

	// Distinct is how far apart two frames of one film are to count as two: 20 of 256 is beyond what coding noise does to a
	// still picture. Scene is how far apart they are to count as two scenes.
	Distinct, Scene int
	// DistinctFrames and Scenes say how many of either a confirmed stretch must show.
	DistinctFrames, Scenes int

	// Agreement is the correlation of what changes (see agreement) from which on two films show the same. Over stretches of one place
	// filmed at other times, people walking the same way included, it is at most 0.56; of unrelated videos at most 0.27.
	Agreement float64
	// Together is the correlation that is enough where most frames are not usually near the other film's, which
	// is to say that no camera stands and looks at one place.
	Together float64
	// Chance is the correlation under which an alignment of moving pictures is not looked into.
	Chance float64
	// Stated is the correlation from which on, and Ambiguous the median distance up to which, a stretch is stated though
	// nothing determines its offset.
	Stated    float64
	Ambiguous int

	// Located and Placed are the distances up to which a frame confirms, and suggests, that it shows a picture; a sample taken an eighth
	// of a second beside the picture in a fast movement lies at 70. Beyond Ambiguous, both need the quality Clear.
	Located, Placed, Clear int

	// Standing is the distance under which frames more than a second apart show one scene that stands. A picture of such a
	// scene is confirmed only where no other moment lies within Apart bits of the nearest, and what moves, the difference
	// from the scene's mean, correlates by Moved.
	Standing, Apart int
	Moved           float64
}

// Defaults returns the calibrated thresholds.
func Defaults() Settings {
	return Settings{
		Quality: 20, Even: 104, Still: 40, Enter: 120,
		Frames: 4, Span: 2000, Gap: 3000, Reach: 200,
		Distinct: 20, Scene: 80, DistinctFrames: 5, Scenes: 3,
		Agreement: 0.65, Together: 0.4, Chance: 0.15, Stated: 0.3, Ambiguous: 48,
		Located: 31, Placed: 70, Clear: 50,
		Standing: 60, Apart: 16, Moved: 0.85,
	}
}

// String names the thresholds for a report's annex.
func (s Settings) String() string {
	return fmt.Sprintf("pdq frames q≥%d aligned by speed and offset, d<%d, ≥%d bits nearer than usual in sum, ≥%d frames over ≥%d ms, gaps ≤%d ms; "+
		"confirmed where the changes correlate ≥%.2f, or ≥%.2f of frames that are not usually alike, with ≥%d frames ≥%d apart or ≥%d frames ≥%d apart; "+
		"offset ambiguous else, correlation ≥%.2f or median d≤%d; picture in video confirmed d≤%d, suggested d≤%d; "+
		"of a scene that stands, d<%d more than a second apart, only where no other moment lies within %d and what moves correlates ≥%.2f",
		s.Quality, s.Even, s.Enter, s.Frames, s.Span, s.Gap, s.Agreement, s.Together, s.DistinctFrames, s.Distinct, s.Scenes, s.Scene,
		s.Stated, s.Ambiguous, s.Located, s.Placed, s.Standing, s.Apart, s.Moved)
}
