package raster

import "image"

// Luma returns the luma of img, 0 to 255, row by row, area-averaged so that the longer side is at most
// maxSide; a picture that fits is not enlarged. An empty picture or a maxSide below 1 gives nil, 0, 0.
func Luma(img image.Image, maxSide int) (pix []float32, w, h int) {
	b := img.Bounds()
	w, h = Fit(b.Dx(), b.Dy(), maxSide)
	return LumaTo(img, w, h), w, h
}

// LumaTo returns the luma of img, 0 to 255, row by row, area-averaged to exactly w×h. Enlarging repeats
// pixels by area. A size below 1 or an empty picture gives nil.
func LumaTo(img image.Image, w, h int) []float32 {
	b := img.Bounds()
	if w < 1 || h < 1 || b.Empty() {
		return nil
	}
	out := make([]float32, w*h)
	area := uint64(b.Dx()) * uint64(b.Dy())
	switch m := Plain(img).(type) {
	case *image.YCbCr:
		p := plane{m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, 1, 1}
		grey(out, p, b, w, h, area)
	case *image.Gray:
		p := plane{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1, 1}
		grey(out, p, b, w, h, area)
	case *image.RGBA:
		p := plane{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4, 3}
		reduce(p, across(b, w), down(b, h), func(y int, sums []uint64) {
			for x := range w {
				r, g, b := sums[3*x], sums[3*x+1], sums[3*x+2]
				out[y*w+x] = mean(299*r+587*g+114*b, 1000*area)
			}
		})
	}
	return out
}

func grey(out []float32, p plane, b image.Rectangle, w, h int, area uint64) {
	reduce(p, across(b, w), down(b, h), func(y int, sums []uint64) {
		for x, s := range sums {
			out[y*w+x] = mean(s, area)
		}
	})
}

// mean divides once, in float64, and rounds to float32: the explicit conversion forbids fusing.
func mean(sum, whole uint64) float32 { return float32(float64(sum) / float64(whole)) }

// Fit returns w and h reduced in proportion so that the longer is at most maxSide, each rounded to the
// nearest integer and at least 1; sizes that fit are returned as they are. Without a positive side it returns 0, 0.
func Fit(w, h, maxSide int) (int, int) {
	if w < 1 || h < 1 || maxSide < 1 {
		return 0, 0
	}
	longer := max(w, h)
	if longer <= maxSide {
		return w, h
	}
	part := func(side int) int {
		return max(1, int((2*uint64(side)*uint64(maxSide)+uint64(longer))/(2*uint64(longer))))
	}
	return part(w), part(h)
}

func across(b image.Rectangle, out int) axis { return axis{b.Dx(), b.Min.X, 1, b.Min.X, b.Max.X, out} }

func down(b image.Rectangle, out int) axis { return axis{b.Dy(), b.Min.Y, 1, b.Min.Y, b.Max.Y, out} }
