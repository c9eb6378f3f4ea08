// Package parts cuts a file into the pieces its format is made of: JPEG marker segments, PNG and RIFF chunks,
// GIF blocks, ISO boxes, EBML elements and the items of HEIF. Each piece is named and placed, nothing is looked
// for by content.
//
// It knows how pieces are framed and where the framing breaks. It must not know what a piece means, hold
// more than a window of the file, nor judge what stands behind the last piece.
package parts

import (
	"fmt"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// The bounds of every walk.
const (
	MaxParts = 1 << 20 // pieces of one kind in one file
	MaxTable = 1 << 20 // bytes read at once of a table of HEIF items
	MaxItems = 1 << 14 // items of a HEIF file, extents of them together, properties
)

// Part is one piece of a file. Offsets count from the start of the file.
type Part struct {
	Name   string // "APP1", "eXIf", "moov"
	At     int64  // of its header
	Body   int64  // of its payload
	Length int64  // bytes of payload, as the header states; may pass the end of the file
}

// End is the offset after the payload as stated, which may lie beyond the file.
func (p Part) End() int64 { return p.Body + p.Length }

// Cut says that the file ends before a piece does. It is the walk's last word.
type Cut struct {
	Name    string // of the piece, "" where none had begun
	At      int64  // where that piece begins
	Missing int64  // bytes of it that are not there, 0 where it does not tell
}

// Error says what is missing.
func (c *Cut) Error() string {
	switch {
	case c.Name == "":
		return fmt.Sprintf("the file ends at byte %s where more must follow", tiff.Grouped(c.At))
	case c.Missing > 0:
		return fmt.Sprintf("%s at byte %s lacks its last %s bytes", c.Name, tiff.Grouped(c.At), tiff.Grouped(c.Missing))
	}
	return fmt.Sprintf("%s at byte %s has no end", c.Name, tiff.Grouped(c.At))
}

// Stray says that at a place where a piece must begin none does. It is the walk's last word.
type Stray struct {
	At   int64
	What string
}

// Error says what stands there.
func (s *Stray) Error() string { return fmt.Sprintf("byte %s: %s", tiff.Grouped(s.At), s.What) }

// tooMany refuses a file of more pieces than anybody needs.
func tooMany(what string) error {
	return fmt.Errorf("%w: more than %s %s", pipeline.ErrRefused, tiff.Grouped(MaxParts), what)
}
