package compare

import (
	"math"
	"math/rand/v2"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/sound"
)

// Forty seconds in common, ten seconds later in B than in A, with other sound before and behind.
func TestSoundIsFollowedBeyondItsEnds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 1))
	words := func(n int) (out pipeline.SoundWords) {
		for range n {
			out = append(out, r.Uint32())
		}
		return out
	}
	printed := func(item byte, parts ...pipeline.SoundWords) pipeline.Prints {
		p := pipeline.AudioPrint{Algorithm: "chromaprint2", Step: 0.125, Stream: int(item)}
		for _, w := range parts {
			p.Words = append(p.Words, w...)
		}
		other := pipeline.AudioPrint{Algorithm: "chromaprint2", Step: 0.125, Stream: 9, Words: words(700)}
		return pipeline.Prints{Item: pipeline.Digest{item}, Kind: pipeline.Audio, Sound: []pipeline.AudioPrint{other, p}}
	}
	shared := words(320)
	a, b := printed(1, words(160), shared, words(120)), printed(2, words(240), shared, words(40))
	for name, sides := range map[string][2]pipeline.Prints{"later in B": {a, b}, "earlier in B": {b, a}} {
		from, to := 20.0, 30.0
		if name == "earlier in B" {
			from, to = to, from
		}
		e := Explanation{A: sides[0].Item, B: sides[1].Item, Matches: []pipeline.Match{{Basis: pipeline.SharedAudio, Segments: []pipeline.Segment{
			{AStart: from, AEnd: from + 40, BStart: to, BEnd: to + 40, Speed: 1},
		}}}}
		e.sound(sides[0], sides[1])
		if e.Sound == nil || e.Sound.Offset != to-from || e.Sound.Streams == [2]int{9, 9} || len(e.Missing) > 0 {
			t.Fatalf("%s: %+v", name, e)
		}
		before, behind := 0, 0
		for _, rate := range e.Sound.Rates {
			rate.At -= sound.Middle(sides[0].Sound[1])
			switch {
			case rate.At < from-1 && math.Abs(rate.Rate-0.5) < 0.15:
				before++
			case rate.At > from+41 && math.Abs(rate.Rate-0.5) < 0.15:
				behind++
			case rate.At >= from+1 && rate.At <= from+39 && rate.Rate == 0, rate.At >= from-1 && rate.At < from+1, rate.At > from+39 && rate.At <= from+41:
			default:
				t.Errorf("%s: at %v s %v of the bits differ", name, rate.At, rate.Rate)
			}
		}
		if before < 50 || behind < 10 {
			t.Errorf("%s: %d rates before, %d behind", name, before, behind)
		}
	}
}
