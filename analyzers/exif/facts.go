package exif

import (
	"bytes"
	"strings"

	"dokaz/pipeline"
)

// facts says what the fields of one block name, by our own readings of them.
func (x *examination) facts(b block, fields []field) {
	x.times(b, fields)
	x.position(b, fields)
	x.device(b, fields)
	x.programs(b, fields)
	x.raster(b, fields)
	if f, ok := lookup(fields, "ExifIFD", 0xa420); ok && strings.TrimSpace(f.phrase()) != "" {
		x.say(placeOf(b, f), pipeline.Relation{What: "image", Value: strings.TrimSpace(f.phrase()), Source: "ExifIFD:ImageUniqueID"})
	}
}

// lookup finds the first readable field of that number.
func lookup(fields []field, group string, id uint16) (field, bool) {
	for _, f := range fields {
		if f.Group == group && f.ID == id && f.Value != nil {
			return f, true
		}
	}
	return field{}, false
}

// phrase is what a text says: it ends at the first NUL (TIFF 6.0 §2), behind which some cameras leave the
// remains of other fields.
func (f field) phrase() string {
	if end := bytes.IndexByte(f.Value, 0); end >= 0 && isText(f.Type) {
		return letters(f.Value[:end]).text
	}
	return f.text
}

// textOf is a field's phrase without outer blanks, "" where there is none.
func textOf(fields []field, group string, id uint16) string {
	f, _ := lookup(fields, group, id)
	return strings.TrimSpace(f.phrase())
}

func (x *examination) device(b block, fields []field) {
	d := pipeline.Device{
		Source: "Exif",
		Make:   textOf(fields, "IFD0", 0x10f),
		Model:  textOf(fields, "IFD0", 0x110),
		Serial: textOf(fields, "ExifIFD", 0xa431),
		Lens:   textOf(fields, "ExifIFD", 0xa434),
	}
	if d == (pipeline.Device{Source: d.Source}) {
		return
	}
	for _, at := range []struct {
		group string
		id    uint16
	}{{"IFD0", 0x110}, {"IFD0", 0x10f}, {"ExifIFD", 0xa431}, {"ExifIFD", 0xa434}} {
		if f, ok := lookup(fields, at.group, at.id); ok {
			x.say(placeOf(b, f), d)
			return
		}
	}
}

// programs says the names that software leaves: TIFF 6.0 Software and HostComputer, ProcessingSoftware, and
// the fields Exif 3.0 added for it.
func (x *examination) programs(b block, fields []field) {
	for _, f := range fields {
		switch {
		case f.Group == "IFD0" && (f.ID == 0x131 || f.ID == 0x0b || f.ID == 0x13c):
		case f.Group == "ExifIFD" && f.ID >= 0xa439 && f.ID <= 0xa43c: // firmware, developing, editing, metadata editing
		default:
			continue
		}
		if v := strings.TrimSpace(f.phrase()); v != "" && f.Value != nil {
			x.say(placeOf(b, f), pipeline.EncoderTrace{Source: f.Group + ":" + f.name(), Value: v})
		}
	}
}

// raster says the picture's size that Exif states, with the orientation of the main picture.
func (x *examination) raster(b block, fields []field) {
	w, ok := lookup(fields, "ExifIFD", 0xa002)
	h, ok2 := lookup(fields, "ExifIFD", 0xa003)
	width, ok3 := w.Int(0)
	height, ok4 := h.Int(0)
	if !ok || !ok2 || !ok3 || !ok4 || width <= 0 || height <= 0 {
		return
	}
	r := pipeline.Raster{Source: "exif", Width: int(width), Height: int(height)}
	if o, ok := lookup(fields, "IFD0", 0x112); ok {
		if v, ok := o.Int(0); ok && v >= 1 && v <= 8 {
			r.Orientation = int(v)
		}
	}
	x.say(placeOf(b, w), r)
}
