package wire

import (
	"bytes"
	"context"
	"errors"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report"
	"dokaz/pipeline/report/rules"
)

// reporting freezes what is known of an item into a revision, unless nothing changed since the last one.
type reporting struct{ *House }

func (s reporting) Perform(ctx context.Context, cl pipeline.Claim) error {
	d, err := s.Catalog.Gather(ctx, cl.Item, compare.ClusterOf)
	if err != nil {
		return err
	}
	d.Rates = compare.ErrorRates()
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
