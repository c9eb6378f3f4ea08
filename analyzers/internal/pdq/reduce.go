package pdq

// box is a running mean over a window of width values, cut off at the ends of a vector of n: output o is the
// mean of inputs o-before to o+after. An even window reaches one further forward than back.
type box struct{ n, width, before, after int }

func boxOver(n int) box {
	width := (n + 2*side - 1) / (2 * side) // half a cell of the 64-grid; two passes cover the whole cell
	after := (width+2)/2 - 1
	return box{n, width, width - 1 - after, after}
}

// count is how many inputs the window of output o holds.
func (b box) count(o int) float32 { return float32(min(o+b.after, b.n-1) - max(o-b.before, 0) + 1) }

// centre is the position sampled for cell i of the 64-grid over n values.
func centre(i, n int) int { return (2*i + 1) * n / (2 * side) }

// reduce blurs a picture of w×h twice and samples it at 64×64 centres.
//
// The published program makes four full passes: rows, columns, rows, columns. Here rows stream through all
// four, and the last two keep only what is sampled; every sum has the same terms in the same order, so the
// samples are the same to the last bit.
func reduce(out *[side * side]float32, luma []float32, w, h int) {
	across, down := boxOver(w), boxOver(h)
	next := 0
	last := newColumns(down, side, func(y int, row []float32) {
		for ; next < side && centre(next, h) == y; next++ {
			copy(out[next*side:], row)
		}
	})
	first := newColumns(down, w, func(_ int, row []float32) {
		sample(last.next(), row, across)
		last.take()
	})
	for y := range h {
		along(first.next(), luma[y*w:][:w], across)
		first.take()
	}
}

// along writes the running mean of in to out.
func along(out, in []float32, b box) {
	var sum float32
	for i := range b.after {
		sum += in[i]
	}
	for o := range b.before + 1 {
		sum += in[o+b.after]
		out[o] = sum / b.count(o)
	}
	begin, end := b.before+1, b.n-b.after
	steady := out[begin:end]
	enter, leave, width := in[begin+b.after:][:len(steady)], in[:len(steady)], float32(b.width)
	for i := range steady {
		sum += enter[i]
		sum -= leave[i]
		steady[i] = sum / width
	}
	for o := end; o < b.n; o++ {
		sum -= in[o-b.before-1]
		out[o] = sum / b.count(o)
	}
}

// sample writes the running mean of in at the 64 centres.
func sample(out, in []float32, b box) {
	var sum float32
	for i := range b.after {
		sum += in[i]
	}
	o := 0 // the next window to move to
	for i := range out {
		c := centre(i, b.n)
		for ; o <= c; o++ {
			if o+b.after < b.n {
				sum += in[o+b.after]
			}
			if o > b.before {
				sum -= in[o-b.before-1]
			}
		}
		out[i] = sum / b.count(c)
	}
}

// columns makes the running mean down the columns of rows that come one by one, and gives each finished row to emit.
type columns struct {
	box
	y    int         // rows taken
	ring [][]float32 // the last width+1 rows
	sums []float32
	mean []float32
	emit func(y int, row []float32)
}

func newColumns(b box, w int, emit func(int, []float32)) *columns {
	c := &columns{box: b, ring: make([][]float32, b.width+1), sums: make([]float32, w), mean: make([]float32, w), emit: emit}
	for i := range c.ring {
		c.ring[i] = make([]float32, w)
	}
	return c
}

// row is the row y of those kept.
func (c *columns) row(y int) []float32 { return c.ring[y%len(c.ring)][:len(c.sums)] }

// next is where to write the row that take takes.
func (c *columns) next() []float32 { return c.row(c.y) }

func (c *columns) take() {
	y := c.y
	c.y++
	switch {
	case y < c.after:
		add(c.sums, c.row(y))
	case y < c.width:
		add(c.sums, c.row(y))
		c.divide(y - c.after)
	default:
		c.slide(c.row(y), c.row(y-c.width))
		c.emit(y-c.after, c.mean)
	}
	if c.y < c.n {
		return
	}
	for o := c.n - c.after; o < c.n; o++ {
		sub(c.sums, c.row(o-c.before-1))
		c.divide(o)
	}
}

// slide moves the whole window one down.
func (c *columns) slide(enter, leave []float32) {
	sums, mean, width := c.sums, c.mean[:len(c.sums)], float32(c.width)
	enter, leave = enter[:len(sums)], leave[:len(sums)]
	for x, s := range sums {
		s += enter[x]
		s -= leave[x]
		sums[x] = s
		mean[x] = s / width
	}
}

func (c *columns) divide(o int) {
	n := c.count(o)
	for x, s := range c.sums {
		c.mean[x] = s / n
	}
	c.emit(o, c.mean)
}

func add(sums, row []float32) {
	for x, v := range row {
		sums[x] += v
	}
}

func sub(sums, row []float32) {
	for x, v := range row {
		sums[x] -= v
	}
}
