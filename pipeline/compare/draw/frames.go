package draw

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

// The measures of a matrix of frames, in pixels.
const (
	leftOf  = 76 // room for the axis of B
	below   = 36 // for the axis of A
	rightOf = 56 // for the scale
	narrow  = 96 // a plot's shorter side at least
	beside  = 5  // from an alignment to the lines that mark it
)

// shades are the colours of distances, from equal to unrelated.
var shades = []struct {
	bits int
	with color.RGBA
}{
	{0, color.RGBA{255, 250, 170, 255}}, {31, color.RGBA{250, 200, 60, 255}}, {64, color.RGBA{60, 160, 130, 255}},
	{96, color.RGBA{38, 66, 120, 255}}, {128, color.RGBA{26, 26, 60, 255}},
}

func shade(bits int) color.RGBA {
	last := shades[len(shades)-1]
	for i := 1; i < len(shades); i++ {
		if p, q := shades[i-1], shades[i]; bits <= q.bits {
			return mixed(p.with, q.with, float64(bits-p.bits)/float64(q.bits-p.bits))
		}
	}
	return last.with
}

// Frames draws how far every moment of A, across, is from every moment of B, downwards: the brighter the nearer, hatched where
// frames carry too little detail. Stretches of footage in common run between two red lines, violet where the offset is open. side
// is the longer side of the plot in pixels.
func Frames(m compare.FrameMatrix, side int) *image.RGBA {
	x, y := plot(m, side)
	c := newCanvas(leftOf+x.length+rightOf, head+y.length+below)
	rows, cols := x.moments(m.ATimes), y.moments(m.BTimes)
	for j, col := range cols {
		for i, row := range rows {
			c.SetRGBA(leftOf+i, head+j, cellAt(m, row, col, i+j))
		}
	}
	inside := c.window(image.Rect(leftOf, head, leftOf+x.length, head+y.length))
	for _, s := range m.Path {
		inside.tram(x, y, s)
	}
	c.across(x, leftOf, head+y.length, "A")
	c.down(y, leftOf, head, "B")
	c.scale(leftOf+x.length+10, head, min(y.length, 160))
	return c.RGBA
}

// plot gives both axes one scale, unless one video is many times as long as the other.
func plot(m compare.FrameMatrix, side int) (x, y axis) {
	span := func(times []float64) axis {
		if len(times) == 0 {
			return axis{}
		}
		a := axis{from: times[0], to: times[len(times)-1]}
		if n := len(times); n > 1 { // the last moment lasts as long as the others do on the average
			a.to += (a.to - a.from) / float64(n-1)
		} else {
			a.to++
		}
		return a
	}
	x, y = span(m.ATimes), span(m.BTimes)
	long := max(x.to-x.from, y.to-y.from, 1e-9)
	for _, a := range []*axis{&x, &y} {
		a.length = max(narrow, int(math.Round(float64(side)*(a.to-a.from)/long)))
	}
	return x, y
}

// moments gives for every pixel of an axis the last of the ascending times that is not after it.
func (a axis) moments(times []float64) []int {
	out := make([]int, a.length)
	k := 0
	for i := range out {
		t := a.from + float64((float64(i)+0.5)/float64(a.length)*(a.to-a.from))
		for k+1 < len(times) && times[k+1] <= t {
			k++
		}
		out[i] = k
	}
	return out
}

// cellAt is the colour of one pixel of a cell; stroke counts along the hatching.
func cellAt(m compare.FrameMatrix, row, col, stroke int) color.RGBA {
	if row >= len(m.Cells) || col >= len(m.Cells[row]) {
		return ground
	}
	d := m.Cells[row][col]
	switch {
	case d < 255:
		return shade(int(d))
	case stroke%8 < 2:
		return hatch
	}
	return ground
}

// tram draws the two lines that a stretch runs between.
func (c canvas) tram(x, y axis, s pipeline.Segment) {
	with := path
	if s.Ambiguous {
		with = loose
	}
	corner := func(a, b float64) point {
		return point{float64(c.Rect.Min.X) + x.at(a), float64(c.Rect.Min.Y) + y.at(b)}
	}
	from, to := corner(s.AStart, s.BStart), corner(s.AEnd, s.BEnd)
	dx, dy := to.x-from.x, to.y-from.y
	length := math.Sqrt(float64(dx*dx) + float64(dy*dy))
	if !(length > 0) {
		c.ring(from, beside, with, 1.5)
		return
	}
	dx, dy = float64(beside*dx)/length, float64(beside*dy)/length
	c.polygon([]point{{from.x - dy, from.y + dx}, {to.x - dy, to.y + dx}, {to.x + dy, to.y - dx}, {from.x + dy, from.y - dx}}, with, 1.5)
}

// scale says which colour stands for how many bits.
func (c canvas) scale(x, y, length int) {
	most := shades[len(shades)-1].bits
	for j := range length {
		c.fill(image.Rect(x, y+j, x+10, y+j+1), shade(j*most/length))
	}
	for _, s := range shades {
		c.text(x+14, y+s.bits*(length-letterHeight)/most, strconv.Itoa(s.bits), ink)
	}
}
