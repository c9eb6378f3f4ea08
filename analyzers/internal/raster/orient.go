package raster

import "image"

// Orientation is the Exif Orientation value: how stored rows and columns lie in the upright picture
// (CIPA DC-008-2023 §4.6.5.1.6). Values outside 1 to 8 mean Normal.
type Orientation int

// The orientations, named by what makes the stored picture upright. Turns are clockwise.
const (
	Normal     Orientation = 1
	Mirror     Orientation = 2 // left and right exchanged
	Turn180    Orientation = 3
	Flip       Orientation = 4 // top and bottom exchanged
	Transpose  Orientation = 5 // rows become columns
	Turn90     Orientation = 6
	Transverse Orientation = 7 // transposed along the other diagonal
	Turn270    Orientation = 8
)

// Turn returns the orientation that turns a picture clockwise by a multiple of 90 degrees.
func Turn(degrees int) Orientation {
	switch (degrees%360 + 360) % 360 {
	case 90:
		return Turn90
	case 180:
		return Turn180
	case 270:
		return Turn270
	}
	return Normal
}

// Swaps reports whether width and height change places.
func (o Orientation) Swaps() bool { return o >= Transpose && o <= Turn270 }

// Orient returns img turned upright, at bounds that begin at 0,0. Normal returns img as it is; else the result
// is a new picture of one of the types of Plain with exactly the source's colours: where a turned grid of
// subsampled chroma has no name in package image, the chroma samples are repeated to full size.
func Orient(img image.Image, o Orientation) image.Image {
	if o <= Normal || o > Turn270 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if o.Swaps() {
		w, h = h, w
	}
	to := image.Rect(0, 0, w, h)
	switch m := Plain(img).(type) {
	case *image.Gray:
		out := image.NewGray(to)
		turn(out.Pix, w, h, m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1, o)
		return out
	case *image.RGBA:
		out := image.NewRGBA(to)
		turn(out.Pix, w, h, m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4, o)
		return out
	case *image.YCbCr:
		return orientYCbCr(m, to, o)
	}
	return img
}

func orientYCbCr(m *image.YCbCr, to image.Rectangle, o Orientation) *image.YCbCr {
	ratio, ok := turnedRatio(m, o)
	if !ok {
		m, ratio = fullChroma(m), image.YCbCrSubsampleRatio444
	}
	out := image.NewYCbCr(to, ratio)
	b := m.Bounds()
	turn(out.Y, to.Dx(), to.Dy(), m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, 1, o)
	if b.Empty() {
		return out
	}
	cw := out.CStride
	ch := len(out.Cb) / cw
	at := m.COffset(b.Min.X, b.Min.Y)
	turn(out.Cb, cw, ch, m.Cb[at:], m.CStride, 1, o)
	turn(out.Cr, cw, ch, m.Cr[at:], m.CStride, 1, o)
	return out
}

// turnedRatio returns the subsampling of the turned picture; ok is false where package image has no name for
// it, or where the chroma grid does not fill the picture, so that turning would shift it.
func turnedRatio(m *image.YCbCr, o Orientation) (r image.YCbCrSubsampleRatio, ok bool) {
	cx, cy := chromaSize(m.SubsampleRatio)
	b := m.Bounds()
	if b.Min.X%cx != 0 || b.Min.Y%cy != 0 || b.Dx()%cx != 0 || b.Dy()%cy != 0 {
		return 0, false
	}
	if !o.Swaps() {
		return m.SubsampleRatio, true
	}
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420:
		return m.SubsampleRatio, true
	case image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440, true
	case image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422, true
	default:
		return 0, false
	}
}

// chromaSize returns how many pixels one chroma sample covers across and down.
func chromaSize(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	default:
		return 1, 1
	}
}

// fullChroma repeats chroma samples to one per pixel.
func fullChroma(m *image.YCbCr) *image.YCbCr {
	b := m.Bounds()
	out := image.NewYCbCr(b, image.YCbCrSubsampleRatio444)
	i := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		copy(out.Y[i:], m.Y[m.YOffset(b.Min.X, y):][:b.Dx()])
		for x := b.Min.X; x < b.Max.X; x++ {
			at := m.COffset(x, y)
			out.Cb[i], out.Cr[i] = m.Cb[at], m.Cr[at]
			i++
		}
	}
	return out
}

// tile is the side of the squares in which turn walks, so that a quarter turn stays in the cache.
const tile = 64

// turn fills the packed w×h destination from src: the source of (x,y) lies at from + x·dx + y·dy.
func turn(dst []uint8, w, h int, src []uint8, stride, size int, o Orientation) {
	from, dx, dy := walk(w, h, stride, size, o)
	for y0 := 0; y0 < h; y0 += tile {
		for x0 := 0; x0 < w; x0 += tile {
			for y := y0; y < min(y0+tile, h); y++ {
				at, to := from+y*dy+x0*dx, (y*w+x0)*size
				for range min(tile, w-x0) {
					copyPixel(dst[to:], src[at:], size)
					at, to = at+dx, to+size
				}
			}
		}
	}
}

func copyPixel(dst, src []uint8, size int) {
	if size == 1 {
		dst[0] = src[0]
		return
	}
	copy(dst[:4], src[:4])
}

// walk gives the place in the source of the destination's first pixel, and the steps to its right and lower
// neighbours. w and h are the destination's.
func walk(w, h, stride, size int, o Orientation) (from, dx, dy int) {
	switch o {
	case Mirror:
		return (w - 1) * size, -size, stride
	case Turn180:
		return (h-1)*stride + (w-1)*size, -size, -stride
	case Flip:
		return (h - 1) * stride, size, -stride
	case Transpose:
		return 0, stride, size
	case Turn90:
		return (w - 1) * stride, -stride, size
	case Transverse:
		return (w-1)*stride + (h-1)*size, -stride, -size
	case Turn270:
		return (h - 1) * size, stride, -size
	default:
		return 0, size, stride
	}
}
