package exif

import (
	"strconv"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// The readers' names.
const (
	readerOwn       = "dokaz"
	readerGoexif    = "goexif"
	readerImagemeta = "imagemeta"
)

// field is one entry as our own walk reads it.
type field struct {
	tiff.Entry
	plain
}

// key names it among the file's fields.
func (f field) key() key { return key{f.Group, strconv.Itoa(int(f.ID))} }

// name is its standard name.
func (f field) name() string { return name(f.Group, f.ID) }

// own says every entry of the structure as our own walk reads it.
func (x *examination) own(b block, s tiff.Structure) []field {
	fields := make([]field, 0, min(len(s.Entries), maxFields))
	for _, e := range s.Entries[:min(len(s.Entries), maxFields)] {
		fields = append(fields, field{e, text(e)})
	}
	notePosition(fields)
	for _, f := range fields {
		x.tag(placeOf(b, f), pipeline.Tag{
			Reader: readerOwn, Group: f.Group, ID: strconv.Itoa(int(f.ID)), Name: f.name(),
			Type: f.Type.String(), Count: int64(f.Count), Value: f.text, Cut: f.cut, Note: f.note,
		})
		switch {
		case f.Value == nil:
		case isOffset(f):
			x.other(f.key(), f.name(), readerOwn, f.text, true)
		default:
			x.first(f.key(), f.name(), f.text, loose(f.Value))
		}
	}
	return fields
}

// isOffset names the fields that hold places and lengths, which differ between two blocks of one file without
// saying anything different.
func isOffset(f field) bool {
	if f.Group == "GPS" || f.Group == "InteropIFD" {
		return false
	}
	switch f.ID {
	case 0x0111, 0x0117, 0x0144, 0x0145, 0x014a, 0x0201, 0x0202, 0x8769, 0x8825, 0xa005:
		return true
	}
	return false
}

// placeOf is where a field's value stands.
func placeOf(b block, f field) pipeline.Where {
	at, n := f.ValueAt, f.Length
	if f.Value == nil { // the value's place is none in the file: the entry is what there is
		at, n = f.At, 12
	}
	return b.where(f.Path, at, n)
}
