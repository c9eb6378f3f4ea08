package compare

import (
	"cmp"
	"math"
	"slices"

	"dokaz/pipeline"
)

// shareOf is how much of two videos segments cover, in thousandths, of the time between their first and last frames.
func shareOf(segments []pipeline.Segment, a, b pipeline.Prints) *pipeline.Share {
	inA, inB := make([][2]float64, len(segments)), make([][2]float64, len(segments))
	for i, g := range segments {
		inA[i], inB[i] = [2]float64{g.AStart, g.AEnd}, [2]float64{g.BStart, g.BEnd}
	}
	return &pipeline.Share{covered(inA, a), covered(inB, b)}
}

// covered is the part of a video's time that lies in any of the spans.
func covered(spans [][2]float64, p pipeline.Prints) float64 {
	whole := 0.0
	for _, f := range p.Footage {
		if n := len(f.Frames); n > 0 {
			whole = max(whole, f.Frames[n-1].Time-f.Frames[0].Time)
		}
	}
	slices.SortFunc(spans, func(x, y [2]float64) int { return cmp.Compare(x[0], y[0]) })
	sum, end := 0.0, math.Inf(-1)
	for _, s := range spans {
		sum += max(0, s[1]-max(s[0], end))
		end = max(end, s[1])
	}
	if !(whole > 0) {
		return 1
	}
	return math.Round(min(sum/whole, 1)*1000) / 1000
}
