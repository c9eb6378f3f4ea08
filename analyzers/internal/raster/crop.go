package raster

import "image"

// Crop returns the part of img within r at bounds that begin at 0,0, of one of the types of Plain; r is clipped to img. Where
// a cut goes through a chroma sample, chroma is repeated to full size, so that no colour moves.
func Crop(img image.Image, r image.Rectangle) image.Image {
	r = r.Intersect(img.Bounds())
	to := image.Rect(0, 0, r.Dx(), r.Dy())
	switch m := Plain(img).(type) {
	case *image.Gray:
		out := image.NewGray(to)
		copyRows(out.Pix, out.Stride, m.Pix[m.PixOffset(r.Min.X, r.Min.Y):], m.Stride, r.Dx(), r.Dy())
		return out
	case *image.RGBA:
		out := image.NewRGBA(to)
		copyRows(out.Pix, out.Stride, m.Pix[m.PixOffset(r.Min.X, r.Min.Y):], m.Stride, 4*r.Dx(), r.Dy())
		return out
	case *image.YCbCr:
		if cx, cy := chromaSize(m.SubsampleRatio); r.Min.X%cx != 0 || r.Min.Y%cy != 0 {
			m = fullChroma(m)
		}
		out := image.NewYCbCr(to, m.SubsampleRatio)
		if r.Empty() {
			return out
		}
		copyRows(out.Y, out.YStride, m.Y[m.YOffset(r.Min.X, r.Min.Y):], m.YStride, r.Dx(), r.Dy())
		at, rows := m.COffset(r.Min.X, r.Min.Y), len(out.Cb)/out.CStride
		copyRows(out.Cb, out.CStride, m.Cb[at:], m.CStride, out.CStride, rows)
		copyRows(out.Cr, out.CStride, m.Cr[at:], m.CStride, out.CStride, rows)
		return out
	}
	return img
}

// Canvas is a picture of w×h like part in type and chroma grid, in which nothing is painted: black.
func Canvas(part image.Image, w, h int) image.Image {
	to := image.Rect(0, 0, w, h)
	switch m := Plain(part).(type) {
	case *image.Gray:
		return image.NewGray(to)
	case *image.YCbCr:
		out := image.NewYCbCr(to, m.SubsampleRatio)
		for i := range out.Cb {
			out.Cb[i], out.Cr[i] = 128, 128
		}
		return out
	default:
		out := image.NewRGBA(to)
		for i := 3; i < len(out.Pix); i += 4 {
			out.Pix[i] = 255
		}
		return out
	}
}

// Paste copies part onto canvas with its upper left corner at p, clipped. It reports false, and copies nothing, where the two differ
// in type or chroma grid, or where p does not lie on that grid.
func Paste(canvas, part image.Image, p image.Point) bool {
	b := part.Bounds()
	r := b.Add(p.Sub(b.Min)).Intersect(canvas.Bounds())
	if r.Empty() {
		return true
	}
	from := r.Min.Sub(p).Add(b.Min)
	switch c := canvas.(type) {
	case *image.Gray:
		m, ok := part.(*image.Gray)
		if ok {
			copyRows(c.Pix[c.PixOffset(r.Min.X, r.Min.Y):], c.Stride, m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, r.Dx(), r.Dy())
		}
		return ok
	case *image.RGBA:
		m, ok := part.(*image.RGBA)
		if ok {
			copyRows(c.Pix[c.PixOffset(r.Min.X, r.Min.Y):], c.Stride, m.Pix[m.PixOffset(from.X, from.Y):], m.Stride, 4*r.Dx(), r.Dy())
		}
		return ok
	case *image.YCbCr:
		m, ok := part.(*image.YCbCr)
		if !ok || m.SubsampleRatio != c.SubsampleRatio {
			return false
		}
		cx, cy := chromaSize(c.SubsampleRatio)
		if r.Min.X%cx != 0 || r.Min.Y%cy != 0 || from.X%cx != 0 || from.Y%cy != 0 {
			return false
		}
		copyRows(c.Y[c.YOffset(r.Min.X, r.Min.Y):], c.YStride, m.Y[m.YOffset(from.X, from.Y):], m.YStride, r.Dx(), r.Dy())
		w, h := (r.Dx()+cx-1)/cx, (r.Dy()+cy-1)/cy
		to, at := c.COffset(r.Min.X, r.Min.Y), m.COffset(from.X, from.Y)
		copyRows(c.Cb[to:], c.CStride, m.Cb[at:], m.CStride, w, h)
		copyRows(c.Cr[to:], c.CStride, m.Cr[at:], m.CStride, w, h)
		return true
	}
	return false
}

// Within is the part of a canvas that Paste would copy a picture of r's size onto, sharing its memory, at bounds that begin at
// 0,0; nil where r is not wholly inside, not on the chroma grid, or canvas is not YCbCr.
func Within(canvas image.Image, r image.Rectangle) *image.YCbCr {
	c, ok := canvas.(*image.YCbCr)
	if !ok || !r.In(c.Rect) || r.Empty() {
		return nil
	}
	if cx, cy := chromaSize(c.SubsampleRatio); r.Min.X%cx != 0 || r.Min.Y%cy != 0 {
		return nil
	}
	at := c.COffset(r.Min.X, r.Min.Y)
	return &image.YCbCr{
		Y: c.Y[c.YOffset(r.Min.X, r.Min.Y):], Cb: c.Cb[at:], Cr: c.Cr[at:], YStride: c.YStride, CStride: c.CStride,
		SubsampleRatio: c.SubsampleRatio, Rect: image.Rect(0, 0, r.Dx(), r.Dy()),
	}
}

// copyRows copies n bytes of each of h rows.
func copyRows(dst []uint8, dstStride int, src []uint8, srcStride, n, h int) {
	for y := range h {
		copy(dst[y*dstStride:][:n], src[y*srcStride:][:n])
	}
}
