package ui

import (
	"net/http"

	"dokaz/pipeline/report/page"
)

// keyGroup is the shortcuts that work in one place.
type keyGroup struct {
	Line string // of the words, that says where
	Keys []key
}

// key is one shortcut: what is written on the key in a Latin and, where the language is written so, in a Cyrillic layout, and the line that
// says what it does. It counts by its place, so that both are one key (W3C, UI Events KeyboardEvent code Values).
type key struct{ Cap, Cyrillic, Line string }

var keyGroups = []keyGroup{
	{"keys.everywhere", []key{{"/", ".", "key.search"}, {"L", "Д", "key.library"}, {"R", "К", "key.reveal"}, {"?", "", "key.help"}}},
	{"keys.list", []key{{"J", "О", "key.next"}, {"K", "Л", "key.previous"}, {"Enter", "", "key.open"}}},
	{"keys.report", []key{{"D", "В", "key.decide"}, {"N", "Т", "key.next_match"}, {"F", "А", "key.fields"}, {".", "Ю", "key.next_open"}, {"Z", "Я", "key.undo"}}},
	{"keys.compare", []key{
		{"1 – 5", "", "key.modes"}, {"A", "Ф", "key.aligned"}, {"Space", "", "key.swap"}, {"+ −", "", "key.zoom"}, {"0", "", "key.fit"}, {"9", "", "key.full"},
		{"← ↑ → ↓", "", "key.move"}, {"Esc", "", "key.hide"},
	}},
}

// keysIn are the shortcuts for readers of a language.
func keysIn(language string) []keyGroup {
	if language != "en" {
		return keyGroups
	}
	var out []keyGroup
	for _, g := range keyGroups {
		one := keyGroup{Line: g.Line}
		for _, k := range g.Keys {
			one.Keys = append(one.Keys, key{Cap: k.Cap, Line: k.Line})
		}
		out = append(out, one)
	}
	return out
}

// help lists the keys.
func (p *Pages) help(_ *http.Request, v *visit) (view, error) {
	return view{"help", struct {
		page.Speaker
		Keys []keyGroup
	}{v.Speaker, keysIn(v.Lang())}}, nil
}
