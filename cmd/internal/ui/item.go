package ui

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
)

type itemPage struct {
	leads
	Report    template.HTML
	Name      template.HTML
	Number    int
	Last      int
	Latest    string // address, where this is an earlier revision
	Revisions []revisionLine
	Action    string
	Document  string
	Paper     string // address of the PDF, with its language
	Here      string // address, to come back to
	Spoken    string // language of the report
	Tongues   []language
	News      []template.HTML // by which this revision differs from that numbered Since
	Since     int             // 0 where there is none to hold it against
	Standings []option
	Said      []saidLine
	Person    string
	List      string // query of the list it was reached from
	Back      string // that list, "" where it was reached from none
	Next      string // the next of that list that is open, "" where none is left
	Just      *last
	End       bool // of what is open
}

// revisionLine is one frozen report of an item.
type revisionLine struct {
	Href   string
	Number int
	At     string
	Counts template.HTML
	Here   bool
}

// saidLine is what somebody decided.
type saidLine struct {
	Word    template.HTML
	By      template.HTML
	At      string
	Why     template.HTML
	Number  int    // of the revision it is about
	Earlier bool   // than the latest
	Since   string // address of what is new since then
}

func digestIn(r *http.Request, name string) (pipeline.Digest, error) {
	d, err := pipeline.ParseDigest(r.PathValue(name))
	if err != nil {
		return d, fmt.Errorf("%w: %w", errAsked, err)
	}
	return d, nil
}

// revisionIn is the number of the revision that is asked for, 0 for the latest.
func revisionIn(r *http.Request) (int, error) {
	text := r.PathValue("number")
	if text == "" {
		return 0, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 {
		return 0, fmt.Errorf("%w: revision %q", errAsked, text)
	}
	return number, nil
}

// paper sends a report as PDF, in the language that is asked for or else was chosen for reports.
func (p *Pages) paper(w http.ResponseWriter, r *http.Request, v *visit) error {
	d, err := digestIn(r, "item")
	if err != nil {
		return err
	}
	number, err := revisionIn(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	in := r.FormValue("language")
	if in == "" {
		in = v.reportLang()
	}
	if !spoken(in) {
		return fmt.Errorf("%w: a report in %q", errAsked, in)
	}
	if err := p.kept.Paper(r.Context(), &b, d, number, in, r.FormValue("pictures") == "clear"); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="report-`+d.Hex()[:16]+`.pdf"`)
	send(w, b.Bytes())
	return nil
}

// item shows a report, live: with the case as it is now beside the revision that is read.
func (p *Pages) item(r *http.Request, v *visit) (view, error) {
	d, err := digestIn(r, "item")
	if err != nil {
		return view{}, err
	}
	number, err := revisionIn(r)
	if err != nil {
		return view{}, err
	}
	all, err := p.kept.Revisions(r.Context(), d)
	if err != nil {
		return view{}, err
	}
	of, err := revisionOf(d, all, number)
	if err != nil {
		return view{}, err
	}
	rep, err := p.report(r, v, d, of)
	if err != nil {
		return view{}, err
	}
	out := itemPage{
		Report: rep.markup, leads: rep.leads, Number: of.Number, Document: of.Doc.String(),
		Action: itemPath(d) + "/revisions/" + strconv.Itoa(of.Number), Person: v.session.person(),
	}
	out.Spoken, out.Paper = v.reportLang(), out.Action+"/report.pdf?language="+v.reportLang()
	out.Here, out.Tongues = r.URL.RequestURI(), v.tongues(out.Spoken)
	if err := p.history(r, v, d, all, &out); err != nil {
		return view{}, err
	}
	if err := p.whatIsNew(r, v, all, of, &out); err != nil {
		return view{}, err
	}
	out.Just, out.End = v.session.justDecided(r), r.URL.Query().Get("end") != ""
	if err := p.alongList(r, d, &out); err != nil {
		return view{}, err
	}
	return view{"item", out}, nil
}

// leadsOf is what a report leads to.
func leadsOf(d pipeline.Digest, core pipeline.Core) leads {
	out := leads{Matches: len(core.Neighbours), Archives: archivesOf(core.Receipts)}
	for _, o := range core.Outcomes {
		if o.Status == pipeline.Failed || o.Status == pipeline.Refused || o.Status == pipeline.Partial {
			out.Retry = itemPath(d) + "/retry"
		}
	}
	if pipeline.IsArchive(core.Item.Format) {
		out.Held = "/?archive=" + d.String()
	}
	if core.Cluster != nil {
		out.Copies = itemPath(d) + "/copies"
	}
	return out
}

// archivesOf are the addresses of the archives that receipts name.
func archivesOf(receipts []pipeline.CoreReceipt) []string {
	var out []string
	for _, c := range receipts {
		if d, err := pipeline.ParseDigest(c.Claims.Other[pipeline.ClaimArchive]); err == nil && !slices.Contains(out, itemPath(d)) && len(out) < 5 {
			out = append(out, itemPath(d))
		}
	}
	return out
}

// alongList fills in the way on in the list that the item was reached from.
func (p *Pages) alongList(r *http.Request, d pipeline.Digest, out *itemPage) error {
	q, asked, ok := listOf(r)
	if !ok {
		return nil
	}
	out.Back = with(q, "after", "")
	out.List = "?" + strings.TrimPrefix(strings.TrimPrefix(out.Back, "/"), "?")
	next, err := p.nextOpen(r, d, asked)
	if err == nil && next != nil {
		out.Next = listed(itemPath(*next), q)
	}
	return err
}

// revisionOf picks a revision of an item, the latest where number is 0.
func revisionOf(d pipeline.Digest, all []catalog.Revision, number int) (catalog.Revision, error) {
	if number == 0 && len(all) > 0 {
		return all[len(all)-1], nil
	}
	for _, one := range all {
		if one.Number == number {
			return one, nil
		}
	}
	return catalog.Revision{}, fmt.Errorf("revision %d of %s: %w", number, d, pipeline.ErrNotFound)
}

// history fills in an item's revisions and what people said of them.
func (p *Pages) history(r *http.Request, v *visit, d pipeline.Digest, revisions []catalog.Revision, out *itemPage) error {
	for _, one := range revisions {
		n := 0
		for _, count := range one.Findings {
			n += count
		}
		out.Revisions = append(out.Revisions, revisionLine{
			Href: itemPath(d) + "/revisions/" + strconv.Itoa(one.Number), Number: one.Number, At: one.At.UTC().Format("2006-01-02 15:04:05 UTC"),
			Counts: v.Say("revision_counts", "findings", n, "matches", one.Matches), Here: one.Number == out.Number,
		})
		out.Last = one.Number
	}
	if out.Number < out.Last {
		out.Latest = itemPath(d)
	}
	said, err := p.kept.Decisions(r.Context(), d)
	if err != nil {
		return err
	}
	for _, s := range said {
		out.Said = append(out.Said, saidLine{
			Word: v.Word("standing", string(s.Standing)), By: page.Show(string(s.By), page.MaxTitle), At: s.At.UTC().Format("2006-01-02 15:04:05 UTC"),
			Why: page.Show(s.Why, 2000), Number: s.Revision, Earlier: s.Revision < out.Last, Since: itemPath(d) + "?since=" + strconv.Itoa(s.Revision) + "#news",
		})
	}
	for _, s := range pipeline.Standings() {
		if s != pipeline.Withdrawn || len(said) > 0 {
			out.Standings = append(out.Standings, option{Value: string(s), Text: v.Word("standing", string(s))})
		}
	}
	return nil
}
