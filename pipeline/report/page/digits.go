package page

import (
	"html/template"
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// digits writes a number as it is typed into other programs.
func digits(n int64) template.HTML { return ours(strconv.FormatInt(n, 10)) }

// trim writes a fraction with at most three decimals.
func trim(f float64) string {
	s := strconv.FormatFloat(f, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// hexText shows a hexadecimal text whole, with places to break the line that are not copied.
func hexText(s string) template.HTML {
	var b strings.Builder
	b.WriteString(`<code class="hex">`)
	for len(s) > 16 {
		b.WriteString(template.HTMLEscapeString(s[:16]) + "<wbr>")
		s = s[16:]
	}
	b.WriteString(template.HTMLEscapeString(s) + "</code>")
	return template.HTML(b.String())
}

// short names a digest by its first 16 digits in groups of four.
func short(d pipeline.Digest) template.HTML {
	h := d.Hex()
	return template.HTML("<code>" + h[:4] + " " + h[4:8] + " " + h[8:12] + " " + h[12:16] + "</code>") // hexadecimal
}
