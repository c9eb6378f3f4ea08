package structure

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
)

// The bounds of a raw file's previews. Of such a file, whose own picture is seldom decoded, one large preview is shown besides the small ones: the
// largest. Progressive ones are not, since their decoder holds all coefficients, and none in inks, which libav hands out as if they were colours.
//
// A large one is halved while it is decoded, each block of 8×8 pixels to 4×4, 2×2 or its mean, so that no more than about maxPreviewPixels are ever
// held: three copies of its coded bytes and those pixels. Without libav it is decoded whole, up to three bytes for each of maxWholePixels.
const (
	maxRawPreview       = 24 << 20 // bytes
	maxRawPreviewPixels = 32_000_000
	maxWholePixels      = 16_000_000
	maxRawPreviewSide   = 1280 // pixels of the picture made of it
	maxHalvings         = 3
)

// rawPreview shows a small preview of a raw file, and keeps the largest of the larger ones for the end.
func (w *walk) rawPreview(name string, at, n int64) error {
	if w.bare || n > maxRawPreview || w.previews == maxStreams {
		return nil
	}
	c, err := jpeg.DecodeConfig(io.NewSectionReader(w, at, n))
	if err != nil || c.ColorModel == color.CMYKModel || c.Width < 1 || c.Height < 1 || c.Width > maxRawPreviewPixels/c.Height {
		return nil // the raw picture itself, coded without loss, among others
	}
	p := found{name, at, n, image.Pt(c.Width, c.Height)}
	if n > maxPreview || p.pixels() > maxPreviewPixels {
		if p.pixels() > w.largest.pixels() && w.sequential(at, n) {
			w.largest = p
		}
		return nil
	}
	return w.small(name, at, n)
}

func (p found) pixels() int { return p.size.X * p.size.Y }

// sequential reports whether a JPEG stream is coded in one scan after another over whole blocks (ITU-T T.81 B.2.2).
func (w *walk) sequential(at, n int64) bool {
	for seg, err := range parts.Segments(io.NewSectionReader(w, 0, at+n), at, at+n) {
		if err != nil {
			return false
		}
		if seg.Frame() {
			return seg.Marker <= parts.MarkerSOF0+1 // baseline, and extended sequential by Huffman
		}
	}
	return false
}

// showLargest decodes the largest preview and says it smaller.
func (w *walk) showLargest() error {
	if w.largest.pixels() == 0 {
		return nil
	}
	img, decoder := w.reduced(w.largest)
	if img == nil {
		return w.ctx.Err() // a preview that is none
	}
	width, height := raster.Fit(img.Bounds().Dx(), img.Bounds().Dy(), maxRawPreviewSide)
	return w.show(w.largest, decoder, img, raster.Shrink(img, width, height))
}

// reduced decodes a large preview within its bounds; nil is one that does not decode whole.
func (w *walk) reduced(p found) (img image.Image, decoder string) {
	n := p.halvings()
	decoder = libav.StillDecoder("jpeg")
	if decoder == "" {
		if p.pixels() > maxWholePixels {
			return nil, ""
		}
		img, err := jpeg.Decode(io.NewSectionReader(w, p.at, p.n))
		if err != nil {
			return nil, ""
		}
		return img, decoderGo
	}
	img, err := libav.DecodeStill(w.ctx, io.NewSectionReader(w, p.at, p.n), p.n, "jpeg", n, w.limits)
	ceil := func(side int) int { return (side + 1<<n - 1) >> n }
	if err != nil || img.Bounds().Size() != image.Pt(ceil(p.size.X), ceil(p.size.Y)) {
		return nil, ""
	}
	return img, decoder
}

// halvings is how often its size is halved while it is decoded.
func (p found) halvings() (n int) {
	for n < maxHalvings && p.pixels()>>(2*n) > maxPreviewPixels {
		n++
	}
	return n
}

// largeDecoder names what large previews are decoded with.
func largeDecoder() string {
	if decoder := libav.StillDecoder("jpeg"); decoder != "" {
		return fmt.Sprintf("halved up to %d times while decoded by %s", maxHalvings, decoder)
	}
	return fmt.Sprintf("those up to %d by %s", maxWholePixels, decoderGo)
}
