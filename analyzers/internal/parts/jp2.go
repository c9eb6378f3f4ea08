package parts

import (
	"encoding/binary"
	"io"
)

// JP2Header finds the image header box of a JPEG 2000 file and the size it states in pixels (ISO/IEC 15444-1 I.5.3.1). ok is false where
// there is none; what is malformed on the way is for the walk of the boxes to tell. The error is the reader's.
func JP2Header(r io.ReaderAt, size int64) (p Part, width, height uint32, ok bool, err error) {
	for top, err := range Boxes(r, 0, size) {
		if err != nil {
			break
		}
		if top.Name != "jp2h" {
			continue
		}
		for p, err := range Boxes(r, top.Body, min(top.End(), size)) {
			if err != nil {
				break
			}
			if p.Name != "ihdr" || p.Length < 8 || p.Body+8 > size {
				continue
			}
			var b [8]byte
			if n, err := r.ReadAt(b[:], p.Body); n < len(b) {
				return p, 0, 0, false, err
			}
			return p, binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[:]), true, nil
		}
		break
	}
	return Part{}, 0, 0, false, nil
}
