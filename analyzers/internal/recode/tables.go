package recode

import (
	"encoding/binary"
	"encoding/hex"
)

// table is what components are written with.
type table struct {
	dcs, ac  [256]code
	standard [2][2][]byte // DC, AC: counts, values
}

// The tables of T.81 annex K.3.
var (
	luminance = newTable(
		[]byte{0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0},
		[]byte{0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d},
		"01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a"+
			"636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"+
			"e1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa")
	chrominance = newTable(
		[]byte{0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0},
		[]byte{0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77},
		"000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a53545556575859"+
			"5a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"+
			"e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa")
)

func newTable(dc, ac []byte, values string) table {
	dcValues := []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	acValues, err := hex.DecodeString(values)
	if err != nil {
		panic(err) // a table of ours
	}
	return table{codes(dc, dcValues), codes(ac, acValues), [2][2][]byte{{dc, dcValues}, {ac, acValues}}}
}

// head writes all that stands before the data.
func (d *decoder) head(out []byte) []byte {
	out = append(out, 0xff, soi, 0xff, app0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 2, 0, 0, 1, 0, 1, 0, 0)
	written := [4]bool{}
	for _, c := range d.of {
		if !written[c.table] {
			out, written[c.table] = d.step(out, c.table), true
		}
	}
	frame := byte(sof0)
	if d.extended {
		frame = sof1
	}
	out = append(out, 0xff, frame, 0, byte(8+3*len(d.of)), 8, byte(d.height>>8), byte(d.height), byte(d.width>>8), byte(d.width), byte(len(d.of)))
	for i, c := range d.of {
		out = append(out, byte(i+1), byte(c.h<<4|c.v), byte(c.table))
	}
	for number, t := range []*table{&luminance, &chrominance}[:min(len(d.of), 2)] {
		for class, s := range t.standard {
			out = append(out, 0xff, dht)
			out = binary.BigEndian.AppendUint16(out, uint16(3+16+len(s[1])))
			out = append(append(append(out, byte(class<<4|number)), s[0]...), s[1]...)
		}
	}
	out = append(out, 0xff, sos, 0, byte(6+2*len(d.of)), byte(len(d.of)))
	for i := range d.of {
		number := byte(min(i, 1))
		out = append(out, byte(i+1), number<<4|number)
	}
	return append(out, 0, 63, 0)
}

// step writes one quantisation table.
func (d *decoder) step(out []byte, number int) []byte {
	wide := 0
	for _, v := range d.quantisation[number] {
		if v > 255 {
			wide = 1
		}
	}
	out = append(out, 0xff, dqt, 0, byte(3+64<<wide), byte(wide<<4|number))
	for _, v := range d.quantisation[number] {
		if wide == 1 {
			out = append(out, byte(v>>8))
		}
		out = append(out, byte(v))
	}
	return out
}
