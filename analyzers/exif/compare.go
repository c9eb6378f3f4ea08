package exif

import (
	"slices"
	"strings"
	"unicode"

	"dokaz/pipeline"
)

// key names a field of the file whatever block it stands in.
type key struct{ group, id string }

// statements gathers what readers say of each field, to tell afterwards in what they differ.
type statements struct {
	order []key
	by    map[key]*statement
}

type statement struct {
	name     string
	readings []pipeline.Reading
	differ   bool
	letters  string // of our own first reading, for comparing repetitions
	own      string
}

func (s *statements) of(k key, name string) *statement {
	if s.by == nil {
		s.by = map[key]*statement{}
	}
	st := s.by[k]
	if st == nil {
		st = &statement{name: name}
		s.by[k] = st
		s.order = append(s.order, k)
	}
	return st
}

// first enters our own reading of one occurrence of a field. A field that occurs again with another value is
// a disagreement too: readers that take the first and those that take the last show different things.
func (s *statements) first(k key, name, text, letters string) {
	st := s.of(k, name)
	if len(st.readings) > 0 && text != st.own && letters != st.letters {
		st.differ = true
	}
	if len(st.readings) == 0 {
		st.own, st.letters = text, letters
	}
	st.enter(readerOwn, text)
}

// other enters another reader's text; agrees tells whether it means what our own reading means.
func (s *statements) other(k key, name, reader, text string, agrees bool) {
	st := s.of(k, name)
	st.differ = st.differ || !agrees
	st.enter(reader, text)
}

// enter keeps a reader's text once.
func (st *statement) enter(reader, text string) {
	r := pipeline.Reading{Reader: reader, Value: text}
	if len(st.readings) < maxReadings && !slices.Contains(st.readings, r) {
		st.readings = append(st.readings, r)
	}
}

const maxReadings = 32

// disagreements says in which fields the readings differ, in the order in which the fields were met.
func (x *examination) disagreements() {
	for _, k := range x.order {
		st := x.by[k]
		if !st.differ {
			continue
		}
		slices.SortStableFunc(st.readings, func(a, b pipeline.Reading) int { return strings.Compare(a.Reader, b.Reader) })
		for i := range st.readings {
			st.readings[i].Value = clip(st.readings[i].Value, min(len(st.readings[i].Value), max(x.others, 0)))
			x.others -= len(st.readings[i].Value)
		}
		x.say(pipeline.In(""), pipeline.Disagreement{Group: k.group, ID: k.id, Name: st.name, Readings: st.readings})
	}
}

// loose is a text reduced to what readers agree on: no NULs and other invisible characters, no outer spaces,
// U+FFFD for what is not UTF-8.
func loose[T string | []byte](s T) string {
	out := strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, string(s))
	return strings.TrimSpace(out)
}

// denote reduces further, to letters and digits: enough to compare dates and lists that readers punctuate.
func denote(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
