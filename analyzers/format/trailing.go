package format

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// trailing says what lies behind the end of the structure, piece by piece where pieces tell where they end:
// further JPEGs, films, zeros, Samsung's trailer.
func (x *examination) trailing(at int64) error {
	if at >= x.size {
		return nil
	}
	samsung, names, err := x.samsung(at)
	if err != nil {
		return err
	}
	for n := 1; at < samsung; n++ {
		end, note, err := x.piece(at, samsung)
		if err != nil {
			return err
		}
		if n == maxPieces && end < samsung {
			end, note = samsung, note+" and more"
		}
		x.say(pipeline.At(at, end-at), pipeline.Extent{What: "trailing", Length: end - at, Note: note})
		at = end
	}
	if at < x.size {
		x.say(pipeline.At(at, x.size-at), pipeline.Extent{What: "trailing", Length: x.size - at, Note: names})
	}
	return nil
}

// piece tells what begins at offset at and where it ends, at most at end.
func (x *examination) piece(at, end int64) (to int64, note string, err error) {
	head, err := x.peek(at, min(pipeline.SniffLength, end-at))
	if err != nil {
		return 0, "", err
	}
	f, ok := pipeline.Sniff(head)
	switch {
	case ok && f.Name == "jpeg":
		return x.embeddedJPEG(at, end)
	case len(head) >= 8 && string(head[4:8]) == "ftyp":
		to, _, _, err := x.boxEnd(at)
		if to == at { // its first box has an impossible size
			to = end
		}
		if f.Name == "" {
			f.Name = "mp4"
		}
		return min(to, end), f.Name + " signature", err
	case head[0] == 0:
		to, err := x.zeros(at, end)
		return to, "zero bytes", err
	case ok && f.Name != "mp3" && f.Name != "aac": // eleven bits tell too little here
		note = f.Name + " signature"
	case text(head):
		note = "text"
	default:
		note = "unknown bytes"
	}
	if f.Name != "zip" && end == x.size {
		tail, err := x.peek(max(at, end-22), 4) // end of central directory without a comment (APPNOTE 6.3.10 §4.3.16)
		if err != nil {
			return 0, "", err
		}
		if string(tail) == "PK\x05\x06" {
			note += ", zip directory at the end"
		}
	}
	return end, note, nil
}

// embeddedJPEG finds the end of a JPEG behind the first: a preview or gain map where the MPF index announced
// one, as phones and cameras write.
func (x *examination) embeddedJPEG(at, end int64) (to int64, note string, err error) {
	note = "jpeg signature"
	if x.mpf {
		note = "jpeg signature, MPF index present"
	}
	for s, err := range parts.Segments(x.file, at, end) {
		var cut *parts.Cut
		var stray *parts.Stray
		switch {
		case errors.As(err, &cut), errors.As(err, &stray):
			return end, note + ", without an end", nil
		case err != nil:
			return 0, "", err
		}
		to = s.End()
	}
	return to, note, nil
}

// zeros finds the end of a run of zero bytes. The zeros that begin the size of an ftyp box belong to the box.
func (x *examination) zeros(at, end int64) (int64, error) {
	to := at
	for to < end {
		b, err := x.peek(to, min(scanChunk, end-to))
		if err != nil {
			return 0, err
		}
		n := len(b) - len(bytes.TrimLeft(b, "\x00"))
		to += int64(n)
		if n < len(b) {
			break
		}
	}
	for back := int64(3); back > 0 && to < end; back-- {
		if to-back <= at {
			continue
		}
		b, err := x.peek(to-back+4, 4)
		if err != nil {
			return 0, err
		}
		if string(b) == "ftyp" {
			return to - back, nil
		}
	}
	return to, nil
}

// text reports whether the bytes are text of one line or many.
func text(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// samsung finds the trailer that Samsung phones append: records, their directory "SEFH", its length and
// "SEFT" (as ExifTool's Samsung module documents it). It gives the end of file where there is none.
func (x *examination) samsung(from int64) (at int64, note string, err error) {
	tail, err := x.peek(max(from, x.size-8), 8)
	if err != nil || len(tail) < 8 || string(tail[4:]) != "SEFT" {
		return x.size, "", err
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	directory := x.size - 8 - length
	note = "Samsung SEF trailer"
	if length < 12 || directory < from {
		return x.size, "", nil
	}
	head, err := x.peek(directory, 12)
	if err != nil || string(head[:4]) != "SEFH" {
		return x.size, "", err
	}
	at = directory
	var names []string
	count := min(int64(binary.LittleEndian.Uint32(head[8:])), (length-12)/12, 1024)
	for i := range count {
		e, err := x.peek(directory+12+12*i, 12)
		if err != nil {
			return 0, "", err
		}
		begins := directory - int64(binary.LittleEndian.Uint32(e[4:]))
		if begins < from {
			continue
		}
		at = min(at, begins)
		name, err := x.recordName(begins, directory)
		if err != nil {
			return 0, "", err
		}
		if name != "" && len(names) < maxNames {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		note += ": " + strings.Join(names, ", ")
	}
	return at, note, nil
}

// recordName is the name at the front of a record: two zeros, type, length of the name, name.
func (x *examination) recordName(at, end int64) (string, error) {
	b, err := x.peek(at, min(8+64, end-at))
	if err != nil || len(b) < 8 {
		return "", err
	}
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	if n < 1 || n > int64(len(b))-8 {
		return "", nil
	}
	for _, c := range b[8 : 8+n] {
		if c < 0x20 || c > 0x7e {
			return "", nil
		}
	}
	return string(b[8 : 8+n]), nil
}
