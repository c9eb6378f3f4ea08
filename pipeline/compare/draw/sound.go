package draw

import (
	"image"
	"image/color"
	"strconv"

	"dokaz/pipeline/compare"
)

const (
	soundHeight = 160
	unrelated   = 0.5 // of the bits of unrelated sound differ
)

// Sound draws along A's time which share of the bits of both fingerprints differs, from none at the bottom to one half at the top,
// where unrelated sound lies. Stretches in common have a lighter ground. side is the plot's width in pixels.
func Sound(l compare.SoundLine, side int) *image.RGBA {
	c := newCanvas(leftOf+side+rightOf, head+soundHeight+below)
	x := axis{length: side}
	if n := len(l.Rates); n > 0 {
		x.from, x.to = l.Rates[0].At, l.Rates[n-1].At
	}
	for _, s := range l.Stretches {
		x.from, x.to = min(x.from, s.AStart), max(x.to, s.AEnd)
	}
	inside := c.window(image.Rect(leftOf, head, leftOf+side, head+soundHeight))
	for _, s := range l.Stretches {
		inside.fill(image.Rect(leftOf+int(x.at(s.AStart)), head, leftOf+int(x.at(s.AEnd)), head+soundHeight).Intersect(inside.Rect), color.RGBA{52, 58, 68, 255})
	}
	height := func(rate float64) float64 {
		return float64(head+soundHeight-1) - float64(min(rate, unrelated)/unrelated*(soundHeight-1))
	}
	for _, rate := range []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5} {
		y := height(rate)
		c.line(point{leftOf, y}, point{float64(leftOf + side), y}, hatch, 1)
		c.text(leftOf-6-3*letterWidth, int(y)-letterHeight/2, strconv.FormatFloat(rate, 'f', 1, 64), ink)
	}
	for i := 1; i < len(l.Rates); i++ {
		p, q := l.Rates[i-1], l.Rates[i]
		inside.line(point{leftOf + x.at(p.At), height(p.Rate)}, point{leftOf + x.at(q.At), height(q.Rate)}, shades[1].with, 1.5)
	}
	c.across(x, leftOf, head+soundHeight, "A")
	return c.RGBA
}
