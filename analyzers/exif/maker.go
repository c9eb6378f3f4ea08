package exif

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// maker is how one maker lays its notes out.
type maker struct{ name, prefix, make, directory, base, order string }

var makers = sync.OnceValue(func() []maker {
	var out []maker
	for _, r := range lexicon.Rows(table("maker"), 6) {
		prefix, err := strconv.Unquote(`"` + r[1] + `"`)
		if err == nil {
			out = append(out, maker{r[0], prefix, r[2], r[3], r[4], r[5]})
		}
	}
	return out
})

// noteField is what a table says of one field of makers' notes.
type noteField struct{ name, form, meaning string }

var noteFields = sync.OnceValue(func() map[key]noteField {
	out := map[key]noteField{}
	for _, r := range lexicon.Rows(table("makernote"), 5) {
		out[key{r[0], r[1]}] = noteField{r[2], r[3], r[4]}
	}
	return out
})

// notes is a maker's notes within a block, as far as their layout is known.
type notes struct {
	maker
	block block
	at    int64 // of the notes in the block
	base  int64 // in the block
	path  string
	ifd   int64 // from the base
	ord   binary.ByteOrder
}

// notesIn finds out whose notes a MakerNote field holds; ok is false where no table knows.
func notesIn(b block, e field, make string) (n notes, ok bool) {
	for _, m := range makers() {
		if !bytes.HasPrefix(e.Value, []byte(m.prefix)) || !strings.HasPrefix(strings.ToLower(make), m.make) {
			continue
		}
		n = notes{maker: m, block: b, at: e.ValueAt, base: e.ValueAt, path: e.Path + "/" + m.name, ord: e.Order}
		switch m.base {
		case "note":
		case "tiff":
			n.base = 0
		default:
			skip, _ := strconv.ParseInt(m.base, 10, 32) // a table's word; a wrong one is found by its test
			n.base += skip
		}
		if n.ord, ok = m.byteOrder(e); !ok {
			return n, false
		}
		n.ifd, ok = m.first(e, n.ord, n.base)
		return n, ok
	}
	return n, false
}

// byteOrder reads in which order the notes are written.
func (m maker) byteOrder(e field) (binary.ByteOrder, bool) {
	mark := m.order
	if place, ok := strings.CutPrefix(m.order, "@"); ok {
		at, err := strconv.Atoi(place)
		if err != nil || at+2 > len(e.Value) {
			return nil, false
		}
		mark = string(e.Value[at : at+2])
	}
	switch mark {
	case "II":
		return binary.LittleEndian, true
	case "MM":
		return binary.BigEndian, true
	}
	return e.Order, m.order == "parent" || m.name == "Pentax"
}

// first is where the directory begins, from the base.
func (m maker) first(e field, order binary.ByteOrder, base int64) (int64, bool) {
	if place, ok := strings.CutPrefix(m.directory, "@"); ok {
		at, err := strconv.Atoi(place)
		if err != nil || at+4 > len(e.Value) {
			return 0, false
		}
		return int64(order.Uint32(e.Value[at:])), true
	}
	at, err := strconv.ParseInt(m.directory, 10, 32)
	return e.ValueAt + at - base, err == nil
}

// makerNotes says the fields of makers' notes and what they name. Notes whose layout no table knows, or which are not laid out as it
// says, stay the one field they are.
func (x *examination) makerNotes(b block, fields []field) error {
	for _, e := range fields {
		if !isMakerNote(e.Group, e.ID) || e.Value == nil || e.Length < 8 {
			continue
		}
		n, ok := notesIn(b, e, textOf(fields, "IFD0", 0x10f))
		if !ok {
			continue
		}
		s, err := tiff.WalkBare(io.NewSectionReader(b, n.base, b.size-n.base), b.size-n.base, n.ifd, n.ord, n.name)
		if err != nil {
			return fmt.Errorf("%s: %w", n.path, err)
		}
		if !plausible(s) {
			continue
		}
		for _, f := range s.Entries[:min(len(s.Entries), maxNotes)] {
			x.note(n, f)
		}
	}
	return nil
}

// plausible reports whether a directory is one: most of its entries have a known type and a value in reach.
func plausible(s tiff.Structure) bool {
	good := 0
	for _, e := range s.Entries {
		if e.Type.Size() > 0 && e.Value != nil {
			good++
		}
	}
	return good > 0 && 2*good > len(s.Entries)
}

// note says one field and, of arrays that a table knows, its elements.
func (x *examination) note(n notes, e tiff.Entry) {
	id := strconv.Itoa(int(e.ID))
	known := noteFields()[key{n.name, id}]
	p := text(e)
	switch {
	case known.meaning == "enciphered":
		p.note = also("enciphered by the maker", p.note)
	case known.form == "x5" && len(e.Value) >= 5:
		p = plain{text: hex.EncodeToString(e.Value[:5]), note: noteHex}
	case known.form == "hex":
		p = plain{text: hex.EncodeToString(e.Value[:min(len(e.Value), maxBinary)]), note: noteHex}
	case e.Type == tiff.Undefined && len(e.Value) > 0 && asciiOnly(e.Value):
		p = plain{text: clip(string(bytes.TrimRight(e.Value, "\x00")), maxText)}
	}
	x.tag(n.where(e.ValueAt, e.Length, e), pipeline.Tag{
		Reader: readerOwn, Group: n.name, ID: id, Name: known.name, Type: e.Type.String(), Count: int64(e.Count), Value: p.text, Cut: p.cut, Note: p.note,
	})
	if e.Value == nil {
		return
	}
	switch known.form {
	case "s16", "u16", "s32", "u32":
		x.elements(n, e, id, known.form)
	}
	if known.meaning == "plist" {
		x.plist(n, e, id, known.name)
	}
	x.meant(n, e, known, field{e, p}.phrase())
}

// where is the place of a value of the notes.
func (n notes) where(at, length int64, e tiff.Entry) pipeline.Where {
	if e.Value == nil {
		at, length = e.At, 12
	}
	return n.block.where(n.path, n.base+at, length)
}

// elements says the named elements of an array.
func (x *examination) elements(n notes, e tiff.Entry, id, form string) {
	size := 2
	if form[1:] == "32" {
		size = 4
	}
	for i := range min(len(e.Value)/size, maxNumbers) {
		of := id + ":" + strconv.Itoa(i)
		known, ok := noteFields()[key{n.name, of}]
		if !ok {
			continue
		}
		b, v := e.Value[i*size:], int64(0)
		switch form {
		case "s16":
			v = int64(int16(e.Order.Uint16(b)))
		case "u16":
			v = int64(e.Order.Uint16(b))
		case "s32":
			v = int64(int32(e.Order.Uint32(b)))
		case "u32":
			v = int64(e.Order.Uint32(b))
		}
		x.tag(n.where(e.ValueAt+int64(i*size), int64(size), e), pipeline.Tag{
			Reader: readerOwn, Group: n.name, ID: of, Name: known.name, Value: strconv.FormatInt(v, 10),
		})
	}
}

// meant says what a field names: serial numbers and lenses, firmware, identifiers that tie pictures together.
func (x *examination) meant(n notes, e tiff.Entry, known noteField, value string) {
	value = strings.TrimSpace(value)
	if value == "" || strings.Trim(value, "0 ") == "" {
		return
	}
	w, source := n.where(e.ValueAt, e.Length, e), n.name+":"+known.name
	switch known.meaning {
	case "serial":
		x.say(w, pipeline.Device{Source: source, Serial: value})
	case "lens":
		x.say(w, pipeline.Device{Source: source, Lens: value})
	case "lens_serial":
		x.say(w, pipeline.Device{Source: source, Serial: value})
	case "firmware":
		x.say(w, pipeline.EncoderTrace{Source: source, Value: value})
	case "image", "burst", "media_group":
		x.say(w, pipeline.Relation{What: known.meaning, Value: value, Source: source})
	}
}
