package raster

import "image"

// Levels returns the full-range 8-bit value of every sample of depth bits, 8 to 16. Limited range is stretched
// as ITU-R BT.601-7 §2.5.3 defines it (luma 16 to 235, chroma 16 to 240 around 128, times 2 to the depth-8)
// and clipped; rounding is to the nearest, halves up.
func Levels(depth int, limited, chroma bool) []uint8 {
	out := make([]uint8, 1<<depth)
	zero, span, centre := 0, 1<<depth-1, 0
	switch {
	case limited && chroma:
		zero, span, centre = 128<<depth>>8, 224<<depth>>8, 128
	case limited:
		zero, span = 16<<depth>>8, 219<<depth>>8
	case chroma:
		zero, centre = 1<<depth>>1, 128
	}
	for v := range out {
		// floor((v-zero)·255/span + 1/2); the added 256 keep the numerator positive, where division floors
		n := 2*255*(v-zero) + span + 512*span
		out[v] = uint8(min(max(n/(2*span)-256+centre, 0), 255))
	}
	return out
}

// Stretch turns a limited-range picture into a full-range one in place.
func Stretch(m *image.YCbCr) {
	luma, chroma := Levels(8, true, false), Levels(8, true, true)
	for i, v := range m.Y {
		m.Y[i] = luma[v]
	}
	for _, plane := range [][]uint8{m.Cb, m.Cr} {
		for i, v := range plane {
			plane[i] = chroma[v]
		}
	}
}
