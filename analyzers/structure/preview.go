package structure

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"runtime"

	"dokaz/analyzers/internal/raster"
	"dokaz/analyzers/internal/views"
	"dokaz/pipeline"
)

// The bounds of an embedded preview that is decoded.
const (
	maxPreview       = 2 << 20   // bytes
	maxPreviewPixels = 2_200_000 // 1920 by 1080, the larger of the two sizes of CIPA DC-007
	previewQuality   = 85

	// Of a raw file, whose own picture is seldom decoded, one larger preview is: the largest. Progressive ones are not, since their decoder
	// holds all coefficients.
	maxRawPreview       = 64 << 20 // bytes
	maxRawPreviewPixels = 32_000_000
	maxRawPreviewSide   = 1280 // pixels of the picture made of it
)

// preview decodes the thumbnail of n bytes at offset at and says it as a small picture, coded anew so that nobody's browser meets
// the file's own bytes, with its hash and that of what lies within its borders. What cannot be decoded says nothing: its piece tells
// what is there.
func (w *walk) preview(at, n int64) error {
	if w.bare || n > maxPreview || w.previews == maxStreams {
		return nil
	}
	raw, err := w.bytes(at, n)
	if err != nil {
		return err
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width*c.Height > maxPreviewPixels {
		return nil // a thumbnail that is none, or no thumbnail
	}
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	return w.show("thumbnail", at, n, img, img)
}

// show says a decoded preview, as it is or smaller, and its hashes.
func (w *walk) show(name string, at, n int64, img, small image.Image) error {
	w.previews++
	var coded bytes.Buffer
	if err := jpeg.Encode(&coded, small, &jpeg.Options{Quality: previewQuality}); err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	c, side := img.Bounds().Size(), small.Bounds().Size()
	where := pipeline.Where{Path: name, Offset: &at, Length: n}
	w.say(where, pipeline.Derivative{
		Role: "embedded-preview", MediaType: "image/jpeg", Digest: pipeline.DigestOf(coded.Bytes()), Width: side.X, Height: side.Y, Bytes: coded.Bytes(),
	})
	for _, v := range views.Whole(raster.Luma(img, views.MaxSide)) {
		w.say(where, pipeline.PictureHash{
			Algorithm: pipeline.PreviewHash, Bits: v.Bits.String(), Quality: v.Quality, Decoder: runtime.Version() + " image/jpeg",
			Width: c.X, Height: c.Y, View: v.Name, Box: &v.Box,
		})
	}
	return nil
}
