package compare_test

import (
	"math"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/compare/geometry"
)

// passing is a wall of which every frame has the same hash and the same features, and before which a disc goes its way from left to
// right in ten seconds.
func passing(n byte, from, to int, still bool) pipeline.Prints {
	s := newScene(77, 160)
	hashes := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test"}
	plain := pipeline.LocalFeatures{Algorithm: pipeline.Plain, Width: side, Height: side}
	featured := pipeline.LocalFeatures{Algorithm: "orb-m1", Width: side, Height: side}
	for i := from; i < to; i++ {
		disc := func(x, y, luma float64) float64 {
			if math.Hypot(x-0.1-0.02*float64(i), y-0.5) < 0.04 {
				return 255
			}
			return luma
		}
		p := s.take(n, taken{by: straight, over: disc})
		if still {
			return p
		}
		f := p.Features[0].Frames[0]
		f.Time = float64(i) / 4
		bits, _, _ := geometry.Hash(s.take(n, taken{by: straight}).Features[0].Frames[0].Miniature, pipeline.Box{0, 0, 1, 1})
		hashes.Frames = append(hashes.Frames, pipeline.HashedFrame{Time: f.Time, Bits: bits, Quality: 90})
		plain.Frames = append(plain.Frames, pipeline.FeaturedFrame{Time: f.Time, Miniature: f.Miniature})
		if i%40 == 0 {
			featured.Frames = append(featured.Frames, pipeline.FeaturedFrame{Time: f.Time, Count: f.Count, Points: f.Points})
		}
	}
	all := []pipeline.LocalFeatures{featured, plain}
	return pipeline.Prints{Item: item(n), Kind: pipeline.Video, Footage: []pipeline.FrameHashes{hashes}, Features: all, Words: pipeline.WordsOf(all)}
}

// Where a camera stands, what little moves tells when a picture was taken; it stays a suggestion.
func TestTheMomentBeforeACameraThatStands(t *testing.T) {
	t.Parallel()
	film := passing(1, 0, 40, false)
	for _, at := range []int{7, 18, 31} {
		m := compare.Pair(film, passing(2, at, at+1, true), compare.Defaults())
		if len(m) != 1 || m[0].Basis != pipeline.PictureInVideo || m[0].Strength != pipeline.Suggested || len(m[0].Segments) == 0 {
			t.Errorf("at %d: %+v", at, m)
			continue
		}
		if g := m[0].Segments[0]; !g.Ambiguous || math.Abs(g.BStart-float64(at)/4) > 0.3 || g.BEnd != g.BStart {
			t.Errorf("at %.2f s: %+v", float64(at)/4, m[0].Segments)
		}
	}
}

// A dark picture is looked for in films, at the quality that their frames need.
func TestDimPicturesAreCandidatesOfFilms(t *testing.T) {
	t.Parallel()
	s := newStudio(21)
	film := s.film(60)
	shown := video(1, film)
	shown.Kind = pipeline.Video
	for quality, found := range map[int]int{90: 1, 30: 1, 10: 0} {
		p := photo(2, pipeline.PrintedPicture{Bits: s.changed(film[30], 5), Quality: quality})
		p.Kind = pipeline.Photo
		if m := compare.Pair(shown, p, compare.Defaults()); len(m) != found {
			t.Errorf("quality %d: %+v", quality, m)
		}
	}
}

// A part of a picture is found by features, of which there are frames once a second only; the luma tells when between them it was
// taken. In each second of this film a large disc goes its way before another wall, and the camera goes another.
func TestTheMomentOfAPartBetweenFeaturedFrames(t *testing.T) {
	t.Parallel()
	corner := pipeline.Box{0.2, 0.15, 0.6, 0.6}
	before := func(i int, seen pipeline.Box) func(x, y, luma float64) float64 {
		return func(x, y, luma float64) float64 {
			if math.Hypot(seen[0]+seen[2]*x-0.3-0.1*float64(i%4), seen[1]+seen[3]*y-0.45) < 0.1 {
				return 255
			}
			return luma
		}
	}
	moved := func(i int) geometry.Map { return geometry.Map{1, 0, 0.06 * float64(i%4), 0, 1, 0, 0, 0, 1} }
	hashes := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test"}
	plain := pipeline.LocalFeatures{Algorithm: pipeline.Plain, Width: side, Height: side}
	featured := pipeline.LocalFeatures{Algorithm: "orb-m1", Width: side, Height: side}
	for i := range 16 {
		f := newScene(uint64(500+i/4), 160).take(1, taken{by: moved(i), over: before(i, pipeline.Box{0, 0, 1, 1})}).Features[0].Frames[0]
		f.Time = float64(i) / 4
		bits, _, _ := geometry.Hash(f.Miniature, pipeline.Box{0, 0, 1, 1})
		hashes.Frames = append(hashes.Frames, pipeline.HashedFrame{Time: f.Time, Bits: bits, Quality: 90})
		plain.Frames = append(plain.Frames, pipeline.FeaturedFrame{Time: f.Time, Miniature: f.Miniature})
		if i%4 == 0 {
			featured.Frames = append(featured.Frames, pipeline.FeaturedFrame{Time: f.Time, Count: f.Count, Points: f.Points})
		}
	}
	all := []pipeline.LocalFeatures{featured, plain}
	film := pipeline.Prints{Item: item(1), Kind: pipeline.Video, Footage: []pipeline.FrameHashes{hashes}, Features: all, Words: pipeline.WordsOf(all)}
	for _, at := range []int{6, 11} { // quarters of a second
		still := newScene(uint64(500+at/4), 160).take(2, taken{by: within(corner).After(moved(at)), over: before(at, corner), hashes: strange})
		m := compare.Pair(film, still, compare.Defaults())
		if len(m) != 1 || m[0].Basis != pipeline.PictureInVideo || len(m[0].Segments) == 0 {
			t.Errorf("at %d: %+v", at, m)
			continue
		}
		if g := m[0].Segments[0]; math.Abs(g.BStart-float64(at)/4) > 0.01 || g.BEnd != g.BStart {
			t.Errorf("at %.2f s: %s %+v", float64(at)/4, m[0].Strength, m[0].Segments)
		}
	}
}
