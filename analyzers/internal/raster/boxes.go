package raster

import (
	"encoding/binary"
	"image"
)

// maxBox keeps the sum of a box's column within 16 bits.
const maxBox = 256

// Boxes returns the luma of img averaged over boxes of size×size pixels, as whole levels, halves up, row by row. The boxes begin in
// the upper left corner; the last of each row and column hold what is left. It is what frames of a film are reduced by:
// much quicker than Luma, which reduces to any size. A size outside 1 to 256 or an empty picture gives nil, 0, 0.
func Boxes(img image.Image, size int) (pix []uint8, w, h int) {
	b := img.Bounds()
	if b.Empty() || size < 1 || size > maxBox {
		return nil, 0, 0
	}
	var p plane
	switch m := Plain(img).(type) {
	case *image.YCbCr:
		p = plane{m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, 1, 1}
	case *image.Gray:
		p = plane{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1, 1}
	case *image.RGBA:
		p = plane{greyOf(m), b.Dx(), 1, 1}
	}
	w, h = (b.Dx()+size-1)/size, (b.Dy()+size-1)/size
	pix = make([]uint8, w*h)
	if size == 1 {
		for y := range h {
			copy(pix[y*w:][:w], p.pix[y*p.stride:])
		}
		return pix, w, h
	}
	sums := make([]uint16, (b.Dx()+7)&^7)
	lanes := make([]uint64, len(sums)/4)
	for y := range h {
		rows := min(size, b.Dy()-y*size)
		p.columns(sums, lanes, y*size, rows, b.Dx())
		means(pix[y*w:][:w], sums[:b.Dx()], size, rows)
	}
	return pix, w, h
}

// columns sums rows of w samples from row first on, column by column: eight samples at a time, each in 16 bits of a word.
func (p plane) columns(sums []uint16, lanes []uint64, first, rows, w int) {
	const odd = 0x00ff_00ff_00ff_00ff
	clear(lanes)
	clear(sums)
	whole := w / 8
	for y := range rows {
		line := p.pix[(first+y)*p.stride:][:w]
		for i := range whole {
			v := binary.LittleEndian.Uint64(line[8*i:])
			pair := (*[2]uint64)(lanes[2*i:])
			pair[0] += v & odd
			pair[1] += v >> 8 & odd
		}
		for x := 8 * whole; x < w; x++ {
			sums[x] += uint16(line[x])
		}
	}
	for i := range whole {
		a, b := lanes[2*i], lanes[2*i+1]
		to := (*[8]uint16)(sums[8*i:])
		to[0], to[1], to[2], to[3] = uint16(a), uint16(b), uint16(a>>16), uint16(b>>16)
		to[4], to[5], to[6], to[7] = uint16(a>>32), uint16(b>>32), uint16(a>>48), uint16(b>>48)
	}
}

// means writes the means of size columns each, of which sums hold so many rows.
func means(out []uint8, sums []uint16, size, rows int) {
	area := uint64(size * rows)
	share := 1<<40/area + 1 // exact: area·255·area is less than 1<<40
	whole := len(sums) / size
	for x := range whole {
		var sum uint64
		for _, v := range sums[x*size:][:size] {
			sum += uint64(v)
		}
		out[x] = uint8((sum + area/2) * share >> 40)
	}
	if rest := sums[whole*size:]; len(rest) > 0 {
		var sum uint64
		for _, v := range rest {
			sum += uint64(v)
		}
		out[whole] = rounded(sum, uint64(len(rest)*rows))
	}
}

// greyOf is the luma of each pixel, halves up.
func greyOf(m *image.RGBA) []uint8 {
	b := m.Bounds()
	out := make([]uint8, 0, b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		row := m.Pix[m.PixOffset(b.Min.X, y):][:4*b.Dx()]
		for i := 0; i < len(row); i += 4 {
			out = append(out, uint8((299*int(row[i])+587*int(row[i+1])+114*int(row[i+2])+500)/1000))
		}
	}
	return out
}

// BoxSize is the least size of boxes that leaves the longer side of w×h with at most maxSide of them.
func BoxSize(w, h, maxSide int) int { return max((max(w, h)+maxSide-1)/maxSide, 1) }
