package exif

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"dokaz/analyzers/internal/parts"
)

// extension gathers the parts of extended XMP (Adobe XMP part 3 §1.1.3.1): each names the packet by its MD5, says how long that is
// as a whole and where the part belongs in it.
type extension struct{ parts []extended }

type extended struct {
	guid   string
	length int64 // of the whole packet
	at     int64 // of the part in it
	in     parts.Stretch
}

// take reads the front of one part.
func (e *extension) take(c *collector, s parts.Stretch) error {
	if s.Length <= 40 || len(e.parts) == 256 {
		return nil
	}
	var head [40]byte
	if n, err := c.file.ReadAt(head[:], s.At); n < len(head) {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	e.parts = append(e.parts, extended{
		guid: string(head[:32]), length: int64(binary.BigEndian.Uint32(head[32:])), at: int64(binary.BigEndian.Uint32(head[36:])),
		in: parts.Stretch{At: s.At + 40, Length: s.Length - 40},
	})
	return nil
}

// extended adds each packet as far as its parts follow one another from its beginning; their order in the file does not matter.
func (c *collector) extended(e extension) {
	slices.SortStableFunc(e.parts, func(a, b extended) int { return cmp.Or(cmp.Compare(a.guid, b.guid), cmp.Compare(a.at, b.at)) })
	for i := 0; i < len(e.parts); {
		first, end := e.parts[i], int64(0)
		var in []parts.Stretch
		for ; i < len(e.parts) && e.parts[i].guid == first.guid; i++ {
			if p := e.parts[i]; p.at == end && end < first.length { // repetitions and parts behind a gap are left out
				n := min(p.in.Length, first.length-end)
				in = append(in, parts.Stretch{At: p.in.At, Length: n})
				end += n
			}
		}
		c.add(&c.xmp, "APP1/ExtendedXMP", in...)
	}
}
