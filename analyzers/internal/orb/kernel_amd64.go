package orb

import "golang.org/x/sys/cpu"

// vectorKernels returns the kernel that this processor can run beside the plain one, if any.
func vectorKernels() []kernel {
	if !cpu.X86.HasAVX2 {
		return nil
	}
	return []kernel{{"AVX2", binomialVector, columnVector, enterVector, harrisVector, peaksVector, blendVector}}
}

// Each takes what does not fill a vector in plain Go.

func binomialVector(out, in []uint16) {
	n := len(out) &^ 15
	if n > 0 {
		_ = in[n+3]
		binomialAVX2(&out[0], &in[0], n)
	}
	binomialPlain(out[n:], in[n:])
}

func columnVector(out []uint16, rows *[5][]uint16) {
	n := len(out) &^ 15
	rest := *rows
	for i := range rest {
		rest[i] = rows[i][n:]
	}
	if n > 0 {
		columnAVX2(&out[0], &rows[0][0], &rows[1][0], &rows[2][0], &rows[3][0], &rows[4][0], n)
	}
	columnPlain(out[n:], &rest)
}

func enterVector(sums, row tensors, line, up, down []uint16) {
	n := row.n &^ 7
	if n > 0 {
		_, _, _ = line[n+1], up[n-1], down[n-1]
		enterAVX2(&sums.xx[0], &sums.yy[0], &sums.xy[0], &row.xx[0], &row.yy[0], &row.xy[0], &line[0], &up[0], &down[0], n)
	}
	enterPlain(sums.from(n), row.from(n), line[n:], up[n:], down[n:])
}

func harrisVector(out []int64, sums tensors) {
	n := len(out) &^ 7
	if n > 0 {
		_ = sums.from(n + 2*reach)
		harrisAVX2(&out[0], &sums.xx[0], &sums.yy[0], &sums.xy[0], n)
	}
	harrisPlain(out[n:], sums.from(n))
}

func peaksVector(marks []uint8, row, above, below []int64) {
	n := len(above) &^ 7
	if n > 0 {
		_, _, _ = marks[n/8-1], row[n+1], below[n-1]
		peaksAVX2(&marks[0], &row[0], &above[0], &below[0], floor, n)
	}
	peaksPlain(marks[n/8:], row[n:], above[n:], below[n:])
}

func blendVector(out []uint32, rows *[3][]uint16, weights *[3]uint32) {
	n := len(out) &^ 7
	rest := *rows
	for i := range rest {
		rest[i] = rows[i][n:]
	}
	if n > 0 {
		blendAVX2(&out[0], &rows[0][0], &rows[1][0], &rows[2][0], weights, n)
	}
	blendPlain(out[n:], &rest, weights)
}

//go:noescape
func binomialAVX2(out, in *uint16, n int)

//go:noescape
func columnAVX2(out, a, b, c, d, e *uint16, n int)

//go:noescape
func enterAVX2(sumXX, sumYY, sumXY, xx, yy, xy *int32, line, up, down *uint16, n int)

//go:noescape
func harrisAVX2(out *int64, xx, yy, xy *int32, n int)

//go:noescape
func peaksAVX2(marks *uint8, row, above, below *int64, least int64, n int)

//go:noescape
func blendAVX2(out *uint32, a, b, c *uint16, weights *[3]uint32, n int)
