package ui

import (
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"

	"dokaz/pipeline/catalog"
)

// perPage is how many items a page of the library shows.
const perPage = 60

type libraryPage struct {
	Text    string
	Main    []choice // the fields that are always there
	More    []choice // those behind a fold
	Chosen  []chip
	Archive string // digest of the archive whose files are listed, which has no field in the form
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
	out.Archive, out.Quick = q.Get("archive"), quickTo(q)
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

func cursor(at catalog.Place) string {
	b, err := json.Marshal(at)
	if err != nil {
		return "" // a string and a number
	}
	return base64.RawURLEncoding.EncodeToString(b)
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
