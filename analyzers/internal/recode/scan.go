package recode

import (
	"image"
	"math/bits"
)

// The largest numbers of bits that standard tables have codes for (T.81 tables F.1 and F.2), and the range of DC of pictures of 8 bits.
const (
	mostDC    = 11
	mostAC    = 10
	rangeDC   = 1 << 10
	endBlock  = 0
	sixteen   = 0xf0 // zeros
	headRoom  = 1024 // bytes of our headers
	swellings = 2    // times that the data may grow by other tables
)

// zigzag is where the coefficients of a block stand (T.81 figure A.6).
var zigzag = func() (out [64]uint8) {
	x, y := 0, 0
	for i := range out {
		out[i] = uint8(8*y + x)
		switch up := (x+y)%2 == 0; {
		case up && x == 7, !up && y < 7 && x == 0:
			y++
		case up && y == 0, !up && y == 7:
			x++
		case up:
			x, y = x+1, y-1
		default:
			x, y = x-1, y+1
		}
	}
	return out
}()

// scan reads the data and writes them.
func (d *decoder) scan() ([]byte, error) {
	across, down := d.of[0].h, d.of[0].v
	units, rows := (d.width+8*across-1)/(8*across), (d.height+8*down-1)/(8*down)
	size := image.Rect(0, 0, units*8*across, rows*8*down)
	if n := size.Dx() * size.Dy(); cap(*d.plane) < n {
		*d.plane = make([]byte, n)
	}
	d.luma = image.Gray{Pix: (*d.plane)[:size.Dx()*size.Dy()], Stride: size.Dx(), Rect: size}
	r := reader{b: d.b[d.at:]}
	w := writer{out: d.head(make([]byte, 0, len(d.b)-d.at+headRoom))}
	limit := headRoom + swellings*len(d.b)
	for unit := range units * rows {
		if d.interval > 0 && unit > 0 && unit%d.interval == 0 {
			if !r.restart(unit/d.interval - 1) {
				return nil, ErrBroken
			}
			for i := range d.of {
				d.of[i].last = 0
			}
		}
		if err := d.unit(&r, &w, unit%units, unit/units); err != nil {
			return nil, err
		}
		if r.overrun() {
			return nil, ErrBroken
		}
		if len(w.out) > limit {
			return nil, ErrOther
		}
	}
	w.put(1<<7-1, 7) // what is left of a byte is filled with ones
	return append(w.out, 0xff, eoi), nil
}

// unit reads and writes the blocks of one minimum coded unit (T.81 A.2.3).
func (d *decoder) unit(r *reader, w *writer, x, y int) error {
	for i := range d.of {
		c := &d.of[i]
		var at []uint8
		for n := range c.h * c.v {
			if i == 0 {
				at = d.luma.Pix[(y*c.v+n/c.h)*8*d.luma.Stride+(x*c.h+n%c.h)*8:]
			}
			if err := d.block(c, r, w, at, i > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// block reads and writes one block, and transforms it to where its pixels stand, if anywhere.
func (d *decoder) block(c *component, r *reader, w *writer, at []uint8, chroma bool) error {
	var b block
	steps, t := d.quantisation[c.table], &luminance
	if chroma {
		t = &chrominance
	}
	r.fill()
	n, ok := r.symbol(d.huffman[0][c.dc])
	if !ok {
		return ErrBroken
	}
	if n > mostDC {
		return ErrOther
	}
	c.last += extend(r.take(int(n)), int(n))
	if c.last < -rangeDC || c.last >= rangeDC {
		return ErrOther
	}
	t.dc(w, c.last-c.written)
	c.written = c.last
	b[0] = c.last * int(steps[0])
	table, last, zeros := d.huffman[1][c.ac], 0, 0
	for k := 1; k < 64; k++ {
		if r.n < 32 {
			r.fill()
		}
		rs, ok := r.symbol(table)
		if !ok {
			return ErrBroken
		}
		run, n := int(rs>>4), int(rs&15)
		if n == 0 {
			if run < 15 {
				break // of a sequential picture the end, whatever else it would mean in others
			}
			k, zeros = k+15, zeros+1
			continue
		}
		if k += run; k > 63 {
			return ErrBroken
		}
		if n > mostAC {
			return ErrOther
		}
		for ; zeros > 0; zeros-- {
			w.put(uint32(t.ac[sixteen].bits), int(t.ac[sixteen].length))
		}
		v, s := r.take(n), t.ac[rs]
		w.put(uint32(s.bits)<<n|v, int(s.length)+n)
		b[zigzag[k]] = extend(v, n) * int(steps[k])
		last = k
	}
	if last < 63 {
		w.put(uint32(t.ac[endBlock].bits), int(t.ac[endBlock].length))
	}
	if at != nil {
		b.pixels(at, d.luma.Stride, last == 0)
	}
	return nil
}

// dc writes the difference of a block's mean from that of the one before.
func (t *table) dc(w *writer, diff int) {
	v := diff
	if diff < 0 {
		v = -diff
	}
	n := bits.Len(uint(v))
	if diff < 0 {
		diff += 1<<n - 1
	}
	s := t.dcs[n]
	w.put(uint32(s.bits)<<n|uint32(diff), int(s.length)+n)
}
