package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report"
	"dokaz/pipeline/report/rules"
	"dokaz/workers"
)

// reporting freezes what is known of an item into a revision, unless nothing changed since the last one.
type reporting struct{ *House }

func (s reporting) Perform(ctx context.Context, cl pipeline.Claim) error {
	d, err := s.Catalog.Gather(ctx, cl.Item, compare.ClusterOf)
	if err != nil {
		return err
	}
	d.Rates = compare.ErrorRates()
	return s.revise(ctx, cl, d, func(env pipeline.Issue) (report.Made, error) {
		return report.Make(d.Dossier, rules.All(), s.methods, d.Matches, env)
	})
}

// giveUp makes the report that says why there is no more, where the cause is our own and will not pass: an item without a report would be
// waited for without end.
func (s reporting) giveUp(ctx context.Context, cl pipeline.Claim, cause error) error {
	if !lasting(cause) {
		return cause
	}
	var d catalog.Gathered
	var errs [2]error
	d.Item, errs[0] = s.Catalog.Item(ctx, cl.Item)
	d.Receipts, errs[1] = s.Catalog.Receipts(ctx, cl.Item)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	return s.revise(ctx, cl, d, func(env pipeline.Issue) (report.Made, error) {
		return report.MakeLeast(d.Dossier, s.methods, 0, env, cause)
	})
}

// lasting reports whether a cause will be the same at every try. What a disk or a connection does is not among them.
func lasting(cause error) bool {
	for _, own := range []error{workers.ErrPanic, workers.ErrEndless, pipeline.ErrMalformed, pipeline.ErrCorrupt} {
		if errors.Is(cause, own) {
			return true
		}
	}
	return false
}

// revise commits what a report makes of the item, if it says anything else than the last one.
func (s reporting) revise(ctx context.Context, cl pipeline.Claim, d catalog.Gathered, with func(pipeline.Issue) (report.Made, error)) error {
	last, err := s.Catalog.Latest(ctx, cl.Item)
	if err != nil && !errors.Is(err, pipeline.ErrNotFound) {
		return err
	}
	env, err := s.issue(ctx, d.Dossier, last)
	if err != nil {
		return err
	}
	made, err := with(env)
	if err != nil {
		return err
	}
	if made.Short != nil {
		s.notice(fmt.Errorf("the report of %s says less than is known: %w", cl.Item, made.Short))
	}
	if last.Number > 0 && last.Core == made.Report.Issue.CoreDigest {
		return s.Catalog.Finish(ctx, cl)
	}
	sums, err := s.Derived.Put(ctx, bytes.NewReader(made.Doc))
	if err != nil {
		return err
	}
	r := revision(made.Report, d.Degree, sums.SHA256)
	r.Short = made.Short != nil
	if err := s.Catalog.CommitReported(ctx, cl, r); err != nil {
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
