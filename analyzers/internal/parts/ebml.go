package parts

import (
	"encoding/binary"
	"io"
	"iter"
)

// EBMLElements walks the elements that follow one another from at to end (RFC 8794 §4): those of a Matroska
// file or those of a master element. Names are the identifiers in hexadecimal as the format writes them. An
// element of unknown size is given with a negative Length and is the last; one that ends beyond end is given as
// it is and is the last too. Where no element can begin the error is a *Stray.
func EBMLElements(r io.ReaderAt, at, end int64) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		v := look(r, end)
		defer v.done()
		for n := 0; at < end; n++ {
			p, err := element(v, at)
			if err == nil && n == MaxParts {
				err = tooMany("EBML elements")
			}
			if err != nil {
				yield(Part{}, err)
				return
			}
			if !yield(p, nil) || p.Length < 0 {
				return
			}
			at = p.End()
		}
	}
}

func element(v *view, at int64) (Part, error) {
	b, err := v.peek(at, 12)
	if err != nil {
		return Part{}, err
	}
	if len(b) == 0 || b[0] < 0x10 { // identifiers have at most four bytes
		return Part{}, &Stray{at, "no EBML identifier"}
	}
	width := 1
	for mark := byte(0x80); b[0]&mark == 0; mark >>= 1 {
		width++
	}
	if len(b) < width+1 || b[width] == 0 {
		return Part{}, &Stray{at, "no EBML size"}
	}
	p := Part{Name: hexName(b[:width]), At: at}
	b = b[width:]
	sizeWidth, mark := 1, byte(0x80)
	for ; b[0]&mark == 0; mark >>= 1 {
		sizeWidth++
	}
	if len(b) < sizeWidth {
		return Part{}, &Stray{at, "no EBML size"}
	}
	var whole [8]byte
	copy(whole[8-sizeWidth:], b[:sizeWidth])
	whole[8-sizeWidth] &= mark - 1
	length := binary.BigEndian.Uint64(whole[:])
	p.Body, p.Length = at+int64(width+sizeWidth), int64(length) // below 2^56
	if length == 1<<(7*sizeWidth)-1 {
		p.Length = -1
	}
	return p, nil
}

func hexName(id []byte) string {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, 2*len(id))
	for _, c := range id {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}
