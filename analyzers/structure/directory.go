package structure

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// tiff takes a whole TIFF file apart.
func (w *walk) tiff() error {
	root := w.add(top, 0, 8, pipeline.Piece{Format: "tiff", Name: "header", Header: 8, Label: "TIFF header"})
	w.raw = true
	if err := w.directories(root, 0, w.size, "IFD0"); err != nil {
		return err
	}
	return w.showLargest()
}

// directories tells the directories of the TIFF structure of size bytes at offset at, and the pictures and makers' notes that
// their fields point to. The first directory is named first.
func (w *walk) directories(parent int, at, size int64, first string) error {
	s, err := tiff.WalkFrom(io.NewSectionReader(w, at, size), size, first)
	if errors.Is(err, tiff.ErrNotTIFF) || errors.Is(err, tiff.ErrBigTIFF) {
		w.note(parent, err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	if parent != top {
		n := &w.pieces[parent]
		n.Fields = append(n.Fields, field("byte order", s.Order, at, 2), field("number", s.Magic, at+2, 2))
	}
	entries := map[string][]tiff.Entry{}
	for _, e := range s.Entries {
		entries[e.Path] = append(entries[e.Path], e)
	}
	places := map[string]int{}
	var layout []string
	for _, t := range s.Tables {
		p := pipeline.Piece{
			Format: "tiff", Name: t.Group, Header: 2, Label: directoryLabel(t.Group),
			Fields: []pipeline.Field{field("entries", t.Entries, at+t.At, 2)},
		}
		if t.Length == 6+12*int64(t.Entries) {
			p.Fields = append(p.Fields, field("next", t.Next, at+t.At+t.Length-4, 4))
		}
		above := parent
		if slash := strings.LastIndexByte(t.Path, '/'); slash >= 0 {
			if p, known := places[t.Path[:slash]]; known {
				above = p
			}
		}
		i := w.add(above, at+t.At, t.Length, p)
		places[t.Path] = i
		ids := make([]string, 0, len(entries[t.Path]))
		for _, e := range entries[t.Path] {
			ids = append(ids, fmt.Sprintf("%d:%s", e.ID, e.Type))
		}
		layout = append(layout, t.Path+" "+strings.Join(ids, " "))
		if t.Group == directoryNotes {
			continue // its numbers mean other things
		}
		if err := w.pointed(i, at, size, entries[t.Path]); err != nil {
			return err
		}
	}
	for n, f := range s.Faults {
		if n == 4 {
			w.note(parent, "and more faults")
			break
		}
		w.note(parent, f.What)
	}
	if len(layout) > 0 {
		w.sign("tiff-layout/1", strings.Join(layout, "\n"))
	}
	return nil
}

// directoryLabel is the label of a directory whose name may be numbered.
func directoryLabel(name string) string {
	if l := directoryLabels()[name]; l != "" {
		return l
	}
	return directoryLabels()[strings.TrimRight(name, "0123456789")]
}

// Fields that point to pictures and makers' notes (TIFF 6.0 §§8, 15, 22; CIPA DC-008 §4.6.5).
const (
	tagStripOffsets = 0x111
	tagStripCounts  = 0x117
	tagTileOffsets  = 0x144
	tagTileCounts   = 0x145
	tagThumbnail    = 0x201
	tagThumbLength  = 0x202
	tagMakerNote    = 0x927c

	directoryNotes = "MakerNote" // that has a structure of its own
)

// pointed tells what the fields of one directory point to, as far as it lies in the structure.
func (w *walk) pointed(parent int, base, size int64, entries []tiff.Entry) error {
	by := firsts(entries)
	if e, ok := by[tagMakerNote]; ok && e.Value != nil && e.Length > 4 {
		p := pipeline.Piece{Format: "tiff", Name: "MakerNote", Label: directoryLabel("MakerNote")}
		p.Fields = []pipeline.Field{field("begins with", visible(e.Value[:min(len(e.Value), 24)]), base+e.ValueAt, min(e.Length, 24))}
		i := w.add(parent, base+e.ValueAt, e.Length, p)
		if w.raw {
			if err := w.olympus(i, base, size, e); err != nil {
				return err
			}
		}
	}
	from, ok := by[tagThumbnail].Int(0)
	n, ok2 := by[tagThumbLength].Int(0)
	if ok && ok2 && n > 0 {
		p := pipeline.Piece{Format: "jpeg", Name: "thumbnail", Label: directoryLabel("thumbnail")}
		if from > size || n > size-from {
			p.Note, from, n = fmt.Sprintf("%s bytes at byte %s lie outside", grouped(n), grouped(from)), by[tagThumbnail].At, 12
		}
		i := w.add(parent, base+from, n, p)
		if p.Note == "" {
			w.embedded(i, base+from, n)
			show := w.preview
			if name := w.pieces[parent].Name; w.raw && name != "IFD1" {
				show = func(at, n int64) error { return w.rawPreview(name+"/preview", at, n) }
			}
			if err := show(base+from, n); err != nil {
				return err
			}
		}
	}
	if w.raw {
		if err := w.rawPreviews(parent, base, size, by); err != nil {
			return err
		}
	}
	w.areas(parent, base, size, "strips", by[tagStripOffsets], by[tagStripCounts])
	w.areas(parent, base, size, "tiles", by[tagTileOffsets], by[tagTileCounts])
	return nil
}

// firsts are entries by their number, of several the first.
func firsts(entries []tiff.Entry) map[uint16]tiff.Entry {
	by := make(map[uint16]tiff.Entry, len(entries))
	for _, e := range entries {
		if _, known := by[e.ID]; !known {
			by[e.ID] = e
		}
	}
	return by
}

// embedded walks a JPEG stream of n bytes within a piece, if one begins there.
func (w *walk) embedded(parent int, at, n int64) {
	if w.streams == maxStreams || w.pieces[parent].Depth >= maxDepth {
		w.note(parent, "not taken apart: too many streams")
		return
	}
	s := stream{w: w, parent: parent, coded: coded{w: w}}
	w.streams++
	end := at + n
	last := at
	for seg, err := range parts.Segments(io.NewSectionReader(w, 0, end), at, end) {
		if err != nil {
			w.note(parent, err.Error())
			return
		}
		if s.scan != nil {
			w.add(parent, s.scan.End(), seg.At-s.scan.End(), pipeline.Piece{Format: "jpeg", Name: "scan", Label: segmentLabels()["scan"]})
			s.scan = nil
		}
		if err := s.segment(seg); err != nil {
			w.note(parent, err.Error())
			return
		}
		last = seg.End()
	}
	if last < end {
		w.note(parent, grouped(end-last)+" bytes behind its end")
	}
}

// areas tells where a directory's picture lies: from the first byte of any strip or tile to the last, with how many there are.
func (w *walk) areas(parent int, base, size int64, name string, offsets, counts tiff.Entry) {
	n := min(offsets.Components(), counts.Components())
	if n == 0 {
		return
	}
	first, last, outside := size, int64(0), 0
	for i := range n {
		at, ok := offsets.Int(i)
		length, ok2 := counts.Int(i)
		if !ok || !ok2 || at < 0 || length < 0 || at > size || length > size-at {
			outside++
			continue
		}
		first, last = min(first, at), max(last, at+length)
	}
	p := pipeline.Piece{Format: "tiff", Name: name, Label: directoryLabel(name), Fields: []pipeline.Field{field("pieces", strconv.Itoa(n), 0, 0)}}
	if outside > 0 {
		p.Note = fmt.Sprintf("%d lie outside the structure", outside)
	}
	if last <= first {
		first, last = offsets.At, offsets.At+12
	}
	w.add(parent, base+first, last-first, p)
}
