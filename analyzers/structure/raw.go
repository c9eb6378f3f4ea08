package structure

import (
	"encoding/binary"
	"fmt"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// Fields by which raw files point to previews besides those of Exif's thumbnail (TIFF 6.0 §8; Panasonic's by ExifTool 12.57, PanasonicRaw.pm).
const (
	tagCompression  = 0x103
	tagPanasonicJPG = 0x2e // in IFD0 of RW2: the JPEG itself
	jpegOld         = 6    // TIFF 6.0 §22
	jpegNew         = 7    // TIFF Technical Note 2
)

// rawPreviews tells the previews that one directory holds as its picture or as a field of its own.
func (w *walk) rawPreviews(parent int, base, size int64, by map[uint16]tiff.Entry) error {
	kind, _ := by[tagCompression].Int(0)
	if (kind == jpegOld || kind == jpegNew) && by[tagStripOffsets].Components() == 1 {
		at, ok := by[tagStripOffsets].Int(0)
		n, ok2 := by[tagStripCounts].Int(0)
		if ok && ok2 && at > 0 && n > 0 && at < size && n <= size-at {
			if err := w.rawPreview(w.pieces[parent].Name+"/preview", base+at, n); err != nil {
				return err
			}
		}
	}
	if e := by[tagPanasonicJPG]; e.Length > 4 && e.ValueAt > 0 && e.ValueAt < size && e.Length <= size-e.ValueAt {
		i := w.add(parent, base+e.ValueAt, e.Length, pipeline.Piece{Format: "jpeg", Name: "preview", Label: directoryLabel("preview")})
		w.embedded(i, base+e.ValueAt, e.Length)
		return w.rawPreview(w.pieces[parent].Name+"/preview", base+e.ValueAt, e.Length)
	}
	return nil
}

// rafHead is the length of the header of a RAF file with its three places (ExifTool 12.57, FujiFilm.pm, ProcessRAF).
const rafHead = 108

// raf tells the parts of a raw file of Fujifilm's: a JPEG as the camera shows it, a table of the raw picture, and that picture.
func (w *walk) raf() error {
	head, err := w.bytes(0, rafHead)
	if err != nil {
		return err
	}
	if len(head) < rafHead {
		return &parts.Stray{At: int64(len(head)), What: "too few bytes for a RAF header"}
	}
	root := w.add(top, 0, rafHead, pipeline.Piece{Format: "raf", Name: "header", Header: rafHead, Label: "RAF header", Fields: []pipeline.Field{
		field("version", visible(head[16:20]), 16, 4), field("camera", visible(trimZero(head[28:60])), 28, 32), field("firmware", visible(head[60:64]), 60, 4),
	}})
	for i, name := range []string{"preview", "table", "raw"} {
		at := int64(binary.BigEndian.Uint32(head[84+8*i:]))
		n := int64(binary.BigEndian.Uint32(head[88+8*i:]))
		if n == 0 {
			continue
		}
		if at > w.size || n > w.size-at {
			w.note(root, fmt.Sprintf("%s: %s bytes at byte %s lie outside", name, grouped(n), grouped(at)))
			continue
		}
		p := w.add(top, at, n, pipeline.Piece{Format: "raf", Name: name, Label: directoryLabel(name)})
		if name == "preview" {
			w.embedded(p, at, n)
			if err := w.rawPreview("preview", at, n); err != nil {
				return err
			}
		}
	}
	return w.showLargest()
}

func trimZero(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}
