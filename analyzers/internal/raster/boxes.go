package raster

import (
	"encoding/binary"
	"image"
)

// maxBox keeps the sum of a box's column within 16 bits.
const maxBox = 256

// Boxes returns the luma of img averaged over boxes of size×size pixels, as whole levels, halves up, row by row, in the memory of
// into where that is large enough. The boxes begin in
// the upper left corner; the last of each row and column hold what is left. It is what frames of a film are reduced by:
// much quicker than Luma, which reduces to any size. A size outside 1 to 256 or an empty picture gives nil, 0, 0.
func Boxes(into []uint8, img image.Image, size int) (pix []uint8, w, h int) {
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
	if pix = into[:0]; cap(pix) < w*h {
		pix = make([]uint8, w*h)
	}
	pix = pix[:w*h]
	if size == 1 {
		for y := range h {
			copy(pix[y*w:][:w], p.pix[y*p.stride:])
		}
		return pix, w, h
	}
	lines, sums, lanes := make([][]uint8, 0, size), make([]uint16, b.Dx()), make([]uint64, b.Dx()/4)
	for y := range h {
		lines = lines[:0]
		for j := y * size; j < min((y+1)*size, b.Dy()); j++ {
			lines = append(lines, p.pix[j*p.stride:][:b.Dx()])
		}
		row, done := pix[y*w:][:w], 0
		if len(lines) == size {
			done = vectors(row, lines)
		}
		boxes(row[done:], lines, done*size, size, sums, lanes)
	}
	return pix, w, h
}

// boxes writes the means of the boxes from column first on. sums and lanes are memory for a row.
func boxes(out []uint8, lines [][]uint8, first, size int, sums []uint16, lanes []uint64) {
	rest := len(lines[0]) - first
	words := rest / 8
	sums, lanes = sums[:rest], lanes[:2*words]
	columns(lanes, sums[8*words:], lines, first)
	done := 8 * words
	switch {
	case size == 2 && len(lines) == 2:
		pairs(out, lanes)
	case size == 4 && len(lines) == 4:
		fours(out, lanes)
	default:
		done = 0
		spread(sums, lanes)
	}
	means(out[done/size:], sums[done:], size, len(lines))
}

// columns sums lines from column first on: eight samples at a time, each in 16 bits of a pair of lanes, the even ones
// before the odd ones, and those left over in rest.
func columns(lanes []uint64, rest []uint16, lines [][]uint8, first int) {
	const odd = 0x00ff_00ff_00ff_00ff
	clear(lanes)
	clear(rest)
	whole := len(lanes) / 2
	for _, line := range lines {
		line = line[first:][:8*whole+len(rest)]
		for i := range whole {
			v := binary.LittleEndian.Uint64(line[8*i:])
			pair := (*[2]uint64)(lanes[2*i:])
			pair[0] += v & odd
			pair[1] += v >> 8 & odd
		}
		for x := range rest {
			rest[x] += uint16(line[8*whole+x])
		}
	}
}

// spread writes the sums that stand in lanes one by one.
func spread(sums []uint16, lanes []uint64) {
	for i := range len(lanes) / 2 {
		a, b := lanes[2*i], lanes[2*i+1]
		to := (*[8]uint16)(sums[8*i:])
		to[0], to[1], to[2], to[3] = uint16(a), uint16(b), uint16(a>>16), uint16(b>>16)
		to[4], to[5], to[6], to[7] = uint16(a>>32), uint16(b>>32), uint16(a>>48), uint16(b>>48)
	}
}

// pairs writes the means of two columns of two rows each.
func pairs(out []uint8, lanes []uint64) {
	for i := range len(lanes) / 2 {
		v := (lanes[2*i] + lanes[2*i+1] + 0x0002_0002_0002_0002) >> 2
		to := (*[4]uint8)(out[4*i:])
		to[0], to[1], to[2], to[3] = uint8(v), uint8(v>>16), uint8(v>>32), uint8(v>>48)
	}
}

// fours writes the means of four columns of four rows each.
func fours(out []uint8, lanes []uint64) {
	for i := range len(lanes) / 2 {
		v := lanes[2*i] + lanes[2*i+1]
		v = (v + v>>16 + 0x0008_0000_0008) >> 4
		to := (*[2]uint8)(out[2*i:])
		to[0], to[1] = uint8(v), uint8(v>>32)
	}
}

// means writes the means of size columns each, of which sums hold so many rows.
func means(out []uint8, sums []uint16, size, rows int) {
	area := uint64(size * rows)
	half, share := area/2, 1<<40/area+1 // exact: area·255·area is less than 1<<40
	whole := len(sums) / size
	if size == 3 {
		for x := range out[:whole] {
			s := (*[3]uint16)(sums[3*x:])
			out[x] = uint8((uint64(s[0]) + uint64(s[1]) + uint64(s[2]) + half) * share >> 40)
		}
	} else {
		for x := range out[:whole] {
			var sum uint64
			for _, v := range sums[x*size:][:size] {
				sum += uint64(v)
			}
			out[x] = uint8((sum + half) * share >> 40)
		}
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
