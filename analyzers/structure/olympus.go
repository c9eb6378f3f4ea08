package structure

import (
	"bytes"
	"encoding/binary"
	"io"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// notesHead is how makers' notes of Olympus begin: where their directory is and from where its offsets count (ExifTool 12.57, MakerNotes.pm).
type notesHead struct {
	prefix    string
	directory int64 // from the notes
	own       bool  // offsets count from the notes, else from the TIFF header
	order     binary.ByteOrder
}

var olympusHeads = []notesHead{
	{"OLYMPUS\x00II", 12, true, binary.LittleEndian}, {"OLYMPUS\x00MM", 12, true, binary.BigEndian},
	{"OM SYSTEM\x00\x00\x00II", 16, true, binary.LittleEndian}, {"OM SYSTEM\x00\x00\x00MM", 16, true, binary.BigEndian}, {"OLYMP\x00", 8, false, nil},
}

// Fields of these notes (ExifTool 12.57, Olympus.pm).
const (
	tagOlympusThumbnail = 0x100
	tagOlympusSettings  = 0x2020 // a directory
)

// olympusPreviews are fields with the place of a preview and its length: those of the notes, and of the settings within them.
var (
	olympusPreviews         = [][2]uint16{{0x88, 0x89}, {0x1036, 0x1037}}
	olympusSettingsPreviews = [][2]uint16{{0x101, 0x102}}
)

// olympus tells the previews that makers' notes of Olympus hold, which in a raw file of theirs (ORF) are all there are. base and size are of the TIFF structure.
func (w *walk) olympus(parent int, base, size int64, e tiff.Entry) error {
	for _, h := range olympusHeads {
		if !bytes.HasPrefix(e.Value, []byte(h.prefix)) {
			continue
		}
		from := int64(0)
		if h.own {
			from = e.ValueAt
		}
		if h.order == nil {
			h.order = e.Order
		}
		n := makerNotes{w: w, parent: parent, at: base + from, size: size - from, order: h.order}
		by, err := n.directory(e.ValueAt-from+h.directory, olympusPreviews)
		if err != nil {
			return err
		}
		return n.deeper(by)
	}
	return nil
}

// makerNotes is a maker's notes: offsets in them count from at.
type makerNotes struct {
	w        *walk
	parent   int
	at, size int64
	order    binary.ByteOrder
}

// directory tells the previews that one directory points to, and gives its fields.
func (n makerNotes) directory(at int64, pairs [][2]uint16) (by map[uint16]tiff.Entry, err error) {
	s, err := tiff.WalkBare(io.NewSectionReader(n.w, n.at, n.size), n.size, at, n.order, directoryNotes)
	if err != nil {
		return nil, err
	}
	by = firsts(s.Entries)
	for _, pair := range pairs {
		from, ok := by[pair[0]].Int(0)
		length, ok2 := by[pair[1]].Int(0)
		if !ok || !ok2 {
			continue
		}
		if err := n.preview(from, length); err != nil {
			return nil, err
		}
	}
	return by, nil
}

// deeper tells the thumbnail that a field of the notes holds, and what the settings point to.
func (n makerNotes) deeper(by map[uint16]tiff.Entry) error {
	if e := by[tagOlympusThumbnail]; e.Type == tiff.Undefined && e.Value != nil {
		if err := n.preview(e.ValueAt, e.Length); err != nil {
			return err
		}
	}
	e := by[tagOlympusSettings]
	settings, points := e.Int(0) // newer notes point to it, older ones hold it as bytes
	if !points {
		settings = e.ValueAt
	}
	if e.Value == nil || e.Length < 4 {
		return nil
	}
	_, err := n.directory(settings, olympusSettingsPreviews)
	return err
}

func (n makerNotes) preview(from, length int64) error {
	if from <= 0 || length <= 0 || from > n.size || length > n.size-from {
		return nil
	}
	w := n.w
	i := w.add(n.parent, n.at+from, length, pipeline.Piece{Format: "jpeg", Name: "preview", Label: directoryLabel("preview")})
	w.embedded(i, n.at+from, length)
	return w.rawPreview(directoryNotes+"/preview", n.at+from, length)
}
