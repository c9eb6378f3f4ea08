package compare_test

import (
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

// dense puts the frames of a video as near to each other in time as hostile prints like.
func dense(p pipeline.Prints, seconds float64) pipeline.Prints {
	for i := range p.Footage[0].Frames {
		p.Footage[0].Frames[i].Time = float64(i) * seconds
	}
	return p
}

// hostile are pairs of videos of n frames made to be costly: all alike in some way.
func hostile(n int) map[string][2]pipeline.Prints {
	s := newStudio(9)
	face, other := s.frame(), s.frame()
	flicker := make([]pipeline.Hash256, n)
	for i := range flicker {
		flicker[i] = []pipeline.Hash256{face, other}[i%2]
	}
	return map[string][2]pipeline.Prints{
		"equal":               {video(1, s.still(face, n, 0)), video(2, s.still(face, n, 0))},
		"near":                {video(1, s.still(face, n, 3)), video(2, s.still(face, n, 3))},
		"noisy":               {video(1, s.still(face, n, 15)), video(2, s.still(face, n, 15))},
		"flickering":          {video(1, flicker), video(2, flicker[1:])},
		"all at once":         {dense(video(1, s.still(face, n, 9)), 0), dense(video(2, s.still(face, n, 9)), 0)},
		"a thousand a second": {dense(video(1, s.still(face, n, 9)), 0.001), dense(video(2, s.still(face, n, 9)), 0.001)},
		"40 a second":         {dense(video(1, s.still(face, n, 9)), 0.025), dense(video(2, s.still(face, n, 9)), 0.025)},
		"spread over a day":   {dense(video(1, s.still(face, n, 9)), 4.3), dense(video(2, s.still(face, n, 9)), 4.3)},
	}
}

// The test's own time limit is the measure: without bounds these take hours.
func TestHostileVideosAreComparedInBoundedTime(t *testing.T) {
	t.Parallel()
	for name, p := range hostile(3000) {
		for _, m := range compare.Pair(p[0], p[1], compare.Defaults()) {
			if m.Strength == pipeline.Confirmed {
				t.Errorf("%s: confirmed, with %d segments", name, len(m.Segments))
			}
		}
	}
}

func BenchmarkHostilePair(b *testing.B) {
	for name, p := range hostile(20_000) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				compare.Pair(p[0], p[1], compare.Defaults())
			}
		})
	}
}

func BenchmarkPair(b *testing.B) {
	s := newStudio(10)
	film := s.film(600)
	for name, p := range map[string][2]pipeline.Prints{
		"five minutes, coded anew": {video(1, film), video(2, s.coded(film, 8))},
		"five minutes, unrelated":  {video(1, film), video(2, s.film(600))},
		"photos":                   {photo(1, pipeline.PrintedPicture{Quality: 90}), photo(2, pipeline.PrintedPicture{Quality: 90})},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				compare.Pair(p[0], p[1], compare.Defaults())
			}
		})
	}
}
