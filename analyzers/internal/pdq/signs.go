package pdq

import (
	"math"

	"dokaz/pipeline"
)

// Samples is a picture reduced to 64×64, row by row, in 256ths of a luma level: 0 to 65280.
type Samples [side * side]uint16

// Signs returns the hash "pdq0" of a reduced picture, and PDQ's quality. Its bits are laid out as those of PDQ and
// stand for the same cosine terms; a bit is set where the term is above zero instead of above the terms' median.
//
// Mirroring a picture exchanges the sign of some terms and turning it exchanges rows and columns of them. So the hash of
// samples turned or mirrored by right angles is pipeline.Hash256.Turned of the hash, which a median does not
// allow: the idea is that of the published program's dihedral hashes. To be exact, terms are computed in whole numbers from
// cosines whose symmetries hold to the last digit. A term that is exactly zero, as half of a mirror-symmetric
// picture's are, has no sign: its bit is clear in every form. A flat picture gives the zero hash with quality 0.
func Signs(p *Samples) (pipeline.Hash256, int) {
	var h pipeline.Hash256
	for i, v := range signed(p) {
		if v > 0 {
			h[len(h)-1-i/64] |= 1 << (i % 64)
		}
	}
	return h, qualityOf(p)
}

// unit is one in the whole-number cosines.
const unit = 1 << 14

// wholeCosines holds rows 1 to 16 of the cosine transform in units, their first half: sample 63-k of row i has the cosine of sample
// k, with the other sign where the frequency i+1 is odd.
var wholeCosines = func() (m [terms][side / 2]int64) {
	for i := range m {
		for k := range m[i] {
			m[i][k] = int64(math.Round(unit * math.Cos(math.Pi/2/side*float64(i+1)*float64(2*k+1))))
		}
	}
	return m
}()

// signed returns the terms (1…16)×(1…16), vertical frequency first, all by the same factor. The mean is taken off
// first, so that rounded cosines which do not add up to nothing leave nothing of it.
func signed(p *Samples) (out [terms * terms]int64) {
	var sum int64
	for _, v := range p {
		sum += int64(v)
	}
	mean := (sum + side*side/2) / (side * side)
	// Sums and differences of the rows that lie opposite serve even and odd frequencies.
	var folded [2][side / 2][side]int64
	for k := range side / 2 {
		for x := range side {
			a, b := int64(p[k*side+x])-mean, int64(p[(side-1-k)*side+x])-mean
			folded[0][k][x], folded[1][k][x] = a+b, a-b
		}
	}
	for i := range terms {
		var down [side]int64
		for k, w := range wholeCosines[i] {
			row := &folded[(i+1)%2][k]
			for x := range down {
				down[x] += w * row[x]
			}
		}
		var across [2][side / 2]int64
		for k := range side / 2 {
			across[0][k], across[1][k] = down[k]+down[side-1-k], down[k]-down[side-1-k]
		}
		for j := range terms {
			for k, w := range wholeCosines[j] {
				out[i*terms+j] += w * across[(j+1)%2][k]
			}
		}
	}
	return out
}

// qualityOf is PDQ's quality of whole-number samples.
func qualityOf(p *Samples) int {
	sum := 0
	for y := range side {
		row := p[y*side:][:side]
		for x, v := range row {
			if y+1 < side {
				sum += percents(v, p[(y+1)*side+x])
			}
			if x+1 < side {
				sum += percents(v, row[x+1])
			}
		}
	}
	return min(sum/90, 100)
}

// percents is the difference in whole percents of full scale.
func percents(u, v uint16) int {
	return max(int(u)-int(v), int(v)-int(u)) * 100 / (255 * 256)
}
