package draw

import (
	"image"
	"math"

	"dokaz/pipeline/compare/geometry"
)

// warped is a as a picture of w×h pixels would show it, hatched where a shows nothing; seen says where it shows something.
func warped(a *image.RGBA, by geometry.Map, w, h int) (out *image.RGBA, seen []bool) {
	out, seen = hatched(w, h), make([]bool, w*h)
	back, ok := by.Inverse()
	if !ok {
		return out, seen
	}
	samples := samplesOf(a, back, w, h)
	for i := range seen {
		var sum [3]float64
		n := 0
		for _, s := range samples {
			u, v, ok := back.At((float64(i%w)+s.x)/float64(w), (float64(i/w)+s.y)/float64(h))
			if ok && u >= 0 && u < 1 && v >= 0 && v < 1 {
				sample(a, u, v, &sum)
				n++
			}
		}
		if n > 0 {
			seen[i] = true
			for k, v := range sum {
				out.Pix[4*i+k] = uint8(math.Round(v / float64(n)))
			}
		}
	}
	return out, seen
}

// samplesOf are the places within a pixel at which a is looked up: its middle, or several where a has many pixels for one.
func samplesOf(a *image.RGBA, back geometry.Map, w, h int) []point {
	u0, v0, ok0 := back.At(0.5, 0.5)
	u1, v1, ok1 := back.At(0.5+1/float64(w), 0.5)
	u2, v2, ok2 := back.At(0.5, 0.5+1/float64(h))
	many := float64((u1-u0)*(v2-v0)) - float64((u2-u0)*(v1-v0))
	if ok0 && ok1 && ok2 && math.Abs(many)*float64(a.Rect.Dx()*a.Rect.Dy()) < crowdedPixels {
		return []point{{0.5, 0.5}}
	}
	return []point{{0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}}
}

// crowdedPixels is how many pixels of a may fall on one before its middle does not stand for it.
const crowdedPixels = 2.5

// sample adds the colour between four pixels to sum.
func sample(img *image.RGBA, u, v float64, sum *[3]float64) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x, y := float64(u*float64(w))-0.5, float64(v*float64(h))-0.5
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	left, right := min(max(int(x0), 0), w-1), min(max(int(x0)+1, 0), w-1)
	top, bottom := min(max(int(y0), 0), h-1), min(max(int(y0)+1, 0), h-1)
	for _, c := range []struct {
		x, y int
		k    float64
	}{
		{left, top, float64((1 - fx) * (1 - fy))}, {right, top, float64(fx * (1 - fy))},
		{left, bottom, float64((1 - fx) * fy)}, {right, bottom, float64(fx * fy)},
	} {
		p := img.Pix[img.PixOffset(c.x+img.Rect.Min.X, c.y+img.Rect.Min.Y):][:3]
		for i := range sum {
			sum[i] += float64(float64(p[i]) * c.k)
		}
	}
}
