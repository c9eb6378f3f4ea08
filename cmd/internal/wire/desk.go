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
	"dokaz/pipeline/report/rules"
)

// Desk is what the review pages ask of a case.
type Desk struct {
	*House
	memory *memory
}

// NewDesk returns the desk of a case.
func NewDesk(h *House) Desk { return Desk{h, new(memory)} }

var _ ui.Case = Desk{}

// Library lists items.
func (d Desk) Library(ctx context.Context, q catalog.Asked) ([]catalog.Shown, bool, error) {
	return d.Catalog.Library(ctx, q)
}

// Marked lists the values of a kind of mark.
func (d Desk) Marked(ctx context.Context, kind string, limit int) ([]string, error) {
	return d.Catalog.Marked(ctx, kind, limit)
}

// Trouble lists an item's analyses that did not end well.
func (d Desk) Trouble(ctx context.Context, item pipeline.Digest) ([]pipeline.Outcome, error) {
	return d.Catalog.Trouble(ctx, item)
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

// PairDecisions lists what people said of two items.
func (d Desk) PairDecisions(ctx context.Context, a, b pipeline.Digest) ([]pipeline.PairDecision, error) {
	return d.Catalog.DecisionsOn(ctx, a, b)
}

// Decisions lists what people said of an item's reports.
func (d Desk) Decisions(ctx context.Context, item pipeline.Digest) ([]pipeline.ReportDecision, error) {
	return d.Catalog.ReportDecisions(ctx, item)
}

// Compare holds two items against each other.
func (d Desk) Compare(ctx context.Context, a, b pipeline.Digest) (ui.Comparison, error) {
	var out ui.Comparison
	stand, err := d.standOf(ctx, "pair", a, b)
	if err != nil {
		return out, err
	}
	held, err := recall(d.memory, stand, func() (ui.Comparison, error) { return d.hold(ctx, a, b) })
	if err != nil {
		return out, err
	}
	out = held
	if out.Matches, err = d.Catalog.MatchesBetween(ctx, a, b); err != nil {
		return out, err
	}
	if out.Decisions, err = d.Catalog.DecisionsOn(ctx, a, b); err != nil {
		return out, err
	}
	if out.A.Shown, err = d.shown(ctx, out.Explanation.A); err != nil {
		return out, err
	}
	out.B.Shown, err = d.shown(ctx, out.Explanation.B)
	return out, err
}

// hold works out of a comparison what follows from the examinations alone.
func (d Desk) hold(ctx context.Context, a, b pipeline.Digest) (out ui.Comparison, err error) {
	seen := map[pipeline.Digest]Seen{}
	for _, item := range []pipeline.Digest{a, b} {
		if seen[item], err = d.Remember(ctx, item); err != nil {
			return out, err
		}
	}
	out.Explanation = d.Explain(seen[a], seen[b])
	out.A, out.B = sideOf(seen[out.Explanation.A]), sideOf(seen[out.Explanation.B])
	return out, nil
}

// shown is an item as lists show it.
func (d Desk) shown(ctx context.Context, item pipeline.Digest) (catalog.Shown, error) {
	lines, _, err := d.Catalog.Library(ctx, catalog.Asked{Only: &item, Limit: 1})
	if err == nil && len(lines) == 0 {
		err = fmt.Errorf("item %s in the list: %w", item, pipeline.ErrNotFound)
	}
	if err != nil {
		return catalog.Shown{}, err
	}
	return lines[0], nil
}

// sideOf gathers what a comparison shows of one item.
func sideOf(s Seen) ui.Side {
	var out ui.Side
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
	return out
}

// CopyTree arranges the group an item belongs to, as House does.
func (d Desk) CopyTree(ctx context.Context, item pipeline.Digest) ([]rules.Branch, bool, error) {
	members, cut, err := d.members(ctx, item)
	if err != nil {
		return nil, false, err
	}
	stand, err := d.standOf(ctx, "tree", members...)
	if err != nil {
		return nil, false, err
	}
	tree, err := recall(d.memory, stand, func() ([]rules.Branch, error) { return d.arranged(ctx, members) })
	return tree, cut, err
}
