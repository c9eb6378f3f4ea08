package structure

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// application names an application segment by how it begins and returns what is to be looked into within it, once the segment
// itself has its place.
func (s *stream) application(p *pipeline.Piece, b []byte, seg parts.Segment) func(int) error {
	var is introduction
	for _, in := range introductions() {
		if n := len(in.prefix); in.marker == seg.Name && len(b) >= n && string(b[:n]) == in.prefix {
			is = in
			break
		}
	}
	n := int64(len(is.prefix))
	if is.name == "" {
		p.Note = "unknown"
		s.app = append(s.app, seg.Name+":?")
		if len(b) > 0 {
			p.Fields = []pipeline.Field{field("begins with", visible(b[:min(len(b), 24)]), seg.Body, int64(min(len(b), 24)))}
		}
		return func(int) error { return nil }
	}
	s.app = append(s.app, seg.Name+":"+is.name)
	p.Label = is.label
	p.Fields = []pipeline.Field{field("identifier", strings.TrimRight(is.prefix, "\x00"), seg.Body, n)}
	rest, at := b[n:], seg.Body+n
	switch is.name {
	case "JFIF":
		p.Fields = append(p.Fields, jfif(rest, at)...)
	case "Adobe":
		p.Fields = append(p.Fields, adobe(rest, at)...)
	case "Ducky":
		p.Fields = append(p.Fields, ducky(rest, at)...)
	case "ICC":
		p.Fields = append(p.Fields, numbered(rest, at)...)
		return func(i int) error { s.icc(i, rest, at); return nil }
	case "ExtendedXMP":
		p.Fields = append(p.Fields, extended(rest, at)...)
	case "JUMBF":
		p.Fields = append(p.Fields, jumbf(rest, at)...)
	case "FLIR":
		if len(rest) >= 3 {
			p.Fields = append(p.Fields, field("part", rest[1], at+1, 1), field("last part", rest[2], at+2, 1))
		}
	case "XMP":
		s.motion = s.motion || bytes.Contains(b, []byte("MicroVideo")) || bytes.Contains(b, []byte("MotionPhoto"))
	case "Photoshop":
		return func(i int) error { s.w.resources(i, rest, at); return nil }
	case "Exif":
		return func(i int) error { return s.w.directories(i, at+1, seg.End()-at-1, "IFD0") }
	case "MPF":
		return func(i int) error { return s.multi(i, at, seg.End()-at) }
	}
	return func(int) error { return nil }
}

// jfif decodes the header (ITU-T T.871 §10.1).
func jfif(b []byte, at int64) []pipeline.Field {
	if len(b) < 9 {
		return nil
	}
	u16 := binary.BigEndian.Uint16
	return []pipeline.Field{
		field("version", fmt.Sprintf("%d.%02d", b[0], b[1]), at, 2), field("units", b[2], at+2, 1),
		field("Hdensity", u16(b[3:]), at+3, 2), field("Vdensity", u16(b[5:]), at+5, 2), field("thumbnail", fmt.Sprintf("%dx%d", b[7], b[8]), at+7, 2),
	}
}

// adobe decodes the segment that says how colours are transformed (ITU-T T.872 §6.5.3).
func adobe(b []byte, at int64) []pipeline.Field {
	if len(b) < 7 {
		return nil
	}
	u16 := binary.BigEndian.Uint16
	return []pipeline.Field{
		field("version", u16(b), at, 2), field("flags0", u16(b[2:]), at+2, 2), field("flags1", u16(b[4:]), at+4, 2), field("transform", b[6], at+6, 1),
	}
}

// ducky lists blocks of type, length and value; type 1 is the quality chosen, types 2 and 3 are texts in UTF-16.
func ducky(b []byte, at int64) []pipeline.Field {
	var out []pipeline.Field
	for len(b) >= 4 && len(out) < 8 {
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if kind == 0 || n > len(b)-4 {
			break
		}
		name, value := fmt.Sprintf("block %d", kind), visible(b[4:4+n])
		if kind == 1 && n == 4 {
			name, value = "quality", fmt.Sprint(binary.BigEndian.Uint32(b[4:]))
		}
		out = append(out, field(name, value, at+4, int64(n)))
		b, at = b[4+n:], at+4+int64(n)
	}
	return out
}

// numbered decodes which part of a profile a segment holds (ICC.1 annex B.4).
func numbered(b []byte, at int64) []pipeline.Field {
	if len(b) < 2 {
		return nil
	}
	return []pipeline.Field{field("part", fmt.Sprintf("%d of %d", b[0], b[1]), at, 2)}
}

// extended decodes the front of a part of extended XMP (XMP part 3 §1.1.3.1).
func extended(b []byte, at int64) []pipeline.Field {
	if len(b) < 40 {
		return nil
	}
	return []pipeline.Field{
		field("GUID", string(b[:32]), at, 32), field("full length", binary.BigEndian.Uint32(b[32:]), at+32, 4), field("offset", binary.BigEndian.Uint32(b[36:]), at+36, 4),
	}
}

// jumbf decodes the front of a part of a JUMBF box (ISO/IEC 19566-5 annex D): instance, sequence, then the box with its type and,
// in the first part, the description box's type.
func jumbf(b []byte, at int64) []pipeline.Field {
	if len(b) < 14 {
		return nil
	}
	out := []pipeline.Field{
		field("box instance", binary.BigEndian.Uint16(b), at, 2), field("sequence", binary.BigEndian.Uint32(b[2:]), at+2, 4),
		field("LBox", binary.BigEndian.Uint32(b[6:]), at+6, 4), field("TBox", visible(b[10:14]), at+10, 4),
	}
	if len(b) >= 38 && string(b[18:22]) == "jumd" {
		out = append(out, field("type", visible(b[22:26])+" "+hex.EncodeToString(b[26:38]), at+22, 16))
	}
	return out
}

// resources lists Photoshop image resources under a piece (Adobe Photoshop File Formats, Image Resource Blocks).
func (w *walk) resources(parent int, b []byte, at int64) {
	for len(b) >= 12 {
		switch string(b[:4]) {
		case "8BIM", "MeSa", "AgHg", "PHUT", "DCSR":
		default:
			w.note(parent, fmt.Sprintf("no resource at byte %s", grouped(at)))
			return
		}
		id := fmt.Sprint(binary.BigEndian.Uint16(b[4:]))
		named := 7 + int(b[6])
		named += (named - 6) % 2
		if named+4 > len(b) {
			w.note(parent, "a resource runs past the end")
			return
		}
		n := int64(binary.BigEndian.Uint32(b[named:]))
		whole := int64(named) + 4 + n + n%2
		p := pipeline.Piece{
			Format: "photoshop", Name: string(b[:4]) + " " + id, Header: int64(named) + 4, Label: resourceLabels()[id],
			Fields: []pipeline.Field{field("length", n, at+int64(named), 4)},
		}
		if b[6] > 0 {
			p.Fields = append(p.Fields, field("name", visible(b[7:min(len(b), 7+int(b[6]))]), at+7, int64(b[6])))
		}
		if p.Label == "" {
			p.Note = "unknown"
		}
		if whole > int64(len(b))+1 {
			p.Note = "goes on in the next segment, or runs past the end"
		}
		w.add(parent, at, min(whole, int64(len(b))), p)
		if whole >= int64(len(b)) {
			return
		}
		b, at = b[whole:], at+whole
	}
}

// visible shows bytes as text, others than printable ASCII as a point.
func visible(b []byte) string {
	out := make([]byte, len(b))
	for i, c := range b {
		if out[i] = c; c < 0x20 || c > 0x7e {
			out[i] = '.'
		}
	}
	return string(out)
}
