package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/rules"
	"dokaz/workers"
)

// journey is the order of the steps; which step follows which stands in the catalog's commits.
func (h *House) journey() []workers.Leg {
	return []workers.Leg{
		{Step: pipeline.StepExamine, Station: examining{h}, Timeout: 4 * h.Config.Child.Wall, Weight: 6, Exhausted: examining{h}.giveUp},
		{Step: pipeline.StepReport, Station: reporting{h}, Timeout: 5 * time.Minute, Weight: 3},
		{Step: pipeline.StepPublish, Station: publishing{h}, Timeout: 5 * time.Minute, Weight: 2},
	}
}

// examining carries an item through examine and compare.
type examining struct{ *House }

func (s examining) Perform(ctx context.Context, cl pipeline.Claim) error {
	it, err := s.Catalog.Item(ctx, cl.Item)
	if err != nil {
		return err
	}
	x, err := s.examine(ctx, it)
	if err != nil {
		return err
	}
	return s.commit(ctx, cl, x)
}

// examine runs the child on the sealed copy. A sealed copy that is gone or changed is an integrity failure,
// which the item's report has to say: no analyzer could do its work.
func (s examining) examine(ctx context.Context, it pipeline.Item) (catalog.Examined, error) {
	known, err := s.Catalog.Examination(ctx, it.Digest)
	if err != nil {
		return catalog.Examined{}, err
	}
	kept, todo := remembered(known, refs())
	if len(todo) == 0 {
		return catalog.Examined{Examination: kept, Detail: "every analyzer had done its work before"}, nil
	}
	o, err := s.Vault.OpenVerified(ctx, it.Digest)
	if errors.Is(err, pipeline.ErrCorrupt) || errors.Is(err, pipeline.ErrNotFound) {
		why := "integrity failure: the sealed copy no longer has the digest it was received with"
		if errors.Is(err, pipeline.ErrNotFound) {
			why = "integrity failure: the sealed copy is gone"
		}
		return catalog.Examined{Examination: unexamined(why), Detail: why, Corrupt: true}, nil
	}
	if err != nil {
		return catalog.Examined{}, err
	}
	got, err := s.Child.Examine(ctx, it, o, todo)
	if err = errors.Join(err, o.Close()); err != nil {
		return catalog.Examined{}, err
	}
	for _, d := range got.Derivatives {
		if _, err := s.Derived.Put(ctx, bytes.NewReader(d)); err != nil {
			return catalog.Examined{}, err
		}
	}
	return catalog.Examined{
		Examination: together(refs(), kept, got.Examination),
		Quarantined: got.Quarantined,
		Detail:      isolation(got.Layers),
	}, nil
}

// remembered parts an earlier examination into what stays, of analyzers that were done under the same Ref, and the Refs
// that are to be examined: an (item, Ref) that is done is not done again.
func remembered(known pipeline.Examination, refs []pipeline.Ref) (kept pipeline.Examination, todo []pipeline.Ref) {
	done := map[pipeline.Ref]bool{}
	for _, o := range known.Outcomes {
		if slices.Contains(refs, o.By) && (o.Status == pipeline.Done || o.Status == pipeline.Skipped) {
			done[o.By] = true
			kept.Outcomes = append(kept.Outcomes, o)
		}
	}
	for _, m := range known.Measurements {
		if done[m.By] {
			kept.Measurements = append(kept.Measurements, m)
		}
	}
	for _, r := range refs {
		if !done[r] {
			todo = append(todo, r)
		}
	}
	return kept, todo
}

// together joins what stays with what was examined anew, in the order of refs.
func together(refs []pipeline.Ref, parts ...pipeline.Examination) pipeline.Examination {
	var out pipeline.Examination
	for _, r := range refs {
		for _, p := range parts {
			for _, o := range p.Outcomes {
				if o.By == r {
					out.Outcomes = append(out.Outcomes, o)
				}
			}
			for _, m := range p.Measurements {
				if m.By == r {
					out.Measurements = append(out.Measurements, m)
				}
			}
		}
	}
	return out
}

func (s examining) commit(ctx context.Context, cl pipeline.Claim, x catalog.Examined) error {
	it, err := s.Catalog.Item(ctx, cl.Item)
	if err != nil {
		return err
	}
	x.Prints = pipeline.PrintsOf(it, x.Examination.Measurements)
	x.Seen, x.Joins = s.Compare.Seen(), compare.Joins
	if x.Matches, err = s.Compare.Against(x.Prints); err != nil {
		return err
	}
	visible, err := s.Catalog.CommitExamined(ctx, cl, x, func(newer []pipeline.Prints) []pipeline.Match {
		var out []pipeline.Match
		for _, p := range newer {
			if p.Item != it.Digest {
				out = append(out, compare.Pair(x.Prints, p, s.Compare.Settings())...)
			}
		}
		return out
	})
	if err != nil {
		return err
	}
	if err := s.Compare.Add(visible...); err != nil {
		return err
	}
	s.Pool.Kick()
	s.events(Event{Type: "examined", Item: cl.Item, Trouble: trouble(x.Examination)})
	return nil
}

// giveUp records that our own faults kept the item from being examined, so that it still gets its report.
func (s examining) giveUp(ctx context.Context, cl pipeline.Claim, cause error) error {
	why := "the analysis could not be carried out: " + cause.Error()
	return s.commit(ctx, cl, catalog.Examined{Examination: unexamined(why), Detail: why})
}

// unexamined is the examination of an item that no analyzer saw.
func unexamined(why string) pipeline.Examination {
	var out pipeline.Examination
	for _, ref := range refs() {
		out.Outcomes = append(out.Outcomes, pipeline.Outcome{By: ref, Status: pipeline.Failed, Reason: why})
	}
	return out
}

func trouble(e pipeline.Examination) []pipeline.Outcome {
	var out []pipeline.Outcome
	for _, o := range e.Outcomes {
		switch o.Status {
		case pipeline.Failed, pipeline.Refused, pipeline.Partial:
			out = append(out, o)
		}
	}
	return out
}

// isolation puts the layers that are on into a custody entry's words.
func isolation(layers []pipeline.Layer) string {
	out := "isolation:"
	for _, l := range layers {
		if l.State == "on" {
			out += " " + l.Name
		}
	}
	return out
}

// reporting freezes what is known of an item into a revision, unless nothing changed since the last one.
type reporting struct{ *House }

func (s reporting) Perform(ctx context.Context, cl pipeline.Claim) error {
	d, err := s.Catalog.Gather(ctx, cl.Item, compare.ClusterOf)
	if err != nil {
		return err
	}
	core, err := report.Freeze(d.Dossier, rules.All(), s.methods, d.Matches)
	if err != nil {
		return err
	}
	last, err := s.Catalog.Latest(ctx, cl.Item)
	if err != nil && !errors.Is(err, pipeline.ErrNotFound) {
		return err
	}
	issue, err := s.issue(ctx, d.Dossier, last)
	if err != nil {
		return err
	}
	r, doc, err := report.Issue(core, issue)
	if err != nil {
		return err
	}
	if last.Number > 0 && last.Core == r.Issue.CoreDigest {
		return s.Catalog.Finish(ctx, cl)
	}
	sums, err := s.Derived.Put(ctx, bytes.NewReader(doc))
	if err != nil {
		return err
	}
	if err := s.Catalog.CommitReported(ctx, cl, revision(r, d.Degree, sums.SHA256)); err != nil {
		return err
	}
	s.Pool.Kick()
	return nil
}

// issue makes the envelope of a new revision after last.
func (s reporting) issue(ctx context.Context, d pipeline.Dossier, last catalog.Revision) (pipeline.Issue, error) {
	custody, err := s.Catalog.Custody(ctx, d.Item.Digest)
	if err != nil {
		return pipeline.Issue{}, err
	}
	out := pipeline.Issue{
		Revision:  last.Number + 1,
		At:        time.Now().UTC().Truncate(time.Second),
		Tool:      s.tool,
		Isolation: s.Child.Layers(),
		Custody:   custody,
	}
	if last.Number > 0 {
		out.Prior = &last.Doc
	}
	for _, r := range d.Receipts {
		key, err := r.Key()
		if err != nil {
			return out, err
		}
		out.Receipts = append(out.Receipts, pipeline.IssueReceipt{Key: key, At: r.At, By: r.By, Modified: r.Modified})
	}
	return out, nil
}

func revision(r pipeline.Report, degree int, doc pipeline.Digest) catalog.Revision {
	out := catalog.Revision{
		Item: r.Core.Item.Digest, Number: r.Issue.Revision, Doc: doc, Core: r.Issue.CoreDigest, At: r.Issue.At,
		Findings: map[pipeline.Weight]int{}, Matches: r.Core.Matches, Degree: degree, Cluster: pipeline.Cluster{Representative: r.Core.Item.Digest, Size: 1},
	}
	for _, f := range r.Core.Findings {
		out.Findings[f.Weight]++
		out.Codes = append(out.Codes, f.Code)
	}
	if r.Core.Cluster != nil {
		out.Cluster = *r.Core.Cluster
	}
	return out
}

// publishing writes the latest revision where people look for it.
type publishing struct{ *House }

func (s publishing) Perform(ctx context.Context, cl pipeline.Claim) error {
	if err := s.Publish(ctx, cl.Item); err != nil {
		return err
	}
	err := s.Catalog.Finish(ctx, cl)
	if errors.Is(err, pipeline.ErrSuperseded) {
		// Another worker took over while we wrote, and may have written a later revision before us.
		return errors.Join(err, s.Catalog.Want(ctx, pipeline.StepPublish, cl.Item))
	}
	if err == nil {
		s.events(Event{Type: "reported", Item: cl.Item})
	}
	return err
}

// Publish writes reports/<sha256>/report.json and report.html from an item's latest revision.
func (h *House) Publish(ctx context.Context, d pipeline.Digest) error {
	doc, digest, err := h.frozen(ctx, d)
	if err != nil {
		return err
	}
	var r pipeline.Report // frozen by us and just read under its digest: what report.Open checks besides holds
	if err := json.Unmarshal(doc, &r); err != nil {
		return fmt.Errorf("frozen report of %s: %w: %w", d, pipeline.ErrCorrupt, err)
	}
	var html bytes.Buffer
	if err := page.HTML(&html, r, digest, h.picture(ctx)); err != nil {
		return fmt.Errorf("report page of %s: %w", d, err)
	}
	dir := h.Case.Path("reports", d.Hex())
	if err := mkdir(dir); err != nil {
		return err
	}
	if err := replace(dir+"/report.json", doc); err != nil {
		return err
	}
	return replace(dir+"/report.html", html.Bytes())
}

// frozen returns the document of an item's latest revision and its digest.
func (h *House) frozen(ctx context.Context, d pipeline.Digest) ([]byte, pipeline.Digest, error) {
	last, err := h.Catalog.Latest(ctx, d)
	if err != nil {
		return nil, pipeline.Digest{}, err
	}
	doc, err := h.derived(ctx, last.Doc)
	if err != nil {
		return nil, last.Doc, fmt.Errorf("frozen report of %s: %w", d, err)
	}
	return doc, last.Doc, nil
}

// Report returns an item's latest revision, checked, with its document and the document's digest.
func (h *House) Report(ctx context.Context, d pipeline.Digest) (pipeline.Report, []byte, pipeline.Digest, error) {
	doc, digest, err := h.frozen(ctx, d)
	if err != nil {
		return pipeline.Report{}, nil, digest, err
	}
	r, err := report.Open(doc)
	return r, doc, digest, err
}

// Page writes the page of an item's latest revision.
func (h *House) Page(ctx context.Context, w io.Writer, d pipeline.Digest) error {
	r, _, digest, err := h.Report(ctx, d)
	if err != nil {
		return err
	}
	return page.HTML(w, r, digest, h.picture(ctx))
}
