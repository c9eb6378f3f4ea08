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

// perPage is how many items a page of the library shows.
const perPage = 60

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

type libraryPage struct {
	Text    string
	Main    []choice // the fields that are always there
	More    []choice // those behind a fold
	Chosen  []chip
	Quick   []quick
	Orders  []option
	Table   bool
	Other   string // the same list in the other form
	Cards   []card
	Next    string // address of the next page, "" where this is the last
	First   string // address of the first page, "" where this is it
	Any     bool   // something was picked out
	Pending pending
}

// library lists the case's items.
func (p *Pages) library(r *http.Request, v *visit) (view, error) {
	q := r.URL.Query()
	asked, err := askedBy(q)
	if err != nil {
		return view{}, err
	}
	lines, more, err := p.kept.Library(r.Context(), asked)
	if err != nil {
		return view{}, err
	}
	out := libraryPage{Text: asked.Text, Table: q.Get("view") == "table", Any: asked.Text != "" || len(asked.Marks) > 0 || asked.Open}
	if err := p.fillChoices(r, v, q, &out); err != nil {
		return view{}, err
	}
	out.Quick = quickTo(q)
	out.Orders = options(v, "order", orders, string(asked.Order))
	for _, l := range lines {
		c := cardOf(v, l)
		c.Href = listed(c.Href, q)
		if err := p.trouble(r, v, l, &c); err != nil {
			return view{}, err
		}
		out.Cards = append(out.Cards, c)
	}
	if more {
		out.Next = with(q, "after", cursor(lines[len(lines)-1].Place))
	}
	if asked.After != nil {
		out.First = with(q, "after", "")
	}
	other := "table"
	if out.Table {
		other = ""
	}
	out.Other = with(q, "view", other)
	if out.Pending, err = p.pending(r, v); err != nil {
		return view{}, err
	}
	return view{"library", out}, nil
}

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

func cursor(at catalog.Place) string {
	b, err := json.Marshal(at)
	if err != nil {
		return "" // a string and a number
	}
	return base64.RawURLEncoding.EncodeToString(b)
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

// always are the fields that are not behind a fold.
var always = []string{"state", "kind", "standing"}

// fillChoices fills in the fields of the form, and what was chosen in them.
func (p *Pages) fillChoices(r *http.Request, v *visit, q url.Values, out *libraryPage) error {
	all, err := p.choices(r, v, q)
	if err != nil {
		return err
	}
	if archive := q.Get("archive"); archive != "" {
		name := page.Show(archive, page.MaxTitle)
		if d, err := pipeline.ParseDigest(archive); err == nil {
			if l, err := p.listed(r, d); err == nil {
				name = nameOf(l)
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

// card is one item in a list.
type card struct {
	Href     string
	Name     template.HTML
	Line     template.HTML
	Received template.HTML
	State    template.HTML
	Class    string // of the state
	Weights  []badge
	Matches  int
	Copies   int    // items of its cluster, 0 where it stands alone
	CopiesAt string //
	Blurred  string // addresses of pictures, "" where there are none
	Clear    string
	Trouble  []template.HTML // why it was not examined whole
	Retry    string          // address where that is done again
}

// badge is a weight with how many findings have it.
type badge struct {
	page.Badge
	Count int
}

func cardOf(v *visit, l catalog.Shown) card {
	c := card{
		Href: itemPath(l.Item.Digest), Name: nameOf(l), State: v.Word("state", l.State), Class: l.State, Matches: l.Matches,
		Line:    page.Join(" · ", v.Word("kind", string(l.Item.Kind)), v.Word("format", l.Item.Format), v.Bytes(l.Item.Size)),
		Blurred: picturePath(l.Blurred), Clear: picturePath(l.Thumbnail),
	}
	if !l.Received.IsZero() {
		c.Received = template.HTML(l.Received.UTC().Format("2006-01-02 15:04 UTC")) // digits
	}
	if l.ClusterSize > 1 {
		c.Copies, c.CopiesAt = l.ClusterSize, itemPath(l.Item.Digest)+"/copies"
	}
	for _, w := range []pipeline.Weight{pipeline.Contradicts, pipeline.Questions, pipeline.Supports, pipeline.Note} {
		if n := l.Findings[w]; n > 0 {
			c.Weights = append(c.Weights, badge{v.BadgeOf(w), n})
		}
	}
	return c
}

// maxTrouble is how many different reasons a list shows of one item.
const maxTrouble = 2

// trouble says on a card why an item was not examined whole, and where it can be examined again.
func (p *Pages) trouble(r *http.Request, v *visit, l catalog.Shown, c *card) error {
	if l.State != "failed" && l.State != "quarantined" && l.State != "partial" {
		return nil
	}
	outcomes, err := p.kept.Trouble(r.Context(), l.Item.Digest)
	if err != nil {
		return err
	}
	c.Trouble = reasons(v, outcomes)
	c.Retry = c.Href + "#retry"
	return nil
}

// reasons says why analyses did not end well, those that ended alike together.
func reasons(v *visit, outcomes []pipeline.Outcome) []template.HTML {
	type end struct {
		status pipeline.Status
		reason string
	}
	var order []end
	by := map[end][]template.HTML{}
	for _, o := range outcomes {
		e := end{o.Status, o.Reason}
		if by[e] == nil {
			order = append(order, e)
		}
		by[e] = append(by[e], page.Show(o.By.Analyzer, page.MaxTitle))
	}
	var out []template.HTML
	for _, e := range order[:min(len(order), maxTrouble)] {
		out = append(out, page.Join(": ", page.Join(", ", by[e]...), v.Word("status", string(e.status)), page.Show(e.reason, 160)))
	}
	if n := len(order) - maxTrouble; n > 0 {
		out = append(out, v.Say("news.more", "count", n))
	}
	return out
}

func nameOf(l catalog.Shown) template.HTML {
	if l.Name == "" {
		return page.Show(l.Item.Digest.Hex()[:16], page.MaxTitle)
	}
	return page.Show(l.Name, page.MaxTitle)
}

func itemPath(d pipeline.Digest) string { return "/items/" + d.String() }

func comparePath(a, b pipeline.Digest) string { return "/compare/" + a.String() + "/" + b.String() }

func picturePath(d *pipeline.Digest) string {
	if d == nil {
		return ""
	}
	return "/pictures/" + d.Hex()
}

// pending is what still runs, in words.
type pending struct {
	Busy bool
	Line template.HTML
}

func (p *Pages) pending(r *http.Request, v *visit) (pending, error) {
	n, err := p.kept.Pending(r.Context())
	out := pending{Busy: n.Examining+n.Following > 0}
	out.Line = v.Say("rest", "items", n.Items)
	if out.Busy {
		out.Line = v.Say("busy", "items", n.Items, "examining", n.Examining, "following", n.Following)
	}
	return out, err
}

// progress answers what still runs, for pages that stay open.
func (p *Pages) progress(w http.ResponseWriter, r *http.Request, v *visit) error {
	now, err := p.pending(r, v)
	if err != nil {
		return err
	}
	b, err := json.Marshal(struct {
		Busy bool   `json:"busy"`
		Line string `json:"line"`
	}{now.Busy, string(now.Line)})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	send(w, b)
	return nil
}
