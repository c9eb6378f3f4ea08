package compare

import (
	"fmt"

	"dokaz/pipeline"
)

// PictureSettings are the thresholds of two photos beside those of their whole hashes. Shares are of 1; windows are the textured
// ones of geometry.Overlay. docs/measurements says what they rest on.
type PictureSettings struct {
	// View is the distance up to which two views are candidates: of 30,000 pairs of strangers' pictures none lies under
	// 76, in any of the eight forms.
	View int
	// Words is how many feature words make two photos candidates.
	Words int

	// Inliers are as many features on one map as no two strangers have, in 98,000 pairs at most 8, but those that share a
	// caption or a screen's frame. Few are enough where the luma agrees all over many windows.
	Inliers, Few int
	// Windows is the least number of windows that can speak for or against a fit, Many what few inliers ask for.
	Windows, Many int
	// Alike and Median are the share of windows that agree and the median correlation of all, at least, of a copy
	// with overlays; AllAlike and HighMedian of a fit with few inliers or none. Strangers under a chance fit have at
	// most 0.57 and 0.68.
	Alike, Median, AllAlike, HighMedian float64

	// Ground is the share of one tone from which on a picture counts as text on a ground: letters, forms, chats and
	// slides on one template agree in most windows. Of 330 pairs with other contents no two have TextAlike with TextExact of
	// their windows, nor TextSure, nor TextExactly where what differs lies within a box of TextBox of the overlap, as a
	// caption and an inset do. TextHint of exact windows suggests.
	Ground, TextAlike, TextExact, TextSure, TextBox, TextExactly, TextHint float64

	// Strain tells copies from other shots of a scene: the inliers of 1,250 copies lie within 0.24 of the tolerance by median, those of other shots at 0.28 to 0.6. Beyond
	// Strain it is another shot where less than Exact of the windows are the same but for coding, beyond Torn always.
	Strain, Exact, Torn float64
	// Beyond is the share of each picture that the other does not show, and Across the correlation over the border, from
	// which on the scene goes on past both frames: a camera that was moved, not a crop.
	Beyond, Across float64

	// Whole is the share of both pictures that must be seen in the other for near_picture; less is partial_picture.
	Whole float64
}

func pictureDefaults() PictureSettings {
	return PictureSettings{
		View: 60, Words: 4,
		Inliers: 12, Few: 6, Windows: 12, Many: 20,
		Alike: 0.6, Median: 0.9, AllAlike: 0.85, HighMedian: 0.93,
		Ground: 0.45, TextAlike: 0.92, TextExact: 0.4, TextSure: 0.96, TextBox: 0.3, TextExactly: 0.55, TextHint: 0.65,
		Strain: 0.25, Exact: 0.5, Torn: 0.35,
		Beyond: 0.03, Across: 0.4,
		Whole: 0.8,
	}
}

// String names the thresholds for a report's annex.
func (s PictureSettings) String() string {
	return fmt.Sprintf("local features confirmed ≥%d on one map with ≥%.2f of windows alike, median ≥%.2f, or ≥%d with ≥%.2f, median ≥%.2f; "+
		"text from %.2f of one tone, ≥%.2f alike and ≥%.2f exact, or ≥%.2f alike, or ≥%.2f exact and the rest within %.2f; other shot from strain %.2f with <%.2f exact, from %.2f, or where the scene goes on past both frames; near_picture from %.2f of both seen",
		s.Inliers, s.Alike, s.Median, s.Few, s.AllAlike, s.HighMedian, s.Ground, s.TextAlike, s.TextExact, s.TextSure, s.TextExactly, s.TextBox, s.Strain, s.Exact, s.Torn, s.Whole)
}

// hashMethod is the Method of a match of whole pictures by their hashes.
func (s Settings) hashMethod(strength pipeline.Strength) string {
	d := s.Suggested
	if strength == pipeline.Confirmed {
		d = s.Confirmed
	}
	return fmt.Sprintf("compare %d: pdq d≤%d q≥%d", Version, d, s.Quality)
}

// viewMethod is the Method of a match of views by their hashes.
func (s Settings) viewMethod() string {
	return fmt.Sprintf("compare %d: pdq0 of views, turned and mirrored, d≤%d q≥%d", Version, s.Confirmed, s.Quality)
}

// featureMethod is the Method of a match by local features.
func (s Settings) featureMethod() string {
	return fmt.Sprintf("compare %d: orb-m1 ≥%d on one map, luma laid on each other", Version, s.Pictures.Few)
}
