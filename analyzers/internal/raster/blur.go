package raster

import "image"

// Blur replaces each colour of img by the mean of the 2·radius+1 colours around it, along rows and then along
// columns, the edge repeated outwards, as often as passes says; three passes come near to a Gaussian. Means are
// rounded to the nearest integer, halves up. Alpha is left as it is.
func Blur(img *image.RGBA, radius, passes int) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if radius < 1 || w < 1 || h < 1 {
		return
	}
	line := make([]uint8, max(w, h))
	for range passes {
		for c := range 3 {
			for y := range h {
				boxLine(img.Pix[y*img.Stride+c:], 4, w, radius, line)
			}
			for x := range w {
				boxLine(img.Pix[4*x+c:], img.Stride, h, radius, line)
			}
		}
	}
}

// boxLine smooths n samples that lie step bytes apart; line is room for a copy of them.
func boxLine(pix []uint8, step, n, radius int, line []uint8) {
	for i := range n {
		line[i] = pix[i*step]
	}
	at := func(i int) uint64 { return uint64(line[min(max(i, 0), n-1)]) }
	var sum uint64
	for i := -radius; i <= radius; i++ {
		sum += at(i)
	}
	whole := uint64(2*radius + 1)
	for i := range n {
		pix[i*step] = rounded(sum, whole)
		sum += at(i+radius+1) - at(i-radius)
	}
}
