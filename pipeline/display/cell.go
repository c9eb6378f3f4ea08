package display

import "strings"

// formulaStarts are the characters by which spreadsheets know a formula, with their full-width forms, which
// some accept (OWASP, "CSV Injection").
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// separators are characters at which a spreadsheet of another setting begins a new cell.
const separators = ",;\t\r\n|\""

// Cell makes a text safe to open in a spreadsheet: an apostrophe goes before a formula's first character at
// the cell's beginning and behind every separator, blanks in between or not.
func Cell(s string) string {
	return Text(guard(s))
}

func guard(s string) string {
	var b strings.Builder
	begins := true
	for _, r := range s {
		if begins && strings.ContainsRune(formulaStarts, r) {
			b.WriteByte('\'')
		}
		switch {
		case strings.ContainsRune(separators, r):
			begins = true
		case r != ' ':
			begins = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
