package pdq

import (
	"fmt"
	"slices"

	"dokaz/pipeline"
)

const (
	side    = 64 // of the reduced picture
	terms   = 16 // cosine terms kept per direction
	minSide = 5  // smaller pictures have no hash
)

// Hash returns the PDQ hash and quality of a picture of w×h luma values from 0 to 255, row by row. A side
// under five pixels gives the zero hash with quality 0, as the published program does. A picture of
// 64×64 is taken as already reduced. luma is not modified.
//
// Values far outside 0 to 255, or not numbers, and a length other than w×h are pipeline.ErrMalformed.
func Hash(luma []float32, w, h int) (pipeline.Hash256, int, error) {
	if w < 0 || h < 0 || (w > 0 && h > len(luma)/w) || len(luma) != w*h {
		return pipeline.Hash256{}, 0, fmt.Errorf("pdq: %w: %d luma values for %d×%d pixels", pipeline.ErrMalformed, len(luma), w, h)
	}
	if w < minSide || h < minSide {
		return pipeline.Hash256{}, 0, nil
	}
	var small [side * side]float32
	if w == side && h == side {
		copy(small[:], luma)
	} else {
		reduce(&small, luma, w, h)
	}
	return hashOf(&small)
}

// hashOf hashes the reduced picture.
func hashOf(small *[side * side]float32) (pipeline.Hash256, int, error) {
	for _, v := range small {
		if !(v > -1 && v < 256) { // running sums may leave the range by a rounding; not-a-number fails too
			return pipeline.Hash256{}, 0, fmt.Errorf("pdq: %w: luma outside 0 to 255", pipeline.ErrMalformed)
		}
	}
	return threshold(transform(small)), quality(small), nil
}

// quality adds up the whole percents of full scale between vertical and horizontal neighbours and scales the
// sum to at most 100. Differences below one percent count nothing.
func quality(p *[side * side]float32) int {
	sum := 0
	step := func(u, v float32) {
		d := float32(float32(u-v)*100) / 255
		sum += max(int(d), -int(d))
	}
	for y := range side {
		for x := range side {
			i := y*side + x
			if y+1 < side {
				step(p[i], p[i+side])
			}
			if x+1 < side {
				step(p[i], p[i+1])
			}
		}
	}
	return min(sum/90, 100)
}

// threshold sets a bit for every coefficient above the median. The median of the 256 is the lower of the
// middle two. Bit 0, the lowest frequencies', is the least significant.
func threshold(c [terms * terms]float32) pipeline.Hash256 {
	sorted := c
	slices.Sort(sorted[:])
	median := sorted[len(sorted)/2-1]
	var h pipeline.Hash256
	for i, v := range c {
		if v > median {
			h[len(h)-1-i/64] |= 1 << (i % 64)
		}
	}
	return h
}
