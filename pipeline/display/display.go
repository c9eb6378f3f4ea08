// Package display shows hostile text without effect: on a terminal, in a log, in the cell of a table, in JSON that a person
// looks at. Report pages use its marks too, inside html/template's escaping.
//
// It knows characters and what programs that show them would do on seeing them. It must not know what a text says or where
// it comes from. Nothing is lost by it: what is shown changed is kept as it was given, in report.json and in the catalog.
package display

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is s on one line: every character that does not plainly show as itself, and every byte that is not UTF-8, is replaced
// by a badge that names it, such as ⟨U+202E⟩ or ⟨byte D4⟩.
func Text(s string) string {
	if Plain(s) {
		return s
	}
	var b strings.Builder
	Marks(s, func(text string) { b.WriteString(text) }, func(badge string) { b.WriteString(badge) })
	return b.String()
}

// Lines is Text for words of our own that stand on several lines: a newline stays one. Hostile text in them has to go through
// Text before, or it could begin lines.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Text(lines[i])
	}
	return strings.Join(lines, "\n")
}

// JSON writes a JSON document so that it can be looked at: characters that are not visible stand in it as escapes (RFC 8259 §7),
// which are the same document to a program. They can stand in strings only, and spaces and newlines between them stay.
func JSON(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	for len(doc) > 0 {
		r, size := utf8.DecodeRune(doc)
		switch {
		case r < 0x7f || Visible(r):
			out = append(out, doc[:size]...)
		case r > 0xffff:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		doc = doc[size:]
	}
	return out
}

// Plain reports whether s is printable ASCII, which needs no marks.
func Plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// maxMarksInRow is how many combining marks may follow one another. Written languages stack two or three;
// more are piled up to cover other text.
const maxMarksInRow = 4

// Marks walks s and hands stretches of visible text to text, and badges for all else to badge.
func Marks(s string, text, badge func(string)) {
	from, combining := 0, 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.M, r) {
			combining++
		} else {
			combining = 0
		}
		name := ""
		switch {
		case r == utf8.RuneError && size == 1:
			name = fmt.Sprintf("⟨byte %02X⟩", s[i])
		case !Visible(r) || combining > maxMarksInRow || (combining > 0 && i == 0):
			name = fmt.Sprintf("⟨U+%04X⟩", r)
		}
		if name != "" {
			if from < i {
				text(s[from:i])
			}
			badge(name)
			from = i + size
		}
		i += size
	}
	if from < len(s) {
		text(s[from:])
	}
}

// blank are letters, marks and symbols by category that leave no ink (Unicode 15, Default_Ignorable_Code_Point
// and the fillers), and so are not caught by category.
var blank = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034f, Hi: 0x034f, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180b, Hi: 0x180f, Stride: 1}, // Mongolian variation selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, // variation selectors
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, // halfwidth Hangul filler
		{Lo: 0xfffc, Hi: 0xfffd, Stride: 1}, // object replacement, replacement
	},
	R32: []unicode.Range32{{Lo: 0xe0100, Hi: 0xe01ef, Stride: 1}}, // variation selectors supplement
}

// Visible reports whether r shows as itself and changes nothing around it. Spaces other than U+0020, all of
// Unicode's controls and formats (among them the bidirectional ones, UAX #9 §2), private and unassigned code
// points do not.
func Visible(r rune) bool {
	if r == ' ' {
		return true
	}
	return unicode.IsPrint(r) && !unicode.Is(blank, r)
}
