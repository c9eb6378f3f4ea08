package raster_test

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/raster"
)

// corners gives, per Exif value, which stored corner is seen at the upper left and at the upper right
// of the upright picture: "the 0th row is the visual …, the 0th column the visual …", CIPA DC-008 §4.6.5.1.6.
func TestOrientFollowsExif(t *testing.T) {
	t.Parallel()
	stored := [][]uint8{{1, 2, 3}, {4, 5, 6}} // row 0 is 1 2 3
	want := map[raster.Orientation][][]uint8{
		0: {{1, 2, 3}, {4, 5, 6}},
		1: {{1, 2, 3}, {4, 5, 6}},   // row 0 top, column 0 left
		2: {{3, 2, 1}, {6, 5, 4}},   // top, right
		3: {{6, 5, 4}, {3, 2, 1}},   // bottom, right
		4: {{4, 5, 6}, {1, 2, 3}},   // bottom, left
		5: {{1, 4}, {2, 5}, {3, 6}}, // left, top
		6: {{4, 1}, {5, 2}, {6, 3}}, // right, top
		7: {{6, 3}, {5, 2}, {4, 1}}, // right, bottom
		8: {{3, 6}, {2, 5}, {1, 4}}, // left, bottom
		9: {{1, 2, 3}, {4, 5, 6}},   // not a value
	}
	for o, rows := range want {
		m := image.NewGray(image.Rect(0, 0, 3, 2))
		for y, row := range stored {
			copy(m.Pix[y*m.Stride:], row)
		}
		got := raster.Orient(m, o).(*image.Gray)
		var have [][]uint8
		for y := range got.Rect.Dy() {
			have = append(have, got.Pix[y*got.Stride:][:got.Rect.Dx()])
		}
		if d := cmp.Diff(rows, have); d != "" {
			t.Errorf("orientation %d (-want +got):\n%s", o, d)
		}
	}
}

// Turning four times, or exchanging twice, gives the same colours at the same places for every kind of picture.
func TestOrientKeepsEveryColour(t *testing.T) {
	t.Parallel()
	kinds := map[string]func(image.Rectangle) image.Image{
		"grey":   func(b image.Rectangle) image.Image { m := image.NewGray(b); noise(1, m.Pix); return m },
		"colour": func(b image.Rectangle) image.Image { return noiseRGBA(2, b) },
	}
	for _, r := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		kinds[r.String()] = func(b image.Rectangle) image.Image { return noiseYCbCr(3, b, r) }
	}
	for name, make := range kinds {
		for _, b := range []image.Rectangle{image.Rect(0, 0, 8, 4), image.Rect(0, 0, 131, 67), image.Rect(1, 1, 9, 6), image.Rect(5, 2, 6, 3)} {
			for o := raster.Normal; o <= raster.Turn270; o++ {
				t.Run(fmt.Sprintf("%s %v %d", name, b, o), func(t *testing.T) {
					t.Parallel()
					m := make(b)
					sameColours(t, m, raster.Orient(m, o), o)
				})
			}
		}
	}
}

func sameColours(t *testing.T, m, got image.Image, o raster.Orientation) {
	t.Helper()
	b, g := m.Bounds(), got.Bounds()
	if o != raster.Normal && g.Min != (image.Point{}) {
		t.Fatalf("bounds begin at %v", g.Min)
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			right, bottom := b.Dx()-1-x, b.Dy()-1-y
			at := map[raster.Orientation]image.Point{
				1: {x, y}, 2: {right, y}, 3: {right, bottom}, 4: {x, bottom},
				5: {y, x}, 6: {bottom, x}, 7: {bottom, right}, 8: {y, right},
			}[o].Add(g.Min)
			want, have := m.At(b.Min.X+x, b.Min.Y+y), got.At(at.X, at.Y)
			if want != have {
				t.Fatalf("stored (%d,%d) is %v, seen at %v as %v", x, y, want, at, have)
			}
		}
	}
}

func TestTurn(t *testing.T) {
	t.Parallel()
	for degrees, want := range map[int]raster.Orientation{
		0: raster.Normal, 90: raster.Turn90, 180: raster.Turn180, 270: raster.Turn270, -90: raster.Turn270, 450: raster.Turn90, 45: raster.Normal,
	} {
		if got := raster.Turn(degrees); got != want {
			t.Errorf("Turn(%d) = %d, want %d", degrees, got, want)
		}
	}
}

func TestPlainPaintsOnWhite(t *testing.T) {
	t.Parallel()
	b := image.Rect(0, 0, 1, 1)
	half := image.NewNRGBA(b)
	half.SetNRGBA(0, 0, color.NRGBA{255, 0, 100, 128})
	premultiplied := image.NewRGBA(b)
	premultiplied.SetRGBA(0, 0, color.RGBA{128, 0, 50, 128})
	deep := image.NewNRGBA64(b)
	deep.SetNRGBA64(0, 0, color.NRGBA64{0xffff, 0x8000, 0x0080, 0xffff})
	grey16 := image.NewGray16(b)
	grey16.SetGray16(0, 0, color.Gray16{Y: 0x1234})
	palette := image.NewPaletted(b, color.Palette{color.RGBA{1, 2, 3, 255}})
	broken := image.NewPaletted(b, color.Palette{color.RGBA{1, 2, 3, 255}})
	broken.Pix[0] = 200
	cmyk := image.NewCMYK(b)
	cmyk.SetCMYK(0, 0, color.CMYK{255, 0, 0, 0})
	for name, c := range map[string]struct {
		in   image.Image
		want color.RGBA
	}{
		"straight alpha":         {half, color.RGBA{255, 127, 177, 255}}, // 100·128/255 + 127 = 177.2
		"premultiplied alpha":    {premultiplied, color.RGBA{255, 127, 177, 255}},
		"clear":                  {image.NewNRGBA(b), color.RGBA{255, 255, 255, 255}},
		"16 bits":                {deep, color.RGBA{255, 128, 0, 255}}, // 0x8000/257 = 127.5, 0x80/257 = 0.498
		"16 bits grey":           {grey16, color.RGBA{18, 18, 18, 255}},
		"palette":                {palette, color.RGBA{1, 2, 3, 255}},
		"index without a colour": {broken, color.RGBA{0, 0, 0, 255}},
		"cmyk":                   {cmyk, color.RGBA{0, 255, 255, 255}},
	} {
		if got := raster.Plain(c.in).(*image.RGBA).RGBAAt(0, 0); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A single bright line spreads to the binomial weights of repeated means.
func TestBlurIsARepeatedMean(t *testing.T) {
	t.Parallel()
	m := image.NewRGBA(image.Rect(0, 0, 9, 3))
	for i := range 27 {
		m.Pix[4*i+3] = 255
	}
	for y := range 3 {
		m.Pix[m.PixOffset(4, y)] = 243
	}
	raster.Blur(m, 1, 2) // 243 · (1 2 3 2 1)/9
	var got []uint8
	for x := range 9 {
		got = append(got, m.RGBAAt(x, 1).R)
	}
	if d := cmp.Diff([]uint8{0, 0, 27, 54, 81, 54, 27, 0, 0}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if c := m.RGBAAt(4, 1); c.G != 0 || c.A != 255 {
		t.Errorf("other channels changed: %v", c)
	}
}
