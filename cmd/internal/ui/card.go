package ui

import (
	"html/template"
	"net/http"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
)

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
