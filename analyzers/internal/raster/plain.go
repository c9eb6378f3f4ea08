package raster

import (
	"image"
	"image/color"
)

// Plain returns img as one of the three types this package computes on: *image.YCbCr, *image.Gray, or an
// opaque *image.RGBA. Pictures of these types are returned as they are; all others are painted on white
// with 8 bits per channel, at the same bounds.
func Plain(img image.Image) image.Image {
	switch m := img.(type) {
	case *image.YCbCr, *image.Gray:
		return m
	case *image.RGBA:
		if m.Opaque() {
			return m
		}
	}
	b := img.Bounds()
	out := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		row := out.Pix[out.PixOffset(b.Min.X, y):][:4*b.Dx()]
		switch m := img.(type) {
		case *image.RGBA:
			onWhite(row, m.Pix[m.PixOffset(b.Min.X, y):])
		case *image.NRGBA:
			mixWhite(row, m.Pix[m.PixOffset(b.Min.X, y):])
		default:
			paint(row, img, y)
		}
	}
	return out
}

// onWhite composes premultiplied pixels: c + (255-a) is exact.
func onWhite(dst, src []uint8) {
	for i := 0; i < len(dst); i += 4 {
		rest := 255 - src[i+3]
		for c := range 3 {
			dst[i+c] = uint8(min(int(src[i+c])+int(rest), 255))
		}
		dst[i+3] = 255
	}
}

// mixWhite composes straight-alpha pixels, rounded to the nearest.
func mixWhite(dst, src []uint8) {
	for i := 0; i < len(dst); i += 4 {
		a := uint32(src[i+3])
		for c := range 3 {
			dst[i+c] = uint8((uint32(src[i+c])*a + 255*(255-a) + 127) / 255)
		}
		dst[i+3] = 255
	}
}

// paint asks the picture for each colour: 16 bits, premultiplied, composed before rounding to 8.
func paint(dst []uint8, img image.Image, y int) {
	b := img.Bounds()
	palette, _ := img.(*image.Paletted)
	deep, _ := img.(image.RGBA64Image)
	for x := b.Min.X; x < b.Max.X; x++ {
		var c color.RGBA64
		switch {
		case palette != nil && int(palette.ColorIndexAt(x, y)) >= len(palette.Palette):
			c = color.RGBA64{A: 0xffff} // an index without a colour shows as black
		case deep != nil:
			c = deep.RGBA64At(x, y)
		default:
			r, g, b, a := img.At(x, y).RGBA()
			c = color.RGBA64{uint16(r), uint16(g), uint16(b), uint16(a)}
		}
		rest := 0xffff - uint32(c.A)
		i := 4 * (x - b.Min.X)
		dst[i], dst[i+1], dst[i+2], dst[i+3] = byteOf(c.R, rest), byteOf(c.G, rest), byteOf(c.B, rest), 255
	}
}

// byteOf rounds v+rest of 16 bits to 8: 257 steps of 16 bits make one of 8.
func byteOf(v uint16, rest uint32) uint8 { return uint8((min(uint32(v)+rest, 0xffff) + 128) / 257) }
