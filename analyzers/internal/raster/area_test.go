package raster_test

import (
	"fmt"
	"image"
	"image/color"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/raster"
)

// averages is the definition of the area average in rationals: every pixel by the area it shares.
func averages(value func(x, y int) *big.Rat, srcW, srcH, w, h int) []float32 {
	overlap := func(i, n, x, m int) *big.Rat { // of [i/n,(i+1)/n) and [x/m,(x+1)/m), in units of 1/(n·m)
		d := min((i+1)*m, (x+1)*n) - max(i*m, x*n)
		return big.NewRat(int64(max(d, 0)), 1)
	}
	out := make([]float32, 0, w*h)
	for y := range h {
		for x := range w {
			sum := new(big.Rat)
			for j := range srcH {
				for i := range srcW {
					weight := new(big.Rat).Mul(overlap(i, srcW, x, w), overlap(j, srcH, y, h))
					sum.Add(sum, weight.Mul(weight, value(i, j)))
				}
			}
			f, _ := sum.Quo(sum, big.NewRat(int64(srcW*srcH), 1)).Float64()
			out = append(out, float32(f))
		}
	}
	return out
}

func noise(seed uint64, pix []uint8) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range pix {
		pix[i] = uint8(r.Uint32())
	}
}

func noiseGray(seed uint64, w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	noise(seed, m.Pix)
	return m
}

func noiseRGBA(seed uint64, b image.Rectangle) *image.RGBA {
	m := image.NewRGBA(b)
	noise(seed, m.Pix)
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	return m
}

func noiseYCbCr(seed uint64, b image.Rectangle, r image.YCbCrSubsampleRatio) *image.YCbCr {
	m := image.NewYCbCr(b, r)
	noise(seed, m.Y)
	noise(seed+1, m.Cb)
	noise(seed+2, m.Cr)
	return m
}

var grids = []struct{ srcW, srcH, w, h int }{
	{1, 1, 1, 1}, {4, 4, 2, 2}, {4, 2, 2, 2}, {5, 3, 2, 2}, {7, 5, 3, 4}, {9, 7, 9, 7}, {10, 1, 3, 1}, {1, 10, 1, 7},
	{13, 11, 12, 10}, {3, 2, 5, 7}, {2, 2, 8, 8}, {17, 16, 1, 1},
}

func TestLumaEqualsExactArithmetic(t *testing.T) {
	t.Parallel()
	for _, g := range grids {
		t.Run(fmt.Sprintf("%dx%d to %dx%d", g.srcW, g.srcH, g.w, g.h), func(t *testing.T) {
			t.Parallel()
			grey := noiseGray(1, g.srcW, g.srcH)
			want := averages(func(x, y int) *big.Rat { return big.NewRat(int64(grey.GrayAt(x, y).Y), 1) }, g.srcW, g.srcH, g.w, g.h)
			if d := cmp.Diff(want, raster.LumaTo(grey, g.w, g.h)); d != "" {
				t.Errorf("grey (-want +got):\n%s", d)
			}
			colour := noiseRGBA(2, image.Rect(3, 5, 3+g.srcW, 5+g.srcH))
			want = averages(func(x, y int) *big.Rat {
				c := colour.RGBAAt(x+3, y+5)
				return big.NewRat(299*int64(c.R)+587*int64(c.G)+114*int64(c.B), 1000)
			}, g.srcW, g.srcH, g.w, g.h)
			if d := cmp.Diff(want, raster.LumaTo(colour, g.w, g.h)); d != "" {
				t.Errorf("colour (-want +got):\n%s", d)
			}
		})
	}
}

func TestLumaOfYCbCrIsItsYPlane(t *testing.T) {
	t.Parallel()
	m := noiseYCbCr(3, image.Rect(0, 0, 9, 7), image.YCbCrSubsampleRatio420)
	sub := m.SubImage(image.Rect(1, 1, 8, 6)).(*image.YCbCr)
	want := averages(func(x, y int) *big.Rat { return big.NewRat(int64(sub.YCbCrAt(x+1, y+1).Y), 1) }, 7, 5, 3, 2)
	if d := cmp.Diff(want, raster.LumaTo(sub, 3, 2)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Shrink on chroma grids that do not fill the picture must weigh each pixel once, whatever cell it lies in.
func TestShrinkWeighsEveryPixelOfEveryPlane(t *testing.T) {
	t.Parallel()
	ratios := []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	}
	for _, ratio := range ratios {
		for _, crop := range []image.Rectangle{image.Rect(0, 0, 9, 7), image.Rect(1, 1, 9, 7), image.Rect(3, 2, 8, 7), image.Rect(2, 1, 3, 2)} {
			m := noiseYCbCr(4, image.Rect(0, 0, 9, 7), ratio).SubImage(crop).(*image.YCbCr)
			w, h := 3, 2
			plane := func(of func(color.YCbCr) uint8) []float32 {
				return averages(func(x, y int) *big.Rat {
					return big.NewRat(int64(of(m.YCbCrAt(x+crop.Min.X, y+crop.Min.Y))), 1)
				}, crop.Dx(), crop.Dy(), w, h)
			}
			ys := plane(func(c color.YCbCr) uint8 { return c.Y })
			cbs := plane(func(c color.YCbCr) uint8 { return c.Cb })
			crs := plane(func(c color.YCbCr) uint8 { return c.Cr })
			want := image.NewRGBA(image.Rect(0, 0, w, h))
			for i := range ys {
				r, g, b := color.YCbCrToRGB(uint8(ys[i]+0.5), uint8(cbs[i]+0.5), uint8(crs[i]+0.5))
				want.SetRGBA(i%w, i/w, color.RGBA{r, g, b, 255})
			}
			if d := cmp.Diff(want, raster.Shrink(m, w, h)); d != "" {
				t.Errorf("%v %v (-want +got):\n%s", ratio, crop, d)
			}
		}
	}
}

func TestShrinkOfColourEqualsExactArithmetic(t *testing.T) {
	t.Parallel()
	for _, g := range grids {
		m := noiseRGBA(5, image.Rect(0, 0, g.srcW, g.srcH))
		want := image.NewRGBA(image.Rect(0, 0, g.w, g.h))
		for c := range 3 {
			for i, v := range averages(func(x, y int) *big.Rat { return big.NewRat(int64(m.Pix[m.PixOffset(x, y)+c]), 1) }, g.srcW, g.srcH, g.w, g.h) {
				want.Pix[4*i+c] = uint8(v + 0.5)
				want.Pix[4*i+3] = 255
			}
		}
		if d := cmp.Diff(want, raster.Shrink(m, g.w, g.h)); d != "" {
			t.Errorf("%v (-want +got):\n%s", g, d)
		}
	}
}

func TestConstantStaysConstant(t *testing.T) {
	t.Parallel()
	m := image.NewRGBA(image.Rect(0, 0, 301, 203))
	for i := 0; i < len(m.Pix); i += 4 {
		copy(m.Pix[i:], []uint8{17, 99, 240, 255})
	}
	small := raster.Shrink(m, 64, 37)
	raster.Blur(small, 5, 3)
	for i := 0; i < len(small.Pix); i += 4 {
		if d := cmp.Diff([]uint8{17, 99, 240, 255}, small.Pix[i:i+4]); d != "" {
			t.Fatalf("pixel %d: %s", i/4, d)
		}
	}
	luma, _, _ := raster.Luma(m, 50)
	for i, v := range luma {
		if v != luma[0] {
			t.Fatalf("luma %d is %v, first %v", i, v, luma[0])
		}
	}
}

func TestMeanIsPreserved(t *testing.T) {
	t.Parallel()
	m := noiseGray(6, 640, 480)
	var want float64
	for _, p := range m.Pix {
		want += float64(p)
	}
	want /= float64(len(m.Pix))
	for _, side := range []int{1, 7, 64, 100, 512, 639} {
		luma, w, h := raster.Luma(m, side)
		var got float64
		for _, v := range luma {
			got += float64(v)
		}
		got /= float64(w * h)
		if diff := got - want; diff > 1e-4 || diff < -1e-4 {
			t.Errorf("side %d: mean %v, want %v", side, got, want)
		}
	}
}

func TestMirrorCommutesWithReduction(t *testing.T) {
	t.Parallel()
	for _, m := range []image.Image{
		noiseGray(7, 101, 67), noiseRGBA(7, image.Rect(0, 0, 101, 67)),
		noiseYCbCr(7, image.Rect(0, 0, 101, 67), image.YCbCrSubsampleRatio420),
	} {
		straight, w, h := raster.Luma(m, 40)
		turned, _, _ := raster.Luma(raster.Orient(m, raster.Mirror), 40)
		for y := range h {
			for x := range w {
				if straight[y*w+x] != turned[y*w+w-1-x] {
					t.Fatalf("%T: (%d,%d) differs", m, x, y)
				}
			}
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, side, wantW, wantH int }{
		{4032, 3024, 512, 512, 384}, {3024, 4032, 512, 384, 512}, {512, 100, 512, 512, 100}, {100, 50, 512, 100, 50},
		{1000, 1, 10, 10, 1}, {3, 2, 2, 2, 1}, {1001, 999, 1000, 1000, 998}, {0, 5, 5, 0, 0}, {5, 5, 0, 0, 0}, {1 << 30, 1 << 30, 480, 480, 480},
	} {
		w, h := raster.Fit(c.w, c.h, c.side)
		if w != c.wantW || h != c.wantH {
			t.Errorf("Fit(%d,%d,%d) = %d,%d, want %d,%d", c.w, c.h, c.side, w, h, c.wantW, c.wantH)
		}
	}
}

func TestEmptyPictures(t *testing.T) {
	t.Parallel()
	empty := image.NewGray(image.Rectangle{})
	if pix, w, h := raster.Luma(empty, 10); pix != nil || w != 0 || h != 0 {
		t.Errorf("Luma of nothing = %v, %d, %d", pix, w, h)
	}
	if got := raster.Shrink(empty, 5, 5); !got.Bounds().Empty() {
		t.Errorf("Shrink of nothing has bounds %v", got.Bounds())
	}
	for o := raster.Normal; o <= raster.Turn270; o++ {
		raster.Orient(empty, o)
		raster.Orient(&image.YCbCr{}, o)
	}
}

func BenchmarkLuma(b *testing.B) {
	for _, m := range []image.Image{
		noiseYCbCr(8, image.Rect(0, 0, 4032, 3024), image.YCbCrSubsampleRatio420), noiseRGBA(8, image.Rect(0, 0, 4032, 3024)),
	} {
		b.Run(fmt.Sprintf("%T", m), func(b *testing.B) {
			for b.Loop() {
				raster.Luma(m, 512)
			}
		})
	}
}
