package ui

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"dokaz/pipeline"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/words"
)

// books are the words of reports and of these pages, joined, by language. It never changes.
var books = sync.OnceValues(func() (map[string]*words.Book, error) {
	entries, err := files.ReadDir("words")
	if err != nil {
		return nil, err
	}
	out := map[string]*words.Book{}
	for _, e := range entries {
		raw, err := files.ReadFile("words/" + e.Name())
		if err != nil {
			return nil, err
		}
		own, err := words.Parse(string(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		if want := strings.TrimSuffix(e.Name(), path.Ext(e.Name())); own.Lang() != want {
			return nil, fmt.Errorf("%w: %s says it is in %q", pipeline.ErrMalformed, e.Name(), own.Lang())
		}
		reports, err := words.In(own.Lang())
		if err != nil {
			return nil, err
		}
		if out[own.Lang()], err = reports.With(own); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
	}
	return out, nil
})

// tongues lists the languages of the pages by their tags.
func tongues() []language {
	all, err := books()
	if err != nil {
		return nil
	}
	var out []language
	for tag, b := range all {
		out = append(out, language{Tag: tag, Name: b.Name()})
	}
	slices.SortFunc(out, func(a, b language) int { return strings.Compare(a.Tag, b.Tag) })
	return out
}

// tongues lists the languages with one of them chosen.
func (v *visit) tongues(chosen string) []language {
	all := tongues()
	for i := range all {
		all[i].Chosen = all[i].Tag == chosen
	}
	return all
}

func spoken(tag string) bool {
	return slices.ContainsFunc(tongues(), func(l language) bool { return l.Tag == tag })
}

// speakerIn speaks a language of the pages.
func speakerIn(tag string) (page.Speaker, error) {
	all, err := books()
	if err != nil {
		return page.Speaker{}, err
	}
	b, ok := all[tag]
	if !ok {
		return page.Speaker{}, fmt.Errorf("pages in %q: %w", tag, pipeline.ErrNotFound)
	}
	return page.SpeakerOf(b), nil
}
