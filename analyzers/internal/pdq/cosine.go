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

// transform returns coefficients (1…16)×(1…16) of the 64×64 cosine transform, vertical frequency first:
// first down the columns, then along the rows. Each sum runs over rising k, and the conversions keep
// a product from being fused with the addition. Four sums run side by side, for the processor's sake.
func transform(p *[side * side]float32) (out [terms * terms]float32) {
	for i := range terms {
		var down [side]float32
		for x := 0; x < side; x += 4 {
			var a, b, c, d float32
			for k, w := range cosines[i] {
				v := (*[4]float32)(p[k*side+x:])
				a += float32(w * v[0])
				b += float32(w * v[1])
				c += float32(w * v[2])
				d += float32(w * v[3])
			}
			*(*[4]float32)(down[x:]) = [4]float32{a, b, c, d}
		}
		for j := 0; j < terms; j += 4 {
			var a, b, c, d float32
			for k, v := range down {
				a += float32(v * cosines[j][k])
				b += float32(v * cosines[j+1][k])
				c += float32(v * cosines[j+2][k])
				d += float32(v * cosines[j+3][k])
			}
			*(*[4]float32)(out[i*terms+j:]) = [4]float32{a, b, c, d}
		}
	}
	return out
}
