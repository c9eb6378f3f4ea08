package recode

// ahead is how many bits are looked up at once.
const ahead = 9

// huffman is a table for reading: what the next bits mean.
type huffman struct {
	short  [1 << ahead]uint16 // of codes up to that long: length, value
	least  [17]int32          // code of each length, the least
	most   [17]int32          // and the greatest; -1 where there is none
	first  [17]int32          // value of the least
	values []byte
}

// newHuffman makes a table of the numbers of codes of each length, and their values in order (T.81 annex C).
func newHuffman(counts, values []byte) (*huffman, bool) {
	t := &huffman{values: values}
	code, k := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(counts[length-1])
		t.least[length], t.most[length], t.first[length] = code, code+n-1, k
		if code+n > 1<<length {
			return nil, false
		}
		if n == 0 {
			t.most[length] = -1
		}
		for i := int32(0); length <= ahead && i < n; i++ {
			from := (code + i) << (ahead - length)
			for j := range int32(1) << (ahead - length) {
				t.short[from+j] = uint16(length)<<8 | uint16(values[k+i])
			}
		}
		k += n
		code = (code + n) << 1
	}
	return t, true
}

// reader gives the bits of entropy-coded data.
type reader struct {
	b      []byte
	at     int
	bits   uint64
	n      int // bits of it
	beyond int // bits given that are not there
}

// fill brings at least 48 bits. Behind the data they are zeros, and counted.
func (r *reader) fill() {
	for r.n <= 56 {
		c := byte(0)
		switch {
		case r.at >= len(r.b):
			r.beyond += 8
		case r.b[r.at] != 0xff:
			c = r.b[r.at]
			r.at++
		case r.at+1 < len(r.b) && r.b[r.at+1] == 0:
			c = 0xff
			r.at += 2
		default: // a marker
			r.beyond += 8
		}
		r.bits, r.n = r.bits<<8|uint64(c), r.n+8
	}
}

// overrun reports whether bits were used that are not there.
func (r *reader) overrun() bool { return r.n < r.beyond }

// symbol reads one code; ok is false where no code begins so. There must be 16 bits.
func (r *reader) symbol(t *huffman) (v byte, ok bool) {
	if s := t.short[r.bits>>(r.n-ahead)&(1<<ahead-1)]; s != 0 {
		r.n -= int(s >> 8)
		return byte(s), true
	}
	for length := ahead + 1; length <= 16; length++ {
		code := int32(r.bits >> (r.n - length) & (1<<length - 1))
		if code <= t.most[length] {
			r.n -= length
			return t.values[t.first[length]+code-t.least[length]], true
		}
	}
	return 0, false
}

// take reads n bits, of which there must be as many.
func (r *reader) take(n int) uint32 {
	r.n -= n
	return uint32(r.bits >> r.n & (1<<n - 1))
}

// extend is the number that n bits stand for (T.81 F.2.2.1).
func extend(v uint32, n int) int {
	if n > 0 && v < 1<<(n-1) {
		return int(v) - 1<<n + 1
	}
	return int(v)
}

// restart goes on behind the next restart marker. It reports whether there is one.
func (r *reader) restart(number int) bool {
	r.bits, r.n, r.beyond = 0, 0, 0
	for r.at+1 < len(r.b) {
		if r.b[r.at] == 0xff && r.b[r.at+1] != 0xff {
			is := int(r.b[r.at+1]) == rst0+number&7
			r.at += 2
			return is
		}
		r.at++ // what is left of the last bits, which were read into bits, or fill bytes
	}
	return false
}

// writer writes entropy-coded data.
type writer struct {
	out  []byte
	bits uint64
	n    int
}

// put writes the last n bits of v, 32 at most.
func (w *writer) put(v uint32, n int) {
	w.bits, w.n = w.bits<<n|uint64(v), w.n+n
	for w.n >= 8 {
		w.n -= 8
		c := byte(w.bits >> w.n)
		if w.out = append(w.out, c); c == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

// code is one of a table for writing.
type code struct {
	bits   uint16
	length uint8
}

// codes are a table for writing, by value.
func codes(counts, values []byte) (out [256]code) {
	next, k := uint16(0), 0
	for length := 1; length <= 16; length++ {
		for range counts[length-1] {
			out[values[k]] = code{next, uint8(length)}
			next, k = next+1, k+1
		}
		next <<= 1
	}
	return out
}
