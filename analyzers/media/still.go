package media

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// imageVersion is that of golang.org/x/image; a test holds it against go.mod.
const imageVersion = "v0.47.0"

// still is a decoded photo.
type still struct {
	picture     image.Image
	full        image.Point // size as stored, of which picture is a reduction; zero where it is whole
	decoder     string
	orientation raster.Orientation
}

// upright gives the picture as watchers see it.
func (s still) upright() pipeline.Frame {
	full := s.full
	if s.orientation.Swaps() {
		full.X, full.Y = full.Y, full.X
	}
	return pipeline.Frame{Picture: raster.Orient(raster.Plain(s.picture), s.orientation), Full: full, Key: true}
}

// goDecoder is a decoder written in Go.
type goDecoder struct {
	name   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var goDecoders = map[string]goDecoder{
	"jpeg": {runtime.Version() + " image/jpeg", jpeg.DecodeConfig, jpeg.Decode},
	"png":  {runtime.Version() + " image/png", png.DecodeConfig, png.Decode},
	"gif":  {runtime.Version() + " image/gif", gif.DecodeConfig, decodeGIF},
	"webp": {"golang.org/x/image " + imageVersion + " webp", webp.DecodeConfig, decodeWebP},
	"tiff": {"golang.org/x/image " + imageVersion + " tiff", tiff.DecodeConfig, tiff.Decode},
	"bmp":  {"golang.org/x/image " + imageVersion + " bmp", bmp.DecodeConfig, bmp.Decode},
}

// still decodes a photo. Both results may be given: a picture of which a part is missing, and why.
func (p *Projector) still(ctx context.Context, it pipeline.Item, o pipeline.Original) (still, error) {
	src := io.NewSectionReader(o, 0, it.Size)
	switch it.Format {
	case "heic", "avif":
		return p.heif(ctx, src)
	case "jp2":
		_, width, height, ok, err := parts.JP2Header(src, src.Size())
		if ok {
			err = libav.PixelsAllowed(int64(width), int64(height), p.limits.Pixels)
		}
		if err != nil {
			return still{}, err
		}
		return p.byLibav(ctx, src, it.Format, 0)
	}
	d, ok := goDecoders[it.Format]
	if !ok {
		return still{}, fmt.Errorf("%w: no decoder for %q pictures", pipeline.ErrUnsupported, it.Format)
	}
	if it.Format == "webp" {
		if first, ok := firstOfAnimation(src); ok {
			return p.animation(ctx, first)
		}
	}
	s, err := p.coded(ctx, src, it.Format, d)
	s.orientation = orientationIn(it.Format, src)
	return s, err
}

// coded decodes with Go's decoder, or libav's where that is quicker (JPEG) or reads what Go's does not.
// The size in the header is held against the limit before anything is decoded.
func (p *Projector) coded(ctx context.Context, src *io.SectionReader, format string, d goDecoder) (still, error) {
	config, err := d.configOf(src)
	if err == nil {
		if err := libav.PixelsAllowed(int64(config.Width), int64(config.Height), p.limits.Pixels); err != nil {
			return still{}, err
		}
	}
	ink := config.ColorModel == color.CMYKModel // libav hands inks out as if they were colours
	assisted := !ink && libav.StillDecoder(format) != ""
	if format == "jpeg" && assisted {
		s, failed := p.jpeg(ctx, src, config)
		if s.picture != nil || err != nil {
			return s, failed
		}
		assisted = false
	}
	if err == nil {
		var img image.Image
		if img, err = d.picture(src); err == nil {
			return still{picture: img, decoder: d.name}, nil
		}
	}
	if !assisted {
		return still{}, outcome(d.name, err)
	}
	s, failed := p.byLibav(ctx, src, format, 0)
	if s.picture == nil && format == "png" {
		if img, ok := mended(src, d, p.limits.Pixels); ok {
			return still{picture: img, decoder: d.name}, &libav.DamageError{Packets: 1, First: nan, Ended: outcome(d.name, err)}
		}
	}
	if s.picture == nil {
		return still{}, outcome(d.name, err)
	}
	if failed == nil && !isUnsupported(err) {
		failed = outcome(d.name, err) // damage that libav went past in silence
	}
	return s, failed
}

// outcome words an error of a Go decoder; a kind of picture that it does not know is unsupported.
func outcome(name string, err error) error {
	if isUnsupported(err) {
		return fmt.Errorf("%w: %s: %w", pipeline.ErrUnsupported, name, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

func isUnsupported(err error) bool {
	var j jpeg.UnsupportedError
	var p png.UnsupportedError
	var t tiff.UnsupportedError
	return errors.As(err, &j) || errors.As(err, &p) || errors.As(err, &t) || errors.Is(err, bmp.ErrUnsupported)
}

func (p *Projector) byLibav(ctx context.Context, src *io.SectionReader, format string, halvings int) (still, error) {
	img, err := libav.DecodeStill(ctx, src, src.Size(), format, halvings, p.limits.Limits)
	if img == nil {
		return still{}, err
	}
	return still{picture: img, decoder: libav.StillDecoder(format)}, err
}

// jpeg decodes a JPEG whose header says c: reduced where it is large, whole where that does not work for it.
func (p *Projector) jpeg(ctx context.Context, src *io.SectionReader, c image.Config) (still, error) {
	n := p.halvings(c)
	if n > 0 {
		s, err := p.byLibav(ctx, src, "jpeg", n)
		ceil := func(side int) int { return (side + 1<<n - 1) >> n }
		if s.picture != nil && s.picture.Bounds().Size() == image.Pt(ceil(c.Width), ceil(c.Height)) {
			s.full = image.Pt(c.Width, c.Height)
			s.decoder += fmt.Sprintf(" at 1/%d", 1<<n)
			return s, err
		}
	}
	return p.byLibav(ctx, src, "jpeg", 0)
}

// What a JPEG that is reduced while decoding keeps at least, in pixels. Watchers look at no more of the longer side: on 97 photographs and
// paintings of 1.8 to 24 megapixels decoded so, PDQ lies at most 4 bits from that of the whole picture, median 0. Where
// the shorter does not divide, the last block's filling counts as picture: at most half a percent of it.
const (
	leastSide  = 800
	leastShort = 200
)

// halvings is how often a JPEG's size may be halved while it is decoded: each block of 8×8 pixels is
// transformed to 4×4, 2×2 or its mean.
func (p *Projector) halvings(c image.Config) int {
	longer, shorter := max(c.Width, c.Height), min(c.Width, c.Height)
	n := 0
	for n < 3 && longer>>(n+1) >= p.limits.Side && shorter >= leastShort*(2<<n-1) {
		n++
	}
	return n
}

// configOf reads the header. A panic of the decoder is an error.
func (d goDecoder) configOf(src *io.SectionReader) (c image.Config, err error) {
	defer recovered(&err)
	return d.config(rewound(src))
}

func (d goDecoder) picture(src *io.SectionReader) (img image.Image, err error) {
	defer recovered(&err)
	return d.decode(rewound(src))
}

// recovered makes an error of a panic in other people's code; what it had begun is dropped.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("decoder panicked: %v", v)
	}
}

func rewound(src *io.SectionReader) io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(src, 0, src.Size()), 64<<10)
}
