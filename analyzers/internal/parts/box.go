package parts

import (
	"encoding/binary"
	"io"
	"iter"
	"math"
)

// Boxes walks the boxes that follow one another from at to end (ISO/IEC 14496-12 §4.2): those of a file, or
// those inside a box. A box that says it ends beyond end is given as it is and is the last. Where no box can
// begin the error is a *Stray.
func Boxes(r io.ReaderAt, at, end int64) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		v := look(r, end)
		defer v.done()
		for n := 0; at < end; n++ {
			p, err := box(v, at)
			if err == nil && n == MaxParts {
				err = tooMany("boxes")
			}
			if err != nil {
				yield(Part{}, err)
				return
			}
			if !yield(p, nil) {
				return
			}
			at = p.End()
		}
	}
}

func box(v *view, at int64) (Part, error) {
	b, err := v.peek(at, 16)
	if err != nil {
		return Part{}, err
	}
	if len(b) < 8 {
		return Part{}, &Stray{at, "too few bytes for a box"}
	}
	p := Part{Name: string(b[4:8]), At: at, Body: at + 8}
	for _, c := range b[4:8] {
		if c < 0x20 || c == 0x7f {
			return Part{}, &Stray{at, "no box type"}
		}
	}
	switch size := uint64(binary.BigEndian.Uint32(b)); {
	case size == 0: // to the end
		p.Length = v.size - p.Body
	case size == 1:
		if len(b) < 16 {
			return Part{}, &Stray{at, "too few bytes for a long box"}
		}
		large := binary.BigEndian.Uint64(b[8:])
		p.Body = at + 16
		if large < 16 || large > math.MaxInt64-uint64(at) {
			return Part{}, &Stray{at, "impossible box size"}
		}
		p.Length = int64(large) - 16
	case size < 8:
		return Part{}, &Stray{at, "impossible box size"}
	default:
		p.Length = int64(size) - 8
	}
	return p, nil
}
