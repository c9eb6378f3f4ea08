package exif

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	goexif "github.com/rwcarlsen/goexif/exif"
	gotiff "github.com/rwcarlsen/goexif/tiff"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// goexif asks rwcarlsen/goexif for its reading of the block, if the block is harmless to it: the library
// allocates and loops as the bytes say, which recover does not stop. It gets exactly the block's bytes, never
// the file. Neither its makernote parsers nor its thumbnail nor its zone-dependent time are used.
func (x *examination) goexif(b block, s tiff.Structure, fields []field) error {
	if why := harmful(s); why != "" {
		return fmt.Errorf("goexif not run: %s: %w", why, pipeline.ErrRefused)
	}
	raw, err := b.bytes(s.Ends)
	if err != nil {
		return err
	}
	said, err := askGoexif(raw)
	met := map[key]int{}
	for _, g := range said {
		f, ok := matching(g, fields, met)
		x.fromGoexif(b, g, f, ok)
	}
	return err
}

// harmful says why a structure is unfit for a reader without bounds, or "".
func harmful(s tiff.Structure) string {
	switch {
	case len(s.Faults) > 0:
		return s.Faults[0].What
	case s.Ends > maxBlock:
		return fmt.Sprintf("block of %s bytes, the limit is %s", tiff.Grouped(s.Ends), tiff.Grouped(maxBlock))
	case s.Values > maxValues:
		return fmt.Sprintf("values of %s bytes in all, the limit is %s", tiff.Grouped(s.Values), tiff.Grouped(maxValues))
	}
	return ""
}

// goexifField is a field as goexif gives it, with the group that its flat map of names loses.
type goexifField struct {
	group  string
	listed bool // from a directory's list, not from the flat map
	order  binary.ByteOrder
	*gotiff.Tag
}

func (g goexifField) key() key { return key{g.group, strconv.Itoa(int(g.Id))} }

// askGoexif decodes a block and gives the fields in a stable order.
func askGoexif(raw []byte) (said []goexifField, err error) {
	defer func() {
		if r := recover(); r != nil {
			said, err = nil, fmt.Errorf("goexif panicked: %v", r)
		}
	}()
	x, err := goexif.Decode(bytes.NewReader(raw))
	if err != nil {
		err = fmt.Errorf("goexif: %s", strings.TrimSpace(err.Error())) // its errors end in blanks
	}
	if x == nil || x.Tiff == nil {
		return nil, err
	}
	grouped := map[*gotiff.Tag]bool{}
	for i, dir := range x.Tiff.Dirs {
		for _, t := range dir.Tags {
			grouped[t] = true
			said = append(said, goexifField{"IFD" + strconv.Itoa(i), true, x.Tiff.Order, t})
		}
	}
	rest := subfields{seen: grouped, order: x.Tiff.Order}
	if werr := x.Walk(&rest); werr != nil && err == nil {
		err = werr
	}
	slices.SortStableFunc(rest.fields, func(a, b goexifField) int {
		if c := strings.Compare(a.group, b.group); c != 0 {
			return c
		}
		return int(a.Id) - int(b.Id)
	})
	return append(said, rest.fields...), err
}

// subfields collects what stands in the directories below IFD0, whose names tell the directory.
type subfields struct {
	seen   map[*gotiff.Tag]bool
	order  binary.ByteOrder
	fields []goexifField
}

// Walk implements goexif.Walker.
func (s *subfields) Walk(name goexif.FieldName, t *gotiff.Tag) error {
	group := "ExifIFD"
	switch {
	case s.seen[t]:
		return nil
	case strings.HasPrefix(string(name), "GPS") && name != goexif.GPSInfoIFDPointer:
		group = "GPS"
	case name == goexif.InteroperabilityIndex:
		group = "InteropIFD"
	}
	s.fields = append(s.fields, goexifField{group, false, s.order, t})
	return nil
}

// matching finds our own reading of the field. Of several under one number goexif's directories keep all in
// order, its flat map the last of those below IFD0.
func matching(g goexifField, fields []field, met map[key]int) (last field, ok bool) {
	nth := met[g.key()]
	met[g.key()]++
	for _, f := range fields {
		if f.key() != g.key() || !g.listed && !strings.HasPrefix(f.Path, "IFD0/") {
			continue
		}
		last, ok = f, true
		if g.listed && nth == 0 {
			return f, true
		}
		nth--
	}
	return last, ok
}

// fromGoexif says one of its fields at the place where our own walk found it.
func (x *examination) fromGoexif(b block, g goexifField, own field, matched bool) {
	p := g.text()
	w := pipeline.In(b.path)
	if matched {
		w = placeOf(b, own)
		x.other(g.key(), own.name(), readerGoexif, p.text, p.text == own.text || loose(p.text) == loose(own.Value))
	}
	x.tag(w, pipeline.Tag{
		Reader: readerGoexif, Group: g.group, ID: g.key().id, Name: name(g.group, g.Id),
		Type: tiff.Type(g.Type).String(), Count: int64(g.Count), Value: p.text, Cut: p.cut, Note: p.note,
	})
}

// text gives goexif's value by its own accessors, in the form that all readers share.
func (g goexifField) text() plain {
	switch g.Format() {
	case gotiff.StringVal:
		if isMakerNote(g.group, g.Id) || isComment(g.group, g.Id) && bytes.HasPrefix(g.Val, codeASCII) {
			break
		}
		s, err := g.StringVal()
		if err != nil {
			return plain{note: err.Error()}
		}
		return letters([]byte(s))
	case gotiff.IntVal, gotiff.RatVal, gotiff.FloatVal:
		if t := tiff.Type(g.Type); t.Size() > 1 || g.Count <= 16 && !isXP(g.group, g.Id) {
			return g.numbers()
		}
	case gotiff.UndefVal, gotiff.OtherVal:
	}
	return octets(g.group, g.Id, g.Val, g.order)
}

func (g goexifField) numbers() plain {
	var list []string
	p := plain{cut: int64(g.Count) > maxNumbers}
	for i := range min(int(g.Count), maxNumbers) {
		var text string
		var err error
		switch g.Format() {
		case gotiff.IntVal:
			var v int64
			v, err = g.Int64(i)
			text = strconv.FormatInt(v, 10)
		case gotiff.RatVal:
			var num, den int64
			num, den, err = g.Rat2(i)
			text = fraction(num, den)
			if den == 0 {
				p.note = noteZero
			}
		default:
			var v float64
			v, err = g.Float(i)
			text = float(v, map[gotiff.DataType]int{gotiff.DTFloat: 32, gotiff.DTDouble: 64}[g.Type])
		}
		if err != nil {
			return plain{note: err.Error()}
		}
		list = append(list, text)
	}
	p.text = strings.Join(list, " ")
	return p
}
