package raster

// axis maps the cells of one dimension of a plane to out output positions. Cell i covers the pixels
// [(first+i)·size, (first+i+1)·size) clipped to [low, high): size is 1 for luma and the subsampling factor for chroma.
type axis struct {
	cells, first, size int
	low, high          int
	out                int
}

// span says which cells an output position covers: the first and last with their own weights, those between
// with the whole weight size·out. Weights of one span add up to high-low.
type span struct {
	first, last int
	head, tail  uint64 // tail is 0 where first == last
}

// edge returns where cell i begins, in pixels from low.
func (a axis) edge(i int) int { return min(max((a.first+i)*a.size, a.low), a.high) - a.low }

func (a axis) whole() uint64 { return uint64(a.size) * uint64(a.out) }

func (a axis) spans() []span {
	out := make([]span, a.out)
	width, unit := uint64(a.high-a.low), uint64(a.out)
	i := 0
	for x := range out {
		lo := uint64(x) * width
		hi := lo + width
		for uint64(a.edge(i+1))*unit <= lo {
			i++
		}
		end := min(uint64(a.edge(i+1))*unit, hi)
		s := span{first: i, last: i, head: end - lo}
		for end < hi {
			s.last++
			begin := end
			end = min(uint64(a.edge(s.last+1))*unit, hi)
			s.tail = end - begin
		}
		out[x], i = s, s.last
	}
	return out
}

// plane is interleaved 8-bit samples whose pix begins at the first cell; step bytes lie between neighbours,
// of which the leading channels are read.
type plane struct {
	pix                    []uint8
	stride, step, channels int
}

// reduce hands out each output row of the area average as exact weighted sums, channels interleaved;
// divided by the covered width times height they are the means. sums is valid during the call of put.
func reduce(p plane, xs, ys axis, put func(y int, sums []uint64)) {
	across, down := xs.spans(), ys.spans()
	row, total := make([]uint64, xs.out*p.channels), make([]uint64, xs.out*p.channels)
	held := -1
	add := func(j int, weight uint64) {
		if j != held {
			p.gather(j, across, xs.whole(), row)
			held = j
		}
		for i, v := range row {
			total[i] += v * weight
		}
	}
	for y, s := range down {
		clear(total)
		add(s.first, s.head)
		for j := s.first + 1; j < s.last; j++ {
			add(j, ys.whole())
		}
		if s.last > s.first {
			add(s.last, s.tail)
		}
		put(y, total)
	}
}

// gather sums row j into the spans.
func (p plane) gather(j int, spans []span, whole uint64, sums []uint64) {
	line := p.pix[j*p.stride:]
	if p.step == 1 {
		for x, s := range spans {
			v := uint64(line[s.first]) * s.head
			if s.last > s.first {
				var between uint64
				for _, b := range line[s.first+1 : s.last] {
					between += uint64(b)
				}
				v += between*whole + uint64(line[s.last])*s.tail
			}
			sums[x] = v
		}
		return
	}
	for x, s := range spans {
		p.gatherColours(line, s, whole, sums[x*p.channels:(x+1)*p.channels])
	}
}

// gatherColours sums one span of three interleaved channels.
func (p plane) gatherColours(line []uint8, s span, whole uint64, sums []uint64) {
	head := line[s.first*p.step:]
	r, g, b := uint64(head[0])*s.head, uint64(head[1])*s.head, uint64(head[2])*s.head
	if s.last > s.first {
		var br, bg, bb uint64
		between := line[(s.first+1)*p.step : s.last*p.step]
		for len(between) >= p.step {
			br, bg, bb = br+uint64(between[0]), bg+uint64(between[1]), bb+uint64(between[2])
			between = between[p.step:]
		}
		tail := line[s.last*p.step:]
		r += br*whole + uint64(tail[0])*s.tail
		g += bg*whole + uint64(tail[1])*s.tail
		b += bb*whole + uint64(tail[2])*s.tail
	}
	sums[0], sums[1], sums[2] = r, g, b
}

// rounded is the nearest integer to sum/whole, halves up.
func rounded(sum, whole uint64) uint8 { return uint8((2*sum + whole) / (2 * whole)) }
