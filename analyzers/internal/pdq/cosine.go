package pdq

import "math"

// cosines holds the rows 1 to 16 of the orthonormal 64-point cosine transform (DCT-II), rounded to single
// precision. No entry lies so near a rounding tie that another platform's cosine could round it differently
// (see the test).
var cosines = cosineRows()

func cosineRows() (m [terms][side]float32) {
	for i := range m {
		for k := range m[i] {
			m[i][k] = float32(cosine(i, k))
		}
	}
	return m
}

func cosine(i, k int) float64 {
	scale := float64(float32(math.Sqrt(2.0 / side)))
	return scale * math.Cos(math.Pi/2/side*float64(i+1)*float64(2*k+1))
}

// columns of cosines: sample by sample, the terms side by side.
var cosineColumns = func() (m [side * terms]float32) {
	for j, row := range cosines {
		for k, v := range row {
			m[k*terms+j] = v
		}
	}
	return m
}()

// transform returns coefficients (1…16)×(1…16) of the 64×64 cosine transform, vertical frequency first:
// first down the columns, then along the rows. Each sum runs over rising k (see weigh).
func transform(p *[side * side]float32) (out [terms * terms]float32) {
	for i := range terms {
		var down [side]float32
		for x := 0; x < side; x += 8 {
			weigh((*[8]float32)(down[x:]), p[x:], side, cosines[i][:])
		}
		for j := 0; j < terms; j += 8 {
			weigh((*[8]float32)(out[i*terms+j:]), cosineColumns[j:], terms, down[:])
		}
	}
	return out
}
