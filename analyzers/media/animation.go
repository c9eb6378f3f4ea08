package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"

	"golang.org/x/image/webp"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// decodeGIF paints the first picture of a GIF on its screen.
func decodeGIF(r io.Reader) (image.Image, error) {
	var head bytes.Buffer
	config, err := gif.DecodeConfig(io.TeeReader(r, &head))
	if err != nil {
		return nil, err
	}
	img, err := gif.Decode(io.MultiReader(&head, r))
	if err != nil {
		return nil, err
	}
	return onScreen(img, img.Bounds().Min, config.Width, config.Height), nil
}

// onScreen paints img with its upper left corner at a point of a white screen.
func onScreen(img image.Image, at image.Point, width, height int) image.Image {
	screen := image.Rect(0, 0, width, height)
	if screen.Empty() || img.Bounds() == screen {
		return img
	}
	out := image.NewRGBA(screen)
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	plain := raster.Plain(img)
	b := plain.Bounds()
	shown := b.Add(at.Sub(b.Min)).Intersect(screen)
	for y := shown.Min.Y; y < shown.Max.Y; y++ {
		for x := shown.Min.X; x < shown.Max.X; x++ {
			c := color.RGBAModel.Convert(plain.At(x-at.X+b.Min.X, y-at.Y+b.Min.Y)).(color.RGBA)
			out.SetRGBA(x, y, c)
		}
	}
	return out
}

// decodeWebP decodes and stretches lossy pictures, whose YCbCr is of limited range (RFC 6386 §9.2); x/image
// leaves it as it is.
func decodeWebP(r io.Reader) (image.Image, error) {
	img, err := webp.Decode(r)
	if err != nil {
		return nil, err
	}
	switch m := img.(type) {
	case *image.YCbCr:
		raster.Stretch(m)
	case *image.NYCbCrA:
		raster.Stretch(&m.YCbCr)
	}
	return img, nil
}

// animated is the first picture of an animated WebP: where its chunks lie and where it is painted
// (WebP Container Specification, "Animation").
type animated struct {
	frame         parts.Part
	source        *io.SectionReader
	width, height int // of the screen
	at            image.Point
	size          image.Point
	orientation   raster.Orientation
}

// frameHeader is how many bytes of an ANMF chunk stand before the picture's own chunks.
const frameHeader = 16

// firstOfAnimation finds the first frame of an animated WebP; ok is false where it is not one.
func firstOfAnimation(src *io.SectionReader) (a animated, ok bool) {
	extended := false
	for chunk, err := range parts.RIFFChunks(src, 12, src.Size()) {
		if err != nil {
			return a, false
		}
		var head [frameHeader]byte
		n, _ := src.ReadAt(head[:min(chunk.Length, frameHeader)], chunk.Body)
		switch {
		case chunk.Name == "VP8X" && n >= 10 && head[0]&2 != 0:
			extended = true
			a.width, a.height = 1+int24(head[4:]), 1+int24(head[7:])
		case chunk.Name == "ANMF" && extended && n == frameHeader:
			a.frame, a.source = chunk, src
			a.at = image.Pt(2*int24(head[0:]), 2*int24(head[3:]))
			a.size = image.Pt(1+int24(head[6:]), 1+int24(head[9:]))
			a.orientation = orientationIn("webp", src)
			return a, true
		case !extended:
			return a, false
		}
	}
	return a, false
}

// animation decodes the first frame of an animated WebP as the still WebP that its chunks make.
func (p *Projector) animation(ctx context.Context, a animated) (still, error) {
	for _, side := range [][2]int{{a.width, a.height}, {a.size.X, a.size.Y}} {
		if err := libav.PixelsAllowed(int64(side[0]), int64(side[1]), p.limits.Pixels); err != nil {
			return still{}, err
		}
	}
	length := min(a.frame.Length, a.source.Size()-a.frame.Body) - frameHeader
	if length < 0 || length > 1<<28 {
		return still{}, fmt.Errorf("%w: a WebP frame of %d bytes", pipeline.ErrRefused, length)
	}
	chunks := make([]byte, length)
	if n, err := a.source.ReadAt(chunks, a.frame.Body+frameHeader); n < len(chunks) {
		return still{}, fmt.Errorf("webp frame: %w", err)
	}
	file := make([]byte, 0, len(chunks)+30)
	file = append(file, "RIFF\x00\x00\x00\x00WEBP"...)
	if bytes.HasPrefix(chunks, []byte("ALPH")) {
		file = append(file, "VP8X\x0a\x00\x00\x00\x10\x00\x00\x00"...)
		file = append(file, byte(a.size.X-1), byte((a.size.X-1)>>8), byte((a.size.X-1)>>16))
		file = append(file, byte(a.size.Y-1), byte((a.size.Y-1)>>8), byte((a.size.Y-1)>>16))
	}
	file = append(file, chunks...)
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	s, err := p.coded(ctx, io.NewSectionReader(bytes.NewReader(file), 0, int64(len(file))), "webp", goDecoders["webp"])
	if s.picture != nil {
		s.picture = onScreen(s.picture, a.at, a.width, a.height)
		s.orientation = a.orientation
	}
	return s, err
}

func int24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
