package ui

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
)

// choice is one field of the form by which items are picked out.
type choice struct {
	Name    string // of the field, and the kind of mark
	Label   template.HTML
	Options []option
}

type option struct {
	Value  string
	Text   template.HTML
	Chosen bool
}

// fixed are the marks whose values are known beforehand; those of the others are read from the case.
var fixed = []struct {
	kind, list string
	values     []string
}{
	{"state", "state", []string{"done", "partial", "failed", "quarantined", "waiting"}},
	{"kind", "kind", []string{"photo", "video", "audio", "other"}},
	{"weight", "weight", []string{"contradicts", "questions", "supports", "note"}},
	{"basis", "basis", []string{"same_media", "near_picture", "partial_picture", "picture_in_video", "shared_footage", "shared_audio"}},
	{"has", "has", []string{"time", "place"}},
	{"standing", "standing", []string{"open", "verified", "likely", "unresolved", "doubtful", "false", "withdrawn"}},
}

// orders in which the library can be sorted.
var orders = []string{string(catalog.Newest), string(catalog.Oldest), string(catalog.ByName), string(catalog.ByWeight), string(catalog.ByMatches)}

// maxOptions bounds what one field offers.
const maxOptions = 200

// always are the fields that are not behind a fold.
var always = []string{"state", "kind", "standing"}

// askedBy reads the address of a library page.
func askedBy(q url.Values) (catalog.Asked, error) {
	a := catalog.Asked{Text: strings.TrimSpace(q.Get("q")), Order: catalog.Order(q.Get("order")), Limit: perPage}
	if len(a.Text) > 200 {
		return a, fmt.Errorf("%w: more than 200 bytes to search for", errAsked)
	}
	if a.Order == "" {
		a.Order = catalog.Newest
	}
	if !slices.Contains(orders, string(a.Order)) {
		return a, fmt.Errorf("%w: order %q", errAsked, a.Order)
	}
	for _, kind := range markKinds() {
		switch value := q.Get(kind); {
		case value == "":
		case kind == "standing" && value == "open":
			a.Open = true
		default:
			a.Marks = append(a.Marks, kind+":"+value)
		}
	}
	if after := q.Get("after"); after != "" {
		b, err := base64.RawURLEncoding.DecodeString(after)
		if err == nil {
			a.After = &catalog.Place{}
			err = json.Unmarshal(b, a.After)
		}
		if err != nil {
			return a, fmt.Errorf("%w: this page's address is cut or changed", errAsked)
		}
	}
	return a, nil
}

func markKinds() []string {
	var out []string
	for _, f := range fixed {
		out = append(out, f.kind)
	}
	return append(out, "code", "source", "format", "archive")
}

// with is the address of the library with one field changed, on its first page unless that field is the page.
func with(q url.Values, field, value string) string {
	out := url.Values{}
	for k, vs := range q {
		if k != "after" && len(vs) > 0 && vs[0] != "" {
			out.Set(k, vs[0])
		}
	}
	if out.Del(field); value != "" {
		out.Set(field, value)
	}
	if len(out) == 0 {
		return "/"
	}
	return "/?" + out.Encode()
}

// quick is a way to what is mostly looked at first.
type quick struct {
	Line, Href string
	Here       bool
}

// quickTo are the ways, by the lines that name them.
func quickTo(q url.Values) []quick {
	var out []quick
	for _, one := range []struct{ line, kind, value string }{
		{"quick.contradicts", "weight", "contradicts"}, {"quick.copies", "basis", "near_picture"}, {"quick.footage", "basis", "shared_footage"},
		{"quick.open", "standing", "open"}, {"quick.failed", "state", "failed"},
	} {
		out = append(out, quick{one.line, with(url.Values{"view": q["view"]}, one.kind, one.value), q.Get(one.kind) == one.value})
	}
	return out
}

// chip is one thing by which the list was picked out, and the address of the list without it.
type chip struct {
	Label, Text template.HTML
	Without     string
}

// fillChoices fills in the fields of the form, and what was chosen in them.
func (p *Pages) fillChoices(r *http.Request, v *visit, q url.Values, out *libraryPage) error {
	all, err := p.choices(r, v, q)
	if err != nil {
		return err
	}
	if archive := q.Get("archive"); archive != "" {
		name := page.Show(archive, page.MaxTitle)
		if d, err := pipeline.ParseDigest(archive); err == nil {
			if known, err := p.listed(r, d); err == nil {
				name = nameOf(known[d])
			}
		}
		out.Chosen = append(out.Chosen, chip{v.Say("field.archive"), name, with(q, "archive", "")})
	}
	if out.Text != "" {
		out.Chosen = append(out.Chosen, chip{v.Say("field.words"), page.Show(out.Text, page.MaxTitle), with(q, "q", "")})
	}
	for _, c := range all {
		if slices.Contains(always, c.Name) {
			out.Main = append(out.Main, c)
		} else {
			out.More = append(out.More, c)
		}
		for _, o := range c.Options {
			if o.Chosen {
				out.Chosen = append(out.Chosen, chip{c.Label, o.Text, with(q, c.Name, "")})
			}
		}
	}
	return nil
}

// choices are the fields of the form.
func (p *Pages) choices(r *http.Request, v *visit, q url.Values) ([]choice, error) {
	var out []choice
	for _, f := range fixed {
		out = append(out, choice{f.kind, v.Say("field." + f.kind), options(v, f.list, f.values, q.Get(f.kind))})
	}
	for _, kind := range []string{"code", "source", "format"} {
		values, err := p.kept.Marked(r.Context(), kind, maxOptions)
		if err != nil {
			return nil, err
		}
		chosen := q.Get(kind)
		if chosen != "" && !slices.Contains(values, chosen) {
			values = append(values, chosen)
		}
		c := choice{kind, v.Say("field." + kind), nil}
		for _, value := range values {
			c.Options = append(c.Options, option{value, namedOf(v, kind, value), value == chosen})
		}
		out = append(out, c)
	}
	return out, nil
}

func options(v *visit, list string, values []string, chosen string) []option {
	var out []option
	for _, value := range values {
		out = append(out, option{value, v.Word(list, value), value == chosen})
	}
	return out
}

// namedOf is what a mark's value is called: a finding by its title, else as it is.
func namedOf(v *visit, kind, value string) template.HTML {
	switch kind {
	case "code":
		return v.TitleOf(pipeline.Code(value))
	case "format":
		return v.Word("format", value)
	}
	return page.Show(value, page.MaxTitle)
}
