package compare

import (
	"math"
	"math/bits"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/sound"
)

// SoundLine says how well the sound of two items agrees along the line on which they were found to agree.
type SoundLine struct {
	Streams   [2]int             `json:"streams"`
	Offset    float64            `json:"offset"` // seconds: B's time less A's
	Rates     []BitErrors        `json:"rates"`  // along A's time
	Stretches []pipeline.Segment `json:"stretches"`
}

// BitErrors is how many of the bits of two fingerprints differ about a moment. Unrelated sound has one half.
type BitErrors struct {
	At   float64 `json:"at"`   // seconds of A
	Rate float64 `json:"rate"` // 0 to 1
}

const (
	errorWindow = 16  // words: about two seconds
	leastWindow = 4   // words, of sounds too short for more
	maxRates    = 400 // told along the line
)

// sound follows the match of sound beyond its ends, so that it can be seen where it begins and where it breaks off.
func (e *Explanation) sound(a, b pipeline.Prints) {
	if len(a.Sound) == 0 || len(b.Sound) == 0 {
		if len(a.Sound) > 0 || len(b.Sound) > 0 {
			e.lacks(BySound, NotStated, len(a.Sound) > 0, len(b.Sound) > 0)
		}
		return
	}
	m, ok := e.match(pipeline.SharedAudio)
	if !ok || len(m.Segments) == 0 {
		e.lacks(BySound, NoOffset)
		return
	}
	longest := m.Segments[0]
	for _, s := range m.Segments {
		if s.AEnd-s.AStart > longest.AEnd-longest.AStart {
			longest = s
		}
	}
	least := math.Inf(1)
	for _, p := range a.Sound[:min(len(a.Sound), maxViews)] {
		for _, q := range b.Sound[:min(len(b.Sound), maxViews)] {
			if p.Algorithm != q.Algorithm || p.Step != q.Step || !(p.Step > 0) {
				continue
			}
			l := SoundLine{Streams: [2]int{p.Stream, q.Stream}, Offset: longest.BStart - longest.AStart, Rates: []BitErrors{}, Stretches: m.Segments}
			shift := int(math.Round(l.Offset / p.Step))
			if within := l.follow(p, q, shift, longest); len(l.Rates) > 0 && within < least {
				least, e.Sound = within, &l
			}
		}
	}
}

// follow fills in the rates and returns their mean over a stretch.
func (l *SoundLine) follow(p, q pipeline.AudioPrint, shift int, over pipeline.Segment) float64 {
	from, to := max(0, -shift), min(len(p.Words), len(q.Words)-shift)
	wrong := make([]int, max(to-from, 0)+1) // running sum
	for i := from; i < to; i++ {
		wrong[i-from+1] = wrong[i-from] + bits.OnesCount32(p.Words[i]^q.Words[i+shift])
	}
	every, window := max(1, (to-from)/maxRates), min(errorWindow, max(leastWindow, (to-from)/4))
	sum, n := 0.0, 0.0
	for i := from; i+window <= to; i += every {
		r := BitErrors{
			At:   math.Round(1000*(float64(2*i+window-1)/2*p.Step+sound.Middle(p))) / 1000,
			Rate: float64(wrong[i-from+window]-wrong[i-from]) / float64(32*window),
		}
		l.Rates = append(l.Rates, r)
		if r.At >= over.AStart && r.At <= over.AEnd {
			sum, n = sum+r.Rate, n+1
		}
	}
	if n == 0 {
		return 1
	}
	return sum / n
}
