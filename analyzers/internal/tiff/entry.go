package tiff

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Type is a field type.
type Type uint16

// The field types of TIFF 6.0 §2, of TIFF Technical Note 1 (IFD) and of Exif 3.0 (UTF8).
const (
	Byte      Type = 1
	ASCII     Type = 2
	Short     Type = 3
	Long      Type = 4
	Rational  Type = 5
	SByte     Type = 6
	Undefined Type = 7
	SShort    Type = 8
	SLong     Type = 9
	SRational Type = 10
	Float     Type = 11
	Double    Type = 12
	IFD       Type = 13
	UTF8      Type = 129
)

// Size is the length of one component in bytes, 0 for an unknown type.
func (t Type) Size() int64 {
	switch t {
	case Byte, ASCII, SByte, Undefined, UTF8:
		return 1
	case Short, SShort:
		return 2
	case Long, SLong, Float, IFD:
		return 4
	case Rational, SRational, Double:
		return 8
	}
	return 0
}

// Integer reports whether components are whole numbers. Bytes of type Undefined are not.
func (t Type) Integer() bool {
	switch t {
	case Byte, Short, Long, SByte, SShort, SLong, IFD:
		return true
	}
	return false
}

// String is the standard's name of the type, or its number.
func (t Type) String() string {
	names := [...]string{"", "BYTE", "ASCII", "SHORT", "LONG", "RATIONAL", "SBYTE", "UNDEFINED", "SSHORT", "SLONG",
		"SRATIONAL", "FLOAT", "DOUBLE", "IFD"}
	switch {
	case t == UTF8:
		return "UTF8"
	case t > 0 && int(t) < len(names):
		return names[t]
	}
	return fmt.Sprintf("type %d", uint16(t))
}

// Entry is one field of a directory as it stands in the structure. Offsets count from the TIFF header.
type Entry struct {
	Group   string // IFD0, IFD1 …, ExifIFD, GPS, InteropIFD, SubIFD, SubIFD1 …
	Path    string // of the directory: "IFD0/ExifIFD/InteropIFD"
	ID      uint16
	Type    Type
	Count   uint32 // components, as announced
	At      int64  // of the entry's 12 bytes
	ValueAt int64  // of the value; within the entry where it fits into four bytes
	Length  int64  // bytes of the value, as announced
	Value   []byte // the value, at most MaxValue bytes of it; nil where it lies outside the structure
	Order   binary.ByteOrder
}

// Components is how many whole components of a known type Value holds.
func (e Entry) Components() int {
	size := e.Type.Size()
	if size == 0 {
		return 0
	}
	return int(min(int64(e.Count), int64(len(e.Value))/size))
}

// Int is component i of a field of an integer type.
func (e Entry) Int(i int) (v int64, ok bool) {
	if !e.Type.Integer() || i < 0 || i >= e.Components() {
		return 0, false
	}
	b := e.Value[int64(i)*e.Type.Size():]
	switch e.Type {
	case Byte:
		return int64(b[0]), true
	case SByte:
		return int64(int8(b[0])), true
	case Short:
		return int64(e.Order.Uint16(b)), true
	case SShort:
		return int64(int16(e.Order.Uint16(b))), true
	case SLong:
		return int64(int32(e.Order.Uint32(b))), true
	}
	return int64(e.Order.Uint32(b)), true
}

// Rational is component i of a field of a rational type, not reduced; the denominator may be 0.
func (e Entry) Rational(i int) (num, den int64, ok bool) {
	if (e.Type != Rational && e.Type != SRational) || i < 0 || i >= e.Components() {
		return 0, 0, false
	}
	n, d := e.Order.Uint32(e.Value[8*i:]), e.Order.Uint32(e.Value[8*i+4:])
	if e.Type == SRational {
		return int64(int32(n)), int64(int32(d)), true
	}
	return int64(n), int64(d), true
}

// Number is component i of a field of any numeric type; it is NaN for a zero denominator.
func (e Entry) Number(i int) (v float64, ok bool) {
	if n, ok := e.Int(i); ok {
		return float64(n), true
	}
	if n, d, ok := e.Rational(i); ok {
		if d == 0 {
			return math.NaN(), true
		}
		return float64(n) / float64(d), true
	}
	if i < 0 || i >= e.Components() {
		return 0, false
	}
	switch e.Type {
	case Float:
		return float64(math.Float32frombits(e.Order.Uint32(e.Value[4*i:]))), true
	case Double:
		return math.Float64frombits(e.Order.Uint64(e.Value[8*i:])), true
	}
	return 0, false
}
