package pdq

import (
	"fmt"
	"image"

	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// Longer sides, in pixels.
const (
	WholeSide   = 1280 // pictures up to this are hashed as the published program does it
	ReducedSide = 640  // larger ones from so many averages
	FrameSide   = 512  // and frames from so many at most, more than half as many
)

// Parameters says in words what OfPicture's result depends on beside the picture.
var Parameters = fmt.Sprintf("pdq, of pictures over %d pixels from luma area-averaged to at most %d", WholeSide, ReducedSide)

// FrameParameters says the same of OfFrame.
var FrameParameters = fmt.Sprintf("pdq of luma averaged over boxes of whole pixels, at most %d a side", FrameSide)

// OfPicture returns the PDQ hash and quality of an upright picture whose true size is full, of which img may be a
// reduction. An empty picture has the zero hash and quality 0.
//
// The publishers ask of another implementation to stay within 10 bits where quality is 80 or more; see OfAverages.
func OfPicture(img image.Image, full image.Point) (pipeline.Hash256, int, error) {
	if max(full.X, full.Y) <= WholeSide {
		return Hash(raster.Luma(img, WholeSide))
	}
	luma, w, h := raster.Luma(img, ReducedSide)
	a := Averages{Pix: make([]uint8, len(luma)), W: w, H: h, Full: full}
	for i, v := range luma {
		a.Pix[i] = uint8(v + 0.5)
	}
	return OfAverages(a)
}

// Frame reduces a frame of a film to what OfAverages takes: quickly, and by whole pixels. They stand in the memory of into
// where that is large enough.
func Frame(into []uint8, img image.Image) Averages {
	size := img.Bounds().Size()
	a := Averages{Full: size, Box: raster.BoxSize(size.X, size.Y, FrameSide)}
	a.Pix, a.W, a.H = raster.Boxes(into, img, a.Box)
	return a
}
