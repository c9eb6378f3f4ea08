package raster

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// counted is a picture in which every sample is another.
func counted(w, h int, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
	for i := range m.Y {
		m.Y[i] = uint8(i)
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = uint8(100+i), uint8(200+i)
	}
	return m
}

func TestCropKeepsEveryColour(t *testing.T) {
	t.Parallel()
	for _, r := range []image.Rectangle{image.Rect(0, 0, 6, 5), image.Rect(2, 2, 6, 4), image.Rect(1, 3, 4, 5), image.Rect(4, 0, 90, 90), image.Rect(1, 0, 2, 1)} {
		for _, from := range []image.Image{
			counted(6, 5, image.YCbCrSubsampleRatio420), counted(6, 5, image.YCbCrSubsampleRatio444), Shrink(counted(6, 5, image.YCbCrSubsampleRatio444), 6, 5),
		} {
			got, want := Crop(from, r), r.Intersect(from.Bounds())
			if got.Bounds() != image.Rect(0, 0, want.Dx(), want.Dy()) {
				t.Fatalf("%v of %T: %v", r, from, got.Bounds())
			}
			for y := range want.Dy() {
				for x := range want.Dx() {
					if got.At(x, y) != from.At(want.Min.X+x, want.Min.Y+y) {
						t.Fatalf("%v of %T at %d,%d: %v", r, from, x, y, got.At(x, y))
					}
				}
			}
		}
	}
}

func TestPastedTilesMakeThePicture(t *testing.T) {
	t.Parallel()
	whole := counted(7, 5, image.YCbCrSubsampleRatio420)
	canvas := Canvas(whole, 7, 5)
	for _, at := range []image.Point{{}, {4, 0}, {0, 4}, {4, 4}} {
		tile := image.Rectangle{at, at.Add(image.Pt(4, 4))}
		part := Crop(whole, tile)
		if into := Within(canvas, tile); into != nil && into.Rect != image.Rect(0, 0, 4, 4) {
			t.Errorf("%v within: %v", tile, into.Rect)
		}
		if !Paste(canvas, part, at) {
			t.Fatalf("%v was not pasted", tile)
		}
	}
	if d := cmp.Diff(whole, canvas); d != "" {
		t.Error(d)
	}
	odd, other := Canvas(whole, 8, 8), image.NewGray(image.Rect(0, 0, 2, 2))
	if Paste(odd, whole, image.Pt(1, 0)) || Paste(odd, other, image.Point{}) || Within(odd, image.Rect(1, 0, 3, 2)) != nil || Within(odd, image.Rect(6, 6, 10, 10)) != nil {
		t.Error("a tile off the chroma grid, of another kind or beyond the edge was taken")
	}
	if !Paste(odd, whole, image.Pt(100, 100)) {
		t.Error("what lies outside is clipped, and no mistake")
	}
}
