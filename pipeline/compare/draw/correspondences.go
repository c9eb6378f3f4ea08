package draw

import (
	"fmt"
	"image"
)

const (
	gap   = 12 // pixels between two pictures
	head  = letterHeight + 8
	lines = 6 // fields along each side of A, each of which leads at most one line over
)

// Correspondences draws both pictures side by side, A on the left, with a ring round every place of A and round where it was
// found again in B, and a line between them for some that are spread over A. Each has the colour of its place in A, so that
// neighbours can be followed; a yellow outline shows in each picture where the edges of the other lie. The number is that of the places.
func Correspondences(l Laid) *image.RGBA {
	return correspondences(l, fitted(l.A, l.Side), fitted(l.B, l.Side))
}

// correspondences draws them over pictures of the drawing's size.
func correspondences(l Laid, a, b *image.RGBA) *image.RGBA {
	right, places := a.Rect.Dx()+gap, l.places()
	c := newCanvas(right+b.Rect.Dx(), head+max(a.Rect.Dy(), b.Rect.Dy()))
	c.place(a, 0, head)
	c.place(b, right, head)
	c.text(4, 3, fmt.Sprintf("A  %d", len(places)), ink)
	c.text(right+4, 3, "B", ink)
	inA := c.window(image.Rect(0, head, a.Rect.Dx(), head+a.Rect.Dy()))
	inB := c.window(image.Rect(right, head, right+b.Rect.Dx(), head+b.Rect.Dy()))
	inB.polygon(outline(l.By, b, right, head), frame, 1.5)
	if back, ok := l.By.Inverse(); ok {
		inA.polygon(outline(back, a, 0, head), frame, 1.5)
	}
	var led [lines * lines]bool
	for _, p := range places {
		from, to := onto(a, 0, head, p[0], p[1]), onto(b, right, head, p[2], p[3])
		colour := hue(float64(0.5*p[0]) + float64(0.5*p[1]))
		c.ring(from, 2, colour, 1)
		c.ring(to, 2, colour, 1)
		if k := int(min(p[1], 0.999)*lines)*lines + int(min(p[0], 0.999)*lines); !led[k] {
			led[k] = true
			c.line(from, to, colour, 0.8)
		}
	}
	return c.RGBA
}

// window is the part of a canvas inside a rectangle: what is drawn beyond it does not show.
func (c canvas) window(r image.Rectangle) canvas {
	return canvas{c.SubImage(r).(*image.RGBA)}
}
