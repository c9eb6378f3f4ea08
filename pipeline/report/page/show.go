package page

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"dokaz/pipeline/display"
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
	if display.Plain(shown) {
		template.HTMLEscape(&b, []byte(shown))
	} else {
		display.Marks(shown, func(text string) { template.HTMLEscape(&b, []byte(text)) }, func(badge string) {
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
	shown = display.Text(shown)
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
