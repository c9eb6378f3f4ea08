package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

// Versions of the decoders compiled to WebAssembly; a test holds them against go.mod.
const (
	heicVersion = "v0.4.5"
	avifVersion = "v0.4.4"
)

// maxHEIF bounds the file that is copied into a WebAssembly decoder's memory.
const maxHEIF = 256 << 20

// heic decodes with libheif, which applies the picture's own turns, mirrors and crops. Exif Orientation does not
// count in HEIF (ISO/IEC 23008-12 §6.5.10).
func (p *Projector) heic(src *io.SectionReader) (still, error) {
	description, err := p.heifAllowed(src)
	if err != nil {
		return still{}, err
	}
	img, err := decoded(heic.Decode, src)
	if err != nil {
		return still{}, fmt.Errorf("gen2brain/heic %s: %w", heicVersion, err)
	}
	if m, ok := img.(*image.YCbCr); ok && description.limited {
		raster.Stretch(m)
	}
	return still{picture: img, decoder: "gen2brain/heic " + heicVersion}, nil
}

// avif decodes a picture that is one AV1 item through libav, and any other (grids), or in a build without libav,
// with libavif. Neither applies irot and imir.
func (p *Projector) avif(ctx context.Context, src *io.SectionReader) (still, error) {
	description, err := p.heifAllowed(src)
	if err != nil {
		return still{}, err
	}
	s, err := p.oneItem(ctx, src, description)
	if s.picture == nil && !errors.Is(err, pipeline.ErrRefused) && ctx.Err() == nil {
		var img image.Image
		if img, err = decoded(avif.Decode, src); err != nil {
			return still{}, fmt.Errorf("gen2brain/avif %s: %w", avifVersion, err)
		}
		s = still{picture: img, decoder: "gen2brain/avif " + avifVersion}
	}
	for _, turn := range description.turns { // in the order in which the file applies them
		s.picture = raster.Orient(raster.Plain(s.picture), turn)
	}
	return s, err
}

// oneItem shows the picture of the primary item where libav can.
func (p *Projector) oneItem(ctx context.Context, src *io.SectionReader, d description) (out still, err error) {
	if d.primary != "av01" {
		return still{}, fmt.Errorf("%w: primary item of type %q", pipeline.ErrUnsupported, d.primary)
	}
	f, err := libav.Open(ctx, src, src.Size(), "avif", libav.Limits{Pixels: p.limits.Pixels})
	if err != nil {
		return still{}, err
	}
	defer f.Close()
	for _, s := range f.Streams() {
		if s.Type != "video" || !s.Default || s.Decoder == "" {
			continue
		}
		out.decoder = libav.FilmDecoder(s)
		err := f.Frames(ctx, s.Index, libav.FrameOptions{}, func(frame libav.Frame) (err error) {
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
	return still{}, fmt.Errorf("%w: no stream for the primary item", pipeline.ErrUnsupported)
}

// errEnough ends decoding after what was wanted.
var errEnough = errors.New("enough")

// decoded runs a decoder compiled to WebAssembly; a panic is an error.
func decoded(decode func(io.Reader) (image.Image, error), src *io.SectionReader) (img image.Image, err error) {
	defer recovered(&err)
	if src.Size() > maxHEIF {
		return nil, libav.Over("bytes of a picture", src.Size(), maxHEIF)
	}
	return decode(io.NewSectionReader(src, 0, src.Size()))
}

// description is what the item properties say of the primary item.
type description struct {
	primary string               // type of the item
	turns   []raster.Orientation // irot and imir, in the order of application
	limited bool                 // its nclx colour says that samples are not full range
}

// heifAllowed holds every picture size in the file against the limit and returns what is said of the primary item.
// Tables that cannot be read leave the description empty: decoding will tell.
func (p *Projector) heifAllowed(src *io.SectionReader) (d description, err error) {
	properties, associated := heifProperties(src)
	for i, b := range properties {
		body := make([]byte, min(b.Length, 16))
		n, _ := src.ReadAt(body, b.Body)
		body = body[:n]
		switch {
		case b.Name == "ispe" && n >= 12:
			w, h := binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
			if err := libav.PixelsAllowed(int64(w), int64(h), p.limits.Pixels); err != nil {
				return d, err
			}
		case !associated[i]:
		case b.Name == "irot" && n >= 1: // anticlockwise, ISO/IEC 23008-12 §6.5.10
			d.turns = append(d.turns, raster.Turn(-90*int(body[0]&3)))
		case b.Name == "imir" && n >= 1 && body[0]&1 == 0: // §6.5.12: top and bottom exchanged
			d.turns = append(d.turns, raster.Flip)
		case b.Name == "imir" && n >= 1:
			d.turns = append(d.turns, raster.Mirror)
		case b.Name == "colr" && n >= 11 && string(body[:4]) == "nclx":
			d.limited = body[10]&0x80 == 0
		}
	}
	items, _ := parts.Items(src, src.Size())
	for _, it := range items {
		if it.Primary {
			d.primary = it.Type
		}
	}
	return d, nil
}

// heifProperties lists the boxes of the property container and which of them, by index, belong to the primary
// item. Properties that turn a picture are applied in the order of association, which writers keep equal to
// the order in the container; where they do not, the container's order is taken.
func heifProperties(src *io.SectionReader) (list []parts.Part, associated map[int]bool) {
	associated = map[int]bool{}
	meta, ok := child(src, 0, src.Size(), "meta")
	if !ok || meta.Length < 4 {
		return nil, associated
	}
	end := min(meta.End(), src.Size())
	if pitm, ok := child(src, meta.Body+4, end, "pitm"); ok {
		iprp, _ := child(src, meta.Body+4, end, "iprp")
		if ipco, ok := child(src, iprp.Body, min(iprp.End(), end), "ipco"); ok {
			for b, err := range parts.Boxes(src, ipco.Body, min(ipco.End(), end)) {
				if err != nil || len(list) == parts.MaxItems {
					break
				}
				list = append(list, b)
			}
		}
		if ipma, ok := child(src, iprp.Body, min(iprp.End(), end), "ipma"); ok {
			associate(table(src, pitm), table(src, ipma), associated)
		}
	}
	return list, associated
}

// child finds the first box of a name.
func child(src io.ReaderAt, at, end int64, name string) (parts.Part, bool) {
	for b, err := range parts.Boxes(src, at, end) {
		if err != nil {
			break
		}
		if b.Name == name {
			return b, b.End() <= end
		}
	}
	return parts.Part{}, false
}

// table reads a box into memory, at most 1 MiB of it.
func table(src io.ReaderAt, b parts.Part) *bytes.Reader {
	body := make([]byte, min(max(b.Length, 0), parts.MaxTable))
	n, _ := src.ReadAt(body, b.Body)
	return bytes.NewReader(body[:n])
}

// associate marks the properties of the primary item (ISO/IEC 14496-12 §8.11.14). A table that ends early ends the marking.
func associate(pitm, ipma *bytes.Reader, marked map[int]bool) {
	var head struct {
		Version byte
		Flags   [3]byte
	}
	if binary.Read(pitm, binary.BigEndian, &head) != nil {
		return
	}
	primary, ok := number(pitm, head.Version > 0)
	var count uint32
	if !ok || binary.Read(ipma, binary.BigEndian, &head) != nil || binary.Read(ipma, binary.BigEndian, &count) != nil {
		return
	}
	for range count {
		id, ok := number(ipma, head.Version > 0)
		n, err := ipma.ReadByte()
		if !ok || err != nil {
			return
		}
		for range n {
			b, err := ipma.ReadByte()
			index := int(b & 0x7f)
			if head.Flags[2]&1 != 0 && err == nil {
				b, err = ipma.ReadByte()
				index = index<<8 | int(b)
			}
			if err != nil {
				return
			}
			if id == primary && index > 0 {
				marked[index-1] = true
			}
		}
	}
}

// number reads an item's number, of 16 bits in early versions.
func number(r *bytes.Reader, wide bool) (uint32, bool) {
	if wide {
		var v uint32
		err := binary.Read(r, binary.BigEndian, &v)
		return v, err == nil
	}
	var v uint16
	err := binary.Read(r, binary.BigEndian, &v)
	return uint32(v), err == nil
}
