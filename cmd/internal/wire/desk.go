package wire

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"sync"

	"dokaz/cmd/internal/ui"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/rules"
)

// Desk is what the review pages ask of a case.
type Desk struct {
	*House
	memory   *memory
	drawing  *sync.Mutex // one drawing is made at once: those who want the same wait for it, and pages get their turns beside it
	compared []string    // analyzers that comparisons are made from
}

// NewDesk returns the desk of a case.
func NewDesk(h *House) Desk { return Desk{h, new(memory), new(sync.Mutex), h.yielding(comparedBy)} }

var _ ui.Case = Desk{}

// Library lists items.
func (d Desk) Library(ctx context.Context, q catalog.Asked) ([]catalog.Shown, bool, error) {
	return d.Catalog.Library(ctx, q)
}

// Lines gives certain items as lists show them.
func (d Desk) Lines(ctx context.Context, items ...pipeline.Digest) (map[pipeline.Digest]catalog.Shown, error) {
	return d.Catalog.Lines(ctx, items...)
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

// Frozen reads a revision's report.
func (d Desk) Frozen(ctx context.Context, of catalog.Revision) (r pipeline.Report, err error) {
	doc, err := d.derived(ctx, of.Doc)
	if err != nil {
		return r, fmt.Errorf("frozen report of %s: %w", of.Item, err)
	}
	if err := json.Unmarshal(doc, &r); err != nil { // frozen by us and just read under its digest
		return r, fmt.Errorf("frozen report of %s: %w: %w", of.Item, pipeline.ErrCorrupt, err)
	}
	return r, nil
}

// Paper writes a frozen report as PDF, the latest where number is 0.
func (d Desk) Paper(ctx context.Context, w io.Writer, item pipeline.Digest, number int, language string, clear bool) error {
	all, err := d.Catalog.Revisions(ctx, item)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(one catalog.Revision) bool { return one.Number == number })
	if number == 0 {
		i = len(all) - 1
	}
	if i < 0 {
		return fmt.Errorf("revision %d of %s: %w", number, item, pipeline.ErrNotFound)
	}
	r, err := d.Frozen(ctx, all[i])
	if err != nil {
		return err
	}
	return d.print(ctx, w, r, all[i].Doc, language, clear)
}

// Album gives a report its drawings.
func (d Desk) Album(ctx context.Context) page.Album {
	out := d.album(ctx, true)
	out.Drawings = func(m pipeline.Match) (*page.Drawing, error) { return d.draw(ctx, m) }
	return out
}

// Drawn returns the drawing of a match where it was made before and is kept, without its bytes.
func (d Desk) Drawn(ctx context.Context, m pipeline.Match) (*page.Drawing, error) {
	key, err := d.drawingKey(m)
	if err != nil {
		return nil, err
	}
	known, err := d.Catalog.Drawn(ctx, key)
	if err == nil {
		var o pipeline.Original
		if o, err = d.Derived.Open(ctx, known.Digest); err == nil {
			return &page.Drawing{Shows: known.Shows, A: m.A, MediaType: known.MediaType, Kept: &known.Digest}, o.Close()
		}
	}
	if errors.Is(err, pipeline.ErrNotFound) {
		err = nil
	}
	return nil, err
}

// draw returns the drawing of a match, made where it was not made before, and what it is kept under; nil where there is none.
func (d Desk) draw(ctx context.Context, m pipeline.Match) (*page.Drawing, error) {
	if known, err := d.Drawn(ctx, m); err != nil || known != nil {
		return known, err
	}
	d.drawing.Lock()
	defer d.drawing.Unlock()
	out, err := d.album(ctx, true).Drawings(m)
	if err != nil || out == nil {
		return nil, err
	}
	kept := pipeline.DigestOf(out.Bytes)
	out.Kept = &kept
	return out, nil
}

// Draw makes the drawing of two items' nearest match.
func (d Desk) Draw(ctx context.Context, a, b pipeline.Digest) (pipeline.Digest, error) {
	ms, err := d.Catalog.MatchesBetween(ctx, a, b)
	if err != nil {
		return pipeline.Digest{}, err
	}
	if len(ms) > 0 {
		out, err := d.draw(ctx, ms[0])
		if err != nil {
			return pipeline.Digest{}, err
		}
		if out != nil {
			return *out.Kept, nil
		}
	}
	return pipeline.Digest{}, fmt.Errorf("a drawing of %s and %s: %w", a, b, pipeline.ErrNotFound)
}

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
	ms, err := d.Catalog.MatchesBetween(ctx, a, b)
	if err != nil {
		return out, err
	}
	stand, err := d.standOf(ctx, "pair", a, b)
	if err != nil {
		return out, err
	}
	held, err := recall(d.memory, stand, func() (ui.Comparison, error) { return d.hold(ctx, a, b, ms) })
	if err != nil {
		return out, err
	}
	out = held
	out.Matches = ms
	if out.Decisions, err = d.Catalog.DecisionsOn(ctx, a, b); err != nil {
		return out, err
	}
	lines, err := d.Catalog.Lines(ctx, a, b)
	if err == nil && len(lines) < 2 {
		err = fmt.Errorf("items %s and %s in the list: %w", a, b, pipeline.ErrNotFound)
	}
	out.A.Shown, out.B.Shown = lines[out.Explanation.A], lines[out.Explanation.B]
	return out, err
}

// hold works out of a comparison what follows from the examinations and the recorded matches alone.
func (d Desk) hold(ctx context.Context, a, b pipeline.Digest, ms []pipeline.Match) (out ui.Comparison, err error) {
	stated, err := d.Catalog.Statements(ctx, a, b)
	if err != nil {
		return out, err
	}
	prints, sides := map[pipeline.Digest]pipeline.Prints{}, map[pipeline.Digest]ui.Side{}
	for _, item := range []pipeline.Digest{a, b} {
		it, err := d.Catalog.Item(ctx, item)
		if err != nil {
			return out, err
		}
		e, err := d.Catalog.ExaminationBy(ctx, item, d.compared)
		if err != nil {
			return out, err
		}
		prints[item], sides[item] = pipeline.PrintsOf(it, e.Measurements), sideOf(stated[item], e.Measurements)
	}
	out.Explanation = compare.ExplainMatches(prints[a], prints[b], ms, d.House.Compare.Settings())
	out.A, out.B = sides[out.Explanation.A], sides[out.Explanation.B]
	return out, nil
}

// comparedBy are the kinds of fact that a comparison shows or is made from, beside those that neighbours' dossiers carry.
var comparedBy = []pipeline.FactKind{pipeline.KindPictureHash, pipeline.KindFrameHashes, pipeline.KindLocalFeatures, pipeline.KindAudioPrint, pipeline.KindDerivative}

// sideOf gathers what a comparison shows of one item: shape and length from what it states, and its small pictures.
func sideOf(stated, made []pipeline.Measurement) ui.Side {
	var out ui.Side
	size := image.Point{}
	for _, m := range stated {
		switch f := m.Fact.(type) {
		case pipeline.Raster:
			if f.Coded() || size == (image.Point{}) {
				size = image.Pt(f.Width, f.Height)
			}
		case pipeline.Stream:
			if f.Type == "video" && size == (image.Point{}) {
				size = image.Pt(f.Width, f.Height)
			}
		case pipeline.Container:
			out.Duration = max(out.Duration, f.Duration)
		}
	}
	for _, m := range made {
		if f, is := m.Fact.(pipeline.Derivative); is && f.Role == "keyframe" && m.Where.Time != nil {
			out.Stills = append(out.Stills, ui.Still{Seconds: *m.Where.Time, Picture: f.Digest})
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
