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

// ofPixels is a plane of tw×th that w×h levels of luma, no fewer either way, are reduced to, in a room that is cleared for it.
func (r *room) ofPixels(pix []uint8, w, h, tw, th int) *plane {
	r.clear(tw, th)
	r.given = grown(r.given, area(w, h))
	p := &plane{w, h, w + 2*margin, r.given}
	for y := range h {
		row := p.row(y)
		for x, v := range pix[y*w:][:w] {
			row[x] = uint16(v) * step
		}
	}
	return r.shrink(p, tw, th)
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
type span struct{ first, last, head, tail, whole int }

func spans(from, to int) []span {
	out := make([]span, to)
	for i := range out {
		lo, hi := i*from, (i+1)*from
		s := span{first: lo / to, last: (hi - 1) / to, whole: to}
		s.head, s.tail = (s.first+1)*to-lo, hi-s.last*to
		if s.first == s.last {
			s.head, s.tail = from, 0
		}
		out[i] = s
	}
	return out
}

// weight is what of pixel i lies in the span; nothing of one that lies behind it.
func (s span) weight(i int) uint32 {
	switch {
	case i == s.first:
		return uint32(s.head)
	case i < s.last:
		return uint32(s.whole)
	case i == s.last:
		return uint32(s.tail)
	}
	return 0
}

// shrink is p area-averaged to w×h, neither more than its own.
func (r *room) shrink(p *plane, w, h int) *plane {
	out := r.plane(w, h)
	across, mean := r.axis(p.w, w).comb, meanOf(uint64(p.w)*uint64(p.h))
	r.sums = grown(r.sums, p.w+taps)
	for y, s := range r.axis(p.h, h).spans {
		r.down(p, s)
		across.sum(out.row(y), r.sums, mean)
	}
	out.extend()
	return out
}

// down writes to the room the sums of a span of rows.
func (r *room) down(p *plane, s span) {
	sums := r.sums[:p.w]
	clear(sums[len(sums):][:taps])
	for j := s.first; j <= s.last; j += 3 {
		for k := range r.three {
			r.three[k], r.weights[k] = p.row(min(j+k, s.last)), s.weight(j+k)
		}
		if j == s.first {
			r.blend(sums, &r.three, &r.weights)
			continue
		}
		r.part = grown(r.part, p.w)
		r.blend(r.part, &r.three, &r.weights)
		for x, v := range r.part[:len(sums)] {
			sums[x] += v
		}
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
		r.five = [5][]uint16{ring[(y+1)%5], ring[(y+2)%5], ring[(y+3)%5], ring[(y+4)%5], ring[y%5]}
		r.column(out.row(y-2), &r.five)
	}
	out.extend()
}
