package chromaprint

import "math"

// classifier looks at a rectangle of the picture that 16 frames of notes make, time against note: the difference of two parts
// of it, in one of six forms, quantized by three thresholds.
type classifier struct {
	form          int
	note          int // lowest
	height, width int // notes, frames
	thresholds    [3]float64
}

// classifiers are those of kClassifiersTest2 in github.com/acoustid/chromaprint v1.5.1,
// src/fingerprinter_configuration.cpp, most significant first.
var classifiers = [16]classifier{
	{0, 4, 3, 15, [3]float64{1.98215, 2.35817, 2.63523}},
	{4, 4, 6, 15, [3]float64{-1.03809, -0.651211, -0.282167}},
	{1, 0, 4, 16, [3]float64{-0.298702, 0.119262, 0.558497}},
	{3, 8, 2, 12, [3]float64{-0.105439, 0.0153946, 0.135898}},
	{3, 4, 4, 8, [3]float64{-0.142891, 0.0258736, 0.200632}},
	{4, 0, 3, 5, [3]float64{-0.826319, -0.590612, -0.368214}},
	{1, 2, 2, 9, [3]float64{-0.557409, -0.233035, 0.0534525}},
	{2, 7, 3, 4, [3]float64{-0.0646826, 0.00620476, 0.0784847}},
	{2, 6, 2, 16, [3]float64{-0.192387, -0.029699, 0.215855}},
	{2, 1, 3, 2, [3]float64{-0.0397818, -0.00568076, 0.0292026}},
	{5, 10, 1, 15, [3]float64{-0.53823, -0.369934, -0.190235}},
	{3, 6, 2, 10, [3]float64{-0.124877, 0.0296483, 0.139239}},
	{2, 1, 1, 14, [3]float64{-0.101475, 0.0225617, 0.231971}},
	{3, 5, 6, 4, [3]float64{-0.0799915, -0.00729616, 0.063262}},
	{1, 9, 2, 12, [3]float64{-0.272556, 0.019424, 0.302559}},
	{3, 4, 2, 14, [3]float64{-0.164292, -0.0321188, 0.0846339}},
}

// rows is how many frames of notes a word looks at.
const rows = 16

// picture holds the sums of all notes up to and including each (a summed-area table), for the last rows frames and the
// one before them.
type picture struct {
	sums  [rows + 1][notes + 1]float64 // a ring; column 0 stays zero
	count int                          // frames seen
}

// add appends a frame.
func (p *picture) add(frame [notes]float64) {
	p.count++
	before, row := &p.sums[(p.count-1)%len(p.sums)], &p.sums[p.count%len(p.sums)]
	sum := 0.0
	for i, v := range frame {
		sum += v
		row[i+1] = before[i+1] + sum
	}
}

// area sums up notes note to note2 of the frames from to to, both exclusive at the end, counted from the earliest kept.
func (p *picture) area(from, note, to, note2 int) float64 {
	first := p.count - rows
	low, high := &p.sums[(first+from)%len(p.sums)], &p.sums[(first+to)%len(p.sums)]
	return high[note2] - low[note2] - high[note] + low[note]
}

// word classifies the picture of the last 16 frames; before so many were seen ok is false.
func (p *picture) word() (word uint32, ok bool) {
	if p.count < rows {
		return 0, false
	}
	for _, c := range classifiers {
		word = word<<2 | c.of(p)
	}
	return word, true
}

// of is the classifier's value as a two-bit Gray code.
func (c classifier) of(p *picture) uint32 {
	a, b := c.parts(p)
	v := math.Log((1 + a) / (1 + b))
	switch {
	case v < c.thresholds[0]:
		return 0
	case v < c.thresholds[1]:
		return 1
	case v < c.thresholds[2]:
		return 3
	}
	return 2
}

// parts are the sums that the classifier's form compares.
func (c classifier) parts(p *picture) (a, b float64) {
	n, top, w, h := c.note, c.note+c.height, c.width, c.height
	switch c.form {
	case 0: // all
		return p.area(0, n, w, top), 0
	case 1: // upper and lower half
		return p.area(0, n+h/2, w, top), p.area(0, n, w, n+h/2)
	case 2: // later and earlier half
		return p.area(w/2, n, w, top), p.area(0, n, w/2, top)
	case 3: // quarters, crosswise
		return p.area(0, n+h/2, w/2, top) + p.area(w/2, n, w, n+h/2),
			p.area(0, n, w/2, n+h/2) + p.area(w/2, n+h/2, w, top)
	case 4: // middle third of the notes and the others
		return p.area(0, n+h/3, w, n+2*(h/3)), p.area(0, n, w, n+h/3) + p.area(0, n+2*(h/3), w, top)
	default: // middle third of the time and the rest
		return p.area(w/3, n, 2*(w/3), top), p.area(0, n, w/3, top) + p.area(2*(w/3), n, w, top)
	}
}
