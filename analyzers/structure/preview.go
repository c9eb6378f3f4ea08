package structure

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"runtime"

	"dokaz/analyzers/internal/recode"
	"dokaz/analyzers/internal/views"
	"dokaz/pipeline"
)

// The bounds of an embedded preview that is decoded.
const (
	maxPreview       = 2 << 20   // bytes
	maxPreviewPixels = 2_200_000 // 1920 by 1080, the larger of the two sizes of CIPA DC-007
	previewQuality   = 85
)

// preview says the thumbnail of n bytes at offset at as a picture coded anew, so that nobody's browser meets the file's own bytes, with its hash and that of
// what lies within its borders. What cannot be decoded says nothing: its piece tells what is there.
func (w *walk) preview(at, n int64) error { return w.small("thumbnail", at, n) }

// small says a preview of at most maxPreviewPixels. Nearly all are coded in the one way that package recode reads; others are decoded and coded by Go's.
func (w *walk) small(name string, at, n int64) error {
	if w.bare || n > maxPreview || w.previews == maxStreams {
		return nil
	}
	raw, err := w.into(&w.room.chunk, at, n)
	if err != nil {
		return err
	}
	anew, err := recode.JPEG(raw, maxPreviewPixels, &w.room.plane)
	if err == nil {
		p := found{name, at, n, anew.Luma.Bounds().Size()}
		w.tellPreview(p, decoderOwn, anew.JPEG, p.size, anew.Luma)
		return nil
	}
	if !errors.Is(err, recode.ErrOther) {
		return nil // a thumbnail that is none, or no thumbnail
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width*c.Height > maxPreviewPixels {
		return nil
	}
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	return w.show(found{name, at, n, img.Bounds().Size()}, decoderGo, img, img)
}

// The decoders of previews that are no larger than maxPreviewPixels.
var (
	decoderOwn = "dokaz recode 1"
	decoderGo  = runtime.Version() + " image/jpeg"
)

// found is a preview that was met.
type found struct {
	name  string
	at, n int64
	size  image.Point // as stored
}

// show codes a decoded preview anew, small as it is to be shown, and says it.
func (w *walk) show(p found, decoder string, img, small image.Image) error {
	var coded bytes.Buffer
	if err := jpeg.Encode(&coded, small, &jpeg.Options{Quality: previewQuality}); err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	w.tellPreview(p, decoder, coded.Bytes(), small.Bounds().Size(), img)
	return nil
}

// tellPreview says a preview coded anew, of that size, and its hashes.
func (w *walk) tellPreview(p found, decoder string, coded []byte, side image.Point, img image.Image) {
	w.previews++
	where := pipeline.Where{Path: p.name, Offset: &p.at, Length: p.n}
	w.say(where, pipeline.Derivative{
		Role: "embedded-preview", MediaType: "image/jpeg", Digest: pipeline.DigestOf(coded), Width: side.X, Height: side.Y, Bytes: coded,
	})
	for _, v := range views.WholeOf(img) {
		w.say(where, pipeline.PictureHash{
			Algorithm: pipeline.PreviewHash, Bits: v.Bits.String(), Quality: v.Quality, Decoder: decoder,
			Width: p.size.X, Height: p.size.Y, View: v.Name, Box: &v.Box,
		})
	}
}
