// Package words holds what reports say: the texts of findings by code, and the words of pages, in as many
// languages as there are files.
//
// It knows sentences and the places in them that are filled with plain text. It must not know facts, rules,
// markup or pages; it never decides whether something is said, only how. What a text may not say (a verdict
// on truth, a score) is fixed by its tests.
package words

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"dokaz/pipeline"
)

//go:embed *.txt
var files embed.FS

// Line is a text with places to fill: {name} takes the value of that name as it is, {name@list} takes the
// word that a list has for the value.
type Line string

// Text is what is said of a finding.
type Text struct {
	Title  Line   // a heading, without places
	Says   Line   // the observation
	May    []Line // what it may mean: competing propositions, two or more
	Benign []Line // common harmless explanations
	Limits Line   // what it does not show
	Change Line   // what would change the reading
}

// Piece is a stretch of a filled line. A value comes from a file or a giver: it is hostile text, to be shown
// so that it cannot pass for our words.
type Piece struct {
	Text  string
	Value bool
	Place string // name of the place this fills, "" of the line's own text
}

// Plain joins pieces into one string, values in quotation marks.
func Plain(ps []Piece) string {
	var b strings.Builder
	for _, p := range ps {
		if p.Value {
			b.WriteString("“" + p.Text + "”")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// Book is the texts of one language. It is read only and safe for concurrent use.
type Book struct {
	lang     string
	name     string
	findings map[pipeline.Code]Text
	lists    map[string]map[string]string
	page     map[string]Line
}

// books parses each embedded file once; its answer never changes.
var books = sync.OnceValues(func() (map[string]*Book, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	out := map[string]*Book{}
	for _, e := range entries {
		raw, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		b, err := Parse(string(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		if want := strings.TrimSuffix(e.Name(), path.Ext(e.Name())); b.lang != want {
			return nil, fmt.Errorf("%w: %s says it is in %q", pipeline.ErrMalformed, e.Name(), b.lang)
		}
		out[b.lang] = b
	}
	return out, nil
})

// Languages lists the languages there are books of, as BCP 47 tags in alphabetical order.
func Languages() []string {
	all, err := books()
	if err != nil {
		return nil
	}
	out := make([]string, 0, len(all))
	for lang := range all {
		out = append(out, lang)
	}
	slices.Sort(out)
	return out
}

// In returns the book of a language, or pipeline.ErrNotFound.
func In(lang string) (*Book, error) {
	all, err := books()
	if err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	b, ok := all[lang]
	if !ok {
		return nil, fmt.Errorf("words in %q: %w", lang, pipeline.ErrNotFound)
	}
	return b, nil
}

// With returns a book that has what both have, for pages that say more than reports do. A list or line that both have, or books of two
// languages, are pipeline.ErrMalformed.
func (b *Book) With(more *Book) (*Book, error) {
	if b.lang != more.lang || len(more.findings) > 0 {
		return nil, fmt.Errorf("%w: words in %q and %q cannot be joined", pipeline.ErrMalformed, b.lang, more.lang)
	}
	out := &Book{lang: b.lang, name: b.name, findings: b.findings, lists: maps.Clone(b.lists), page: maps.Clone(b.page)}
	for name, l := range more.lists {
		if _, twice := out.lists[name]; twice {
			return nil, fmt.Errorf("%w: list %q stands in both books", pipeline.ErrMalformed, name)
		}
		out.lists[name] = l
	}
	for name, l := range more.page {
		if _, twice := out.page[name]; twice {
			return nil, fmt.Errorf("%w: page line %q stands in both books", pipeline.ErrMalformed, name)
		}
		out.page[name] = l
	}
	return out, nil
}

// Lang returns the book's language as a BCP 47 tag.
func (b *Book) Lang() string { return b.lang }

// Name returns the language's own name.
func (b *Book) Name() string { return b.name }

// Codes lists the findings the book has texts of, in alphabetical order.
func (b *Book) Codes() []pipeline.Code {
	out := make([]pipeline.Code, 0, len(b.findings))
	for c := range b.findings {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// Finding returns the text of a code; ok is false where the book has none.
func (b *Book) Finding(c pipeline.Code) (t Text, ok bool) {
	t, ok = b.findings[c]
	return t, ok
}

// Word returns what a list calls an entry, for instance Word("weight", "note"); ok is false where the list
// lacks it, and then the entry itself is returned: it may be hostile.
func (b *Book) Word(list, entry string) (word string, ok bool) {
	w, ok := b.lists[list][entry]
	if !ok {
		return entry, false
	}
	return w, true
}

// Page returns a line of a page; ok is false where the book has none of that name.
func (b *Book) Page(name string) (l Line, ok bool) {
	l, ok = b.page[name]
	return l, ok
}

// Fill puts values into the places of a line. A place without a value shows its name in braces.
func (b *Book) Fill(l Line, values map[string]string) []Piece {
	var out []Piece
	rest := string(l)
	for {
		before, place, after, ok := cutPlace(rest)
		if before != "" {
			out = append(out, Piece{Text: before})
		}
		if !ok {
			return out
		}
		rest = after
		name, list, listed := strings.Cut(place, "@")
		value, given := values[name]
		switch {
		case !given:
			out = append(out, Piece{Text: "{" + place + "}"})
		case listed:
			word, known := b.Word(list, value)
			out = append(out, Piece{Text: word, Value: !known, Place: name})
		default:
			out = append(out, Piece{Text: value, Value: true, Place: name})
		}
	}
}

// Places lists the places of a line, as they stand between its braces.
func (l Line) Places() []string {
	var out []string
	rest := string(l)
	for {
		_, place, after, ok := cutPlace(rest)
		if !ok {
			return out
		}
		out = append(out, place)
		rest = after
	}
}

// cutPlace splits s round its first place.
func cutPlace(s string) (before, place, after string, ok bool) {
	before, rest, found := strings.Cut(s, "{")
	if !found {
		return s, "", "", false
	}
	place, after, found = strings.Cut(rest, "}")
	if !found {
		return s, "", "", false
	}
	return before, place, after, true
}
