package pipeline

// Dihedral is one of the eight ways to turn and mirror a picture by right angles: first turned clockwise, then
// mirrored left to right, as in Transform. The zero Dihedral leaves the picture as it is. Only the eight values of
// Dihedrals are valid.
type Dihedral uint8

// The eight forms. Clockwise90 and Clockwise270 exchange width and height.
const (
	AsItIs Dihedral = iota
	Clockwise90
	Clockwise180
	Clockwise270
	Mirrored             // left and right exchanged
	Clockwise90Mirrored  // transposed: rows become columns
	Clockwise180Mirrored // top and bottom exchanged
	Clockwise270Mirrored // transposed along the other diagonal
)

// Dihedrals lists the eight forms, that of the picture as it is first.
var Dihedrals = [8]Dihedral{
	AsItIs, Clockwise90, Clockwise180, Clockwise270, Mirrored, Clockwise90Mirrored, Clockwise180Mirrored, Clockwise270Mirrored,
}

// Rotate is the turn in degrees clockwise: 0, 90, 180 or 270.
func (d Dihedral) Rotate() int { return int(d&3) * 90 }

// Mirror reports whether the picture is mirrored left to right after the turn.
func (d Dihedral) Mirror() bool { return d&4 != 0 }

// Then is the one form that d followed by next comes to.
func (d Dihedral) Then(next Dihedral) Dihedral {
	turn := next
	if d.Mirror() { // a turn clockwise of the mirror image mirrors a turn anticlockwise
		turn = -next
	}
	return (d^next)&4 | (d+turn)&3
}

// Inverse undoes d: every mirrored form undoes itself.
func (d Dihedral) Inverse() Dihedral {
	if d.Mirror() {
		return d
	}
	return -d & 3
}

// Signs of the cosine terms that mirroring changes: those of odd frequency along the axis. The lowest frequency is
// one, in row 0 and column 0 of the terms.
const (
	oddAcross = 0x5555_5555_5555_5555 // terms in columns 0, 2, 4 …
	oddDown   = 0x0000_ffff_0000_ffff // terms in rows 0, 2, 4 …
)

// Turned is the hash of the same picture in the given form, where bit i of the hash (the least significant of the
// last word is bit 0) is the sign of cosine term (i/16+1, i%16+1), vertical frequency first: turning a picture
// exchanges the frequencies and mirroring it exchanges the sign of odd ones. Being a permutation and a complement of
// bits, Turned keeps distances: a.Turned(d).Distance(b) is a.Distance(b.Turned(d.Inverse())).
//
// It is exact for "pdq0", whose bits are such signs, but for terms that are zero. The published PDQ compares with the
// median instead, which lies near zero: there it is right but for some bits.
func (h Hash256) Turned(form Dihedral) Hash256 {
	if form&1 != 0 {
		h = h.transposed()
	}
	var odd uint64
	if form&3 == Clockwise90 || form&3 == Clockwise180 {
		odd = oddAcross
	}
	if form&3 == Clockwise180 || form&3 == Clockwise270 {
		odd ^= oddDown
	}
	if form.Mirror() {
		odd ^= oddAcross
	}
	for i := range h {
		h[i] ^= odd
	}
	return h
}

// transposed exchanges rows and columns of the 16×16 bits: blocks of 8, 4, 2 and 1 across the diagonal, after
// H. S. Warren, "Hacker's Delight", §7-3. A word holds four rows, the last word the first four.
func (h Hash256) transposed() Hash256 {
	exchange := func(upper, lower, by, mask uint64) (uint64, uint64) {
		t := (upper>>by ^ lower) & mask
		return upper ^ t<<by, lower ^ t
	}
	h[3], h[1] = exchange(h[3], h[1], 8, 0x00ff_00ff_00ff_00ff)
	h[2], h[0] = exchange(h[2], h[0], 8, 0x00ff_00ff_00ff_00ff)
	h[3], h[2] = exchange(h[3], h[2], 4, 0x0f0f_0f0f_0f0f_0f0f)
	h[1], h[0] = exchange(h[1], h[0], 4, 0x0f0f_0f0f_0f0f_0f0f)
	for i, w := range h {
		t := (w ^ w>>30) & 0xcccc_cccc
		w ^= t | t<<30
		t = (w ^ w>>15) & 0x0000_aaaa_0000_aaaa
		h[i] = w ^ (t | t<<15)
	}
	return h
}
