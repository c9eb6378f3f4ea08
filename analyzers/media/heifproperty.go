package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/big"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
)

var nan = math.NaN()

// property gives an item's first property of a name.
func property(it parts.Item, name string) (parts.Property, bool) {
	for _, p := range it.Properties {
		if p.Name == name {
			return p, true
		}
	}
	return parts.Property{}, false
}

// rangeOf is the range that an item's colour property states (§6.5.5; ISO/IEC 14496-12 §12.1.5), which goes before what is
// coded; without one it is that of the item derived from it.
func (h *assembly) rangeOf(it parts.Item, inherited libav.Range) libav.Range {
	for _, p := range it.Properties {
		if p.Name != "colr" || p.Length < 11 {
			continue
		}
		b, err := h.read(p.Body, 11)
		if err != nil || string(b[:4]) != "nclx" {
			continue
		}
		if b[10]&0x80 != 0 {
			return libav.RangeFull
		}
		return libav.RangeLimited
	}
	return inherited
}

// transform applies crops, turns and mirrors.
func (h *assembly) transform(it parts.Item, img image.Image) (image.Image, error) {
	for _, p := range it.Properties {
		if p.Name != "irot" && p.Name != "imir" && p.Name != "clap" {
			continue
		}
		b, err := h.read(p.Body, min(p.Length, 32))
		if err != nil {
			return img, err
		}
		switch {
		case p.Name == "irot" && len(b) >= 1: // anticlockwise, §6.5.10
			img = raster.Orient(raster.Plain(img), raster.Turn(-90*int(b[0]&3)))
		case p.Name == "imir" && len(b) >= 1 && b[0]&1 == 0: // §6.5.12: top and bottom exchanged
			img = raster.Orient(raster.Plain(img), raster.Flip)
		case p.Name == "imir" && len(b) >= 1:
			img = raster.Orient(raster.Plain(img), raster.Mirror)
		case p.Name == "clap" && len(b) == 32:
			r, err := aperture(b, img.Bounds().Size())
			if err != nil {
				return img, fmt.Errorf("item %d: %w", it.ID, err)
			}
			img = raster.Crop(img, r)
		default:
			return img, fmt.Errorf("item %d: property %s of %d bytes", it.ID, p.Name, p.Length)
		}
	}
	return img, nil
}

// aperture is the rectangle of a clean aperture box in a picture of a size (ISO/IEC 14496-12 §12.1.4.1): width, height, and how
// far its centre lies from the picture's, as fractions. Width and height are rounded, the corner is cut to whole pixels.
func aperture(b []byte, size image.Point) (image.Rectangle, error) {
	fraction := func(at int, signed bool) *big.Rat {
		n, d := int64(binary.BigEndian.Uint32(b[at:])), int64(binary.BigEndian.Uint32(b[at+4:]))
		if signed {
			n = int64(int32(n))
		}
		if d == 0 {
			return nil
		}
		return big.NewRat(n, d)
	}
	half := big.NewRat(1, 2)
	along := func(extent, centre *big.Rat, whole int) (from, to int, ok bool) {
		if extent == nil || centre == nil {
			return 0, 0, false
		}
		left := new(big.Rat).Sub(big.NewRat(int64(whole), 1), extent) // (whole - extent)/2 + centre
		left.Mul(left, half).Add(left, centre)
		from = int(floor(left))
		to = from + int(floor(new(big.Rat).Add(extent, half)))
		return from, to, to > from && from < whole && to > 0
	}
	x0, x1, okX := along(fraction(0, false), fraction(16, true), size.X)
	y0, y1, okY := along(fraction(8, false), fraction(24, true), size.Y)
	if !okX || !okY {
		return image.Rectangle{}, errors.New("an impossible clean aperture")
	}
	return image.Rect(x0, y0, x1, y1), nil
}

// floor of numbers whose parts have 34 bits at most.
func floor(r *big.Rat) int64 {
	return new(big.Int).Div(r.Num(), r.Denom()).Int64() // the denominator is positive: Euclid's division floors
}

// paint fills a canvas with a colour of four 16-bit samples, seen on white.
func paint(m *image.RGBA, c []byte) {
	at := func(i int) uint16 { return binary.BigEndian.Uint16(c[2*i:]) }
	fill := image.NewUniform(color.NRGBA64{R: at(0), G: at(1), B: at(2), A: at(3)})
	r, g, b, a := fill.RGBA()
	shown := [4]uint8{uint8((r + 0xffff - a) >> 8), uint8((g + 0xffff - a) >> 8), uint8((b + 0xffff - a) >> 8), 255}
	for i := 0; i < len(m.Pix); i += 4 {
		copy(m.Pix[i:], shown[:])
	}
}

// opaque gives a picture as colours.
func opaque(img image.Image) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rectangle{Max: b.Size()})
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(x, y, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}
