package compare_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

// item returns a digest that begins with n, so that order is plain to see.
func item(n byte) pipeline.Digest { return pipeline.Digest{n, 1} }

// bits sets the given number of bits, spread over all words.
func bits(n int) (h pipeline.Hash256) {
	for i := range n {
		h[i%4] |= 1 << (i / 4)
	}
	return h
}

func photo(n byte, pictures ...pipeline.PrintedPicture) pipeline.Prints {
	return pipeline.Prints{Item: item(n), Kind: pipeline.Photo, Pictures: pictures}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	match := func(s pipeline.Strength, distance int, method string) []pipeline.Match {
		return []pipeline.Match{{A: item(1), B: item(2), Basis: pipeline.NearPicture, Strength: s, Distance: distance, Method: method}}
	}
	confirmed, suggested := "compare 6: pdq d≤31 q≥50", "compare 6: pdq d≤48 q≥50"
	plain := photo(1, pipeline.PrintedPicture{Quality: 80})
	for name, c := range map[string]struct {
		a, b pipeline.Prints
		want []pipeline.Match
	}{
		"equal":                         {plain, photo(2, pipeline.PrintedPicture{Quality: 50}), match(pipeline.Confirmed, 0, confirmed)},
		"last confirmed":                {plain, photo(2, pipeline.PrintedPicture{Bits: bits(31), Quality: 100}), match(pipeline.Confirmed, 31, confirmed)},
		"first suggested":               {plain, photo(2, pipeline.PrintedPicture{Bits: bits(32), Quality: 100}), match(pipeline.Suggested, 32, suggested)},
		"last suggested":                {plain, photo(2, pipeline.PrintedPicture{Bits: bits(48), Quality: 100}), match(pipeline.Suggested, 48, suggested)},
		"too far":                       {plain, photo(2, pipeline.PrintedPicture{Bits: bits(49), Quality: 100}), nil},
		"flat":                          {plain, photo(2, pipeline.PrintedPicture{Quality: 49}), nil},
		"both flat and equal":           {photo(1, pipeline.PrintedPicture{}), photo(2, pipeline.PrintedPicture{}), nil},
		"no hash":                       {plain, photo(2), nil},
		"the item itself":               {plain, photo(1, pipeline.PrintedPicture{Quality: 80}), nil},
		"the nearest of several counts": {plain, photo(2, pipeline.PrintedPicture{Bits: bits(90), Quality: 90}, pipeline.PrintedPicture{Bits: bits(7), Quality: 90}, pipeline.PrintedPicture{Bits: bits(2), Quality: 9}), match(pipeline.Confirmed, 7, confirmed)},
	} {
		if d := cmp.Diff(c.want, compare.Pair(c.a, c.b, compare.Defaults())); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff(c.want, compare.Pair(c.b, c.a, compare.Defaults())); d != "" {
			t.Errorf("%s, the other way round: %s", name, d)
		}
	}
}

func TestRefNamesEveryThreshold(t *testing.T) {
	t.Parallel()
	want := pipeline.Ref{Analyzer: "compare", Version: 6, Parameters: "pdq q≥50; pictures confirmed d≤31, suggested d≤48; " +
		"local features confirmed ≥12 on one map with ≥0.60 of windows alike, median ≥0.90, or ≥6 with ≥0.85, median ≥0.93; " +
		"text from 0.45 of one tone, ≥0.92 alike and ≥0.40 exact, or ≥0.96 alike, or ≥0.55 exact and the rest within 0.30; " +
		"in detail only suggested from strain 0.30, from 0.0006 changed but for overlays, or of ≥20 windows where drift >0.23, " +
		"shifted >0.08, or drift >0.18 and shifted >0.04; other shot from strain 0.25 with <0.50 exact, from 0.35, where the scene goes " +
		"on past both frames, from 0.0040 moved, or of ≥100 windows where drift >0.30 or shifted >0.25; nothing where pictures set in at one place lie ≥90 apart; near_picture from 0.80 of both seen; " +
		"candidates by views d≤60, ≥4 words, frames d≤64, of photos d≤70; pdq frames q≥20 aligned by speed and offset, d<104, ≥120 bits nearer than usual in sum, " +
		"≥4 frames over ≥2000 ms, gaps ≤3000 ms; confirmed where the changes correlate ≥0.65, or ≥0.40 of frames that are not " +
		"usually alike, with ≥5 frames ≥20 apart or ≥3 frames ≥80 apart; offset ambiguous else, correlation ≥0.30 or median d≤48; " +
		"picture in video confirmed d≤31, suggested d≤70; of a scene that stands, d<60 more than a second apart, only where no other " +
		"moment lies within 16 and what moves correlates ≥0.85; chromaprint2 at one offset, bits differing over those by chance ≤65 %, " +
		"evidence ≥35 bits, confirmed ≥45 bits and agreement ≥50 %; short sounds ≥80 % alike, confirmed ≥90 bits and agreement ≥70 %"}
	if d := cmp.Diff(want, compare.New(nil, nil, compare.Defaults()).Ref()); d != "" {
		t.Error(d)
	}
}
