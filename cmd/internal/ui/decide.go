package ui

import (
	"fmt"
	"net/http"
	"strconv"

	"dokaz/pipeline"
)

// maxForm bounds the body of a form, in bytes.
const maxForm = 64 << 10

// decidePair records what a person says of two items and shows them again.
func (p *Pages) decidePair(w http.ResponseWriter, r *http.Request, v *visit) error {
	a, err := digestIn(r, "a")
	if err != nil {
		return err
	}
	b, err := digestIn(r, "b")
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	by := v.session.named(r.PostFormValue("by"))
	d, err := pipeline.DecisionOn(a, b, pipeline.Verdict(r.PostFormValue("verdict")), by, r.PostFormValue("why"))
	if err != nil {
		return err
	}
	if _, err := p.kept.DecidePair(r.Context(), d); err != nil {
		return err
	}
	to, err := p.afterPair(r, v, d)
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// decideReport records what a person says after reading one exact revision.
func (p *Pages) decideReport(w http.ResponseWriter, r *http.Request, v *visit) error {
	item, err := digestIn(r, "item")
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return fmt.Errorf("%w: revision %q", errAsked, r.PathValue("number"))
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	doc, err := pipeline.ParseDigest(r.PostFormValue("document"))
	if err != nil {
		return fmt.Errorf("%w: %w", errAsked, err)
	}
	by := v.session.named(r.PostFormValue("by"))
	d, err := pipeline.DecisionOnReport(item, number, doc, pipeline.Standing(r.PostFormValue("standing")), by, r.PostFormValue("why"))
	if err != nil {
		return err
	}
	if _, err := p.kept.DecideReport(r.Context(), d); err != nil {
		return err
	}
	to, err := p.afterReport(r, v, d, itemPath(item)+"/revisions/"+strconv.Itoa(number))
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// retry has an item examined again.
func (p *Pages) retry(w http.ResponseWriter, r *http.Request, v *visit) error {
	item, err := digestIn(r, "item")
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	by := v.session.named(r.PostFormValue("by"))
	if by == "" || len(by) > 200 {
		return fmt.Errorf("%w: whoever asks for it has a name", errAsked)
	}
	if err := p.kept.Retry(r.Context(), item, by); err != nil {
		return err
	}
	http.Redirect(w, r, itemPath(item), http.StatusSeeOther)
	return nil
}

// named remembers who decides, so that the name need not be typed again.
func (s *session) named(name string) pipeline.Actor {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name = name
	return pipeline.Actor(name)
}
