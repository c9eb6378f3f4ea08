package draw

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"dokaz/pipeline"

	"golang.org/x/image/draw"
)

// maxSide bounds a picture that is decoded, in pixels of a side. Thumbnails are of 480.
const maxSide = 2048

// Decode reads a small picture, JPEG or PNG, that was made here from an original. A picture of another form or of more than
// 2048 pixels a side is pipeline.ErrMalformed.
func Decode(b []byte) (*image.RGBA, error) {
	config, read := jpeg.DecodeConfig, jpeg.Decode
	if bytes.HasPrefix(b, []byte("\x89PNG")) {
		config, read = png.DecodeConfig, png.Decode
	}
	c, err := config(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: small picture: %w", pipeline.ErrMalformed, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide {
		return nil, fmt.Errorf("%w: small picture of %d×%d pixels", pipeline.ErrMalformed, c.Width, c.Height)
	}
	img, err := read(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: small picture: %w", pipeline.ErrMalformed, err)
	}
	out := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out, nil
}

// Grey is a miniature as a picture, nil where it holds no pixels or not as many as it says.
func Grey(m *pipeline.Miniature) *image.RGBA {
	if m == nil || m.Width < 1 || m.Height < 1 || m.Width > maxSide || m.Height > maxSide || len(m.Luma) != m.Width*m.Height {
		return nil
	}
	out := image.NewRGBA(image.Rect(0, 0, m.Width, m.Height))
	for i, v := range m.Luma {
		copy(out.Pix[4*i:], []uint8{v, v, v, 255})
	}
	return out
}

// PNG writes a drawing without loss.
func PNG(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err := e.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	return b.Bytes(), nil
}

// JPEG writes a drawing of photographs small.
func JPEG(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 72}); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	return b.Bytes(), nil
}

// fitted brings a picture to a longer side, larger or smaller.
func fitted(img *image.RGBA, side int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if w >= h {
		w, h = side, max(1, (h*side+w/2)/w)
	} else {
		w, h = max(1, (w*side+h/2)/h), side
	}
	if w == img.Rect.Dx() && h == img.Rect.Dy() {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(out, out.Rect, img, img.Rect, draw.Src, nil)
	return out
}

// grey is the luma of a picture, row by row (ITU-R BT.601, full range).
func grey(img *image.RGBA) []float64 {
	out := make([]float64, 0, len(img.Pix)/4)
	for i := 0; i+3 < len(img.Pix); i += 4 {
		out = append(out, float64(299*int(img.Pix[i])+587*int(img.Pix[i+1])+114*int(img.Pix[i+2]))/1000)
	}
	return out
}
