package sound

import (
	"math"

	"dokaz/pipeline"
)

// track is one fingerprint made ready to be compared.
type track struct {
	words   []uint32
	variety []int   // of each word, in 64ths of a bit
	fine    bool    // words of the fine pace
	step    float64 // seconds
	span    float64 // seconds of sound that one word looks at
}

// Seconds of sound that a word looks at beyond 20 steps: a frame is 4,096 samples at 11,025 Hz and the frames of one word are 20.
const frameLength = 4096.0 / 11025

// tracks takes the prints of one algorithm that have a sensible step.
func tracks(all []pipeline.AudioPrint, algorithm string) (out []track) {
	for _, p := range all {
		if p.Algorithm != algorithm || !(p.Step > 0.001) || p.Step > 1 || len(p.Words) == 0 || len(p.Words) > maxWords {
			continue
		}
		out = append(out, track{
			words: p.Words, variety: p.Variety(), fine: algorithm == pipeline.FineChromaprint,
			step: p.Step, span: span(p),
		})
	}
	return out
}

// Middle is where the sound that a word mostly tells of lies, in seconds from where the word begins.
func Middle(p pipeline.AudioPrint) float64 { return (early + 1 - late) / 2 * span(p) }

// span is how many seconds of sound one word looks at.
func span(p pipeline.AudioPrint) float64 { return frameLength + 19*p.Step }

// maxWords bounds what is compared: more than two hours of words at the usual pace.
const maxWords = 1 << 16

// length is how long the sound is, seconds.
func (t track) length() float64 { return t.at(len(t.words)-1) + t.span }

// at is where the i-th word begins, seconds.
func (t track) at(i int) float64 { return float64(i) * t.step }

// rounded gives milliseconds.
func rounded(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }
