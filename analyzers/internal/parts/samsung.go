package parts

import (
	"encoding/binary"
	"io"
)

// Trailer is what Samsung phones append to a picture: records, then their directory.
type Trailer struct {
	At      int64 // of the first record, or of the directory where there is none
	Records []Record
	Table   Part // "SEFH" … "SEFT"
}

// Record is one record of the trailer, in the order of its directory. Length counts from At.
type Record struct {
	Name       string // "MotionPhoto_Data"; "" where it is no printable text
	Type       uint16
	At, Length int64
	Body       int64 // behind the name
}

// maxRecords bounds the records of a trailer.
const maxRecords = 256

// SamsungTrailer finds the trailer at the end of the file, if it lies behind from: "SEFH", version, number of records, twelve
// bytes for each (type, distance back from SEFH, length), the directory's length and "SEFT", all little-endian. No specification
// is published; this is the layout of files of such phones.
func SamsungTrailer(r io.ReaderAt, from, size int64) (t Trailer, ok bool, err error) {
	v := look(r, size)
	defer v.done()
	tail, err := v.peek(max(from, size-8), 8)
	if err != nil || len(tail) < 8 || string(tail[4:]) != "SEFT" {
		return t, false, err
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	table := size - 8 - length
	if length < 12 || table < from {
		return t, false, nil
	}
	head, err := v.peek(table, 12)
	if err != nil || string(head[:4]) != "SEFH" {
		return t, false, err
	}
	t.At, t.Table = table, Part{Name: "SEFH", At: table, Body: table + 12, Length: size - table - 12}
	count := min(int64(binary.LittleEndian.Uint32(head[8:])), (length-12)/12, maxRecords)
	for i := range count {
		e, err := v.peek(table+12+12*i, 12)
		if err != nil {
			return t, false, err
		}
		rec := Record{Type: binary.LittleEndian.Uint16(e[2:]), At: table - int64(binary.LittleEndian.Uint32(e[4:]))}
		rec.Length = min(int64(binary.LittleEndian.Uint32(e[8:])), table-rec.At)
		if rec.At < from || rec.Length <= 0 {
			continue
		}
		if err := rec.name(v, table); err != nil {
			return t, false, err
		}
		t.At = min(t.At, rec.At)
		t.Records = append(t.Records, rec)
	}
	return t, true, nil
}

// name reads the front of a record: two zeros, type, length of the name, name.
func (r *Record) name(v *view, end int64) error {
	b, err := v.peek(r.At, min(8+64, end-r.At))
	r.Body = r.At
	if err != nil || len(b) < 8 {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	if n < 1 || n > int64(len(b))-8 || 8+n > r.Length {
		return nil
	}
	for _, c := range b[8 : 8+n] {
		if c < 0x20 || c > 0x7e {
			return nil
		}
	}
	r.Name, r.Body = string(b[8:8+n]), r.At+8+n
	return nil
}
