package draw

import "image"

// Sheet shows what is most worth seeing of two pictures on one leaf: above, the places found in both; below, A and B laid on each
// other and what differs between them.
func Sheet(l Laid) *image.RGBA {
	v := l.view()
	above, over := correspondences(l, v.a, v.b), v.overlay()
	off, boxes := v.differences()
	right := over.Rect.Dx() + gap
	c := newCanvas(max(above.Rect.Dx(), right+off.Rect.Dx()), above.Rect.Dy()+over.Rect.Dy())
	c.place(above, 0, 0)
	c.place(over, 0, above.Rect.Dy())
	c.text(right+4, above.Rect.Dy()+3, "B - A", ink)
	c.place(off, right, above.Rect.Dy()+head)
	c.boxes(boxes, off, right, above.Rect.Dy()+head)
	return c.RGBA
}
