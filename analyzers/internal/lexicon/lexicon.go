// Package lexicon reads tables of names: what a tag, a chunk or a segment is called, kept as data beside the code that needs it,
// each entry with its source and the date on which it was taken from there.
//
// It knows rows and columns. It must not know what they name.
//
// A table is text: one entry a line, columns separated by one tab, the last two the source and the date (2006-01-02). Lines that
// begin with # and empty ones are comments. Tables are compiled in; a test of their owner runs Check over each.
package lexicon

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Tables gives the text of a table by its name; "" is found by the test of them all.
type Tables func(name string) string

// Folder is the tables of a package: NAME.tsv in its folder data, compiled in.
func Folder(files embed.FS) Tables {
	return func(name string) string {
		b, _ := files.ReadFile("data/" + name + ".tsv")
		return string(b)
	}
}

// Map reads a table of two columns when it is first asked for.
func (t Tables) Map(name string) func() map[string]string {
	return sync.OnceValue(func() map[string]string { return Map(t(name)) })
}

// Rows gives the entries of a table of that many columns, without source and date. Lines of another form are left out: Check
// finds them.
func Rows(table string, columns int) [][]string {
	var out [][]string
	for line := range strings.Lines(table) {
		if cells, ok := row(line); ok && len(cells) == columns+2 {
			out = append(out, cells[:columns])
		}
	}
	return out
}

// Map gives a table of key and name as a map; the first of equal keys counts.
func Map(table string) map[string]string {
	out := map[string]string{}
	for _, r := range Rows(table, 2) {
		if _, known := out[r[0]]; !known {
			out[r[0]] = r[1]
		}
	}
	return out
}

// Check says what is wrong with a table of that many columns: a line of another form, an entry without source or date, two
// entries that are equal in the first unique columns. A source is something that others can look up: nobody's knowledge.
func Check(table string, columns, unique int) error {
	seen, n := map[string]bool{}, 0
	for line := range strings.Lines(table) {
		n++
		cells, ok := row(line)
		if !ok {
			continue
		}
		if len(cells) != columns+2 {
			return fmt.Errorf("line %d has %d columns, the table %d with source and date", n, len(cells), columns+2)
		}
		if cells[columns] == "" {
			return fmt.Errorf("line %d names no source", n)
		}
		if nowhere.MatchString(cells[columns]) {
			return fmt.Errorf("line %d names a source that nobody can look up: %q", n, cells[columns])
		}
		if _, err := time.Parse(time.DateOnly, cells[columns+1]); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		key := strings.Join(cells[:unique], "\t")
		if seen[key] {
			return fmt.Errorf("line %d repeats %q", n, key)
		}
		seen[key] = true
	}
	if len(seen) == 0 {
		return fmt.Errorf("the table is empty")
	}
	return nil
}

// nowhere are words of sources that are none.
var nowhere = regexp.MustCompile(`(?i)\bknowledge\b|\bno specification\b|\bunknown\b|\bunpublished\b|\bexperience\b|^\W*$`)

// row cuts a line into its cells; ok is false of comments and empty lines.
func row(line string) (cells []string, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	if line == "" || line[0] == '#' {
		return nil, false
	}
	return strings.Split(line, "\t"), true
}
