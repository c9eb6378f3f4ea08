package structure

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"dokaz/pipeline"
)

// A layout says which fields a piece has, in order: "creation_time:t32 -4 duration:u32". Layouts stand in tables; data/bmff-layout.tsv
// says what the types are.

// reading is a piece's payload being read by a layout. It ends where the bytes do.
type reading struct {
	b      []byte
	at     int64 // of b in the file
	next   int   // byte of b
	bit    int   // bits of it already read
	fields []pipeline.Field
}

// by reads fields as a layout says, and returns false where the bytes ended first.
func (r *reading) by(layout string) bool {
	for _, s := range stepsOf(layout) {
		if s.name == "" {
			if !r.pass(s) {
				return false
			}
			continue
		}
		if len(r.fields) > pipeline.MaxPieceFields {
			return true
		}
		from := r.next
		value, ok := r.value(s)
		if !ok {
			return false
		}
		r.fields = append(r.fields, field(s.name, value, r.at+int64(from), int64(max(1, r.next-from))))
	}
	return true
}

// step is one item of a layout.
type step struct {
	name  string // "" where bytes or bits are passed over
	kind  string
	bytes int // of a type of fixed width, or to pass over
	bits  int
}

// layoutsRead are the layouts that were read before, by their text.
var layoutsRead sync.Map

// stepsOf reads a layout.
func stepsOf(layout string) []step {
	if steps, ok := layoutsRead.Load(layout); ok {
		return steps.([]step)
	}
	var steps []step
	for item := range strings.FieldsSeq(layout) {
		var s step
		name, kind, named := strings.Cut(item, ":")
		bits, isBits := strings.CutPrefix(kind, "b")
		if !named { // "-10" bytes or "-b6" bits
			bits, isBits = strings.CutPrefix(item, "-b")
			s.bytes, _ = strconv.Atoi(strings.TrimPrefix(item, "-"))
		} else {
			s = step{name: name, kind: kind, bytes: numbers[kind]}
		}
		if n, err := strconv.Atoi(bits); err == nil && isBits {
			s.bits = n
		}
		steps = append(steps, s)
	}
	layoutsRead.Store(layout, steps)
	return steps
}

// pass goes over bytes or bits.
func (r *reading) pass(s step) bool {
	if s.bits > 0 {
		_, ok := r.bits(s.bits)
		return ok
	}
	return r.take(s.bytes) != nil || s.bytes == 0
}

// take gives the next n bytes, or nil where there are fewer.
func (r *reading) take(n int) []byte {
	if n > len(r.b)-r.next || n < 0 {
		return nil
	}
	b := r.b[r.next:][:n:n]
	r.next += n
	return b
}

func (r *reading) bits(n int) (v uint64, ok bool) {
	for range n {
		if r.next >= len(r.b) {
			return 0, false
		}
		v = v<<1 | uint64(r.b[r.next]>>(7-r.bit)&1)
		if r.bit++; r.bit == 8 {
			r.bit, r.next = 0, r.next+1
		}
	}
	return v, true
}

// numbers are the types of fixed width in bytes.
var numbers = map[string]int{
	"u8": 1, "u16": 2, "u24": 3, "u32": 4, "u64": 8, "i16": 2, "i32": 4, "fx8": 2, "fx16": 4, "ufx16": 4, "t32": 4, "t64": 8, "lang": 2, "4cc": 4,
	"p32": 32, "matrix": 36, "ratio": 8, "sratio": 8, "u16x3": 6, "hex6": 6,
}

func (r *reading) value(s step) (string, bool) {
	if s.bytes > 0 {
		b := r.take(s.bytes)
		if b == nil {
			return "", false
		}
		return valueOf(s.kind, b), true
	}
	if s.bits > 0 {
		v, ok := r.bits(s.bits)
		return strconv.FormatUint(v, 10), ok
	}
	rest := r.b[r.next:]
	switch s.kind {
	case "str": // to a zero byte
		if len(rest) == 0 {
			return "", false
		}
		s, _, found := strings.Cut(string(rest), "\x00")
		if r.next += len(s); found {
			r.next++
		}
		return text([]byte(s)), true
	case "name": // a C string or, of QuickTime, a Pascal string
		r.next = len(r.b)
		return handlerName(rest), true
	case "4ccs":
		var all []string
		for ; len(rest) >= 4 && len(all) < 32; rest = rest[4:] {
			all = append(all, code(rest[:4]))
		}
		r.next = len(r.b)
		return strings.Join(all, " "), true
	case "u8s":
		r.next = len(r.b)
		return strings.Trim(fmt.Sprint(rest[:min(len(rest), 16)]), "[]"), true
	}
	return "", false
}

func valueOf(kind string, b []byte) string {
	u := uint64(0)
	for _, c := range b[:min(len(b), 8)] {
		u = u<<8 | uint64(c)
	}
	switch kind {
	case "i16", "fx8":
		if kind == "fx8" {
			return decimal(float64(int16(u)) / 256)
		}
		return strconv.Itoa(int(int16(u)))
	case "i32":
		return strconv.Itoa(int(int32(u)))
	case "fx16":
		return decimal(float64(int32(u)) / 65536)
	case "ufx16":
		return decimal(float64(uint32(u)) / 65536)
	case "t32", "t64":
		return since1904(u)
	case "lang":
		return language(uint16(u))
	case "4cc":
		return code(b)
	case "p32":
		return text(b[1:][:min(int(b[0]), 31)])
	case "ratio":
		return fmt.Sprintf("%d/%d", u>>32, u&0xffffffff)
	case "sratio":
		return fmt.Sprintf("%d/%d", int32(u>>32), u&0xffffffff)
	case "hex6":
		return hex.EncodeToString(b)
	case "u16x3":
		return fmt.Sprint(u>>32, u>>16&0xffff, u&0xffff)
	case "matrix":
		return matrix(b)
	}
	return strconv.FormatUint(u, 10)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// matrix writes nine numbers, of which the third column has two bits before the point (ISO/IEC 14496-12 §8.2.2.3).
func matrix(b []byte) string {
	var out []string
	for i := range 9 {
		v := float64(int32(binary.BigEndian.Uint32(b[4*i:])))
		if i%3 == 2 {
			out = append(out, decimal(v/(1<<30)))
		} else {
			out = append(out, decimal(v/(1<<16)))
		}
	}
	return strings.Join(out, " ")
}

// epoch1904 is the zero of QuickTime's clock in seconds of Unix time.
const epoch1904 = -2082844800

// since1904 writes seconds as they stand and what they mean. Whether the clock was UTC, as the format has it, nobody knows.
func since1904(seconds uint64) string {
	if seconds == 0 {
		return "0 (not set)"
	}
	if seconds > 1<<36 {
		return strconv.FormatUint(seconds, 10)
	}
	return fmt.Sprintf("%d (%s)", seconds, time.Unix(int64(seconds)+epoch1904, 0).UTC().Format("2006-01-02 15:04:05"))
}

// language unpacks three letters of five bits; of QuickTime a number of Macintosh's list below 0x400.
func language(v uint16) string {
	letters := []byte{byte(v>>10&31) + 0x60, byte(v>>5&31) + 0x60, byte(v&31) + 0x60}
	for _, c := range letters {
		if v < 0x400 || c < 'a' || c > 'z' {
			return strconv.Itoa(int(v))
		}
	}
	return string(letters)
}

// code writes four characters, those that are no text in hexadecimal.
func code(b []byte) string {
	for _, c := range b {
		if c < 0x20 || c == 0x7f {
			return "0x" + hex.EncodeToString(b)
		}
	}
	return latin1(b)
}

func latin1(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(rune(c))
	}
	return out.String()
}

// text gives bytes as text: UTF-8 where they are that, else each byte as a character of Latin-1.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return latin1(b)
}

func handlerName(b []byte) string {
	if len(b) > 1 && int(b[0]) == len(b)-1 || len(b) > 1 && b[0] < 0x20 && int(b[0]) < len(b) && b[0] > 0 {
		b = b[1:][:min(int(b[0]), len(b)-1)]
	}
	s, _, _ := strings.Cut(string(b), "\x00")
	return text([]byte(s))
}
