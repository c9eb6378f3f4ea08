package structure

import (
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"io"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
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

// found is a preview that was met.
type found struct {
	name   string
	at, n  int64
	pixels int
}

// preview of a raw file: small ones are shown as they are met, of the larger ones the largest at the end.
func (w *walk) rawPreview(name string, at, n int64) error {
	if w.bare || n > maxRawPreview || w.previews == maxStreams {
		return nil
	}
	c, err := jpeg.DecodeConfig(io.NewSectionReader(w, at, n))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > maxRawPreviewPixels/c.Height {
		return nil // the raw picture itself, coded without loss, among others
	}
	p := found{name, at, n, c.Width * c.Height}
	if n > maxPreview || p.pixels > maxPreviewPixels {
		if p.pixels > w.largest.pixels && w.sequential(at, n) {
			w.largest = p
		}
		return nil
	}
	img, err := jpeg.Decode(io.NewSectionReader(w, at, n))
	if err != nil {
		return w.ctx.Err() // a preview that is none
	}
	return w.show(name, at, n, img, img)
}

// sequential reports whether a JPEG stream is coded in one scan after another over whole blocks (ITU-T T.81 B.2.2).
func (w *walk) sequential(at, n int64) bool {
	for seg, err := range parts.Segments(io.NewSectionReader(w, 0, at+n), at, at+n) {
		if err != nil {
			return false
		}
		if seg.Frame() {
			return seg.Marker <= parts.MarkerSOF0+1 // baseline, and extended sequential by Huffman
		}
	}
	return false
}

// showLargest decodes the largest preview and says it smaller.
func (w *walk) showLargest() error {
	p := w.largest
	if p.pixels == 0 {
		return nil
	}
	img, err := jpeg.Decode(io.NewSectionReader(w, p.at, p.n))
	if err != nil {
		return w.ctx.Err()
	}
	width, height := raster.Fit(img.Bounds().Dx(), img.Bounds().Dy(), maxRawPreviewSide)
	return w.show(p.name, p.at, p.n, img, raster.Shrink(img, width, height))
}

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
