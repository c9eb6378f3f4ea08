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
	// Strange is the distance from which on two pictures set in at one place are strangers: what shows them has a frame in common.
	Strange int
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

	// Copies and other moments of one scene, taken from nearly the same place, are told apart in detail (geometry.Examine). Steady is
	// how many windows must show the same for their places to say anything. Beyond Drift, in cells of 256 a side, or the share
	// Shifted, or both of BothDrift and BothShifted, or beyond the Strain Loose, pictures are suggested at most: of 1,250 copies 2 %
	// lie there, of 1,348 pairs of moments that agreed by all else 49 %. So they are where more than the share Changed differs
	// without having the shape of an overlay: of the moments another 31 %.
	Steady                                        int
	Drift, Shifted, BothDrift, BothShifted, Loose float64
	Changed                                       float64
	// Other shots they are called beyond Drifted or Apart, where at least Sure windows say so, and beyond the share Ghosts of what
	// stands in one place in the one picture and in another in the other.
	Sure                   int
	Drifted, Apart, Ghosts float64

	// Whole is the share of both pictures that must be seen in the other for near_picture; less is partial_picture.
	Whole float64
}

func pictureDefaults() PictureSettings {
	return PictureSettings{
		View: 60, Strange: 90, Words: 4,
		Inliers: 12, Few: 6, Windows: 12, Many: 20,
		Alike: 0.6, Median: 0.9, AllAlike: 0.85, HighMedian: 0.93,
		Ground: 0.45, TextAlike: 0.92, TextExact: 0.4, TextSure: 0.96, TextBox: 0.3, TextExactly: 0.55, TextHint: 0.65,
		Strain: 0.25, Exact: 0.5, Torn: 0.35,
		Beyond: 0.03, Across: 0.4,
		Steady: 20, Drift: 0.23, Shifted: 0.08, BothDrift: 0.18, BothShifted: 0.04, Loose: 0.3,
		Changed: 0.0006, Drifted: 0.3, Apart: 0.25, Ghosts: 0.004, Sure: 100,
		Whole: 0.8,
	}
}

// String names the thresholds for a report's annex.
func (s PictureSettings) String() string {
	return fmt.Sprintf("local features confirmed ≥%d on one map with ≥%.2f of windows alike, median ≥%.2f, or ≥%d with ≥%.2f, median ≥%.2f; "+
		"text from %.2f of one tone, ≥%.2f alike and ≥%.2f exact, or ≥%.2f alike, or ≥%.2f exact and the rest within %.2f; "+
		"in detail only suggested from strain %.2f, from %.4f changed but for overlays, or of ≥%d windows where drift >%.2f, "+
		"shifted >%.2f, or drift >%.2f and shifted >%.2f; other shot from strain %.2f with <%.2f exact, from %.2f, where the scene goes on past "+
		"both frames, from %.4f moved, or of ≥%d windows where drift >%.2f or shifted >%.2f; nothing where pictures set in at one place lie ≥%d apart; near_picture from %.2f of both seen",
		s.Inliers, s.Alike, s.Median, s.Few, s.AllAlike, s.HighMedian, s.Ground, s.TextAlike, s.TextExact, s.TextSure, s.TextExactly, s.TextBox,
		s.Loose, s.Changed, s.Steady, s.Drift, s.Shifted, s.BothDrift, s.BothShifted,
		s.Strain, s.Exact, s.Torn, s.Ghosts, s.Sure, s.Drifted, s.Apart, s.Strange, s.Whole)
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

// differing is said of pictures that correspond as copies do, but for details that another moment or an edit makes.
const differing = "; they differ in detail, by place or by content: another moment of the scene, or an edit"
