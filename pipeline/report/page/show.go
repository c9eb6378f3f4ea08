package page

import (
	"fmt"
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is shown of one text, in characters. The whole stands in report.json.
const (
	maxShown    = 400 // in tables
	maxSentence = 200 // in sentences and citations
	MaxTitle    = 80  // in headings, titles and names of pictures
)

// Show puts hostile text into markup: escaped, cut at limit characters with a mark, kept from changing the
// direction of its surroundings, and with every character that is not plainly visible replaced by a badge
// that names its code point.
func Show(s string, limit int) template.HTML {
	shown, cut := head(s, limit)
	var b strings.Builder
	b.Grow(len(shown) + 16)
	b.WriteString("<bdi>")
	if plain(shown) {
		template.HTMLEscape(&b, []byte(shown))
	} else {
		marks(shown, func(text string) { template.HTMLEscape(&b, []byte(text)) }, func(badge string) {
			b.WriteString(`<span class="cp">` + badge + `</span>`)
		})
	}
	b.WriteString("</bdi>")
	if cut {
		b.WriteString(`<span class="cut">…</span>`)
	}
	return template.HTML(b.String()) // escaped above, piece by piece
}

// ShowText is Show for places that hold text only: titles, attributes, tables of values for other programs.
func ShowText(s string, limit int) string {
	shown, cut := head(s, limit)
	if !plain(shown) {
		var b strings.Builder
		marks(shown, func(text string) { b.WriteString(text) }, func(badge string) { b.WriteString(badge) })
		shown = b.String()
	}
	if cut {
		shown += "…"
	}
	return shown
}

// head returns the first limit characters of s, and whether there are more. A limit of 0 is none.
func head(s string, limit int) (string, bool) {
	if limit <= 0 || len(s) <= limit {
		return s, false
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i], true
		}
		n++
	}
	return s, false
}

// length counts characters as the mark of a cut gives them.
func length(s string) int { return utf8.RuneCountInString(s) }

// plain reports whether s is printable ASCII, which needs no marks.
func plain(s string) bool {
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

// marks walks s and hands stretches of visible text to text, and badges for all else to badge.
func marks(s string, text, badge func(string)) {
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
		case !visible(r) || combining > maxMarksInRow || (combining > 0 && i == 0):
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

// visible reports whether r shows as itself and changes nothing around it. Spaces other than U+0020, all of
// Unicode's controls and formats (among them the bidirectional ones, UAX #9 §2), private and unassigned code
// points do not.
func visible(r rune) bool {
	if r == ' ' {
		return true
	}
	return unicode.IsPrint(r) && !unicode.Is(blank, r)
}
