package page

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"dokaz/pipeline/report/words"
)

// Speaker puts our own words into markup. It notes a line that its book lacks, so that a page with a hole in
// it is never handed out.
type Speaker struct {
	book    *words.Book
	missing *error
}

// Err reports the first line that was missing.
func (s Speaker) Err() error { return *s.missing }

func (s Speaker) lack(what string) {
	if *s.missing == nil {
		*s.missing = fmt.Errorf("no words in %q for %s", s.book.Lang(), what)
	}
}

// Say returns a line of the page with its places filled: names and values alternate. A value of type
// template.HTML is put in as it is, everything else is hostile and shown.
func (s Speaker) Say(name string, values ...any) template.HTML {
	l, ok := s.book.Page(name)
	if !ok {
		s.lack("page line " + name)
		return ""
	}
	texts := map[string]string{}
	ready := map[string]template.HTML{}
	for i := 0; i+1 < len(values); i += 2 {
		key, _ := values[i].(string)
		switch v := values[i+1].(type) {
		case template.HTML:
			texts[key], ready[key] = "", v
		case int:
			texts[key], ready[key] = "", number(int64(v))
		case string:
			texts[key] = v
		default:
			s.lack(fmt.Sprintf("a value of type %T in %s", v, name))
		}
	}
	var b strings.Builder
	for _, p := range s.book.Fill(l, texts) {
		if h, ok := ready[p.Place]; ok && p.Place != "" {
			b.WriteString(string(h))
		} else {
			b.WriteString(string(s.piece(p)))
		}
	}
	return template.HTML(b.String()) // pieces escaped by their makers
}

// bare is a number: it needs no setting apart.
var bare = regexp.MustCompile(`^\d+(\.\d)?$`)

// amounts are numbers, lengths of time and ways as rules write them.
var amounts = regexp.MustCompile(`^\d+(\.\d{1,2})?( (d|h|min|s|m|km)( \d+ (h|min|s))?)?$`)

// counted are the places that rules fill with amounts: these are written as the language writes them. What
// stands in other places is shown as it was given, for it may be a giver's words.
var counted = map[string]bool{"gap": true, "distance": true, "share": true, "speed": true, "time": true, "from": true, "to": true}

// piece puts one stretch of a filled line into markup; values are set apart from our words.
func (s Speaker) piece(p words.Piece) template.HTML {
	switch {
	case p.Value && counted[p.Place] && amounts.MatchString(p.Text):
		return s.amount(p.Text)
	case !p.Value || bare.MatchString(p.Text):
		return ours(p.Text)
	}
	return `<span class="v">` + Show(p.Text, maxSentence) + `</span>`
}

// Text returns a line without places as plain text, for attributes and titles.
func (s Speaker) Text(name string) string {
	l, ok := s.book.Page(name)
	if !ok {
		s.lack("page line " + name)
	}
	return string(l)
}

// fill puts a finding's values into a line of its text.
func (s Speaker) fill(l words.Line, values map[string]string) template.HTML {
	var b strings.Builder
	for _, p := range s.book.Fill(l, values) {
		b.WriteString(string(s.piece(p)))
	}
	return template.HTML(b.String()) // pieces escaped by piece
}

// long shows a text with its whole length said where it is cut.
func (s Speaker) long(text string, limit int) template.HTML {
	h := Show(text, limit)
	if n := length(text); n > limit {
		h += ` <span class="cut">` + s.Say("cut", "length", n) + `</span>`
	}
	return h
}

// Word returns a list's word for an entry; an entry the list lacks is shown as hostile text.
func (s Speaker) Word(list, entry string) template.HTML {
	w, ok := s.book.Word(list, entry)
	if !ok {
		return Show(entry, MaxTitle)
	}
	return template.HTML(template.HTMLEscapeString(w))
}

// Join puts a separator of ours between pieces, leaving out empty ones.
func Join(sep string, parts ...template.HTML) template.HTML {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(string(p))
	}
	return template.HTML(b.String())
}

// ours marks text of our own making as markup, escaping it all the same.
func ours(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) }

// code shows a name of the machine's world in the fixed-width face; it may be hostile.
func code(s string) template.HTML {
	if s == "" {
		return ""
	}
	return "<code>" + Show(s, maxSentence) + "</code>"
}

// SpeakerOf speaks out of a book, for pages that show more than reports.
func SpeakerOf(b *words.Book) Speaker { return Speaker{book: b, missing: new(error)} }

// Lang is the speaker's language as a BCP 47 tag.
func (s Speaker) Lang() string { return s.book.Lang() }
