package ui

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
)

// listed is the address of a page that remembers the list it was reached from.
func listed(path string, q url.Values) string {
	_, query, _ := strings.Cut(with(q, "after", ""), "?")
	return path + "?list=" + url.QueryEscape(query)
}

// listOf reads the list that a request came from; ok is false where it came from none.
func listOf(r *http.Request) (q url.Values, asked catalog.Asked, ok bool) {
	if !r.URL.Query().Has("list") && r.PostFormValue("list") == "" {
		return nil, asked, false
	}
	text := r.URL.Query().Get("list")
	if r.Method == http.MethodPost {
		text = r.PostFormValue("list")
	}
	text = strings.TrimPrefix(text, "?") // the whole library has no query
	q, err := url.ParseQuery(text)
	if err == nil {
		asked, err = askedBy(q)
	}
	return q, asked, err == nil
}

// nextOpen is the item after d in a list on which nobody has said anything yet, beginning anew at its end; nil where none is left.
func (p *Pages) nextOpen(r *http.Request, d pipeline.Digest, asked catalog.Asked) (*pipeline.Digest, error) {
	here, _, err := p.kept.Library(r.Context(), catalog.Asked{Only: &d, Order: asked.Order, Limit: 1})
	if err != nil {
		return nil, err
	}
	asked.Open, asked.Limit = true, 2
	var places []*catalog.Place
	if len(here) == 1 {
		places = append(places, &here[0].Place)
	}
	for _, after := range append(places, nil) {
		asked.After = after
		lines, _, err := p.kept.Library(r.Context(), asked)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.Item.Digest != d {
				return &l.Item.Digest, nil
			}
		}
	}
	return nil, nil
}

// nextPair is the address of the comparison with the first match of a report on which nobody has said anything yet, "" where none is left.
func (p *Pages) nextPair(r *http.Request, of pipeline.Digest) (string, error) {
	all, err := p.kept.Revisions(r.Context(), of)
	if err != nil {
		return "", err
	}
	latest, err := revisionOf(of, all, 0)
	if err != nil {
		return "", err
	}
	rep, err := p.kept.Frozen(r.Context(), latest)
	if err != nil {
		return "", err
	}
	for _, n := range rep.Core.Neighbours {
		said, err := p.kept.PairDecisions(r.Context(), of, n.Other.Digest)
		if err != nil || len(said) == 0 {
			return comparePath(of, n.Other.Digest) + "?of=" + of.String(), err
		}
	}
	return "", nil
}

// last is what somebody decided just now, to be shown on the page that follows.
type last struct {
	Word, Name template.HTML
	Href       string // where it can be read and changed
	Action     string // takes it back when it is posted to; "" where a later word takes its place
	Document   string
	List       string
	By         string
}

func (s *session) decided(l *last) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = l
}

// justDecided returns what was decided before a page that says that it follows a decision.
func (s *session) justDecided(r *http.Request) *last {
	if r.URL.Query().Get("said") == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// afterReport is where somebody goes who decided on an item: to the next of the list that is open, else back to what was said.
func (p *Pages) afterReport(r *http.Request, v *visit, d pipeline.ReportDecision, action string) (string, error) {
	q, asked, ok := listOf(r)
	if !ok {
		return action + "#decided", nil
	}
	own := listed(itemPath(d.Item), q)
	if d.Standing == pipeline.Withdrawn {
		return own + "#decided", nil
	}
	lines, err := p.listed(r, d.Item)
	if err != nil {
		return "", err
	}
	v.session.decided(&last{
		Word: v.Word("standing", string(d.Standing)), Name: nameOf(lines[d.Item]), Href: own, Action: action, Document: d.Doc.String(), List: r.PostFormValue("list"), By: string(d.By),
	})
	next, err := p.nextOpen(r, d.Item, asked)
	if err != nil {
		return "", err
	}
	if next == nil {
		return own + "&said=1&end=1", nil
	}
	return listed(itemPath(*next), q) + "&said=1", nil
}

// afterPair is where somebody goes who decided on a pair: to the next open match of the item that was looked at, else back to it.
func (p *Pages) afterPair(r *http.Request, v *visit, d pipeline.PairDecision) (string, error) {
	here := comparePath(d.A, d.B)
	of, err := pipeline.ParseDigest(r.PostFormValue("of"))
	if err != nil || (of != d.A && of != d.B) {
		return here + "#decided", nil
	}
	lines, err := p.listed(r, d.A, d.B)
	if err != nil {
		return "", err
	}
	names := []template.HTML{nameOf(lines[d.A]), nameOf(lines[d.B])}
	v.session.decided(&last{Word: v.Word("decision", string(d.Verdict)), Name: page.Join(" ~ ", names...), Href: here + "?of=" + of.String() + "#decided"})
	next, err := p.nextPair(r, of)
	if err != nil {
		return "", err
	}
	if next == "" {
		return itemPath(of) + "?said=1&end=1#matches", nil
	}
	return next + "&said=1", nil
}
