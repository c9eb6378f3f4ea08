package wire

import (
	"context"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report/rules"
)

// Remember gives an item of the case as Look gives a file.
func (h *House) Remember(ctx context.Context, d pipeline.Digest) (Seen, error) {
	it, err := h.Catalog.Item(ctx, d)
	if err != nil {
		return Seen{}, err
	}
	e, err := h.Catalog.Examination(ctx, d)
	return Seen{Item: it, Known: true, Examination: e, Prints: pipeline.PrintsOf(it, e.Measurements)}, err
}

// Explain says why two of what was seen correspond, of which it is known what Pair says, and what was looked at.
func (h *House) Explain(a, b Seen, ms []pipeline.Match) compare.Explanation {
	return compare.ExplainMatches(a.Prints, b.Prints, ms, h.Compare.Settings())
}

// Decide records a person's word on two items of the case.
func (h *House) Decide(ctx context.Context, d pipeline.PairDecision) (pipeline.PairDecision, error) {
	return h.Catalog.Decide(ctx, d, compare.Joins)
}

// Kept says what each of two copies kept of the recording.
type Kept struct {
	ForA  int        `json:"for_a"` // signs that speak for A's standing nearer to the recording
	ForB  int        `json:"for_b"`
	First [2]Arrival `json:"first_received"` // of A and of B: when they came here, which says nothing of which was made first
}

// Arrival is when and under which name an item of the case was first received; the zero Arrival of a file that is not taken in.
type Arrival struct {
	At   time.Time `json:"at,omitzero"`
	Name string    `json:"name,omitempty"`
}

// Kept compares what two copies kept; ok is false where they are not held to be copies. a and b are in the order of an explanation.
func (h *House) Kept(ctx context.Context, a, b Seen, ms []pipeline.Match) (k Kept, ok bool, err error) {
	d := pipeline.Dossier{Item: a.Item, Examination: a.Examination}
	for _, m := range ms {
		n := pipeline.Neighbour{Match: m, Other: b.Item}
		for _, f := range b.Examination.Measurements {
			if rules.Beside(f.Fact) {
				n.Facts = append(n.Facts, f)
			}
		}
		d.Neighbours = append(d.Neighbours, n)
	}
	ranked := rules.Copies(d)
	if len(ranked) == 0 {
		return k, false, nil
	}
	k.ForA, k.ForB = ranked[0].Against, ranked[0].For
	for i, s := range []Seen{a, b} {
		rs, err := h.Catalog.Receipts(ctx, s.Item.Digest)
		if err != nil {
			return k, false, err
		}
		for _, r := range rs {
			if k.First[i].At.IsZero() || r.At.Before(k.First[i].At) {
				k.First[i] = Arrival{r.At, r.Name}
			}
		}
	}
	return k, true, nil
}
