package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// Bounds of one HEIF picture beside those of its tables.
const (
	maxDerivations = 4         // items derived from one another
	maxCodedBytes  = 512 << 20 // handed to decoders, together
)

// heif decodes the primary item of a HEIF file (ISO/IEC 23008-12) through libav, piece by piece, and applies the turns, mirrors
// and crops among its properties. Exif Orientation does not count there (§6.5.10). A file without a primary item shows
// the first frame of its track. Of a grid whose tiles do not all decode, the others are shown with a *libav.DamageError.
func (p *Projector) heif(ctx context.Context, src *io.SectionReader) (still, error) {
	items, err := parts.Items(src, src.Size())
	if err != nil {
		return still{}, err
	}
	h := assembly{ctx: ctx, src: src, items: map[uint32]parts.Item{}, limit: p.limits.Pixels, pixels: 2 * p.limits.Pixels, bytes: maxCodedBytes}
	defer h.close()
	var primary *parts.Item
	for i, it := range items {
		h.items[it.ID] = it
		if it.Primary {
			primary = &items[i]
		}
	}
	if primary == nil {
		return p.firstOfTrack(ctx, src)
	}
	img, err := h.item(*primary, libav.RangeCoded, nil, 0)
	if img == nil {
		return still{}, err
	}
	return still{picture: img, decoder: libav.CodedDecoder(h.coding)}, errors.Join(err, h.damaged())
}

// firstOfTrack shows what an image sequence begins with.
func (p *Projector) firstOfTrack(ctx context.Context, src *io.SectionReader) (out still, err error) {
	f, err := libav.Open(ctx, src, src.Size(), "mov", p.limits.Limits)
	if err != nil {
		return still{}, fmt.Errorf("no primary item: %w", err)
	}
	defer f.Close()
	i, err := f.Film()
	if err != nil {
		return still{}, fmt.Errorf("no primary item: %w", err)
	}
	out.decoder = libav.FilmDecoder(f.Streams()[i])
	err = f.Frames(ctx, i, libav.FrameOptions{}, func(frame libav.Frame) (err error) {
		if out.picture == nil {
			out.picture, err = frame.Picture()
		}
		return errors.Join(err, errEnough)
	})
	if errors.Is(err, errEnough) && out.picture != nil {
		err = nil
	}
	return out, err
}

// errEnough ends decoding after what was wanted.
var errEnough = errors.New("enough")

// assembly is one file at work.
type assembly struct {
	ctx    context.Context
	src    *io.SectionReader
	items  map[uint32]parts.Item
	limit  int64 // pixels of one picture
	pixels int64 // that may still be decoded: hostile grids name one large tile many times
	bytes  int64 // that may still be handed to a decoder

	coding  libav.Coding // of the pieces decoded last
	key     string       // coding and configuration that decoder was opened for
	decoder *libav.Coded
	tiles   int // decoded
	lost    int // tiles that did not decode
	why     error
}

func (h *assembly) close() {
	if h.decoder != nil {
		h.decoder.Close()
	}
}

// damaged says that tiles are missing.
func (h *assembly) damaged() error {
	if h.lost == 0 {
		return nil
	}
	return &libav.DamageError{Packets: int64(h.lost), First: nan, Ended: fmt.Errorf("%d of %d tiles do not decode, the first: %w", h.lost, h.lost+h.tiles, h.why)}
}

// item gives the picture of an item with its transformations applied, in the order of association as §6.3 has it. A coded item
// without any is decoded into `into` where that fits.
func (h *assembly) item(it parts.Item, r libav.Range, into *image.YCbCr, depth int) (img image.Image, err error) {
	if err := h.ctx.Err(); err != nil {
		return nil, err
	}
	if depth > maxDerivations {
		return nil, fmt.Errorf("%w: more than %d items derived from one another", pipeline.ErrRefused, maxDerivations)
	}
	if err := libav.PixelsAllowed(int64(it.Width), int64(it.Height), h.limit); err != nil {
		return nil, err
	}
	r = h.rangeOf(it, r)
	coding, coded := heifCodings[it.Type]
	switch {
	case coded:
		img, err = h.coded(it, coding, r, into)
	case it.Type == "grid":
		img, err = h.grid(it, r, depth)
	case it.Type == "iovl":
		img, err = h.overlay(it, r, depth)
	case it.Type == "iden", it.Type == "tmap": // the picture itself; a tone map's first is the one to show without it
		from, ok := h.sources(it)
		if !ok || len(from) == 0 {
			return nil, fmt.Errorf("item %d of type %q has no source", it.ID, it.Type)
		}
		img, err = h.item(from[0], r, nil, depth+1)
	default:
		return nil, fmt.Errorf("%w: item of type %q", pipeline.ErrUnsupported, it.Type)
	}
	if img == nil {
		return nil, err
	}
	transformed, failed := h.transform(it, img)
	return transformed, errors.Join(err, failed)
}

// heifCodings are the item types that are coded pictures (§ annexes B to E; AV1 in ISOBMFF; ISO/IEC 15444-16).
var heifCodings = map[string]libav.Coding{
	"hvc1": libav.HEVC, "hev1": libav.HEVC, "avc1": libav.AVC, "av01": libav.AV1, "jpeg": libav.JPEG, "j2k1": libav.JPEG2000,
}

// configurations are the properties that hold a decoder's configuration.
var configurations = map[libav.Coding]string{libav.HEVC: "hvcC", libav.AVC: "avcC", libav.AV1: "av1C", libav.JPEG: "jpgC"}

// coded decodes one coded picture.
func (h *assembly) coded(it parts.Item, c libav.Coding, r libav.Range, into *image.YCbCr) (image.Image, error) {
	if into == nil || into.Rect.Dx() != it.Width || into.Rect.Dy() != it.Height {
		into = nil
	}
	var configuration []byte
	if p, ok := property(it, configurations[c]); ok {
		var err error
		if configuration, err = h.read(p.Body, p.Length); err != nil {
			return nil, err
		}
	}
	coded, err := h.bytesOf(it)
	if err != nil {
		return nil, err
	}
	if c == libav.JPEG { // tables that pictures share stand before each
		coded, configuration = append(configuration, coded...), nil
		if err := h.jpegAllowed(coded); err != nil {
			return nil, err
		}
	}
	if key := string(c) + string(configuration); key != h.key || h.decoder == nil {
		h.close()
		h.decoder, h.key = nil, key
		if h.decoder, err = libav.OpenCoded(c, configuration, libav.Limits{Pixels: h.limit}); err != nil {
			return nil, err
		}
	}
	h.coding = c
	img, err := h.decoder.Decode(coded, r, into)
	if img == nil {
		return nil, fmt.Errorf("item %d: %w", it.ID, err)
	}
	h.tiles++
	if h.pixels -= int64(img.Bounds().Dx()) * int64(img.Bounds().Dy()); h.pixels < 0 {
		return nil, libav.Over("pixels of pieces", 2*h.limit-h.pixels, 2*h.limit)
	}
	return img, err
}

// jpegAllowed holds a JPEG's own header against the limit: the item may state another size, and libav says of one that is too large only
// that it is invalid.
func (h *assembly) jpegAllowed(coded []byte) error {
	c, err := goDecoders["jpeg"].configOf(io.NewSectionReader(bytes.NewReader(coded), 0, int64(len(coded))))
	if err != nil {
		return nil // libav may read it all the same
	}
	return libav.PixelsAllowed(int64(c.Width), int64(c.Height), h.limit)
}

// grid puts tiles together (§6.6.2.3).
func (h *assembly) grid(it parts.Item, r libav.Range, depth int) (image.Image, error) {
	if err := h.affordable(it); err != nil {
		return nil, err
	}
	b, err := h.bytesOf(it)
	if err != nil {
		return nil, err
	}
	if len(b) < 4 {
		return nil, fmt.Errorf("item %d: a grid of %d bytes", it.ID, len(b))
	}
	size, _, err := h.canvasSize(b[1], b[4:])
	if err != nil {
		return nil, fmt.Errorf("item %d: %w", it.ID, err)
	}
	rows, columns := int(b[2])+1, int(b[3])+1
	tiles, whole := h.sources(it)
	if !whole || len(tiles) < rows*columns {
		return nil, fmt.Errorf("item %d: a grid of %d×%d with %d tiles", it.ID, columns, rows, len(tiles))
	}
	var canvas image.Image
	side := image.Pt(tiles[0].Width, tiles[0].Height)
	for i, tile := range tiles[:rows*columns] {
		at := image.Pt(i%columns*side.X, i/columns*side.Y)
		if at.X >= size.X || at.Y >= size.Y {
			continue // nothing of it shows
		}
		into := raster.Within(canvas, image.Rectangle{at, at.Add(side)})
		img, err := h.item(tile, r, into, depth+1)
		if img != nil && canvas == nil {
			canvas = raster.Canvas(img, size.X, size.Y)
		}
		same, _ := img.(*image.YCbCr)
		switch {
		case img == nil:
		case same != nil && same == into: // it is there already
		case img.Bounds().Size() != side:
			err = fmt.Errorf("item %d: a tile of %v among tiles of %v", tile.ID, img.Bounds().Size(), side)
		case !raster.Paste(canvas, raster.Plain(img), at):
			err = fmt.Errorf("item %d: a tile of another kind", tile.ID)
		}
		if errors.Is(err, pipeline.ErrRefused) || h.ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			if h.lost++; h.why == nil {
				h.why = err
			}
		}
	}
	if canvas == nil {
		return nil, h.why
	}
	return canvas, nil
}

// affordable refuses a picture whose pieces state more pixels together than may be decoded, before any is.
func (h *assembly) affordable(it parts.Item) error {
	sum := int64(0)
	pieces, _ := h.sources(it)
	for _, p := range pieces {
		if err := libav.PixelsAllowed(int64(p.Width), int64(p.Height), h.limit); err != nil {
			return err
		}
		sum += int64(p.Width) * int64(p.Height) // at most 65,535 times the limit
	}
	if most := 2 * h.limit; sum > most {
		return libav.Over("pixels of pieces", sum, most)
	}
	return nil
}

// overlay lays pictures over one another (§6.6.2.4).
func (h *assembly) overlay(it parts.Item, r libav.Range, depth int) (image.Image, error) {
	if err := h.affordable(it); err != nil {
		return nil, err
	}
	b, err := h.bytesOf(it)
	if err != nil {
		return nil, err
	}
	if len(b) < 10 {
		return nil, fmt.Errorf("item %d: an overlay of %d bytes", it.ID, len(b))
	}
	size, rest, err := h.canvasSize(b[1], b[10:])
	if err != nil {
		return nil, fmt.Errorf("item %d: %w", it.ID, err)
	}
	layers, whole := h.sources(it)
	field := len(b[10:]) - len(rest)
	if !whole || len(layers) == 0 || len(rest) < len(layers)*field {
		return nil, fmt.Errorf("item %d: an overlay of %d pictures", it.ID, len(layers))
	}
	canvas := image.Image(image.NewRGBA(image.Rectangle{Max: size}))
	paint(canvas.(*image.RGBA), b[2:10])
	for i, layer := range layers {
		img, err := h.item(layer, r, nil, depth+1)
		if err != nil {
			return nil, err
		}
		at := image.Pt(int(int16(binary.BigEndian.Uint16(rest[i*field:]))), int(int16(binary.BigEndian.Uint16(rest[i*field+2:]))))
		if field == 8 {
			at = image.Pt(int(int32(binary.BigEndian.Uint32(rest[i*field:]))), int(int32(binary.BigEndian.Uint32(rest[i*field+4:]))))
		}
		raster.Paste(canvas, opaque(img), at)
	}
	return canvas, nil
}

// canvasSize reads width and height, of 16 bits or, as the flags say, of 32, and what stands behind.
func (h *assembly) canvasSize(flags byte, b []byte) (image.Point, []byte, error) {
	var width, height uint32
	switch {
	case flags&1 == 0 && len(b) >= 4:
		width, height, b = uint32(binary.BigEndian.Uint16(b)), uint32(binary.BigEndian.Uint16(b[2:])), b[4:]
	case flags&1 != 0 && len(b) >= 8:
		width, height, b = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), b[8:]
	default:
		return image.Point{}, nil, errors.New("no size")
	}
	if err := libav.PixelsAllowed(int64(width), int64(height), h.limit); err != nil {
		return image.Point{}, nil, err
	}
	if width == 0 || height == 0 {
		return image.Point{}, nil, errors.New("a picture without pixels")
	}
	return image.Pt(int(width), int(height)), b, nil
}

// sources are the items that an item is derived from; whole is false where some are not there.
func (h *assembly) sources(it parts.Item) (out []parts.Item, whole bool) {
	for _, ref := range it.References {
		if ref.Type != "dimg" {
			continue
		}
		for _, id := range ref.To {
			from, ok := h.items[id]
			if !ok {
				return out, false
			}
			out = append(out, from)
		}
		break
	}
	return out, true
}

// bytesOf reads an item's bytes.
func (h *assembly) bytesOf(it parts.Item) (out []byte, err error) {
	if len(it.Stretches) == 0 {
		return nil, fmt.Errorf("item %d of type %q has no bytes in this file", it.ID, it.Type)
	}
	sum := int64(0)
	for _, s := range it.Stretches {
		sum += min(max(s.Length, 0), math.MaxInt64/parts.MaxItems)
	}
	if sum > maxCodedBytes {
		return nil, libav.Over("coded bytes", sum, maxCodedBytes)
	}
	for _, s := range it.Stretches {
		length := s.Length
		if length == 0 && len(it.Stretches) == 1 { // to the end of the file: ISO/IEC 14496-12 §8.11.3.3
			length = h.src.Size() - s.At
		}
		b, err := h.read(s.At, length)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", it.ID, err)
		}
		out = append(out, b...)
	}
	return out, nil
}

// read reads bytes of the file, counted.
func (h *assembly) read(at, length int64) ([]byte, error) {
	if at < 0 || length < 0 || at > h.src.Size() || length > h.src.Size()-at {
		return nil, fmt.Errorf("%d bytes at byte %d lie beyond the end of the file", length, at)
	}
	if h.bytes -= length; h.bytes < 0 {
		return nil, libav.Over("coded bytes", maxCodedBytes-h.bytes, maxCodedBytes)
	}
	b := make([]byte, length)
	if n, err := h.src.ReadAt(b, at); int64(n) < length {
		return nil, fmt.Errorf("reading at byte %d: %w", at+int64(n), err)
	}
	return b, nil
}
