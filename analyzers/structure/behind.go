package structure

import (
	"encoding/binary"
	"fmt"
	"io"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// mpf is the index of further pictures in the file (CIPA DC-007 §5.2.3).
type mpf struct {
	pictures []announced
}

type announced struct {
	at, length int64
	kind       uint32 // of the picture (§5.2.3.3.1)
}

// largeThumbnail reports whether the index says that a picture is a smaller copy of the first: class 1, of 640 by 480 or 1920 by 1080 pixels.
func (a announced) largeThumbnail() bool { return a.kind == 0x010001 || a.kind == 0x010002 }

// multi reads the index at offset at and tells its entries.
func (s *stream) multi(parent int, at, n int64) error {
	t, err := tiff.Walk(io.NewSectionReader(s.w, at, n), n)
	if err != nil {
		s.w.note(parent, err.Error())
		return nil
	}
	for _, e := range t.Entries {
		switch {
		case e.ID == 0xb001: // number of images
			v, _ := e.Int(0)
			s.w.pieces[parent].Fields = append(s.w.pieces[parent].Fields, field("NumberOfImages", v, at+e.ValueAt, 4))
		case e.ID == 0xb002: // one entry of sixteen bytes each: attribute, size, offset from the header, dependents
			for i := 0; i+16 <= len(e.Value) && i < 16*64; i += 16 {
				b := e.Value[i:]
				size, offset := int64(e.Order.Uint32(b[4:])), int64(e.Order.Uint32(b[8:]))
				place := offset
				if offset > 0 {
					place += at
				}
				value := fmt.Sprintf("type %06x, %d bytes at byte %d", e.Order.Uint32(b)&0xffffff, size, place)
				s.w.pieces[parent].Fields = append(s.w.pieces[parent].Fields, field(fmt.Sprintf("picture %d", i/16), value, at+e.ValueAt+int64(i), 16))
				if offset > 0 {
					s.index.pictures = append(s.index.pictures, announced{place, size, e.Order.Uint32(b) & 0xffffff})
				}
			}
		}
	}
	return nil
}

// behind tells what lies behind the end of the first stream: pictures the index announces, films, Samsung's records, zeros.
func (w *walk) behind(at int64, s *stream) error {
	trailer, found, err := parts.SamsungTrailer(w, at, w.size)
	if err != nil {
		return err
	}
	end := w.size
	if found {
		end = trailer.At
	}
	for n := 0; at < end; n++ {
		to, err := w.appended(at, end, s, n == maxTrailing)
		if err != nil {
			return err
		}
		at = to
	}
	if found {
		w.samsung(trailer)
	}
	return nil
}

// appended tells the piece that begins at offset at and returns where it ends.
func (w *walk) appended(at, end int64, s *stream, last bool) (int64, error) {
	head, err := w.bytes(at, min(64, end-at))
	if err != nil {
		return 0, err
	}
	p := pipeline.Piece{Format: "trailer", Name: "trailer", Label: "bytes behind the end of the picture", Note: "unknown trailer"}
	switch {
	case last:
	case len(head) >= 3 && head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff && w.streams < maxStreams:
		return w.further(at, end, s)
	case len(head) >= 8 && string(head[4:8]) == "ftyp":
		p.Format, p.Name, p.Label, p.Note = "bmff", "film", "film behind the picture", "film that nothing in the picture announces"
		if s.motion {
			p.Note = "benign trailer: film of a motion photo, announced by XMP"
		}
		for b, err := range parts.Boxes(w, at, end) {
			if err != nil || b.End() > end {
				break
			}
			i := len(w.pieces)
			if i == w.add(top, at, end-at, p) {
				w.pieces[i].Fields = []pipeline.Field{field("major brand", visible(head[8:min(len(head), 12)]), at+8, 4)}
			}
			return end, nil
		}
	case head[0] == 0:
		to, err := w.zeros(at, end)
		if err != nil {
			return 0, err
		}
		p.Name, p.Label, p.Note = "padding", "zero bytes", "benign trailer: zeros"
		w.add(top, at, to-at, p)
		return to, nil
	}
	p.Fields = []pipeline.Field{field("begins with", visible(head[:min(len(head), 24)]), at, int64(min(len(head), 24)))}
	w.add(top, at, end-at, p)
	return end, nil
}

// further walks another JPEG stream and says whether the index announced it.
func (w *walk) further(at, end int64, first *stream) (int64, error) {
	p := pipeline.Piece{Format: "jpeg", Name: "picture", Label: "further JPEG behind the picture", Note: "not announced by an index"}
	preview := false
	for _, a := range first.index.pictures {
		if a.at == at {
			p.Note = "benign trailer: picture announced by the MPF index"
			preview = a.largeThumbnail()
		}
	}
	i := w.add(top, at, end-at, p)
	_, to, err := w.stream(i, at, end)
	if err != nil {
		w.note(i, err.Error())
		to = end
	}
	w.pieces[i].length = to - at
	if preview {
		if err := w.preview(at, to-at); err != nil {
			return to, err
		}
	}
	return to, w.ctx.Err()
}

// zeros finds the end of a run of zero bytes.
func (w *walk) zeros(at, end int64) (int64, error) {
	for at < end {
		b, err := w.into(&w.room.chunk, at, min(hashChunk, end-at))
		if err != nil {
			return 0, err
		}
		for i, c := range b {
			if c == 0 {
				continue
			}
			if i >= 3 && i+5 <= len(b) && string(b[i+1:i+5]) == "ftyp" { // the size of a box of less than 256 bytes
				return at + int64(i) - 3, nil
			}
			return at + int64(i), nil
		}
		at += int64(len(b))
	}
	return at, nil
}

// samsung tells the records of a Samsung trailer.
func (w *walk) samsung(t parts.Trailer) {
	i := w.add(top, t.At, w.size-t.At, pipeline.Piece{
		Format: "sef", Name: "SEF", Label: "trailer of a Samsung phone", Note: "benign trailer: vendor's records",
		Fields: []pipeline.Field{field("records", len(t.Records), t.Table.At+8, 4)},
	})
	for _, r := range t.Records {
		id := fmt.Sprintf("%04x", r.Type)
		p := pipeline.Piece{Format: "sef", Name: id, Header: r.Body - r.At, Label: samsungLabels()[id], Fields: []pipeline.Field{field("name", r.Name, r.At, r.Body-r.At)}}
		if b, err := w.bytes(r.Body, min(64, r.At+r.Length-r.Body)); err == nil && len(b) > 0 && r.At+r.Length-r.Body <= 64 {
			p.Fields = append(p.Fields, field("value", visible(b), r.Body, int64(len(b))))
		}
		w.add(i, r.At, r.Length, p)
	}
	w.add(i, t.Table.At, w.size-t.Table.At, pipeline.Piece{Format: "sef", Name: "SEFH", Header: 12, Label: "directory of the records"})
}

func u32le(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
