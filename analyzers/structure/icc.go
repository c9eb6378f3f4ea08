package structure

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"dokaz/pipeline"
)

// icc gathers the parts of a profile and tells it once it is whole, under the segment that ends it.
func (s *stream) icc(parent int, b []byte, at int64) {
	if len(b) < 2 {
		return
	}
	if n, most := int64(len(s.profile)+len(b)), s.w.limits.Inflated; n > most {
		s.w.pass("profile bytes", n, most)
		return
	}
	if b[0] == 1 {
		s.profile = s.profile[:0]
	}
	s.profile = append(s.profile, b[2:]...)
	if b[0] == b[1] {
		place := at + 2
		if b[1] > 1 {
			place = -1 // fields lie in several segments
		}
		s.w.profile(parent, at+2, int64(len(b)-2), s.profile, place)
	}
}

// profile tells an ICC profile: its header and its description (ICC.1 §7.2, §9.2.41). place is where it begins, -1 where its
// bytes do not lie together.
func (w *walk) profile(parent int, at, length int64, b []byte, place int64) {
	p := pipeline.Piece{Format: "icc", Name: "profile", Label: "ICC profile"}
	if len(b) < 128 || string(b[36:40]) != "acsp" {
		p.Note = "no ICC header"
		w.add(parent, at, length, p)
		return
	}
	put := func(name string, value any, from, n int64) {
		if place < 0 {
			p.Fields = append(p.Fields, field(name, value, 0, 0))
			return
		}
		p.Fields = append(p.Fields, field(name, value, place+from, n))
	}
	u16, u32 := binary.BigEndian.Uint16, binary.BigEndian.Uint32
	put("size", u32(b), 0, 4)
	put("CMM", visible(b[4:8]), 4, 4)
	put("version", fmt.Sprintf("%d.%d.%d", b[8], b[9]>>4, b[9]&15), 8, 4)
	put("class", visible(b[12:16]), 12, 4)
	put("colour space", visible(b[16:20]), 16, 4)
	put("connection space", visible(b[20:24]), 20, 4)
	put("date", fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", u16(b[24:]), u16(b[26:]), u16(b[28:]), u16(b[30:]), u16(b[32:]), u16(b[34:])), 24, 12)
	put("platform", visible(b[40:44]), 40, 4)
	put("device manufacturer", visible(b[48:52]), 48, 4)
	put("device model", visible(b[52:56]), 52, 4)
	put("rendering intent", u32(b[64:]), 64, 4)
	put("creator", visible(b[80:84]), 80, 4)
	for _, tag := range []string{"desc", "cprt"} {
		if text, from, n, ok := profileText(b, tag); ok {
			put(tag, text, from, n)
		}
	}
	if int64(u32(b)) != int64(len(b)) {
		p.Note = fmt.Sprintf("says %s bytes, has %s", grouped(int64(u32(b))), grouped(int64(len(b))))
	}
	w.add(parent, at, length, p)
}

// profileText finds the text of a tag: of type desc (ICC.1:2001 §6.5.17), text, or the first record of mluc (ICC.1 §10.15).
func profileText(b []byte, tag string) (text string, at, n int64, ok bool) {
	u32 := func(i int64) int64 { return int64(binary.BigEndian.Uint32(b[i:])) }
	size := int64(len(b))
	if size < 132 {
		return "", 0, 0, false
	}
	for i := range min(u32(128), 100) {
		entry := 132 + 12*i
		if entry+12 > size {
			return "", 0, 0, false
		}
		at, n = u32(entry+4), u32(entry+8)
		if string(b[entry:entry+4]) != tag || at > size || n > size-at || n < 12 {
			continue
		}
		v := b[at : at+n]
		switch string(v[:4]) {
		case "desc":
			count := min(int64(binary.BigEndian.Uint32(v[8:])), n-12)
			return strings.TrimRight(visible(v[12:12+count]), "."), at, n, true
		case "text":
			return strings.TrimRight(visible(v[8:]), "."), at, n, true
		case "mluc":
			if n < 28 {
				continue
			}
			length, from := int64(binary.BigEndian.Uint32(v[20:])), int64(binary.BigEndian.Uint32(v[24:]))
			if from > n || length > n-from {
				continue
			}
			units := make([]uint16, length/2)
			for j := range units {
				units[j] = binary.BigEndian.Uint16(v[from+2*int64(j):])
			}
			return strings.TrimRight(string(utf16.Decode(units)), "\x00"), at, n, true
		}
	}
	return "", 0, 0, false
}
