package chromaprint

import (
	"fmt"
	"math"
)

// What fpcalc asks of libswresample: 16 zero crossings, 256 phases and linear interpolation between them, the pass band up to
// 0.8 of the lesser rate; and what it leaves at its default: Kaiser's window with beta 9, and as many phases as the
// ratio of the rates has where these are not more than 256.
const (
	crossings = 16
	phases    = 256
	passBand  = 0.8
	beta      = 9
)

// Bounds of the rates that are resampled, hertz.
const (
	MinRate = 1000
	MaxRate = 768_000
)

// Resampler turns sound of another rate into samples at Rate.
type Resampler struct {
	taps     int
	bank     [][]float64 // one filter per phase, and the first once more, one sample later
	steps    int64       // position advances by steps/unit phases from sample to sample
	unit     int64
	position int64     // of the next filter's start in pending, in 1/unit phases
	pending  []float64 // input from that start on
	begun    bool
	out      []int16
}

// NewResampler returns a resampler of sound of the given rate, which is beyond MinRate and at most MaxRate.
func NewResampler(rate int) (*Resampler, error) {
	if rate <= MinRate || rate > MaxRate {
		return nil, fmt.Errorf("chromaprint: a sample rate of %d Hz is outside %d to %d", rate, MinRate, MaxRate)
	}
	r := &Resampler{}
	if rate == Rate {
		return r, nil
	}
	factor := min(Rate*passBand/float64(rate), 1)
	r.taps = int(math.Ceil(crossings / factor))
	r.taps += r.taps % 2
	n := phases
	if exact := Rate / common(Rate, rate); exact <= phases {
		n = exact
	}
	r.bank = filters(factor, r.taps, n)
	r.steps, r.unit = int64(rate)*int64(n), Rate
	return r, nil
}

// common is the greatest common divisor.
func common(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// filters are windowed sines, scaled so that the first passes a constant unchanged.
func filters(factor float64, taps, n int) [][]float64 {
	centre := (taps - 1) / 2
	rows := make([][]float64, n)
	scale := 0.0
	for ph := range rows {
		rows[ph] = make([]float64, taps)
		for i := range taps {
			x := math.Pi * (float64(i-centre) - float64(ph)/float64(n)) * factor
			y := 1.0
			if x != 0 {
				y = math.Sin(x) / x
			}
			w := 2 * x / (factor * float64(taps) * math.Pi)
			rows[ph][i] = y * bessel(beta*math.Sqrt(max(1-float64(w*w), 0)))
		}
		if ph == 0 {
			for _, v := range rows[0] {
				scale += v
			}
		}
	}
	for _, row := range rows {
		for i, v := range row {
			row[i] = float64(float32(v / scale)) // the library keeps them so
		}
	}
	return append(rows, append([]float64{0}, rows[0][:taps-1]...))
}

// bessel is the modified Bessel function of the first kind of order zero, by its power series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= x / 2 / k * (x / 2 / k)
		sum += term
	}
	return sum
}

// Feed takes the next samples, finite and with full scale 1, and returns those that became certain, at Rate. They stay
// valid until the next call.
func (r *Resampler) Feed(in []float32) []int16 {
	r.out = r.out[:0]
	if r.bank == nil {
		for _, v := range in {
			r.out = append(r.out, quantized(float64(v)))
		}
		return r.out
	}
	for _, v := range in {
		r.pending = append(r.pending, float64(v))
	}
	if !r.begun {
		if len(r.pending) <= r.taps {
			return nil
		}
		r.begin()
	}
	r.run()
	return r.out
}

// begin puts the first samples' mirror image before them.
func (r *Resampler) begin() {
	centre := (r.taps - 1) / 2
	start := make([]float64, 0, centre+len(r.pending))
	for i := centre; i > 0; i-- {
		start = append(start, r.pending[i])
	}
	r.pending = append(start, r.pending...)
	r.begun = true
}

// End returns the last samples: what follows the end of the sound is taken for its mirror image.
func (r *Resampler) End() []int16 {
	r.out = r.out[:0]
	if r.bank == nil || !r.begun {
		return nil
	}
	last := len(r.pending)
	for i := range (min(last, r.taps) + 1) / 2 {
		r.pending = append(r.pending, r.pending[last-1-i])
	}
	r.run()
	return r.out
}

// run filters as far as the input reaches.
func (r *Resampler) run() {
	n := int64(len(r.bank) - 1)
	for {
		phase, part := r.position/r.unit, r.position%r.unit
		from := int(phase / n)
		if from+r.taps > len(r.pending) {
			break
		}
		r.out = append(r.out, quantized(r.at(r.pending[from:from+r.taps], int(phase%n), part)))
		r.position += r.steps
	}
	past := min(r.position/r.unit/n, int64(len(r.pending)))
	r.pending = append(r.pending[:0], r.pending[past:]...)
	r.position -= past * n * r.unit
}

// at filters the samples under the filter, between two phases where the position falls between them.
func (r *Resampler) at(in []float64, phase int, part int64) float64 {
	v := dot(in, r.bank[phase])
	if part == 0 {
		return v
	}
	next := dot(in, r.bank[phase+1])
	return v + float64((next-v)*(float64(part)/float64(r.unit)))
}

// dot is the scalar product of two slices of one even length. Products of 32-bit numbers are exact in 64 bits.
func dot(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += float64(a[i] * b[i])
		s1 += float64(a[i+1] * b[i+1])
		s2 += float64(a[i+2] * b[i+2])
		s3 += float64(a[i+3] * b[i+3])
	}
	if i < len(a) {
		s0 += float64(a[i] * b[i])
		s1 += float64(a[i+1] * b[i+1])
	}
	return (s0 + s1) + (s2 + s3)
}

// quantized rounds to 16 bits, halves to the even number.
func quantized(v float64) int16 {
	return int16(min(max(math.RoundToEven(v*(1<<15)), math.MinInt16), math.MaxInt16))
}
