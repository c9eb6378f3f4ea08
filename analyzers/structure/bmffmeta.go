package structure

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// keyMeanings are kind and note of the keys that mean something.
var keyMeanings = sync.OnceValue(func() map[string][2]string {
	out := map[string][2]string{}
	for _, r := range lexicon.Rows(table("bmff-key"), 3) {
		out[r[0]] = [2]string{r[1], r[2]}
	}
	return out
})

// Bounds of metadata.
const (
	maxItemTags = 500  // fields of metadata said of one file
	maxTagText  = 4096 // bytes of one
)

// metadata reads a user data or metadata box: its fields are said as tags, the boxes that hold them as pieces.
func (m *bmff) metadata(i int, name string, at, stop int64) error {
	if name == "meta" {
		m.keys = nil
		return nil // its boxes come to item and keysOf in turn
	}
	m.tree.WriteByte('(')
	defer m.tree.WriteByte(')')
	last := ""
	for b, err := range parts.Boxes(m.w, at, stop) {
		if err != nil {
			return nil // QuickTime ends user data with four zero bytes
		}
		n := len(m.w.pieces)
		if err := m.box(i, b, stop, 2, &last); err != nil {
			return err
		}
		if len(m.w.pieces) > n && b.Name != "meta" {
			if err := m.userText(b, stop); err != nil {
				return err
			}
		}
	}
	return nil
}

// group is what metadata belongs to: "UserData", or "Track2:UserData".
func (m *bmff) group(name string) string {
	if m.track > 0 {
		return fmt.Sprintf("Track%d:%s", m.track, name)
	}
	return name
}

// tag says one field. Fields past the bound are not said: their boxes are.
func (m *bmff) tag(group, name, value string, at, length int64) {
	if m.w.tags++; m.w.tags > maxItemTags {
		return
	}
	t := pipeline.Tag{Reader: "structure", Group: group, Name: name, Value: value}
	if len(value) > maxTagText {
		t.Value, t.Cut = strings.ToValidUTF8(value[:maxTagText], ""), true
	}
	m.w.say(pipeline.At(at, length), t)
	m.statement(group, name, t.Value, at, length)
}

// statement says what a field means where the table of keys knows it.
func (m *bmff) statement(group, name, value string, at, length int64) {
	known, ok := keyMeanings()[name]
	if !ok || value == "" {
		return
	}
	switch kind, what, _ := strings.Cut(known[0], ":"); kind {
	case "relation":
		m.w.say(pipeline.At(at, length), pipeline.Relation{What: what, Value: value, Note: known[1], Source: group + ":" + name})
	case "trace":
		m.w.say(pipeline.At(at, length), pipeline.EncoderTrace{Source: group + ":" + name, Value: value})
	}
}

// userText says a field of user data that is text: QuickTime's, with length and language before it, 3GPP's, with a version, or plain.
func (m *bmff) userText(b parts.Part, stop int64) error {
	body, err := m.w.into(&m.w.room.body, b.Body, min(b.End(), stop, b.Body+maxTagText+8)-b.Body)
	if err != nil || len(body) < 4 {
		return err
	}
	name, group := latin1([]byte(b.Name)), m.group("UserData")
	switch {
	case b.Name[0] == 0xa9:
		for n := 0; len(body) >= 4 && n < 8; n++ { // one text for each language
			size := int(binary.BigEndian.Uint16(body))
			if size > len(body)-4 {
				size = len(body) - 4
			}
			m.tag(group, name, text(body[4:][:size]), b.At, b.End()-b.At)
			body = body[4+size:]
		}
	case plainUserData[b.Name]:
		m.tag(group, name, strings.TrimRight(text(body), "\x00"), b.At, b.End()-b.At)
	case texts3GPP[b.Name] && len(body) > 6:
		m.tag(group, name, utf16Or8(body[6:]), b.At, b.End()-b.At)
	case b.Name == "loci":
		r := &reading{b: body}
		if r.by("-4 " + layouts()["loci/*"]) {
			var v []string
			for _, f := range r.fields {
				v = append(v, f.Name+" "+f.Value)
			}
			m.tag(group, name, strings.Join(v, ", "), b.At, b.End()-b.At)
		}
	}
	return nil
}

// plainUserData is text without anything before it; texts3GPP has version, flags and a language (3GPP TS 26.244 §8).
var (
	plainUserData = map[string]bool{"FIRM": true, "LENS": true, "name": true, "mdln": true, "vndr": true, "modl": true, "mfct": true, "swrv": true, "CNCV": true, "CNFV": true, "CNMN": true}
	texts3GPP     = map[string]bool{"titl": true, "dscp": true, "cprt": true, "perf": true, "auth": true, "gnre": true, "albm": true}
)

// utf16Or8 reads text to its zero, UTF-16 where a byte order mark says so.
func utf16Or8(b []byte) string {
	if len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff {
		var out []rune
		for b = b[2:]; len(b) >= 2; b = b[2:] {
			c := binary.BigEndian.Uint16(b)
			if c == 0 {
				break
			}
			out = append(out, rune(c))
		}
		return string(out)
	}
	s, _, _ := strings.Cut(string(b), "\x00")
	return text([]byte(s))
}

// keysOf reads the names of QuickTime metadata: size, namespace and name each.
func (m *bmff) keysOf(i int, at, stop int64) error {
	b, err := m.w.into(&m.w.room.body, at, min(stop-at, maxBox))
	if err != nil || len(b) < 8 {
		return err
	}
	m.keys = nil
	n := binary.BigEndian.Uint32(b[4:])
	m.w.pieces[i].Fields = append(m.w.pieces[i].Fields, field("entry_count", n, at+4, 4))
	for off := 8; off+8 <= len(b) && uint32(len(m.keys)) < n; {
		size := int(binary.BigEndian.Uint32(b[off:]))
		if size < 8 || size > len(b)-off {
			break
		}
		key := text(b[off+8 : off+size])
		m.keys = append(m.keys, key)
		m.w.pieces[i].Fields = append(m.w.pieces[i].Fields, field(fmt.Sprintf("key %d", len(m.keys)), code(b[off+4:off+8])+" "+key, at+int64(off), int64(size)))
		fmt.Fprintf(&m.tree, "=%s", clip(key))
		off += size
	}
	return nil
}

// items reads metadata items: boxes named by themselves or, where there are keys, by their number.
func (m *bmff) items(i int, at, stop int64) error {
	for n := 0; at+8 <= stop && n < 4*maxItemTags; n++ {
		head, err := m.w.bytes(at, 8)
		if err != nil || len(head) < 8 {
			return err
		}
		size := int64(binary.BigEndian.Uint32(head))
		if size < 8 || size > stop-at {
			m.w.note(i, fmt.Sprintf("an item at byte %s runs past its end", grouped(at)))
			return nil
		}
		name, group := code(head[4:]), "ItemList"
		if k := binary.BigEndian.Uint32(head[4:]); k >= 1 && int(k) <= len(m.keys) {
			name, group = m.keys[k-1], "Keys"
		}
		body, err := m.w.into(&m.w.room.body, at+8, min(size-8, maxTagText+1024))
		if err != nil {
			return err
		}
		m.w.add(i, at, size, pipeline.Piece{Format: "bmff", Name: clip(name), Header: 8, Label: boxKinds()[name].label})
		fmt.Fprintf(&m.tree, ",%s", clip(name))
		m.values(m.group(group), name, body, at+8)
		at += size
	}
	return nil
}

// values says the data boxes of one item: type, locale, value.
func (m *bmff) values(group, name string, body []byte, at int64) {
	for off := 0; off+8 <= len(body); {
		size := int(binary.BigEndian.Uint32(body[off:]))
		kind := string(body[off+4 : off+8])
		if size < 8 || off+8 > len(body) {
			return
		}
		b := body[off+8 : min(off+size, len(body))]
		switch {
		case kind == "name" && len(b) >= 4 && name == "----":
			name = text(b[4:])
		case kind == "data" && len(b) >= 8:
			value := dataValue(binary.BigEndian.Uint32(b), b[8:])
			m.tag(group, name, value, at+int64(off), int64(size))
			if strings.HasSuffix(name, "too") || strings.HasSuffix(name, "swr") || strings.HasSuffix(name, "software") {
				fmt.Fprintf(&m.tree, "=%s", clip(value))
			}
		}
		off += size
	}
}

// dataValue writes a value of a well-known type (QuickTime File Format, Well-Known Types).
func dataValue(kind uint32, b []byte) string {
	integer := func() (v int64) {
		for _, c := range b {
			v = v<<8 | int64(c)
		}
		return v
	}
	switch {
	case kind == 1:
		return text(b)
	case kind == 2 && len(b)%2 == 0:
		return utf16Or8(append([]byte{0xfe, 0xff}, b...))
	case kind == 21 && len(b) >= 1 && len(b) <= 8:
		shift := 64 - 8*len(b)
		return strconv.FormatInt(integer()<<shift>>shift, 10)
	case kind == 22 && len(b) >= 1 && len(b) <= 8:
		return strconv.FormatUint(uint64(integer()), 10)
	case kind == 23 && len(b) == 4:
		return float32Text(binary.BigEndian.Uint32(b))
	case kind == 24 && len(b) == 8:
		return float64Text(binary.BigEndian.Uint64(b))
	case kind >= 65 && kind <= 78 && len(b) >= 1 && len(b) <= 8:
		return strconv.FormatInt(integer(), 10)
	}
	return fmt.Sprintf("(%d bytes of type %d: %x)", len(b), kind, b[:min(len(b), 16)])
}
