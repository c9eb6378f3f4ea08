package raster

import "golang.org/x/sys/cpu"

// vectors writes the means of as many of a row's whole boxes as vectors take, where this processor has them for the size, and
// returns how many. lines are the rows of samples that the boxes cover, of equal length.
func vectors(out []uint8, lines [][]uint8) int {
	if !cpu.X86.HasAVX2 {
		return 0
	}
	size := len(lines)
	whole := len(lines[0]) / size
	switch size {
	case 2:
		if n := whole &^ 15; n > 0 {
			_ = out[n-1]
			pairsAVX2(&out[0], &lines[0][0], &lines[1][0], n)
			return n
		}
	case 4:
		if n := whole &^ 7; n > 0 {
			_ = out[n-1]
			foursAVX2(&out[0], &lines[0][0], &lines[1][0], &lines[2][0], &lines[3][0], n)
			return n
		}
	}
	return 0
}

//go:noescape
func pairsAVX2(out, a, b *uint8, n int)

//go:noescape
func foursAVX2(out, a, b, c, d *uint8, n int)
