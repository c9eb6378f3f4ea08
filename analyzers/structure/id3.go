package structure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"dokaz/pipeline"
)

var id3Labels = labels("id3-frame")

// The bounds of ID3 tags.
const (
	maxID3Tags   = 8   // one behind another
	maxID3Frames = 512 // of one tag
)

// synchsafe reads a number of seven bits a byte (ID3v2.4.0 structure §6.2).
func synchsafe(b []byte) (n int64) {
	for _, c := range b {
		n = n<<7 | int64(c&0x7f)
	}
	return n
}

// id3Tag reads an ID3v2 tag at a place (ID3v2.2.0, v2.3.0, v2.4.0 §3) and returns where it ends, the same place where none begins.
func (w *walk) id3Tag(at int64) (int64, error) {
	head, err := w.bytes(at, 10)
	if err != nil || len(head) < 10 || string(head[:3]) != "ID3" || head[3] < 2 || head[3] > 4 || head[3] == 0xff {
		return at, err
	}
	n, version := synchsafe(head[6:10]), int(head[3])
	name := fmt.Sprintf("ID3v2.%d", version)
	i := w.add(top, at, 10+n, pipeline.Piece{Format: "id3", Name: name, Header: 10, Label: "tag"})
	w.put(i, "version", fmt.Sprintf("2.%d.%d", version, head[4]), at+3, 2)
	w.put(i, "flags", fmt.Sprintf("%02x", head[5]), at+5, 1)
	w.put(i, "size", n, at+6, 4)
	end := at + 10 + n
	if version == 4 && head[5]&0x10 != 0 { // a footer
		end += 10
		w.pieces[i].length = min(end, w.size) - at
	}
	if end > w.size {
		w.note(i, "runs "+grouped(end-w.size)+" bytes past the end of what holds it")
	}
	from := at + 10
	if version > 2 && head[5]&0x40 != 0 { // an extended header, which tells its own length
		more, err := w.bytes(from, 4)
		if err != nil || len(more) < 4 {
			return min(end, w.size), err
		}
		skip := 4 + int64(binary.BigEndian.Uint32(more))
		if version == 4 {
			skip = synchsafe(more)
		}
		w.add(i, from, skip, pipeline.Piece{Format: "id3", Name: "extended", Label: "extended header"})
		from += skip
	}
	return min(end, w.size), w.id3Frames(i, name, version, head[5]&0x80 != 0, from, min(at+10+n, w.size))
}

// id3Frames reads the frames of a tag (§4).
func (w *walk) id3Frames(parent int, tag string, version int, unsynchronised bool, at, end int64) error {
	width := int64(10)
	if version == 2 {
		width = 6
	}
	for range maxID3Frames {
		head, err := w.bytes(at, width)
		if err != nil || int64(len(head)) < width || at+width > end {
			return err
		}
		if head[0] == 0 {
			w.add(parent, at, end-at, pipeline.Piece{Format: "id3", Name: "padding", Label: "padding"})
			return nil
		}
		id, n, flags := string(head[:4]), int64(0), byte(0)
		switch version {
		case 2:
			id, n = string(head[:3]), int64(head[3])<<16|int64(head[4])<<8|int64(head[5])
		case 3:
			n, flags = int64(binary.BigEndian.Uint32(head[4:])), head[9]&0xc0
		case 4:
			n, flags = synchsafe(head[4:8]), head[9]&0x0c
		}
		p := pipeline.Piece{Format: "id3", Name: code([]byte(id)), Header: width, Label: id3Labels()[id]}
		if n > end-at-width {
			p.Note = "runs " + grouped(n-(end-at-width)) + " bytes past the end of what holds it"
			n = end - at - width
		}
		if flags != 0 {
			p.Note = strings.TrimPrefix(p.Note+"; compressed or enciphered, not read", "; ")
		}
		i := w.add(parent, at, width+n, p)
		if flags == 0 {
			if err := w.id3Frame(i, tag, id, unsynchronised, at+width, n); err != nil {
				return err
			}
		}
		at += width + n
	}
	w.note(parent, fmt.Sprintf("more than %d frames", maxID3Frames))
	return nil
}

// id3Frame reads what a frame says: texts, comments, addresses, owners, pictures.
func (w *walk) id3Frame(i int, tag, id string, unsynchronised bool, at, n int64) error {
	b, err := w.bytes(at, min(n, maxTagText))
	if err != nil || len(b) == 0 {
		return err
	}
	if unsynchronised {
		b = bytes.ReplaceAll(b, []byte{0xff, 0}, []byte{0xff})
	}
	say := func(name, value string) {
		w.tag(at, n, pipeline.Tag{Group: tag, ID: id, Name: name, Value: value})
	}
	switch {
	case strings.HasPrefix(id, "TXX"):
		parts := id3Texts(b[0], b[1:])
		say(parts[0], strings.Join(parts[1:], "; "))
	case strings.HasPrefix(id, "WXX"): // the description has a coding, the address is Latin-1
		description, n := id3Text(b[0], b[1:])
		say(description, latin1(bytes.TrimRight(b[1+n:], "\x00")))
	case id[0] == 'T':
		say(id3Labels()[id], strings.Join(id3Texts(b[0], b[1:]), "; "))
	case id[0] == 'W':
		say(id3Labels()[id], latin1(bytes.TrimRight(b, "\x00")))
	case (id == "COMM" || id == "COM" || id == "USLT" || id == "ULT") && len(b) > 4:
		parts := id3Texts(b[0], b[4:])
		w.put(i, "language", visible(b[1:4]), at+1, 3)
		w.put(i, "description", parts[0], at+4, 0)
		say(id3Labels()[id], strings.Join(parts[1:], "; "))
	case id == "PRIV" || id == "UFID":
		owner, rest, _ := bytes.Cut(b, []byte{0})
		w.put(i, "owner", latin1(owner), at, int64(len(owner)))
		w.put(i, "bytes", n-int64(len(owner))-1, at+int64(len(owner))+1, int64(len(rest)))
	case id == "APIC" || id == "PIC":
		return w.id3Picture(i, id, b, at, n)
	}
	return nil
}

// id3Picture reads an attached picture (v2.3.0 §4.15, v2.2.0 §4.15).
func (w *walk) id3Picture(i int, id string, b []byte, at, n int64) error {
	rest := b[1:]
	if id == "PIC" {
		if len(rest) < 4 {
			return nil
		}
		w.put(i, "format", visible(rest[:3]), at+1, 3)
		rest = rest[3:]
	} else {
		media, after, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return nil
		}
		w.put(i, "media type", latin1(media), at+1, int64(len(media)))
		rest = after
	}
	if len(rest) < 2 {
		return nil
	}
	kind, rest := rest[0], rest[1:]
	w.put(i, "picture type", kind, at+int64(len(b)-len(rest))-1, 1)
	description, skip := id3Text(b[0], rest)
	w.put(i, "description", description, at+int64(len(b)-len(rest)), int64(skip))
	from := int64(len(b) - len(rest) + skip)
	if from >= n {
		return nil
	}
	return w.picture(i, at+from, n-from)
}

// id3Texts decodes the texts of a frame, which a zero parts: Latin-1, UTF-16 with and without a mark, UTF-8.
func id3Texts(coding byte, b []byte) []string {
	var out []string
	for len(out) < 64 {
		s, n := id3Text(coding, b)
		out = append(out, s)
		if b = b[n:]; len(b) == 0 {
			break
		}
	}
	return out
}

// id3Text decodes the first text and says how many bytes it takes, with the zero that ends it.
func id3Text(coding byte, b []byte) (string, int) {
	if coding == 0 || coding == 3 {
		end, used := bytes.IndexByte(b, 0), 0
		if used = end + 1; end < 0 {
			end, used = len(b), len(b)
		}
		if coding == 3 {
			return text(b[:end]), used
		}
		return latin1(b[:end]), used
	}
	end := len(b) &^ 1
	used := len(b)
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			end, used = i, i+2
			break
		}
	}
	var order binary.ByteOrder = binary.BigEndian
	units := b[:end]
	if len(units) >= 2 && coding == 1 {
		if units[0] == 0xff && units[1] == 0xfe {
			order = binary.LittleEndian
		}
		if units[0]^units[1] == 1 {
			units = units[2:]
		}
	}
	wide := make([]uint16, 0, len(units)/2)
	for ; len(units) >= 2; units = units[2:] {
		wide = append(wide, order.Uint16(units))
	}
	return string(utf16.Decode(wide)), used
}

// endTags tells the tags at the end of a file, behind from: ID3v1 (with its older form's 128 bytes), and APE before it. It returns where they begin.
func (w *walk) endTags(from int64) int64 {
	end := w.size
	if b, err := w.bytes(end-128, 128); err == nil && end-128 >= from && len(b) == 128 && string(b[:3]) == "TAG" {
		end -= 128
		i := w.add(top, end, 128, pipeline.Piece{Format: "id3", Name: "ID3v1", Label: "tag"})
		w.id3v1(i, b, end)
	}
	if b, err := w.bytes(end-32, 32); err == nil && end-32 >= from && len(b) == 32 && string(b[:8]) == "APETAGEX" {
		n := int64(binary.LittleEndian.Uint32(b[12:]))
		if binary.LittleEndian.Uint32(b[20:])&(1<<31) != 0 {
			n += 32
		}
		if n >= 32 && n <= end-from {
			end -= n
			i := w.add(top, end, n, pipeline.Piece{Format: "ape", Name: "APEv2", Label: "tag"})
			w.put(i, "version", binary.LittleEndian.Uint32(b[8:]), end+n-24, 4)
			w.put(i, "items", binary.LittleEndian.Uint32(b[16:]), end+n-16, 4)
		}
	}
	return end
}

// id3v1 reads the tag of fixed places (id3.org, ID3v1 and v1.1).
func (w *walk) id3v1(i int, b []byte, at int64) {
	for _, f := range []struct {
		name     string
		from, to int
	}{{"Title", 3, 33}, {"Artist", 33, 63}, {"Album", 63, 93}, {"Year", 93, 97}, {"Comment", 97, 127}} {
		raw, _, _ := bytes.Cut(b[f.from:f.to], []byte{0})
		if raw = bytes.TrimRight(raw, " "); len(raw) > 0 {
			w.tag(at+int64(f.from), int64(f.to-f.from), pipeline.Tag{Group: "ID3v1", Name: f.name, Value: text(raw)})
		}
	}
	if b[125] == 0 && b[126] != 0 {
		w.put(i, "track", b[126], at+126, 1)
	}
	w.put(i, "genre", b[127], at+127, 1)
}
