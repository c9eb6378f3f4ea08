package draw

import (
	"fmt"
	"image/color"
	"math"
)

// ticks are the steps of an axis of time, in seconds.
var ticks = []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200}

// axis maps a stretch of time onto pixels.
type axis struct {
	from, to float64 // seconds
	length   int     // pixels
}

func (a axis) at(t float64) float64 {
	if !(a.to > a.from) {
		return 0
	}
	return (t - a.from) / (a.to - a.from) * float64(a.length)
}

// marks are the times to be written along the axis, no nearer to each other than so many pixels.
func (a axis) marks(apart float64) (out []float64) {
	if !(a.to > a.from) {
		return []float64{a.from}
	}
	step := ticks[len(ticks)-1]
	for i := len(ticks) - 1; i >= 0; i-- {
		if ticks[i]/(a.to-a.from)*float64(a.length) >= apart {
			step = ticks[i]
		}
	}
	for k := math.Ceil(a.from / step); float64(k*step) <= a.to && len(out) < a.length; k++ {
		out = append(out, float64(k*step))
	}
	return out
}

// clock writes seconds as people read them: 7.5 s, 1:30, 2:05:00.
func clock(t float64) string {
	switch {
	case math.Abs(t) < 60 && t != math.Trunc(t):
		return fmt.Sprintf("%.1f s", t)
	case math.Abs(t) < 60:
		return fmt.Sprintf("%.0f s", t)
	}
	s := int(math.Round(t))
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// across writes an axis below a plot whose lower left corner is at x, y.
func (c canvas) across(a axis, x, y int, name string) {
	c.line(point{float64(x), float64(y)}, point{float64(x + a.length), float64(y)}, faint, 1)
	for _, t := range a.marks(60) {
		at := x + int(math.Round(a.at(t)))
		c.line(point{float64(at), float64(y)}, point{float64(at), float64(y + 4)}, faint, 1)
		s := clock(t)
		c.text(min(max(at-len(s)*letterWidth/2, 0), c.Rect.Max.X-len(s)*letterWidth), y+6, s, ink)
	}
	c.text(x+a.length/2, y+6+letterHeight, name, ink)
}

// down writes an axis at the left of a plot whose upper left corner is at x, y.
func (c canvas) down(a axis, x, y int, name string) {
	c.line(point{float64(x), float64(y)}, point{float64(x), float64(y + a.length)}, faint, 1)
	for _, t := range a.marks(24) {
		at := y + int(math.Round(a.at(t)))
		c.line(point{float64(x - 4), float64(at)}, point{float64(x), float64(at)}, faint, 1)
		s := clock(t)
		c.text(x-6-len(s)*letterWidth, at-letterHeight/2, s, ink)
	}
	c.text(2, y+a.length/2-letterHeight/2, name, ink)
}

// mixed is the colour between two, share of the second from 0 to 1.
func mixed(p, q color.RGBA, share float64) color.RGBA {
	between := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + float64(share*(float64(b)-float64(a)))))
	}
	return color.RGBA{between(p.R, q.R), between(p.G, q.G), between(p.B, q.B), 255}
}
