package wire

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"slices"

	"dokaz/cmd/internal/ui"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/report/page"
)

// Desk is what the review pages ask of a case.
type Desk struct{ *House }

var _ ui.Case = Desk{}

// Library lists items.
func (d Desk) Library(ctx context.Context, q catalog.Asked) ([]catalog.Shown, bool, error) {
	return d.Catalog.Library(ctx, q)
}

// Marked lists the values of a kind of mark.
func (d Desk) Marked(ctx context.Context, kind string, limit int) ([]string, error) {
	return d.Catalog.Marked(ctx, kind, limit)
}

// Pending counts what is still to be done.
func (d Desk) Pending(ctx context.Context) (catalog.Pending, error) { return d.Catalog.Pending(ctx) }

// Revisions lists an item's frozen reports.
func (d Desk) Revisions(ctx context.Context, item pipeline.Digest) ([]catalog.Revision, error) {
	return d.Catalog.Revisions(ctx, item)
}

// Revision returns a frozen report, the latest where number is 0.
func (d Desk) Revision(ctx context.Context, item pipeline.Digest, number int) (pipeline.Report, pipeline.Digest, error) {
	var r pipeline.Report
	last, err := d.Catalog.Latest(ctx, item)
	if err != nil {
		return r, last.Doc, err
	}
	if number != 0 && number != last.Number {
		all, err := d.Catalog.Revisions(ctx, item)
		if err != nil {
			return r, last.Doc, err
		}
		i := slices.IndexFunc(all, func(one catalog.Revision) bool { return one.Number == number })
		if i < 0 {
			return r, last.Doc, fmt.Errorf("revision %d of %s: %w", number, item, pipeline.ErrNotFound)
		}
		last = all[i]
	}
	doc, err := d.derived(ctx, last.Doc)
	if err != nil {
		return r, last.Doc, fmt.Errorf("frozen report of %s: %w", item, err)
	}
	if err := json.Unmarshal(doc, &r); err != nil { // frozen by us and just read under its digest
		return r, last.Doc, fmt.Errorf("frozen report of %s: %w: %w", item, pipeline.ErrCorrupt, err)
	}
	return r, last.Doc, nil
}

// Paper writes a frozen report as PDF, the latest where number is 0.
func (d Desk) Paper(ctx context.Context, w io.Writer, item pipeline.Digest, number int, language string, clear bool) error {
	r, doc, err := d.Revision(ctx, item, number)
	if err != nil {
		return err
	}
	return d.print(ctx, w, r, doc, language, clear)
}

// Album gives a report its drawings.
func (d Desk) Album(ctx context.Context) page.Album { return d.album(ctx, true) }

// Derivative returns what is kept under its digest.
func (d Desk) Derivative(ctx context.Context, digest pipeline.Digest) ([]byte, error) {
	return d.derived(ctx, digest)
}

// DecidePair records a person's word on two items.
func (d Desk) DecidePair(ctx context.Context, one pipeline.PairDecision) (pipeline.PairDecision, error) {
	out, err := d.Decide(ctx, one)
	if err == nil && d.Pool != nil {
		d.Pool.Kick()
	}
	return out, err
}

// Retry has an item examined again.
func (d Desk) Retry(ctx context.Context, item pipeline.Digest, by pipeline.Actor) error {
	plan, err := d.Plan()
	if err == nil {
		err = d.Catalog.Retry(ctx, item, by, plan)
	}
	if err == nil && d.Pool != nil {
		d.Pool.Kick()
	}
	return err
}

// DecideReport records a person's word on one revision of a report.
func (d Desk) DecideReport(ctx context.Context, one pipeline.ReportDecision) (pipeline.ReportDecision, error) {
	return d.Catalog.DecideReport(ctx, one)
}

// Decisions lists what people said of an item's reports.
func (d Desk) Decisions(ctx context.Context, item pipeline.Digest) ([]pipeline.ReportDecision, error) {
	return d.Catalog.ReportDecisions(ctx, item)
}

// Compare holds two items against each other.
func (d Desk) Compare(ctx context.Context, a, b pipeline.Digest) (ui.Comparison, error) {
	var out ui.Comparison
	seen := map[pipeline.Digest]Seen{}
	for _, item := range []pipeline.Digest{a, b} {
		s, err := d.Remember(ctx, item)
		if err != nil {
			return out, err
		}
		seen[item] = s
	}
	var err error
	out.Explanation = d.Explain(seen[a], seen[b])
	if out.Matches, err = d.Catalog.MatchesBetween(ctx, a, b); err != nil {
		return out, err
	}
	if out.Decisions, err = d.Catalog.DecisionsOn(ctx, a, b); err != nil {
		return out, err
	}
	if out.A, err = d.side(ctx, seen[out.Explanation.A]); err != nil {
		return out, err
	}
	out.B, err = d.side(ctx, seen[out.Explanation.B])
	return out, err
}

// side gathers what a comparison shows of one item.
func (d Desk) side(ctx context.Context, s Seen) (ui.Side, error) {
	lines, _, err := d.Catalog.Library(ctx, catalog.Asked{Text: s.Item.Digest.String(), Limit: 1})
	if err != nil || len(lines) == 0 {
		return ui.Side{}, fmt.Errorf("item %s in the list: %w", s.Item.Digest, pipeline.ErrNotFound)
	}
	out := ui.Side{Shown: lines[0]}
	size := image.Point{}
	for _, m := range s.Examination.Measurements {
		switch f := m.Fact.(type) {
		case pipeline.Raster:
			size = image.Pt(f.Width, f.Height)
		case pipeline.Stream:
			if f.Type == "video" && size == (image.Point{}) {
				size = image.Pt(f.Width, f.Height)
			}
		case pipeline.Container:
			out.Duration = max(out.Duration, f.Duration)
		case pipeline.Derivative:
			if f.Role == "keyframe" && m.Where.Time != nil {
				out.Stills = append(out.Stills, ui.Still{Seconds: *m.Where.Time, Picture: f.Digest})
			}
		}
	}
	out.Width, out.Height = size.X, size.Y
	slices.SortStableFunc(out.Stills, func(a, b ui.Still) int { return cmp.Compare(a.Seconds, b.Seconds) })
	return out, nil
}
