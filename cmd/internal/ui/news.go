package ui

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
)

// whatIsNew holds the revision that is shown against an earlier one: the one before, or that which the address names.
func (p *Pages) whatIsNew(r *http.Request, v *visit, all []catalog.Revision, of catalog.Revision, out *itemPage) error {
	out.Since = out.Number - 1
	if text := r.URL.Query().Get("since"); text != "" {
		since, err := strconv.Atoi(text)
		if err != nil || since < 1 {
			return fmt.Errorf("%w: revision %q", errAsked, text)
		}
		out.Since = since
	}
	if out.Since < 1 || out.Since >= out.Number {
		out.Since = 0
		return nil
	}
	before, err := revisionOf(of.Item, all, out.Since)
	if errors.Is(err, pipeline.ErrNotFound) {
		out.Since = 0
		return nil
	}
	out.News, err = p.news(r, v, before, of)
	return err
}

// news tells by what a revision differs from an earlier one of its item.
func (p *Pages) news(r *http.Request, v *visit, before, now catalog.Revision) ([]template.HTML, error) {
	as := renderedAs{item: now.Item, doc: now.Doc, since: before.Doc, lang: v.Lang()}
	if out, ok := p.rendered.get(as); ok {
		return out.news, nil
	}
	earlier, err := p.kept.Frozen(r.Context(), before)
	if err != nil {
		return nil, err
	}
	later, err := p.kept.Frozen(r.Context(), now)
	if err != nil {
		return nil, err
	}
	out := newsOf(v, earlier.Core, later.Core)
	p.rendered.put(as, shownReport{news: out})
	return out, nil
}

// maxNews bounds what is listed of one kind; the rest is counted.
const maxNews = 8

// newsOf tells by what a report differs from an earlier one of its item.
func newsOf(v *visit, before, now pipeline.Core) []template.HTML {
	var out []template.HTML
	some := func(lines []template.HTML) {
		out = append(out, lines[:min(len(lines), maxNews)]...)
		if n := len(lines) - maxNews; n > 0 {
			out = append(out, v.Say("news.more", "count", n))
		}
	}
	a, b := findingsOf(v, before.Findings), findingsOf(v, now.Findings)
	some(missingIn(a, b, func(f template.HTML) template.HTML { return v.Say("news.finding", "finding", f) }))
	some(missingIn(b, a, func(f template.HTML) template.HTML { return v.Say("news.finding_gone", "finding", f) }))
	m, n := matchesOf(v, before.Neighbours), matchesOf(v, now.Neighbours)
	some(missingIn(m, n, func(f template.HTML) template.HTML { return v.Say("news.match", "match", f) }))
	some(missingIn(n, m, func(f template.HTML) template.HTML { return v.Say("news.match_gone", "match", f) }))
	some(decidedSince(v, before.Neighbours, now.Neighbours))
	some(missingIn(receiptsOf(before.Receipts), receiptsOf(now.Receipts), func(f template.HTML) template.HTML { return v.Say("news.receipt", "name", f) }))
	some(outcomesSince(v, before.Outcomes, now.Outcomes))
	if len(out) == 0 {
		out = append(out, v.Say("news.none"))
	}
	return out
}

// told is one thing of a report: what tells it from others, and what it is called.
type told struct {
	key  string
	name template.HTML
}

// missingIn says of what is in b and not in a, in b's order.
func missingIn(a, b []told, say func(template.HTML) template.HTML) []template.HTML {
	known := map[string]bool{}
	for _, one := range a {
		known[one.key] = true
	}
	var out []template.HTML
	for _, one := range b {
		if !known[one.key] {
			out = append(out, say(one.name))
			known[one.key] = true
		}
	}
	return out
}

// findingsOf names findings by their titles. Two of one code are one piece of news, however often it was observed.
func findingsOf(v *visit, fs []pipeline.Finding) []told {
	var out []told
	for _, f := range fs {
		out = append(out, told{string(f.Code) + " " + string(f.Weight), v.TitleOf(f.Code) + " (" + v.Word("weight", string(f.Weight)) + ")"})
	}
	return out
}

func matchesOf(v *visit, ns []pipeline.Neighbour) []told {
	var out []told
	for _, n := range ns {
		name := `<a href="` + template.HTML(itemPath(n.Other.Digest)) + `">` + page.Show(n.Name, page.MaxTitle) + "</a>" // digits of a digest
		out = append(out, told{n.Other.Digest.Hex() + " " + string(n.Match.Basis), name + " (" + v.Word("basis", string(n.Match.Basis)) + ")"})
	}
	return out
}

func receiptsOf(rs []pipeline.CoreReceipt) []told {
	var out []told
	for _, r := range rs {
		out = append(out, told{r.Key.Hex(), page.Show(r.Name, page.MaxTitle)})
	}
	return out
}

// decidedSince tells what people said of pairs after the earlier report.
func decidedSince(v *visit, before, now []pipeline.Neighbour) []template.HTML {
	var out []template.HTML
	for _, n := range now {
		i := slices.IndexFunc(before, func(o pipeline.Neighbour) bool {
			return o.Other.Digest == n.Other.Digest && o.Match.Basis == n.Match.Basis
		})
		if n.Decision == nil || i >= 0 && before[i].Decision != nil && before[i].Decision.Verdict == n.Decision.Verdict {
			continue
		}
		out = append(out, v.Say("news.decision", "name", page.Show(n.Name, page.MaxTitle), "word", v.Word("decision", string(n.Decision.Verdict))))
	}
	return out
}

// outcomesSince tells of analyses that ended otherwise, that were made by another version, or that are new.
func outcomesSince(v *visit, before, now []pipeline.Outcome) []template.HTML {
	var out []template.HTML
	for _, o := range now {
		i := slices.IndexFunc(before, func(b pipeline.Outcome) bool { return b.By.Analyzer == o.By.Analyzer })
		if i >= 0 && before[i].By == o.By && before[i].Status == o.Status {
			continue
		}
		out = append(out, v.Say("news.outcome", "analyzer", o.By.Analyzer, "status", v.Word("status", string(o.Status))))
	}
	return out
}
