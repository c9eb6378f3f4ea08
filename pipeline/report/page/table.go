package page

import (
	"html/template"
	"strings"
)

// table is what all tables of a page are made from. Heads are our own words as plain text; cells are markup
// that has been through show. The first cell of a row heads the row.
type table struct {
	class   string
	caption string // for those who do not see the heading above
	heads   []string
	rows    [][]template.HTML
}

// HTML writes the table. Each cell repeats its column's head in an attribute, by which narrow screens show
// rows as cards.
func (t table) HTML() template.HTML {
	if len(t.rows) == 0 {
		return ""
	}
	var b strings.Builder
	caption := template.HTMLEscapeString(t.caption)
	// A table wider than its page is moved in its box, by the keyboard too.
	b.WriteString(`<div class="tw" tabindex="0" role="group" aria-label="` + caption + `"><table class="t ` + t.class + `"><caption class="sr">` + caption)
	b.WriteString("</caption><thead><tr>")
	escaped := make([]string, len(t.heads))
	for i, h := range t.heads {
		escaped[i] = template.HTMLEscapeString(h)
		b.WriteString(`<th scope="col">` + escaped[i] + "</th>")
	}
	b.WriteString("</tr></thead><tbody>\n")
	for _, row := range t.rows {
		b.WriteString("<tr>")
		for i, c := range row {
			switch {
			case i == 0:
				b.WriteString(`<th scope="row" data-h="` + escaped[i] + `">` + string(c) + "</th>")
			case c == "":
				b.WriteString(`<td class="e"></td>`)
			default:
				b.WriteString(`<td data-h="` + escaped[i] + `">` + string(c) + "</td>")
			}
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table></div>\n")
	return template.HTML(b.String()) // heads escaped here, cells by their makers
}
