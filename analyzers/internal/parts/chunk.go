package parts

import (
	"encoding/binary"
	"io"
	"iter"
)

// PNGSignature begins every PNG file (ISO/IEC 15948 §5.2).
const PNGSignature = "\x89PNG\r\n\x1a\n"

// PNGChunks walks the chunks of the PNG file at byte 0 to IEND, which is the last. Checksums are not compared.
// The error is a *Cut where the file ends first, a *Stray where no chunk can begin.
func PNGChunks(r io.ReaderAt, size int64) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		v := look(r, size)
		defer v.done()
		b, err := v.peek(0, 8)
		if err == nil && string(b) != PNGSignature {
			err = &Stray{0, "no PNG signature"}
		}
		at := int64(8)
		for n := 0; err == nil; n++ {
			var p Part
			p, err = pngChunk(v, at)
			if err == nil && n == MaxParts {
				err = tooMany("PNG chunks")
			}
			if err != nil {
				break
			}
			if !yield(p, nil) || p.Name == "IEND" {
				return
			}
			at = p.End() + 4
		}
		yield(Part{}, err)
	}
}

func pngChunk(v *view, at int64) (Part, error) {
	b, err := v.peek(at, 8)
	if err != nil {
		return Part{}, err
	}
	if len(b) < 8 {
		return Part{}, &Cut{At: at}
	}
	p := Part{Name: string(b[4:]), At: at, Body: at + 8, Length: int64(binary.BigEndian.Uint32(b))}
	for _, c := range b[4:] {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return Part{}, &Stray{at, "no PNG chunk type"} // §5.4: letters only
		}
	}
	if p.Length > 1<<31-1 {
		return Part{}, &Stray{at, "PNG chunk longer than its format allows"} // §5.3
	}
	if missing := p.End() + 4 - v.size; missing > 0 {
		return Part{}, &Cut{Name: p.Name, At: at, Missing: missing}
	}
	return p, nil
}

// RIFFChunks walks the chunks that follow one another from at to end: those of a file, or those inside a
// RIFF or LIST chunk behind its form type. A chunk that ends beyond end is given as it is and is the last; fewer
// than eight bytes at the end are no chunk.
func RIFFChunks(r io.ReaderAt, at, end int64) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		v := look(r, end)
		defer v.done()
		for n := 0; end-at >= 8; n++ {
			b, err := v.peek(at, 8)
			if err == nil && n == MaxParts {
				err = tooMany("RIFF chunks")
			}
			if err != nil {
				yield(Part{}, err)
				return
			}
			p := Part{Name: string(b[:4]), At: at, Body: at + 8, Length: int64(binary.LittleEndian.Uint32(b[4:]))}
			if !yield(p, nil) {
				return
			}
			at = p.End() + p.Length%2 // chunks are padded to even length
		}
	}
}
