package ui

import (
	"fmt"
	"html/template"
	"net/http"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

type copiesPage struct {
	Of       card
	Cut      bool
	Earliest *branch
	Branches []branch
}

// branch is one copy in the tree.
type branch struct {
	card
	Depth   int
	Rank    int
	Above   template.HTML // name of the copy above, "" at a root
	Compare string        // address
	Signs   template.HTML // how many speak for the one above, and against
}

// copies shows the group of copies that an item belongs to: those that kept most first.
func (p *Pages) copies(r *http.Request, v *visit) (view, error) {
	d, err := digestIn(r, "item")
	if err != nil {
		return view{}, err
	}
	tree, cut, err := p.kept.CopyTree(r.Context(), d)
	if err != nil {
		return view{}, err
	}
	out := copiesPage{Cut: cut}
	names := map[pipeline.Digest]template.HTML{}
	var earliest catalog.Shown
	items := make([]pipeline.Digest, len(tree))
	for i, one := range tree {
		items[i] = one.Item
	}
	lines, err := p.listed(r, items...)
	if err != nil {
		return view{}, err
	}
	for i, one := range tree {
		l := lines[one.Item]
		names[one.Item] = nameOf(l)
		b := branch{card: cardOf(v, l), Depth: min(one.Depth, 8), Rank: i + 1}
		if one.Above != nil {
			b.Above, b.Compare = names[*one.Above], comparePath(*one.Above, one.Item)
			b.Signs = v.Say("signs", "for", one.For, "against", one.Against)
		}
		if one.Item == d {
			out.Of = b.card
		}
		out.Branches = append(out.Branches, b)
		if !l.Received.IsZero() && (earliest.Received.IsZero() || l.Received.Before(earliest.Received)) {
			earliest, out.Earliest = l, &out.Branches[i]
		}
	}
	return view{"copies", out}, nil
}

// listed returns items as lists show them; all of them are known.
func (p *Pages) listed(r *http.Request, items ...pipeline.Digest) (map[pipeline.Digest]catalog.Shown, error) {
	lines, err := p.kept.Lines(r.Context(), items...)
	for _, d := range items {
		if _, known := lines[d]; !known && err == nil {
			err = fmt.Errorf("item %s in the list: %w", d, pipeline.ErrNotFound)
		}
	}
	return lines, err
}

// help lists the keys.
func (p *Pages) help(*http.Request, *visit) (view, error) { return view{"help", keysOf()}, nil }

// key is one shortcut: where it lies on a keyboard of Latin letters, whatever the layout in use, and the line that says what it does.
type key struct{ Cap, Line string }

func keysOf() []key {
	return []key{
		{"J", "key.next"}, {"K", "key.previous"}, {"Enter", "key.open"}, {"/", "key.search"}, {"L", "key.library"}, {"R", "key.reveal"},
		{"1 – 5", "key.modes"}, {"A", "key.aligned"}, {"+ −", "key.zoom"}, {"0", "key.fit"}, {"9", "key.full"}, {"D", "key.decide"}, {"N", "key.next_match"}, {".", "key.next_open"}, {"Z", "key.undo"}, {"F", "key.fields"}, {"Space", "key.swap"}, {"?", "key.help"},
	}
}
