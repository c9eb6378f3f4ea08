package exif

import (
	"bytes"
	"encoding/binary"
	"strings"

	"dokaz/pipeline"
)

// held is an original in memory.
type held struct{ *bytes.Reader }

func hold(b []byte) held  { return held{bytes.NewReader(b)} }
func (held) Close() error { return nil }

var _ pipeline.Original = held{}

// raw is one entry as its 12 bytes say it.
type raw struct {
	id, typ      uint16
	count, value uint32
}

// rawDir lays out one little-endian directory.
func rawDir(next uint32, entries ...raw) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, e.id)
		b = binary.LittleEndian.AppendUint16(b, e.typ)
		b = binary.LittleEndian.AppendUint32(b, e.count)
		b = binary.LittleEndian.AppendUint32(b, e.value)
	}
	return binary.LittleEndian.AppendUint32(b, next)
}

// rawTIFF puts a header before directories; the first stands at byte 8.
func rawTIFF(pieces ...[]byte) []byte {
	return append([]byte("II*\x00\x08\x00\x00\x00"), bytes.Join(pieces, nil)...)
}

// entry is a well-formed field: its value is placed by tiffOf.
type entry struct {
	id, typ uint16
	count   int
	value   []byte
}

func ascii(id uint16, s string) entry { return entry{id, 2, len(s) + 1, []byte(s + "\x00")} }
func short(id, v uint16) entry        { return entry{id, 3, 1, binary.LittleEndian.AppendUint16(nil, v)} }
func undefined(id uint16, s string) entry {
	return entry{id, 7, len(s), []byte(s)}
}

func rationals(id, typ uint16, v ...uint32) entry {
	var b []byte
	for _, n := range v {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return entry{id, typ, len(v) / 2, b}
}

// content is a whole Exif structure.
type content struct{ ifd0, exif, gps, interop, ifd1 []entry }

// tiffOf lays it out: directories one after another, each followed by its values.
func tiffOf(c content) []byte {
	pointer := func(id uint16) entry { return entry{id, 4, 1, make([]byte, 4)} }
	if len(c.interop) > 0 {
		c.exif = append(c.exif[:len(c.exif):len(c.exif)], pointer(0xa005))
	}
	if len(c.exif) > 0 {
		c.ifd0 = append(c.ifd0[:len(c.ifd0):len(c.ifd0)], pointer(0x8769))
	}
	if len(c.gps) > 0 {
		c.ifd0 = append(c.ifd0[:len(c.ifd0):len(c.ifd0)], pointer(0x8825))
	}
	size := func(d []entry) (n int) {
		if len(d) == 0 {
			return 0
		}
		n = 6 + 12*len(d)
		for _, e := range d {
			if len(e.value) > 4 {
				n += len(e.value) + len(e.value)%2
			}
		}
		return n
	}
	at := map[uint16]int{0x8769: 8 + size(c.ifd0)}
	at[0x8825] = at[0x8769] + size(c.exif)
	at[0xa005] = at[0x8825] + size(c.gps)
	next := 0
	if len(c.ifd1) > 0 {
		next = at[0xa005] + size(c.interop)
	}
	out := []byte("II*\x00\x08\x00\x00\x00")
	for _, d := range [][]entry{c.ifd0, c.exif, c.gps, c.interop, c.ifd1} {
		if len(d) == 0 {
			continue
		}
		values, tail := []byte{}, len(out)+6+12*len(d)
		out = binary.LittleEndian.AppendUint16(out, uint16(len(d)))
		for _, e := range d {
			if p := at[e.id]; p != 0 {
				e.value = binary.LittleEndian.AppendUint32(nil, uint32(p))
			}
			out = binary.LittleEndian.AppendUint16(out, e.id)
			out = binary.LittleEndian.AppendUint16(out, e.typ)
			out = binary.LittleEndian.AppendUint32(out, uint32(e.count))
			if len(e.value) <= 4 {
				out = append(append(out, e.value...), make([]byte, 4-len(e.value))...)
				continue
			}
			out = binary.LittleEndian.AppendUint32(out, uint32(tail+len(values)))
			values = append(append(values, e.value...), make([]byte, len(e.value)%2)...)
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(next))
		next = 0
		out = append(out, values...)
	}
	return out
}

// segment is a JPEG marker segment.
func segment(marker byte, data string) string {
	n := len(data) + 2
	return "\xff" + string([]byte{marker, byte(n >> 8), byte(n)}) + data
}

// jpegOf is a JPEG of these segments and an empty scan.
func jpegOf(segments ...string) []byte {
	return []byte("\xff\xd8" + strings.Join(segments, "") + segment(0xda, "") + "\xff\xd9")
}

func exifSegment(tiff []byte) string { return segment(0xe1, "Exif\x00\x00"+string(tiff)) }

func xmpSegment(packet string) string {
	return segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+packet)
}

// xmpOf is a packet with these attributes on its only description.
func xmpOf(attributes string) string {
	return `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" ` + attributes + `</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
}

// iimOf is a dataset of IPTC.
func iimOf(record, number byte, value string) string {
	return string([]byte{0x1c, record, number, byte(len(value) >> 8), byte(len(value))}) + value
}

// photoshopSegment wraps IPTC as JPEG files carry it, behind another resource of odd length and name.
func photoshopSegment(iim string) string {
	other := "8BIM\x04\x0a\x02ab\x00\x00\x00\x00\x03xyz\x00"
	n := len(iim)
	return segment(0xed, "Photoshop 3.0\x00"+other+"8BIM\x04\x04\x00\x00"+string([]byte{0, 0, byte(n >> 8), byte(n)})+iim)
}

// Kinds of facts out of what was said.

func all[T pipeline.Fact](s said) (out []T) {
	for _, f := range s.facts {
		if v, ok := f.(T); ok {
			out = append(out, v)
		}
	}
	return out
}

// values are "reader group:id" → text, of the first occurrence.
func values(s said) map[string]string {
	out := map[string]string{}
	for _, t := range all[pipeline.Tag](s) {
		k := t.Reader + " " + t.Group + ":" + t.ID
		if _, known := out[k]; !known {
			out[k] = t.Value
		}
	}
	return out
}
