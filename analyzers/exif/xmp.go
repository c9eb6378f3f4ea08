package exif

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"github.com/bep/imagemeta"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// property is one XMP property as imagemeta gives it. Lists come as one property per item.
type property struct {
	prefix, name, text string
}

// xmp reads one packet: our own walk for every value with its place, then imagemeta, which does not decode structures within
// properties.
func (x *examination) xmp(b block) error {
	if b.size > maxXMP {
		return fmt.Errorf("XMP of %s bytes, the limit is %s: %w", tiff.Grouped(b.size), tiff.Grouped(maxXMP), pipeline.ErrRefused)
	}
	packet, err := b.bytes(b.size)
	if err != nil {
		return err
	}
	prefixes, ok := prefixesIn(packet)
	if !ok {
		return fmt.Errorf("XMP of more than %s elements: %w", tiff.Grouped(maxElements), pipeline.ErrRefused)
	}
	leaves, err := properties(packet, prefixes)
	if len(leaves) > maxProperties {
		leaves = leaves[:maxProperties]
		err = errors.Join(err, fmt.Errorf("XMP of more than %s values: %w", tiff.Grouped(maxProperties), pipeline.ErrRefused))
	}
	for _, l := range leaves {
		text := letters([]byte(l.text))
		if text.note == noteUTF8 {
			text.note = "" // XMP is UTF-8 by definition
		}
		if l.lang != "" {
			text.note = also("language "+clip(l.lang, maxBinary), text.note)
		}
		x.tag(b.where("", l.at, l.n), pipeline.Tag{
			Reader: readerOwn, Group: l.prefix, ID: clip(l.path, maxPath), Name: clip(l.name, maxPath), Value: text.text, Cut: text.cut, Note: text.note,
		})
	}
	x.xmpFacts(b, leaves)
	x.past(b, leaves)
	if bytes.Contains(packet, []byte("<!ENTITY")) {
		return errors.Join(fmt.Errorf("%w: XMP declares entities, which are not unfolded", pipeline.ErrRefused), err)
	}
	if b.size > maxPacket {
		return errors.Join(err, fmt.Errorf("imagemeta not run: XMP of %s bytes, the limit is %s: %w", tiff.Grouped(b.size), tiff.Grouped(maxPacket), pipeline.ErrRefused))
	}
	return errors.Join(err, x.imagemetaXMP(b, packet, prefixes))
}

// imagemetaXMP says what the library reads.
func (x *examination) imagemetaXMP(b block, packet []byte, prefixes prefixes) error {
	properties, err := askXMP(packet, prefixes)
	w := b.where("", 0, b.size)
	for _, p := range properties {
		text := letters([]byte(p.text))
		x.tag(w, pipeline.Tag{
			Reader: readerImagemeta, Group: p.prefix, Name: p.name, Value: text.text, Cut: text.cut, Note: text.note,
		})
	}
	return err
}

// askXMP hands a packet to imagemeta inside a WebP file of nothing else.
func askXMP(packet []byte, prefixes prefixes) ([]property, error) {
	said, err := askImagemeta(imagemeta.Options{
		R: bytes.NewReader(inWebP(packet)), ImageFormat: imagemeta.WebP,
		Sources: imagemeta.XMP, LimitNumTags: maxProperties, LimitTagSize: maxTagSize,
	})
	var out []property
	for _, t := range said {
		p := property{prefix: prefixes.of(t.Namespace), name: t.Tag}
		items, isList := t.Value.([]string)
		if !isList {
			p.text = fmt.Sprint(t.Value)
			if f, ok := t.Value.(float64); ok {
				p.text = float(f, 64)
			}
			out = append(out, p)
		}
		for _, item := range items {
			if len(out) == maxProperties {
				return out, fmt.Errorf("XMP of more than %s items: %w", tiff.Grouped(maxProperties), pipeline.ErrRefused)
			}
			p.text = item
			out = append(out, p)
		}
	}
	return out, err
}

// inWebP puts an XMP packet into a WebP container (RFC 9649 §2.7) without a picture.
func inWebP(packet []byte) []byte {
	out := make([]byte, 0, len(packet)+40)
	out = append(out, "RIFF"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(4+18+8+len(packet)))
	out = append(out, "WEBPVP8X\x0a\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00XMP "...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(packet)))
	return append(out, packet...)
}

// prefixes maps namespaces to prefixes as one packet declares them.
type prefixes map[string]string

// of is the customary prefix of a known namespace, else the packet's own, unless that is another known one's:
// a packet must not pass its fields off as xmp or exif.
func (p prefixes) of(namespace string) string {
	if known := xmpPrefixes()[namespace]; known != "" {
		return known
	}
	own := p[namespace]
	if own == "" || knownPrefixes()[own] {
		return clip(namespace, maxBinary)
	}
	return own
}

// prefixesIn reads the declarations of a packet up to its first fault; ok is false where it has more elements
// and attributes than maxElements, each of which costs its reader hundreds of bytes.
func prefixesIn(packet []byte) (out prefixes, ok bool) {
	out = prefixes{}
	d := xml.NewDecoder(bytes.NewReader(packet))
	for n := 0; n <= maxElements; {
		t, err := d.RawToken()
		if err != nil {
			return out, true
		}
		e, isStart := t.(xml.StartElement)
		if !isStart {
			continue
		}
		n += 1 + len(e.Attr)
		for _, a := range e.Attr {
			if a.Name.Space == "xmlns" && out[a.Value] == "" {
				out[a.Value] = strings.ToValidUTF8(clip(a.Name.Local, maxBinary), "\uFFFD")
			}
		}
	}
	return nil, false
}
