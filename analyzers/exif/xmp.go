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
	if tooManyElements(packet) {
		return fmt.Errorf("XMP of more than %s elements: %w", tiff.Grouped(maxElements), pipeline.ErrRefused)
	}
	prefixes := &prefixes{packet: packet}
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
	if x.alone {
		return err
	}
	if bytes.Contains(packet, []byte("<!ENTITY")) {
		return errors.Join(fmt.Errorf("%w: XMP declares entities, which are not unfolded", pipeline.ErrRefused), err)
	}
	if b.size > maxPacket {
		return errors.Join(err, fmt.Errorf("imagemeta not run: XMP of %s bytes, the limit is %s: %w", tiff.Grouped(b.size), tiff.Grouped(maxPacket), pipeline.ErrRefused))
	}
	return errors.Join(err, x.imagemetaXMP(b, packet, prefixes))
}

// imagemetaXMP says what the library reads.
func (x *examination) imagemetaXMP(b block, packet []byte, prefixes *prefixes) error {
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
func askXMP(packet []byte, prefixes *prefixes) ([]property, error) {
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

// prefixes maps namespaces to prefixes as one packet declares them, which is read when a namespace comes that nobody knows.
type prefixes struct {
	packet []byte
	read   bool
	own    map[string]string
}

// of is the customary prefix of a known namespace, else the packet's own, unless that is another known one's:
// a packet must not pass its fields off as xmp or exif.
func (p *prefixes) of(namespace string) string {
	if known := xmpPrefixes()[namespace]; known != "" {
		return known
	}
	if !p.read {
		p.own, p.read = map[string]string{}, true
		starts(p.packet, func(e xml.StartElement) bool {
			for _, a := range e.Attr {
				if a.Name.Space == "xmlns" && p.own[a.Value] == "" {
					p.own[a.Value] = strings.ToValidUTF8(clip(a.Name.Local, maxBinary), "\uFFFD")
				}
			}
			return true
		})
	}
	own := p.own[namespace]
	if own == "" || knownPrefixes()[own] {
		return clip(namespace, maxBinary)
	}
	return own
}

// tooManyElements reports whether a packet has more elements and attributes than maxElements, each of which costs its reader hundreds of
// bytes. Most packets have not even as many signs that begin one.
func tooManyElements(packet []byte) bool {
	if bytes.Count(packet, []byte("<"))+bytes.Count(packet, []byte("=")) <= maxElements {
		return false
	}
	n := 0
	starts(packet, func(e xml.StartElement) bool {
		n += 1 + len(e.Attr)
		return n <= maxElements
	})
	return n > maxElements
}

// starts shows the elements of a packet up to its first fault, as long as see returns true.
func starts(packet []byte, see func(xml.StartElement) bool) {
	d := xml.NewDecoder(bytes.NewReader(packet))
	for {
		t, err := d.RawToken()
		if err != nil {
			return
		}
		if e, isStart := t.(xml.StartElement); isStart && !see(e) {
			return
		}
	}
}
