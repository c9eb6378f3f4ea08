package format

import (
	"bytes"
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
	samsung := x.size
	trailer, found, err := parts.SamsungTrailer(x.file, at, x.size)
	if err != nil {
		return err
	}
	if found {
		samsung = trailer.At
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
		x.say(pipeline.At(at, x.size-at), pipeline.Extent{What: "trailing", Length: x.size - at, Note: samsungNote(trailer)})
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

// samsungNote names the trailer and the first of its records.
func samsungNote(t parts.Trailer) string {
	var names []string
	for _, r := range t.Records {
		if r.Name != "" && len(names) < maxNames {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return "Samsung SEF trailer"
	}
	return "Samsung SEF trailer: " + strings.Join(names, ", ")
}
