package chromaprint

import "math"

const (
	notes   = 12
	lowest  = 10   // bins of the transform that count: 28 Hz …
	highest = 1308 // … to 3,520 Hz, exclusive
	base    = 440.0 / 16
)

// chroma turns frames of samples into the power of the twelve notes, whatever their octave.
type chroma struct {
	transform *fourier
	window    [frameLength]float64
	note      [highest - lowest]uint8
	frame     [frameLength]float64
	power     [highest - lowest]float64
}

func newChroma() *chroma {
	c := &chroma{transform: newFourier()}
	for i := range c.window { // Hamming's, in 32-bit precision as the library keeps it
		w := (0.54 - float64(0.46*math.Cos(float64(i)*2*math.Pi/(frameLength-1)))) / math.MaxInt16
		c.window[i] = float64(float32(w))
	}
	for i := range c.note {
		octave := math.Log2(float64(lowest+i) * Rate / frameLength / base)
		c.note[i] = uint8(notes * (octave - math.Floor(octave)))
	}
	return c
}

// of returns the notes of one frame.
func (c *chroma) of(samples []int16) (out [notes]float64) {
	for i, s := range samples[:frameLength] {
		c.frame[i] = float64(float32(float64(s) * c.window[i]))
	}
	c.transform.power(&c.frame, lowest, c.power[:])
	for i, p := range c.power {
		out[c.note[i]] += p
	}
	return out
}

// smoothing is applied over five frames before the notes are scaled to length 1.
var smoothing = [5]float64{0.25, 0.75, 1, 0.75, 0.25}

// quietest is the length under which notes count as silence.
const quietest = 0.01

// smooth joins five frames in the order of time.
func smooth(frames [len(smoothing)][notes]float64) (out [notes]float64) {
	for j, f := range frames {
		for i := range out {
			out[i] += float64(f[i] * smoothing[j])
		}
	}
	squares := 0.0
	for _, v := range out {
		squares += float64(v * v)
	}
	length := math.Sqrt(squares)
	if length < quietest {
		return [notes]float64{}
	}
	for i := range out {
		out[i] /= length
	}
	return out
}
