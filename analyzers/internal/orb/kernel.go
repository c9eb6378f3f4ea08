package orb

// kernel is the work along rows that most of the time goes into.
type kernel struct {
	name string
	// binomial convolves in, which begins two pixels before out and ends two behind it, with 1 4 6 4 1.
	binomial func(out, in []uint16)
	// column is the same across five rows that binomial made, divided by 256 and rounded.
	column func(out []uint16, rows *[5][]uint16)
	// enter puts the gradient's products along a line into row, whose former ones leave the sums. line begins one pixel before
	// and ends one behind up and down, the lines above and below.
	enter func(sums, row tensors, line, up, down []uint16)
	// harris takes the responses of windows that are reach wide to both sides, from the sums down their columns.
	harris func(out []int64, sums tensors)
	// peaks sets, from the lowest bit of the first on, the bits of those responses of a row that count and of which no neighbour above, below
	// or beside is higher. row begins one place before above and below and ends one behind them.
	peaks func(marks []uint8, row, above, below []int64)
	// blend adds up three rows, each by its weight. Values times weights stay within 32 bits in sum.
	blend func(out []uint32, rows *[3][]uint16, weights *[3]uint32)
}

// kernels lists those that this processor can run, quickest first. The last is plain Go; all write the same.
var kernels = append(vectorKernels(), kernel{"plain", binomialPlain, columnPlain, enterPlain, harrisPlain, peaksPlain, blendPlain})

// tensors are n products of gradients with themselves, or sums of such, by component. A component of the smoothed gradient is at
// most 2550, so that 25 products stay below 2^28.
type tensors struct {
	n          int
	xx, yy, xy []int32
}

// from is t without the first i.
func (t tensors) from(i int) tensors { return tensors{t.n - i, t.xx[i:t.n], t.yy[i:t.n], t.xy[i:t.n]} }

func binomialPlain(out, in []uint16) {
	n := len(out)
	if n == 0 {
		return
	}
	a, b, c, d, e := in[:n], in[1:][:n], in[2:][:n], in[3:][:n], in[4:][:n]
	for x := range out {
		out[x] = a[x] + e[x] + 4*(b[x]+d[x]) + 6*c[x]
	}
}

func columnPlain(out []uint16, rows *[5][]uint16) {
	n := len(out)
	a, b, c, d, e := rows[0][:n], rows[1][:n], rows[2][:n], rows[3][:n], rows[4][:n]
	for x := range out {
		out[x] = uint16((uint32(a[x]) + uint32(e[x]) + 4*(uint32(b[x])+uint32(d[x])) + 6*uint32(c[x]) + 128) >> 8)
	}
}

func enterPlain(sums, row tensors, line, up, down []uint16) {
	for x := range row.n {
		dx, dy := int32(line[x+2])-int32(line[x]), int32(down[x])-int32(up[x])
		replace(&sums.xx[x], &row.xx[x], dx*dx)
		replace(&sums.yy[x], &row.yy[x], dy*dy)
		replace(&sums.xy[x], &row.xy[x], dx*dy)
	}
}

func replace(sum, old *int32, by int32) {
	*sum += by - *old
	*old = by
}

func harrisPlain(out []int64, sums tensors) {
	if len(out) == 0 {
		return
	}
	var xx, yy, xy int32
	for x := range 2 * reach {
		xx, yy, xy = xx+sums.xx[x], yy+sums.yy[x], xy+sums.xy[x]
	}
	for x := range out {
		come := x + 2*reach
		xx, yy, xy = xx+sums.xx[come], yy+sums.yy[come], xy+sums.xy[come]
		a, b, c := int64(xx), int64(yy), int64(xy)
		out[x] = a*b - c*c - (a+b)*(a+b)>>4
		xx, yy, xy = xx-sums.xx[x], yy-sums.yy[x], xy-sums.xy[x]
	}
}

func peaksPlain(marks []uint8, row, above, below []int64) {
	clear(marks)
	for x := range above {
		if v := row[x+1]; v >= floor && v >= row[x] && v >= row[x+2] && v >= above[x] && v >= below[x] {
			marks[x/8] |= 1 << (x % 8)
		}
	}
}

func blendPlain(out []uint32, rows *[3][]uint16, weights *[3]uint32) {
	n := len(out)
	a, b, c := rows[0][:n], rows[1][:n], rows[2][:n]
	for x := range out {
		out[x] = uint32(a[x])*weights[0] + uint32(b[x])*weights[1] + uint32(c[x])*weights[2]
	}
}
