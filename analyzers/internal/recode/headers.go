package recode

import (
	"image"
	"slices"
)

// component is one of a frame's.
type component struct {
	id, h, v, table int
	dc, ac          int // tables of the scan
	last            int // DC of the block before, as read
	written         int // and as written
}

// decoder reads one picture.
type decoder struct {
	b             []byte
	at, most      int
	width, height int
	extended      bool // SOF1
	of            []component
	quantisation  [4]*[64]uint16 // zigzag
	huffman       [2][4]*huffman // DC, AC
	interval      int            // of restarts, in units; 0 without
	luma          image.Gray
	plane         *[]byte // memory for it
}

// Markers (T.81 table B.1).
const (
	sof0, sof1, dht, soi, eoi = 0xc0, 0xc1, 0xc4, 0xd8, 0xd9
	sos, dqt, dnl, dri, adobe = 0xda, 0xdb, 0xdc, 0xdd, 0xee
	rst0, rst7, app0          = 0xd0, 0xd7, 0xe0
)

// headers reads all that stands before the entropy-coded data, the scan's header with it.
func (d *decoder) headers() error {
	if len(d.b) < 4 || d.b[0] != 0xff || d.b[1] != soi {
		return ErrBroken
	}
	for d.at = 2; d.at+4 <= len(d.b); {
		if d.b[d.at] != 0xff {
			return ErrOther // strays: whoever is more lenient may read on
		}
		marker := d.b[d.at+1]
		if marker == 0xff {
			d.at++
			continue
		}
		if marker == eoi || marker == soi || marker >= rst0 && marker <= rst7 || marker <= 1 {
			return ErrOther
		}
		n := int(d.b[d.at+2])<<8 | int(d.b[d.at+3])
		if n < 2 || d.at+2+n > len(d.b) {
			return ErrBroken
		}
		body := d.b[d.at+4 : d.at+2+n]
		d.at += 2 + n
		if err := d.segment(marker, body); err != nil || marker == sos {
			return err
		}
	}
	return ErrBroken
}

func (d *decoder) segment(marker byte, body []byte) error {
	switch {
	case marker == sof0 || marker == sof1:
		d.extended = marker == sof1
		return d.frame(body)
	case marker == dht:
		return d.tables(body)
	case marker > sof1 && marker < 0xd0, marker == dnl: // other processes, arithmetic coding; a height that comes later
		return ErrOther
	case marker == dqt:
		return d.steps(body)
	case marker == dri:
		if len(body) < 2 {
			return ErrBroken
		}
		d.interval = int(body[0])<<8 | int(body[1])
	case marker == adobe && len(body) >= 12 && string(body[:5]) == "Adobe" && body[11] != 1: // T.872 §6.5.3: no YCbCr
		return ErrOther
	case marker == sos:
		return d.header(body)
	}
	return nil
}

// frame reads the frame header (T.81 B.2.2).
func (d *decoder) frame(b []byte) error {
	if len(b) < 6 || len(b) < 6+3*int(b[5]) || d.of != nil {
		return ErrBroken
	}
	d.height, d.width = int(b[1])<<8|int(b[2]), int(b[3])<<8|int(b[4])
	n := int(b[5])
	if b[0] != 8 || n != 1 && n != 3 || d.height == 0 || d.width == 0 {
		return ErrOther
	}
	if d.width > d.most/d.height {
		return ErrTooLarge
	}
	for i := range n {
		c := b[6+3*i:]
		d.of = append(d.of, component{id: int(c[0]), h: int(c[1] >> 4), v: int(c[1] & 15), table: int(c[2])})
	}
	if n == 1 {
		d.of[0].h, d.of[0].v = 1, 1 // a scan of one component is not interleaved (A.2.2)
	}
	blocks := 0
	for _, c := range d.of {
		if c.h < 1 || c.h > d.of[0].h || c.h > 4 || c.v < 1 || c.v > d.of[0].v || c.v > 4 || c.table > 3 || d.of[0].h%c.h > 0 || d.of[0].v%c.v > 0 {
			return ErrOther
		}
		blocks += c.h * c.v
	}
	if n == 3 && !d.plain() {
		return ErrOther
	}
	if blocks > 10 || n == 3 && d.of[0].id == 'R' && d.of[1].id == 'G' && d.of[2].id == 'B' {
		return ErrOther
	}
	return nil
}

// plain reports whether both colours are sampled alike, and in one of the ways that viewers know: 4:4:4, 4:4:0, 4:2:2, 4:2:0, 4:1:1 or 4:1:0.
func (d *decoder) plain() bool {
	y, cb, cr := d.of[0], d.of[1], d.of[2]
	return cb.h == cr.h && cb.v == cr.v && y.v < 4 && y.h/cb.h != 3 && y.v/cb.v < 3
}

// header reads the scan's (B.2.3): one of all components, whole.
func (d *decoder) header(b []byte) error {
	if d.of == nil || len(b) < 1 || len(b) < 4+2*int(b[0]) {
		return ErrBroken
	}
	n := int(b[0])
	if n != len(d.of) || !slices.Equal(b[1+2*n:4+2*n], []byte{0, 63, 0}) {
		return ErrOther
	}
	for i := range d.of {
		c := &d.of[i]
		if int(b[1+2*i]) != c.id {
			return ErrOther
		}
		c.dc, c.ac = int(b[2+2*i]>>4), int(b[2+2*i]&15)
		if c.dc > 3 || c.ac > 3 || d.huffman[0][c.dc] == nil || d.huffman[1][c.ac] == nil || d.quantisation[c.table] == nil {
			return ErrBroken
		}
	}
	return nil
}

// steps reads quantisation tables (B.2.4.1).
func (d *decoder) steps(b []byte) error {
	for len(b) > 0 {
		wide, to := int(b[0]>>4), b[0]&15
		if wide > 1 || to > 3 || len(b) < 1+64<<wide {
			return ErrBroken
		}
		t := new([64]uint16)
		for i := range t {
			if t[i] = uint16(b[1+i]); wide == 1 {
				t[i] = uint16(b[1+2*i])<<8 | uint16(b[2+2*i])
			}
			if t[i] == 0 {
				return ErrOther
			}
		}
		d.quantisation[to] = t
		b = b[1+64<<wide:]
	}
	return nil
}

// tables reads Huffman tables (B.2.4.2).
func (d *decoder) tables(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return ErrBroken
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if n > 256 || len(b) < 17+n {
			return ErrBroken
		}
		t, ok := newHuffman(b[1:17], b[17:17+n])
		if !ok {
			return ErrBroken
		}
		d.huffman[b[0]>>4][b[0]&15] = t
		b = b[17+n:]
	}
	return nil
}
