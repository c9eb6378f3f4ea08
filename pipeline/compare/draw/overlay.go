package draw

import "image"

// Overlay lays A on B: A's light is red, B's light is cyan. Where both show the same it is grey, what only A shows is red, what
// only B shows is cyan, and beyond A's edges B stands alone and dim.
func Overlay(l Laid) *image.RGBA { return l.view().overlay() }

func (v view) overlay() *image.RGBA {
	c := newCanvas(v.w, head+v.h)
	for i, light := range v.gb {
		p := c.Pix[c.PixOffset(i%v.w, i/v.w+head):][:3]
		b := uint8(light)
		if !v.seen[i] {
			p[0], p[1], p[2] = b/3, b/3, b/3
			continue
		}
		p[0], p[1], p[2] = uint8(min(max(v.ga[i], 0), 255)), b, b
	}
	c.window(image.Rect(0, head, v.w, head+v.h)).polygon(outline(v.By, v.b, 0, head), frame, 1.5)
	c.text(4, 3, "A", red)
	c.text(4+2*letterWidth, 3, "+", ink)
	c.text(4+4*letterWidth, 3, "B", cyan)
	return c.RGBA
}
