package compare

import (
	"fmt"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/sound"
	"dokaz/pipeline/compare/timeline"
)

// Version is bumped whenever the same prints and settings can give other matches.
const Version = 6

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

	// Pictures are the further thresholds of photos.
	Pictures PictureSettings

	// Still is the distance up to which a photo and a frame make a photo and a video candidates.
	Still int

	// Sound are the thresholds of sound.
	Sound sound.Settings

	// Frame is the distance up to which frames count for an alignment in time, which asks for several in order
	// and thus bears more than a single picture. Of 313,000 pairs of frames of unrelated videos the nearest are 90 apart;
	// frames with and without a large logo lie at 52 by median.
	Frame int

	// Footage are the thresholds of what follows: films aligned in time, and pictures found in them.
	Footage timeline.Settings
}

// Defaults returns the calibrated thresholds.
func Defaults() Settings {
	return Settings{
		Quality: 50, Confirmed: 31, Suggested: 48, Still: 70, Pictures: pictureDefaults(), Sound: sound.Defaults(), Frame: 64,
		Footage: timeline.Defaults(),
	}
}

// Ref names the method for a report's annex.
func (s Settings) Ref() pipeline.Ref {
	return pipeline.Ref{Analyzer: "compare", Version: Version, Parameters: fmt.Sprintf(
		"pdq q≥%d; pictures confirmed d≤%d, suggested d≤%d; %v; candidates by views d≤%d, ≥%d words, frames d≤%d, of photos d≤%d; %v; %s",
		s.Quality, s.Confirmed, s.Suggested, s.Pictures, s.Pictures.View, s.Pictures.Words, s.Frame, s.Still, s.Footage, s.Sound.Method())}
}
