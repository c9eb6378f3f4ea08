package words

import (
	"fmt"
	"regexp"
	"strings"

	"dokaz/pipeline"
)

// Parse reads a book's file. It is made of lines:
//
//	lang: en                     before the first section: the language's tag, then its own name
//	[finding time.order]         a section: finding CODE, list NAME, or page
//	title: Text of one line      a key of the section and its text
//	  goes on here               a line that begins with white space goes on with the one before
//	# whatever                   a comment; empty lines are free
//
// A key stands once in its section, except may and benign of findings, which make lists. Anything else is
// pipeline.ErrMalformed with the line's number.
func Parse(text string) (*Book, error) {
	b := &Book{findings: map[pipeline.Code]Text{}, lists: map[string]map[string]string{}, page: map[string]Line{}}
	kind, name := "", ""
	for _, e := range entries(text) {
		var err error
		if e.section {
			kind, name, err = b.open(e.key)
		} else {
			err = b.put(kind, name, e.key, e.value)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", pipeline.ErrMalformed, e.line, err)
		}
	}
	if b.lang == "" || b.name == "" {
		return nil, fmt.Errorf("%w: no lang or no name", pipeline.ErrMalformed)
	}
	return b, nil
}

// entry is one section head or one key with its whole text.
type entry struct {
	line       int
	section    bool
	key, value string
}

// entries joins lines that go on and drops comments. A line without a colon becomes a key without a text,
// which put refuses.
func entries(text string) []entry {
	var out []entry
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimSpace(raw)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case raw[0] == ' ' || raw[0] == '\t':
			if n := len(out); n > 0 && !out[n-1].section {
				out[n-1].value += " " + line
			} else {
				out = append(out, entry{line: i + 1, key: line})
			}
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			out = append(out, entry{line: i + 1, section: true, key: line[1 : len(line)-1]})
		default:
			key, value, _ := strings.Cut(line, ":")
			out = append(out, entry{line: i + 1, key: strings.TrimSpace(key), value: strings.TrimSpace(value)})
		}
	}
	return out
}

// code is the form of a finding's code.
var code = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

// open begins a section.
func (b *Book) open(head string) (kind, name string, err error) {
	kind, name, _ = strings.Cut(head, " ")
	switch kind {
	case "finding":
		if _, twice := b.findings[pipeline.Code(name)]; twice || !code.MatchString(name) {
			return "", "", fmt.Errorf("finding %q stands twice or is no code", name)
		}
		b.findings[pipeline.Code(name)] = Text{}
	case "list":
		if _, twice := b.lists[name]; twice || name == "" {
			return "", "", fmt.Errorf("list %q stands twice or has no name", name)
		}
		b.lists[name] = map[string]string{}
	case "page":
		if name != "" {
			return "", "", fmt.Errorf("section %q", head)
		}
	default:
		return "", "", fmt.Errorf("section %q", head)
	}
	return kind, name, nil
}

// put keeps one text.
func (b *Book) put(kind, name, key, value string) error {
	if value == "" {
		return fmt.Errorf("%q has no text", key)
	}
	switch kind {
	case "":
		return b.putHead(key, value)
	case "list":
		if _, twice := b.lists[name][key]; twice {
			return fmt.Errorf("%q stands twice in list %q", key, name)
		}
		b.lists[name][key] = value
		return nil
	case "page":
		if _, twice := b.page[key]; twice {
			return fmt.Errorf("%q stands twice", key)
		}
		b.page[key] = Line(value)
		return nil
	}
	t := b.findings[pipeline.Code(name)]
	if err := t.put(key, Line(value)); err != nil {
		return fmt.Errorf("finding %s: %w", name, err)
	}
	b.findings[pipeline.Code(name)] = t
	return nil
}

func (b *Book) putHead(key, value string) error {
	switch {
	case key == "lang" && b.lang == "":
		b.lang = value
	case key == "name" && b.name == "":
		b.name = value
	default:
		return fmt.Errorf("%q before the first section", key)
	}
	return nil
}

func (t *Text) put(key string, l Line) error {
	single := map[string]*Line{"title": &t.Title, "says": &t.Says, "limits": &t.Limits, "change": &t.Change}
	switch key {
	case "may":
		t.May = append(t.May, l)
		return nil
	case "benign":
		t.Benign = append(t.Benign, l)
		return nil
	}
	at, ok := single[key]
	if !ok || *at != "" {
		return fmt.Errorf("%q is unknown or stands twice", key)
	}
	*at = l
	return nil
}
