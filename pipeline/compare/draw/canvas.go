package draw

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// The colours of all drawings, told apart also by those who see red and green alike.
var (
	ground = color.RGBA{24, 26, 30, 255}
	ink    = color.RGBA{236, 238, 240, 255}
	hatch  = color.RGBA{70, 74, 82, 255}
	faint  = color.RGBA{120, 126, 134, 255}
	frame  = color.RGBA{255, 214, 64, 255}  // where the other picture's edges lie
	warm   = color.RGBA{255, 128, 16, 255}  // brighter in B than in A
	cold   = color.RGBA{40, 140, 255, 255}  // darker in B than in A
	marked = color.RGBA{255, 64, 160, 255}  // a region that differs
	path   = color.RGBA{255, 92, 92, 255}   // an alignment
	loose  = color.RGBA{176, 152, 255, 255} // an alignment whose offset is open
	red    = color.RGBA{255, 96, 96, 255}
	cyan   = color.RGBA{96, 240, 240, 255}
)

// canvas is a picture being drawn on. What image/draw is given is the picture itself: it is quick with types it knows.
type canvas struct{ *image.RGBA }

func newCanvas(w, h int) canvas {
	c := canvas{image.NewRGBA(image.Rect(0, 0, w, h))}
	draw.Draw(c.RGBA, c.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	return c
}

// place copies a picture to a place.
func (c canvas) place(p *image.RGBA, x, y int) {
	draw.Draw(c.RGBA, p.Rect.Sub(p.Rect.Min).Add(image.Pt(x, y)), p, p.Rect.Min, draw.Src)
}

// fill paints a rectangle.
func (c canvas) fill(r image.Rectangle, with color.RGBA) {
	draw.Draw(c.RGBA, r, image.NewUniform(with), image.Point{}, draw.Src)
}

// blend lays a colour over one pixel, share of it from 0 to 1.
func (c canvas) blend(x, y int, with color.RGBA, share float64) {
	if !image.Pt(x, y).In(c.Rect) || !(share > 0) {
		return
	}
	p := c.Pix[c.PixOffset(x, y):][:3]
	k := int(math.Round(256 * min(share, 1)))
	for i, v := range [3]uint8{with.R, with.G, with.B} {
		p[i] = uint8((int(p[i])*(256-k) + int(v)*k + 128) >> 8)
	}
}

// line draws a smooth line of the given width between two points.
func (c canvas) line(from, to point, with color.RGBA, width float64) {
	if !from.drawable() || !to.drawable() {
		return
	}
	steep := math.Abs(to.y-from.y) > math.Abs(to.x-from.x)
	if steep {
		from.x, from.y, to.x, to.y = from.y, from.x, to.y, to.x
	}
	if from.x > to.x {
		from, to = to, from
	}
	low, high := c.Rect.Min.X, c.Rect.Max.X
	if steep {
		low, high = c.Rect.Min.Y, c.Rect.Max.Y
	}
	slope := 0.0
	if d := to.x - from.x; d > 0 {
		slope = (to.y - from.y) / d
	}
	across := float64(width*math.Sqrt(1+float64(slope*slope))) / 2
	first, last := max(int(math.Round(from.x)), low), min(int(math.Round(to.x)), high-1)
	for x := first; x <= last; x++ {
		mid := from.y + float64(slope*(float64(x)-from.x))
		for y := int(math.Floor(mid - across)); y <= int(math.Ceil(mid+across)); y++ {
			share := min(1, across+0.5-math.Abs(float64(y)-mid))
			if steep {
				c.blend(y, x, with, share)
			} else {
				c.blend(x, y, with, share)
			}
		}
	}
}

// polygon draws the edges of a polygon.
func (c canvas) polygon(ps []point, with color.RGBA, width float64) {
	for i, p := range ps {
		c.line(p, ps[(i+1)%len(ps)], with, width)
	}
}

// ring draws a circle's edge.
func (c canvas) ring(at point, radius float64, with color.RGBA, width float64) {
	if !at.drawable() {
		return
	}
	reach := int(radius+width) + 2
	cx, cy := int(math.Round(at.x)), int(math.Round(at.y))
	for y := cy - reach; y <= cy+reach; y++ {
		for x := cx - reach; x <= cx+reach; x++ {
			dx, dy := float64(x)-at.x, float64(y)-at.y
			away := math.Abs(math.Sqrt(float64(dx*dx)+float64(dy*dy)) - radius)
			c.blend(x, y, with, width/2+0.5-away)
		}
	}
}

// The measures of the letters, in pixels.
const (
	letterWidth  = 7
	letterHeight = 13
	ascent       = 11
)

// text writes letters and numbers with their upper left corner at a place.
func (c canvas) text(x, y int, s string, with color.RGBA) {
	d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(with), Face: basicfont.Face7x13, Dot: fixed.P(x, y+ascent)}
	d.DrawString(s)
}

// hue is a bright colour of a place on the colour wheel, from 0 to 1.
func hue(v float64) color.RGBA {
	channel := func(shift float64) uint8 {
		_, f := math.Modf(v + shift)
		d := math.Abs(float64(f*6)-3) - 1
		return uint8(math.Round(64 + float64(191*min(max(d, 0), 1))))
	}
	return color.RGBA{channel(0), channel(2.0 / 3), channel(1.0 / 3), 255}
}
