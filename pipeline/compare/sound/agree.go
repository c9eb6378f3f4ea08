package sound

import (
	"math"

	"dokaz/pipeline"
)

// Together is how far the offsets of pictures and sound may lie apart to count as one, seconds: frames are sampled a quarter of a
// second apart, words an eighth, and containers let the two streams begin at slightly different times.
const Together = 0.5

// Agrees reports whether two matches of one pair, of footage and of sound, tell of one thing: somewhere the same time of A is
// both shown and heard in B, at one offset. Where they do not agree, the sound was shifted or is that of other pictures.
func Agrees(footage, sound pipeline.Match) bool {
	if footage.A != sound.A || footage.B != sound.B || footage.Basis != pipeline.SharedFootage || sound.Basis != pipeline.SharedAudio {
		return false
	}
	for _, f := range footage.Segments {
		for _, h := range sound.Segments {
			shared := min(f.AEnd, h.AEnd) - max(f.AStart, h.AStart)
			if shared > 0 && math.Abs(f.Speed-h.Speed) <= 0.02 && math.Abs((f.BStart-f.AStart)-(h.BStart-h.AStart)) <= Together {
				return true
			}
		}
	}
	return false
}
