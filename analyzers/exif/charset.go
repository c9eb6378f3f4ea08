package exif

import (
	"strings"
	"unicode"
)

// upper1251 are the characters of the bytes 0x80 to 0xBF in windows-1251 (IANA character sets, windows-1251); from 0xC0 on the letters from А to я
// follow one another. The byte 0x98 has none.
const upper1251 = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\ufffd™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕї"

var windows1251 = []rune(upper1251)

// maxCandidate bounds a reading that is offered, bytes.
const maxCandidate = 300

// candidate reads a text that is no UTF-8 in one of the character sets that cameras and programs wrote before it: in windows-1251 where words of two and
// more letters are Cyrillic as a whole, in Latin-1 where letters of ASCII stand beside others in one word. It is a reading by that rule and no statement of
// the file; the bytes stay as they are. ok is false where neither fits.
func candidate(b []byte) (set, text string, ok bool) {
	cyrillic, mixed, plausible := 0, 0, true
	word := func(w []byte) {
		high, low := 0, 0
		for _, c := range w {
			if c >= 0x80 {
				high++
			} else {
				low++
			}
		}
		switch {
		case high > 1 && low == 0:
			cyrillic++
		case high > 0 && low > 0:
			mixed++
		}
	}
	from := 0
	for i, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			plausible = false
		}
		if !letter1251(c) {
			word(b[from:i])
			from = i + 1
		}
	}
	word(b[from:])
	switch {
	case !plausible:
		return "", "", false
	case cyrillic > 0 && cyrillic > mixed && !strings.Contains(string(b), "\x98"):
		return "windows-1251", decode(b, func(c byte) rune {
			if c >= 0xc0 {
				return 'А' + rune(c-0xc0)
			}
			return windows1251[c-0x80]
		}), true
	case mixed > 0 && strings.IndexFunc(decode(b, func(c byte) rune { return rune(c) }), unicode.IsControl) < 0:
		return "Latin-1", decode(b, func(c byte) rune { return rune(c) }), true
	}
	return "", "", false
}

// letter1251 reports whether a byte is a letter in ASCII or in windows-1251.
func letter1251(c byte) bool {
	switch {
	case c < 0x80:
		return c|0x20 >= 'a' && c|0x20 <= 'z'
	case c >= 0xc0:
		return true
	}
	return unicode.IsLetter(windows1251[c-0x80])
}

func decode(b []byte, high func(byte) rune) string {
	var out strings.Builder
	for _, c := range b[:min(len(b), maxCandidate)] {
		if c < 0x80 {
			out.WriteByte(c)
		} else {
			out.WriteRune(high(c))
		}
	}
	return clip(out.String(), maxCandidate)
}
