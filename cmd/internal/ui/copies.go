package ui

import (
	"fmt"
	"html/template"
	"net/http"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
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
	Speak   template.HTML // which
	Object  template.HTML
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
			b.Speak, b.Object = signsIn(v, one.Speak), signsIn(v, one.Object)
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

// signsIn names signs by which copies are held against each other.
func signsIn(v *visit, names []string) template.HTML {
	var out []template.HTML
	for _, name := range names {
		out = append(out, v.Word("sign", name))
	}
	return page.Join(", ", out...)
}
