package parts

import (
	"io"
	"iter"
)

// GIFBlocks walks the blocks of the GIF file at byte 0 (CompuServe, GIF89a §§15–27): "screen" (header, logical
// screen and global colour table), then "image", "extension" and "trailer", which is the last. A part's payload
// holds the whole block. The error is a *Cut where the file ends first, a *Stray where no block can begin.
func GIFBlocks(r io.ReaderAt, size int64) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		v := look(r, size)
		defer v.done()
		p, err := gifScreen(v)
		for n := 0; ; n++ {
			if err == nil && n == MaxParts {
				err = tooMany("GIF blocks")
			}
			if err != nil {
				yield(Part{}, err)
				return
			}
			if !yield(p, nil) || p.Name == "trailer" {
				return
			}
			p, err = gifBlock(v, p.End())
		}
	}
}

func gifScreen(v *view) (Part, error) {
	b, err := v.peek(0, 13)
	if err != nil {
		return Part{}, err
	}
	if len(b) < 6 || string(b[:6]) != "GIF87a" && string(b[:6]) != "GIF89a" {
		return Part{}, &Stray{0, "no GIF signature"}
	}
	if len(b) < 13 {
		return Part{}, &Cut{Name: "screen"}
	}
	p := Part{Name: "screen", Length: 13 + colours(b[10])}
	if p.Length > v.size {
		return Part{}, &Cut{Name: p.Name, Missing: p.Length - v.size}
	}
	return p, nil
}

// colours is the length in bytes of the colour table that a packed field announces.
func colours(packed byte) int64 {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}

func gifBlock(v *view, at int64) (Part, error) {
	b, err := v.peek(at, 10)
	if err != nil {
		return Part{}, err
	}
	if len(b) == 0 {
		return Part{}, &Cut{At: at}
	}
	p := Part{At: at, Body: at}
	var data int64 // where sub-blocks begin
	switch b[0] {
	case 0x3b:
		p.Name, p.Length = "trailer", 1
		return p, nil
	case 0x21:
		p.Name, data = "extension", at+2
	case 0x2c:
		p.Name = "image"
		if len(b) < 10 {
			return Part{}, &Cut{Name: p.Name, At: at}
		}
		data = at + 10 + colours(b[9]) + 1 // behind the code size
	default:
		return Part{}, &Stray{at, "no GIF block"}
	}
	for {
		b, err := v.peek(data, 1)
		if err != nil {
			return Part{}, err
		}
		if len(b) == 0 {
			return Part{}, &Cut{Name: p.Name, At: at}
		}
		data += 1 + int64(b[0])
		if b[0] == 0 {
			p.Length = data - at
			return p, nil
		}
	}
}
