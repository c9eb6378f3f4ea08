package chromaprint

import "math"

// half is the length of the complex transform that a real one of frameLength samples takes.
const half = frameLength / 2

// fourier computes power spectra of real frames by a complex transform of half the length (Sorensen et al., "Real-valued
// fast Fourier transform algorithms", 1987), radix 2 once and then radix 4, decimated in time.
type fourier struct {
	reverse [half]int         // bit-reversed indexes
	stages  [][][3]complex128 // of the radix-4 stages, the factors of the second, third and last quarter
	unfold  [half + 1]complex128
	work    [half]complex128
}

func newFourier() *fourier {
	f := new(fourier)
	for i, bit := 1, half/2; bit > 0; i, bit = 2*i, bit/2 {
		for k := range i {
			f.reverse[i+k] = f.reverse[k] + bit
		}
	}
	for quarter := 2; 4*quarter <= half; quarter *= 4 {
		stage := make([][3]complex128, quarter)
		for k := range stage {
			stage[k] = [3]complex128{root(2*k, 4*quarter), root(k, 4*quarter), root(3*k, 4*quarter)}
		}
		f.stages = append(f.stages, stage)
	}
	for k := range f.unfold {
		f.unfold[k] = root(k, frameLength)
	}
	return f
}

// root is e^(-2πik/n).
func root(k, n int) complex128 {
	sin, cos := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
	return complex(cos, sin)
}

// power writes the squared magnitudes of the transform of frame at the frequencies from on, which end before half.
func (f *fourier) power(frame *[frameLength]float64, from int, out []float64) {
	for i := 0; i < half; i += 2 {
		r, s := 2*f.reverse[i], 2*f.reverse[i+1]
		a, b := complex(frame[r], frame[r+1]), complex(frame[s], frame[s+1])
		f.work[i], f.work[i+1] = a+b, a-b
	}
	for _, stage := range f.stages {
		for start := 0; start < half; start += 4 * len(stage) {
			quarters(f.work[start:start+4*len(stage)], stage)
		}
	}
	for i := range out {
		k := from + i
		a, b := f.work[k], f.work[half-k]
		even := complex(real(a)+real(b), imag(a)-imag(b)) // twice the transform of the even samples
		odd := complex(imag(a)+imag(b), real(b)-real(a))  // and of the odd ones
		x := even + times(odd, f.unfold[k])
		out[i] = (float64(real(x)*real(x)) + float64(imag(x)*imag(x))) / 4
	}
}

// quarters joins the transforms of four interleaved parts, which stand in bit-reversed order.
func quarters(all []complex128, factors [][3]complex128) {
	n := len(factors)
	q0, q1, q2, q3 := all[:n], all[n:][:n], all[2*n:][:n], all[3*n:][:n]
	for k, w := range factors {
		a, b, c, d := q0[k], times(q1[k], w[0]), times(q2[k], w[1]), times(q3[k], w[2])
		u, v, x, y := a+b, a-b, c+d, c-d
		y = complex(imag(y), -real(y)) // -i y
		q0[k], q1[k], q2[k], q3[k] = u+x, v+y, u-x, v-y
	}
}

// times multiplies, rounding each product: no compiler may fuse it, so that all machines agree.
func times(a, b complex128) complex128 {
	return complex(float64(real(a)*real(b))-float64(imag(a)*imag(b)), float64(real(a)*imag(b))+float64(imag(a)*real(b)))
}
