package orb

// margin is how many pixels a plane is continued beyond each edge, so that nobody who looks around a pixel must ask where it lies.
const margin = 20

// step is the value of one step of luma.
const step = 16

// plane is luma in sixteenths of a step, with a margin around it.
type plane struct {
	w, h, stride int
	pix          []uint16 // begins at the margin's upper left corner
}

// area is how many values a plane of w×h has with its margin.
func area(w, h int) int { return (w + 2*margin) * (h + 2*margin) }

// resized is a plane of w×h in the memory of p, which is as large or larger. It shows anything.
func (p *plane) resized(w, h int) *plane { return &plane{w, h, w + 2*margin, p.pix[:area(w, h)]} }

// ofLuma is a plane of luma values, which are cut to 0 to 255; what is no number counts as 0.
func (r *room) ofLuma(luma []float32, w, h int) *plane {
	p := r.plane(w, h)
	for y := range h {
		row := p.row(y)
		for x, v := range luma[y*w:][:w] {
			row[x] = 0
			if v > 0 {
				row[x] = uint16(float32(min(v, 255)*step) + 0.5)
			}
		}
	}
	p.extend()
	return p
}

// at is the index of pixel (x,y).
func (p *plane) at(x, y int) int { return (y+margin)*p.stride + x + margin }

// row is row y without its margin.
func (p *plane) row(y int) []uint16 { return p.pix[p.at(0, y):][:p.w] }

// extend repeats the edges into the margin.
func (p *plane) extend() {
	for y := range p.h {
		line := p.pix[(y+margin)*p.stride:][:p.stride]
		left, right := line[margin], line[margin+p.w-1]
		for i := range margin {
			line[i], line[margin+p.w+i] = left, right
		}
	}
	first, last := p.pix[margin*p.stride:][:p.stride], p.pix[(margin+p.h-1)*p.stride:][:p.stride]
	for i := range margin {
		copy(p.pix[i*p.stride:], first)
		copy(p.pix[(margin+p.h+i)*p.stride:], last)
	}
}

// span is the stretch of one row, or column, that a pixel of a smaller plane covers: parts of the first and the last pixel
// and all between, in units of which a whole pixel has as many as the smaller plane has pixels.
type span struct{ first, last, head, tail int }

func spans(from, to int) []span {
	out := make([]span, to)
	for i := range out {
		lo, hi := i*from, (i+1)*from
		s := span{first: lo / to, last: (hi - 1) / to}
		s.head, s.tail = (s.first+1)*to-lo, hi-s.last*to
		if s.first == s.last {
			s.head, s.tail = from, 0
		}
		out[i] = s
	}
	return out
}

// shrink is p area-averaged to w×h, neither more than its own.
func (r *room) shrink(p *plane, w, h int) *plane {
	out := r.plane(w, h)
	across, line, sums := spans(p.w, w), make([]int, w), make([]int, w)
	area, held := float64(p.w)*float64(p.h), -1
	for y, s := range spans(p.h, h) {
		clear(sums)
		for j := s.first; j <= s.last; j++ {
			if j != held {
				gather(line, p.row(j), across)
				held = j
			}
			weight := h
			switch j {
			case s.first:
				weight = s.head
			case s.last:
				weight = s.tail
			}
			for x, v := range line[:len(sums)] {
				sums[x] += v * weight
			}
		}
		row := out.row(y)
		for x, v := range sums[:len(row)] {
			row[x] = uint16(float64(v)/area + 0.5) // v is whole and below 2^53
		}
	}
	out.extend()
	return out
}

// gather sums a row into the spans.
func gather(sums []int, row []uint16, across []span) {
	across = across[:len(sums)]
	for x := range sums {
		s := &across[x]
		v := int(row[s.first])*s.head + int(row[s.last])*s.tail
		for i := s.first + 1; i < s.last; i++ {
			v += int(row[i]) * len(sums)
		}
		sums[x] = v
	}
}

// smooth writes to out, which has p's size, p convolved with the binomial 1 4 6 4 1 along rows and columns: very nearly a
// Gaussian of variance 1.
func (r *room) smooth(out, p *plane) {
	var ring [5][]uint16 // the last five rows convolved along themselves, 16 times too large: at most 65280
	for i := range ring {
		ring[i] = r.rows[i][:p.w]
	}
	for y := -2; y < p.h+2; y++ {
		r.binomial(ring[(y+5)%5], p.pix[p.at(-2, y):])
		if y < 2 {
			continue
		}
		r.column(out.row(y-2), &[5][]uint16{ring[(y+1)%5], ring[(y+2)%5], ring[(y+3)%5], ring[(y+4)%5], ring[y%5]})
	}
	out.extend()
}
