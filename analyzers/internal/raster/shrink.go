package raster

import (
	"image"
	"image/color"
)

// Shrink returns img area-averaged to exactly w×h, opaque, at bounds that begin at 0,0. The planes of a YCbCr
// picture are averaged each by itself and then converted (ITU-T T.871 §7). A size below 1 or an empty picture
// gives an empty one. Enlarging repeats pixels by area.
func Shrink(img image.Image, w, h int) *image.RGBA {
	b := img.Bounds()
	if w < 1 || h < 1 || b.Empty() {
		return image.NewRGBA(image.Rectangle{})
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	area := uint64(b.Dx()) * uint64(b.Dy())
	switch m := Plain(img).(type) {
	case *image.YCbCr:
		shrinkYCbCr(out, m, area)
	case *image.Gray:
		grey := bytesOf(plane{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1, 1}, across(b, w), down(b, h), area)
		for i, v := range grey {
			copy(out.Pix[4*i:], []uint8{v, v, v, 255})
		}
	case *image.RGBA:
		p := plane{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4, 3}
		for i, v := range bytesOf(p, across(b, w), down(b, h), area) {
			out.Pix[i/3*4+i%3] = v
		}
		for i := 3; i < len(out.Pix); i += 4 {
			out.Pix[i] = 255
		}
	}
	return out
}

func shrinkYCbCr(out *image.RGBA, m *image.YCbCr, area uint64) {
	b := m.Bounds()
	w, h := out.Rect.Dx(), out.Rect.Dy()
	luma := bytesOf(plane{m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, 1, 1}, across(b, w), down(b, h), area)
	cx, cy := chromaSize(m.SubsampleRatio)
	xs, ys := coarse(b.Min.X, b.Max.X, cx, w), coarse(b.Min.Y, b.Max.Y, cy, h)
	at := m.COffset(b.Min.X, b.Min.Y)
	cb := bytesOf(plane{m.Cb[at:], m.CStride, 1, 1}, xs, ys, area)
	cr := bytesOf(plane{m.Cr[at:], m.CStride, 1, 1}, xs, ys, area)
	for i := range luma {
		r, g, b := color.YCbCrToRGB(luma[i], cb[i], cr[i])
		copy(out.Pix[4*i:], []uint8{r, g, b, 255})
	}
}

// coarse is the axis of chroma cells that cover size pixels each.
func coarse(low, high, size, out int) axis {
	first := low / size
	return axis{(high-1)/size - first + 1, first, size, low, high, out}
}

func bytesOf(p plane, xs, ys axis, area uint64) []uint8 {
	out := make([]uint8, xs.out*ys.out*p.channels)
	reduce(p, xs, ys, func(y int, sums []uint64) {
		row := out[y*len(sums):]
		for i, s := range sums {
			row[i] = rounded(s, area)
		}
	})
	return out
}
