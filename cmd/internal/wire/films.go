package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dokaz/analyzers"
	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

// films shows frames of films once more, in a child each: those of the case, and those that were looked at without being taken in.
type films struct {
	*House
	seen   map[pipeline.Digest]Seen
	inStep bool // its context ends with the step's time
	looked int
}

func (h *House) films(seen ...Seen) *films {
	f := &films{House: h, seen: map[pipeline.Digest]Seen{}}
	for _, s := range seen {
		if s.bytes != nil {
			f.seen[s.Item.Digest] = s
		}
	}
	return f
}

// Revisit implements compare.Films. Within a step, the first is looked at in any case, and further ones while the step's time suffices for one that
// takes as long as a child may; then ErrUnfinished.
func (f *films) Revisit(ctx context.Context, film pipeline.Digest, r pipeline.Revisit) ([]pipeline.FeaturedFrame, error) {
	if end, limited := ctx.Deadline(); f.inStep && limited && f.looked > 0 && time.Until(end) < f.Config.Child.Wall {
		return nil, fmt.Errorf("%w: looked at films %d times, and more are to be looked at", pipeline.ErrUnfinished, f.looked)
	}
	f.looked++
	if s, ok := f.seen[film]; ok {
		return f.revisit(ctx, s.Item, s.bytes, r)
	}
	it, err := f.Catalog.Item(ctx, film)
	if err != nil {
		return nil, err
	}
	o, err := f.Vault.OpenVerified(ctx, film)
	if errors.Is(err, pipeline.ErrCorrupt) { // the item's own report says so; these are not the bytes that were compared
		return nil, fmt.Errorf("%w: %w", pipeline.ErrNotFound, err)
	}
	if err != nil {
		return nil, err
	}
	frames, err := f.revisit(ctx, it, o, r)
	return frames, errors.Join(err, o.Close())
}

// revisit has a child show the frames. A film that kills it, or does not decode, is unsupported.
func (h *House) revisit(ctx context.Context, it pipeline.Item, o pipeline.Original, r pipeline.Revisit) (out []pipeline.FeaturedFrame, err error) {
	child, err := h.Examiner()
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	ref := analyzers.Revisit(h.Config.Limits, r).Spec().Ref()
	got, err := child.ExamineTold(ctx, it, o, []pipeline.Ref{ref}, told)
	if err != nil {
		return nil, err
	}
	for _, o := range got.Examination.Outcomes {
		if o.Status != pipeline.Done {
			return nil, fmt.Errorf("%w: %s: %s", pipeline.ErrUnsupported, o.Status, o.Reason)
		}
	}
	for _, m := range got.Examination.Measurements {
		if f, ok := m.Fact.(pipeline.LocalFeatures); ok {
			out = append(out, f.Frames...)
		}
	}
	return out, nil
}

// lateness relates the item in flight to items that became visible while it was compared. What needs a look at a film cannot be done
// inside the catalog's transaction: that is ended, the look is taken, and the transaction tried again.
type lateness struct {
	*House
	own   pipeline.Prints
	films *films
	known compare.Looks
	due   []pipeline.Prints
}

// errUnrelated ends a transaction in which an item became visible that is not yet related.
var errUnrelated = errors.New("an item is not yet related")

func (l *lateness) relate(newer []pipeline.Prints) (out []pipeline.Match, err error) {
	l.due = nil
	for _, p := range newer {
		if p.Item == l.own.Item {
			continue
		}
		ms, ok := l.known[p.Seq]
		if !ok {
			set := l.Compare.Settings()
			ms = compare.Pair(l.own, p, set)
			if set.Revisitable(ms, l.own, p) {
				l.due = append(l.due, p)
				continue
			}
			l.known[p.Seq] = ms
		}
		out = append(out, ms...)
	}
	if len(l.due) > 0 {
		return nil, errUnrelated
	}
	return out, nil
}

// catchUp relates what is due.
func (l *lateness) catchUp(ctx context.Context) error {
	for _, p := range l.due {
		ms, err := l.Compare.Between(ctx, l.own, p, l.films)
		if err != nil {
			return err
		}
		l.known[p.Seq] = ms
	}
	return nil
}
