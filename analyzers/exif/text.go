package exif

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"dokaz/analyzers/internal/tiff"
)

// Notes that a value's text may need. The rules know noteZero by its wording.
const (
	noteZero    = "zero denominator"
	noteHex     = "hexadecimal"
	noteNUL     = "NUL inside; escaped"
	noteInvalid = "not valid UTF-8; escaped"
	noteControl = "control characters; escaped"
	noteUTF8    = "not ASCII: read as UTF-8"
	noteOutside = "value lies outside the block"
)

// plain is a value as text.
type plain struct {
	text string
	cut  bool   // text was longer than the bound
	note string // "" where the text needs none
}

// text gives the value of a field of the structure.
func text(e tiff.Entry) plain {
	switch {
	case e.Value == nil:
		return plain{note: noteOutside}
	case isText(e.Type) && isComment(e.Group, e.ID) && bytes.HasPrefix(e.Value, codeASCII):
		return comment(e.Value, e.Order) // Android writes GPSProcessingMethod so
	case isText(e.Type) && !isMakerNote(e.Group, e.ID):
		p := letters(bytes.TrimRight(e.Value, "\x00"))
		p.cut = p.cut || int64(len(e.Value)) < e.Length
		return p
	case e.Type.Size() <= 1 && (!e.Type.Integer() || e.Count > 16 || isXP(e.Group, e.ID)): // unknown types too
		p := octets(e.Group, e.ID, e.Value, e.Order)
		p.cut = p.cut || int64(len(e.Value)) < e.Length
		return p
	}
	n := e.Components()
	list := make([]string, 0, min(n, maxNumbers))
	p := plain{cut: n > maxNumbers || int64(n) < int64(e.Count)}
	for i := range min(n, maxNumbers) {
		if a, b, ok := e.Rational(i); ok {
			list = append(list, fraction(a, b))
			if b == 0 {
				p.note = noteZero
			}
			continue
		}
		list = append(list, number(e, i))
	}
	p.text = strings.Join(list, " ")
	return p
}

func isText(t tiff.Type) bool { return t == tiff.ASCII || t == tiff.UTF8 }

func fraction(a, b int64) string { return strconv.FormatInt(a, 10) + "/" + strconv.FormatInt(b, 10) }

// number is component i of an integer or floating-point field.
func number(e tiff.Entry, i int) string {
	if v, ok := e.Int(i); ok {
		return strconv.FormatInt(v, 10)
	}
	v, _ := e.Number(i)
	size := 64
	if e.Type == tiff.Float {
		size = 32
	}
	return float(v, size)
}

func float(v float64, size int) string {
	if math.IsNaN(v) {
		return "NaN"
	}
	return strconv.FormatFloat(v, 'g', -1, size)
}

// letters keeps text without loss: as it is where it is UTF-8 without control characters, else escaped.
func letters(b []byte) plain {
	p := plain{}
	control, foreign := false, false
	for _, c := range b {
		control = control || c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f
		foreign = foreign || c >= 0x80
	}
	switch {
	case !utf8.Valid(b):
		p.note = noteInvalid
		if set, text, ok := candidate(b); ok {
			p.note += "; as " + set + ": " + text
		}
	case bytes.IndexByte(b, 0) >= 0:
		p.note = noteNUL
	case control:
		p.note = noteControl
	case foreign:
		p.note, p.text = noteUTF8, string(b)
	default:
		p.text = string(b)
	}
	if p.text == "" {
		p.text = escape(b[:min(len(b), maxText)])
	}
	if len(p.text) > maxText || len(b) > maxText {
		p.text, p.cut = clip(p.text, maxText), true
	}
	return p
}

// escape writes bytes that are no printable UTF-8 as \xNN and the backslash twice.
func escape(b []byte) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == '\\':
			out.WriteString(`\\`)
		case r == utf8.RuneError && n == 1, r < 0x20 && r != '\t' && r != '\n' && r != '\r', r == 0x7f:
			out.WriteString(`\x`)
			out.WriteByte(digits[b[0]>>4])
			out.WriteByte(digits[b[0]&15])
		default:
			out.WriteRune(r)
		}
		b = b[n:]
	}
	return out.String()
}

// clip shortens s to at most n bytes without splitting a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// octets gives fields of raw bytes: as text where the standard says that they are text, as numbers where it
// says that they are numbers, else hexadecimal.
func octets(group string, id uint16, b []byte, order binary.ByteOrder) plain {
	switch {
	case isXP(group, id):
		return wide(b, binary.LittleEndian, "UTF-16LE")
	case isComment(group, id):
		return comment(b, order)
	case isVersion(group, id) && asciiOnly(b):
		return plain{text: string(bytes.TrimRight(b, "\x00"))}
	case isNumbers(group, id) && len(b) <= 16:
		list := make([]string, len(b))
		for i, c := range b {
			list[i] = strconv.Itoa(int(c))
		}
		return plain{text: strings.Join(list, " ")}
	case len(b) == 0:
		return plain{}
	}
	return plain{text: hex.EncodeToString(b[:min(len(b), maxBinary)]), cut: len(b) > maxBinary, note: noteHex}
}

// isXP names the fields that Windows writes in UTF-16LE into bytes.
func isXP(group string, id uint16) bool {
	return id >= 0x9c9b && id <= 0x9c9f && group != "GPS" && group != "InteropIFD"
}

// isMakerNote names the maker's own bytes, which some makers declare to be ASCII.
func isMakerNote(group string, id uint16) bool { return group == "ExifIFD" && id == 0x927c }

// isComment names the fields that begin with a character code (CIPA DC-008 §4.6.5 UserComment, §4.6.6
// GPSProcessingMethod and GPSAreaInformation).
func isComment(group string, id uint16) bool {
	return group == "ExifIFD" && id == 0x9286 || group == "GPS" && (id == 27 || id == 28)
}

// isVersion names the UNDEFINED fields that hold four ASCII digits.
func isVersion(group string, id uint16) bool {
	return group == "ExifIFD" && (id == 0x9000 || id == 0xa000) || group == "InteropIFD" && (id == 1 || id == 2)
}

// isNumbers names the UNDEFINED fields whose bytes are numbers each: ComponentsConfiguration, FileSource, SceneType.
func isNumbers(group string, id uint16) bool {
	return group == "ExifIFD" && (id == 0x9101 || id == 0xa300 || id == 0xa301)
}

func asciiOnly(b []byte) bool {
	for _, c := range bytes.TrimRight(b, "\x00") {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return true
}

// codeASCII is the character code of ASCII text.
var codeASCII = []byte("ASCII\x00\x00\x00")

// comment decodes text behind an eight-byte character code.
func comment(b []byte, order binary.ByteOrder) plain {
	if len(b) < 8 {
		return plain{text: hex.EncodeToString(b), note: noteHex}
	}
	code, rest := string(b[:8]), b[8:]
	var p plain
	switch {
	case strings.HasPrefix(code, "ASCII\x00"):
		p = letters(bytes.TrimRight(rest, "\x00"))
		p.note = also("code ASCII", p.note)
	case code == "UNICODE\x00":
		p = unicodeComment(rest, order)
	case code == "\x00\x00\x00\x00\x00\x00\x00\x00" && utf8.Valid(rest):
		p = letters(bytes.TrimRight(rest, "\x00"))
		p.note = also("code undefined", p.note)
	case strings.HasPrefix(code, "JIS\x00"):
		p = plain{text: hex.EncodeToString(rest[:min(len(rest), maxBinary)]), cut: len(rest) > maxBinary, note: also("code JIS", noteHex)}
	case asciiOnly(b): // no code at all, against the standard and common
		p = plain{text: clip(string(bytes.TrimRight(b, "\x00")), maxText), note: "no code", cut: len(b) > maxText}
	default:
		p = plain{text: hex.EncodeToString(b[:min(len(b), maxBinary)]), cut: len(b) > maxBinary, note: noteHex}
	}
	return p
}

// unicodeComment reads UTF-16 in the order its mark states, else in the structure's. Writers that ignored that
// order show by the NULs of western text which one they used.
func unicodeComment(b []byte, order binary.ByteOrder) plain {
	switch {
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return wide(b[2:], binary.BigEndian, "code UNICODE, UTF-16BE by its mark")
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return wide(b[2:], binary.LittleEndian, "code UNICODE, UTF-16LE by its mark")
	}
	high, low := 0, 0 // NULs in the first and in the second byte of units
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] != 0 {
			high++
		}
		if b[i] != 0 && b[i+1] == 0 {
			low++
		}
	}
	switch {
	case high > 0 && low == 0:
		return wide(b, binary.BigEndian, "code UNICODE, UTF-16BE")
	case low > 0 && high == 0:
		return wide(b, binary.LittleEndian, "code UNICODE, UTF-16LE")
	case order == binary.ByteOrder(binary.BigEndian):
		return wide(b, binary.BigEndian, "code UNICODE, UTF-16BE by the block's order")
	}
	return wide(b, binary.LittleEndian, "code UNICODE, UTF-16LE by the block's order")
}

// wide decodes UTF-16 without its trailing NULs; what is not UTF-16 stays hexadecimal.
func wide(b []byte, order binary.ByteOrder, note string) plain {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	for len(units) > 0 && units[len(units)-1] == 0 {
		units = units[:len(units)-1]
	}
	s := string(utf16.Decode(units))
	if strings.ContainsRune(s, unicode.ReplacementChar) {
		return plain{text: hex.EncodeToString(b[:min(len(b), maxBinary)]), cut: len(b) > maxBinary, note: also(note, noteHex)}
	}
	p := letters([]byte(s))
	if p.note != noteUTF8 {
		note = also(note, p.note)
	}
	p.note = note
	return p
}

func also(note, more string) string {
	if note == "" || more == "" {
		return note + more
	}
	return note + "; " + more
}
