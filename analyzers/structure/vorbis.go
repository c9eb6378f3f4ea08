package structure

import (
	"encoding/binary"
	"strings"

	"dokaz/pipeline"
)

// laid is bytes put together of stretches of the file, which remembers where each of them stands.
type laid struct {
	b      []byte
	starts []laidPart
}

type laidPart struct {
	in int   // of the first byte in b
	at int64 // of the same byte in the file
}

// add takes bytes that stand at a place of the file.
func (l *laid) add(b []byte, at int64) {
	l.starts = append(l.starts, laidPart{len(l.b), at})
	l.b = append(l.b, b...)
}

// at is where the byte i stands in the file.
func (l *laid) at(i int) int64 {
	for n := len(l.starts) - 1; n >= 0; n-- {
		if s := l.starts[n]; s.in <= i {
			return s.at + int64(i-s.in)
		}
	}
	return 0
}

// comments reads a comment header from byte i on (Vorbis I specification §5.2.1): the program that coded it, then NAME=value. What is cut off is
// noted on the piece.
func (w *walk) comments(piece int, l *laid, i int) {
	take := func() (string, int, bool) {
		if i+4 > len(l.b) {
			return "", 0, false
		}
		n := int64(binary.LittleEndian.Uint32(l.b[i:]))
		from := i + 4
		if n > int64(len(l.b)-from) {
			return "", 0, false
		}
		i = from + int(n)
		return string(l.b[from:i]), from, true
	}
	vendor, from, ok := take()
	if !ok || i+4 > len(l.b) {
		w.note(piece, "the comments are cut off")
		return
	}
	w.put(piece, "vendor", text([]byte(vendor)), l.at(from), int64(len(vendor)))
	if strings.TrimSpace(vendor) != "" {
		w.say(pipeline.At(l.at(from), int64(len(vendor))), pipeline.EncoderTrace{Source: "Vorbis:vendor", Value: bounded(vendor)})
	}
	count := binary.LittleEndian.Uint32(l.b[i:])
	w.put(piece, "comments", count, l.at(i), 4)
	i += 4
	for range min(count, maxItemTags) {
		comment, from, ok := take()
		if !ok {
			w.note(piece, "the comments are cut off")
			return
		}
		name, value, ok := strings.Cut(comment, "=")
		if !ok {
			name, value = "", comment
		}
		w.tag(l.at(from), int64(len(comment)), pipeline.Tag{Group: "Vorbis", Name: text([]byte(name)), Value: text([]byte(value))})
	}
}

// put adds a decoded value to a piece.
func (w *walk) put(piece int, name string, value any, at, length int64) {
	if piece == top || piece >= len(w.pieces) || len(w.pieces[piece].Fields) > pipeline.MaxPieceFields {
		return
	}
	w.pieces[piece].Fields = append(w.pieces[piece].Fields, field(name, value, at, length))
}

// tag says a field of metadata, within the bounds of all and of one.
func (w *walk) tag(at, length int64, t pipeline.Tag) {
	if w.tags++; w.tags > maxItemTags {
		return
	}
	t.Reader = "structure"
	t.Cut = len(t.Value) > maxTagText
	t.Name, t.Value = bounded(t.Name), bounded(t.Value)
	w.say(pipeline.At(at, length), t)
}

// bounded keeps a text within the bound of one field.
func bounded(s string) string {
	if len(s) > maxTagText {
		s = s[:maxTagText]
	}
	return strings.ToValidUTF8(s, "\ufffd")
}
