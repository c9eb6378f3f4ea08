package page

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
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
			b.WriteString(string(piece(p)))
		}
	}
	return template.HTML(b.String()) // pieces escaped by their makers
}

// bare is a number, or a length of time or way as rules write them: it needs no setting apart.
var bare = regexp.MustCompile(`^\d+(\.\d)?( (d|h|min|s|m|km)( \d+ (h|min|s))?)?$`)

// piece puts one stretch of a filled line into markup; values are set apart from our words.
func piece(p words.Piece) template.HTML {
	if !p.Value || bare.MatchString(p.Text) {
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
		b.WriteString(string(piece(p)))
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

// number writes digits in groups of three, parted by narrow spaces that do not break (ISO 80000-1 §7.3.1).
func number(n int64) template.HTML {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "&#8239;" + s[i:]
	}
	return template.HTML(sign + s)
}

// Bytes writes a size in bytes with a decimal unit (IEC 80000-13).
func Bytes(n int64) template.HTML {
	if n < 1000 {
		return number(n) + "&nbsp;B"
	}
	v, unit := float64(n), ""
	for _, u := range []string{"kB", "MB", "GB", "TB", "PB"} {
		v /= 1000
		unit = u
		if v < 999.5 {
			break
		}
	}
	digits := 1
	if v >= 100 {
		digits = 0
	}
	return template.HTML(strconv.FormatFloat(v, 'f', digits, 64) + "&nbsp;" + unit)
}

// seconds writes a time in a stream as minutes and seconds, with hours where there are any.
func seconds(t float64) template.HTML {
	if !(t > -1e7 && t < 1e7) {
		return ours(strconv.FormatFloat(t, 'g', 4, 64) + " s")
	}
	sign := ""
	if t < 0 {
		sign, t = "−", -t
	}
	tenths := int64(t*10 + 0.5)
	h, m, s := tenths/36000, tenths/600%60, float64(tenths%600)/10
	if h > 0 {
		return ours(fmt.Sprintf("%s%d:%02d:%04.1f", sign, h, m, s))
	}
	return ours(fmt.Sprintf("%s%d:%04.1f", sign, m, s))
}

// lasting writes a length of time: seconds below a minute, else as seconds does.
func lasting(t float64) template.HTML {
	if t >= 0 && t < 59.95 {
		return ours(strconv.FormatFloat(t, 'f', 1, 64)) + "&nbsp;s"
	}
	return seconds(t)
}

// SpeakerOf speaks out of a book, for pages that show more than reports.
func SpeakerOf(b *words.Book) Speaker { return Speaker{book: b, missing: new(error)} }

// Lang is the speaker's language as a BCP 47 tag.
func (s Speaker) Lang() string { return s.book.Lang() }
