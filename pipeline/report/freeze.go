// Package report freezes what is known of an item into one revision of its report.
//
// It knows the order in which everything stands, the canonical document and its published schema. It must
// not know where a dossier came from nor where a document goes, and it never asks what time it is: the core
// of a report is a pure function of bytes, claims, analyzer versions and neighbourhood, and whatever
// belongs to one act of issuing arrives from outside, in the Issue.
//
// Below it, rules judge, words put findings into a language, clock reads statements of time, and page shows.
package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// MaxFindings bounds the findings of one rule that a report carries.
const MaxFindings = 100

// self signs what the making of a report has to say of itself among the outcomes.
var self = pipeline.Ref{Analyzer: "report", Version: 1}

// Freeze judges a dossier by rules and returns a report's core. total is how many matches the item has,
// of which the dossier carries the nearest; methods are the analyzers, rules and matching that took part,
// to which every outcome's own Ref is added.
//
// Equal input gives an equal core, whatever the order of receipts, outcomes, neighbours and methods:
// receipts stand by key, outcomes and measurements by analyzer (within one analyzer as said), neighbours
// confirmed first, then from the strongest basis and the nearest, those that a person parted last; findings by weight, code
// and cites.
// Rules see nothing of when and by whom an item was received.
//
// What cannot be carried (numbers beyond the exact range of JSON, findings past MaxFindings) is left out
// and said in an outcome of its own. A rule that breaks its contract is an error: ours, never the item's.
func Freeze(d pipeline.Dossier, rules []pipeline.Rule, methods []pipeline.Ref, total int) (pipeline.Core, error) {
	d, err := ordered(d)
	if err != nil {
		return pipeline.Core{}, fmt.Errorf("freeze %s: %w", d.Item.Digest, err)
	}
	if total < len(d.Neighbours) {
		return pipeline.Core{}, fmt.Errorf("freeze %s: %w: %d matches in all, but %d neighbours", d.Item.Digest, pipeline.ErrMalformed, total, len(d.Neighbours))
	}
	findings, cut, err := judge(d, rules)
	if err != nil {
		return pipeline.Core{}, fmt.Errorf("freeze %s: %w", d.Item.Digest, err)
	}
	outcomes := d.Examination.Outcomes
	if cut != "" {
		outcomes = append(outcomes, pipeline.Outcome{By: self, Status: pipeline.Partial, Reason: cut})
		slices.SortStableFunc(outcomes, func(a, b pipeline.Outcome) int { return compareRefs(a.By, b.By) })
	}
	return pipeline.Core{
		Item:         d.Item,
		Receipts:     coreReceipts(d.Receipts),
		Outcomes:     outcomes,
		Measurements: d.Examination.Measurements,
		Neighbours:   carried(d.Neighbours),
		Matches:      total,
		Cluster:      d.Cluster,
		Findings:     findings,
		Methods:      allMethods(methods, outcomes),
		Rates:        ratesOf(d),
		Proofs:       d.Proofs,
	}, nil
}

// ratesOf keeps the error rates of the bases that the neighbours' matches have.
func ratesOf(d pipeline.Dossier) (out []pipeline.ErrorRate) {
	for _, r := range d.Rates {
		if slices.ContainsFunc(d.Neighbours, func(n pipeline.Neighbour) bool { return n.Match.Basis == r.Basis }) {
			out = append(out, r)
		}
	}
	return out
}

// carried returns neighbours without what only rules look at.
func carried(in []pipeline.Neighbour) []pipeline.Neighbour {
	out := slices.Clone(in)
	for i := range out {
		out[i].Facts = nil
	}
	return out
}

// ordered returns a copy of d in the order of a core, without what differs between two runs and without
// what no document can carry. d itself is not changed.
func ordered(d pipeline.Dossier) (pipeline.Dossier, error) {
	receipts, err := orderedReceipts(d.Receipts)
	if err != nil {
		return d, err
	}
	d.Receipts = receipts
	outcomes := make([]pipeline.Outcome, 0, len(d.Examination.Outcomes)+2)
	for _, o := range d.Examination.Outcomes {
		o.Took, o.Reason = 0, valid(o.Reason)
		outcomes = append(outcomes, o)
	}
	measurements, lost := carriable(d.Examination.Measurements)
	if lost != "" {
		outcomes = append(outcomes, pipeline.Outcome{By: self, Status: pipeline.Partial, Reason: lost})
	}
	slices.SortStableFunc(outcomes, func(a, b pipeline.Outcome) int { return compareRefs(a.By, b.By) })
	slices.SortStableFunc(measurements, func(a, b pipeline.Measurement) int { return compareRefs(a.By, b.By) })
	d.Examination = pipeline.Examination{Outcomes: outcomes, Measurements: measurements}

	neighbours := append([]pipeline.Neighbour{}, d.Neighbours...)
	slices.SortStableFunc(neighbours, compareNeighbours)
	d.Neighbours = neighbours[:min(len(neighbours), pipeline.MaxNeighbours)]
	d.Proofs = orderedProofs(d.Proofs)
	return d, nil
}

// orderedProofs puts items that are or hold proofs of this one first, then by digest, without what no document can carry.
func orderedProofs(in []pipeline.ProofLink) []pipeline.ProofLink {
	out := slices.Clone(in)
	for i := range out {
		if len(out[i].Facts) > 0 {
			out[i].Facts, _ = carriable(out[i].Facts) // what is lost there is told in that item's own report
		}
	}
	rank := func(l pipeline.ProofLink) int {
		if l.Proves {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b pipeline.ProofLink) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.Other.Digest.Compare(b.Other.Digest))
	})
	return out
}

// orderedReceipts sorts by key, folds repetitions of one act, and takes off the time and the receiver.
func orderedReceipts(in []pipeline.Receipt) ([]pipeline.Receipt, error) {
	type keyed struct {
		key pipeline.Digest
		pipeline.Receipt
	}
	all := make([]keyed, 0, len(in))
	for _, r := range in {
		key, err := r.Key()
		if err != nil {
			return nil, fmt.Errorf("receipt of %q: %w", r.Path, err)
		}
		all = append(all, keyed{key, pipeline.Receipt{Item: r.Item, Name: r.Name, RawName: r.RawName, Path: r.Path, Claims: r.Claims}})
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(a.key.Compare(b.key), cmp.Compare(a.Name, b.Name))
	})
	out := make([]pipeline.Receipt, 0, len(all))
	for i, r := range all {
		if i == 0 || r.key != all[i-1].key {
			out = append(out, r.Receipt)
		}
	}
	return out, nil
}

func coreReceipts(rs []pipeline.Receipt) []pipeline.CoreReceipt {
	out := make([]pipeline.CoreReceipt, 0, len(rs))
	for _, r := range rs {
		key, _ := r.Key() // orderedReceipts has made it before
		out = append(out, pipeline.CoreReceipt{Key: key, Name: r.Name, RawName: r.RawName, Path: r.Path, Claims: r.Claims})
	}
	return out
}

func compareRefs(a, b pipeline.Ref) int {
	return cmp.Or(strings.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Version, b.Version), strings.Compare(a.Parameters, b.Parameters))
}

// compareNeighbours puts what a person parted last, confirmed before suggested, then strong before weak bases, near before far.
func compareNeighbours(a, b pipeline.Neighbour) int {
	return cmp.Or(
		cmp.Compare(apart(a), apart(b)),
		cmp.Compare(strengthRank(a.Match.Strength), strengthRank(b.Match.Strength)),
		cmp.Compare(basisRank(a.Match.Basis), basisRank(b.Match.Basis)),
		cmp.Compare(a.Match.Distance, b.Match.Distance),
		a.Other.Digest.Compare(b.Other.Digest),
		a.Match.A.Compare(b.Match.A),
		strings.Compare(a.Match.Method, b.Match.Method),
	)
}

func apart(n pipeline.Neighbour) int {
	if n.Decision.Parts() {
		return 1
	}
	return 0
}

func strengthRank(s pipeline.Strength) int {
	if s == pipeline.Confirmed {
		return 0
	}
	return 1
}

// basisRank is the order of the bases in pipeline, from strongest to weakest.
func basisRank(b pipeline.Basis) int {
	return slices.Index([]pipeline.Basis{
		pipeline.SameBytes, pipeline.SameMedia, pipeline.NearPicture, pipeline.PartialPicture,
		pipeline.PictureInVideo, pipeline.SharedFootage, pipeline.SharedAudio,
	}, b)
}

// allMethods joins what took part, each once, in order.
func allMethods(methods []pipeline.Ref, outcomes []pipeline.Outcome) []pipeline.Ref {
	out := append([]pipeline.Ref{}, methods...)
	for _, o := range outcomes {
		out = append(out, o.By)
	}
	slices.SortFunc(out, compareRefs)
	return slices.Compact(out)
}
