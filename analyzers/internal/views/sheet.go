package views

import (
	"image"

	"dokaz/analyzers/internal/pdq"
	"dokaz/analyzers/internal/spare"
)

// Gray is luma in whole levels, row by row. It is not to be changed.
type Gray struct {
	W, H int
	Pix  []uint8
}

// NewGray rounds w×h luma values from 0 to 255 to whole levels.
func NewGray(luma []float32, w, h int) Gray {
	g := Gray{w, h, make([]uint8, len(luma))}
	for i, v := range luma {
		g.Pix[i] = uint8(v + 0.5)
	}
	return g
}

// Bounds is the whole picture.
func (g Gray) Bounds() image.Rectangle { return image.Rect(0, 0, g.W, g.H) }

// sheet is a picture with its summed-area table (F. Crow, "Summed-area tables for texture mapping", 1984):
// sums[y*(W+1)+x] is the sum over the rows above y and the columns left of x. That of MaxSide² pixels fits 32 bits.
type sheet struct {
	Gray
	sums []uint32
}

// sheets is one that no picture uses.
var sheets spare.Of[sheet]

// done gives the table back. Nothing of it may be used afterwards.
func (s *sheet) done() {
	s.Pix = nil
	sheets.Give(s)
}

func newSheet(g Gray) *sheet {
	s := sheets.Take()
	s.Gray = g
	if n := (g.W + 1) * (g.H + 1); cap(s.sums) < n {
		s.sums = make([]uint32, n)
	} else {
		s.sums = s.sums[:n]
		clear(s.sums[:g.W+1]) // the first of each row is written with it
	}
	for y := range g.H {
		above, sums := s.sums[y*(g.W+1):][:g.W+1], s.sums[(y+1)*(g.W+1):][:g.W+1]
		var sum uint32
		sums[0] = 0
		for x, p := range g.Pix[y*g.W:][:g.W] {
			sum += uint32(p)
			sums[x+1] = above[x+1] + sum
		}
	}
	return s
}

// grid is how many samples a view has along a side.
const grid = 64

// samples averages box, in pixels, over 64×64 equal areas. Areas that begin or end within a pixel take their part of it.
// The averages are exact but for one rounding, so those of a turned picture are the turned averages.
func (s *sheet) samples(box image.Rectangle) (out pdq.Samples) {
	w, h := box.Dx(), box.Dy()
	var upper, lower [grid + 1]uint64
	s.line(&upper, box.Min.Y*grid, box.Min.X*grid, w)
	share := 256 / float64(w*h)
	for y := range grid {
		s.line(&lower, box.Min.Y*grid+(y+1)*h, box.Min.X*grid, w)
		for x := range grid {
			sum := lower[x+1] - lower[x] - upper[x+1] + upper[x]
			out[y*grid+x] = uint16(float64(float64(sum)*share) + 0.5)
		}
		upper = lower
	}
	return out
}

// line writes the sums over all above y and left of x, x+w, x+2w … of a 64th of a pixel, in 4096ths of a level.
func (s *sheet) line(out *[grid + 1]uint64, y, x, w int) {
	row, below := y/grid, uint64(y%grid)
	upper := s.sums[row*(s.W+1):][:s.W+1]
	lower := upper
	if below > 0 {
		lower = s.sums[(row+1)*(s.W+1):][:s.W+1]
	}
	for i := range out {
		column, right := (x+i*w)/grid, uint64((x+i*w)%grid)
		sum := (grid-below)*uint64(upper[column]) + below*uint64(lower[column])
		if right > 0 {
			next := (grid-below)*uint64(upper[column+1]) + below*uint64(lower[column+1])
			sum = (grid-right)*sum + right*next
		} else {
			sum *= grid
		}
		out[i] = sum
	}
}
