package evaluate

import (
	"slices"

	"dokaz/pipeline"
)

// Observed is what a case made of the files of a manifest.
type Observed struct {
	Files   map[string]File // by the name in the manifest
	Matches []pipeline.Match
}

// File is what became of one file. A missing one has a reason and no item.
type File struct {
	Missing string // why it could not be taken in, "" where it was
	Trouble string // which analyzers did not finish and why, "" where all did
	Item    pipeline.Digest
	Kind    pipeline.Kind
	// The hashes of the whole picture that peers go by, of photos where they could be computed.
	PDQ   *pipeline.Hash256
	PHash *uint64
}

// The thresholds at which peers are counted.
const (
	PDQThreshold   = 31 // the publishers' advice
	PHashThreshold = 10 // goimagehash's own documentation and common use
)

// pairOf is two items in the order of their digests.
type pairOf [2]pipeline.Digest

func ordered(a, b pipeline.Digest) pairOf {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	return pairOf{a, b}
}

// evaluation is a manifest and what was observed, side by side.
type evaluation struct {
	truth   Truth
	seen    Observed
	matches map[pairOf][]pipeline.Match
	scenes  map[pipeline.Digest][]string // of every file with these bytes, ascending
	kinds   map[pipeline.Digest]pipeline.Kind
	items   []pipeline.Digest // ascending, each once
	report  *Report
}

func newEvaluation(t Truth, o Observed) *evaluation {
	e := &evaluation{truth: t, seen: o, matches: map[pairOf][]pipeline.Match{}, scenes: map[pipeline.Digest][]string{},
		kinds: map[pipeline.Digest]pipeline.Kind{}, report: empty()}
	for _, m := range o.Matches {
		k := ordered(m.A, m.B)
		e.matches[k] = append(e.matches[k], m)
	}
	for _, name := range t.Files {
		f := o.Files[name]
		if f.Missing != "" {
			continue
		}
		if _, known := e.kinds[f.Item]; !known {
			e.items = append(e.items, f.Item)
		}
		e.kinds[f.Item] = f.Kind
		e.scenes[f.Item] = union(e.scenes[f.Item], t.scene[name])
	}
	slices.SortFunc(e.items, pipeline.Digest.Compare)
	return e
}

// union merges two ascending lists.
func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// strangers reports whether both items' scenes are known and have nothing in common.
func (e *evaluation) strangers(a, b pipeline.Digest) bool {
	return apart(e.scenes[a], e.scenes[b])
}

func apart(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	for _, s := range a {
		if _, shared := slices.BinarySearch(b, s); shared {
			return false
		}
	}
	return true
}

// between returns the matches of two items, of any basis; equal items are the same bytes.
func (e *evaluation) between(a, b pipeline.Digest) []pipeline.Match {
	if a == b {
		return []pipeline.Match{{A: a, B: b, Basis: pipeline.SameBytes, Strength: pipeline.Confirmed}}
	}
	return e.matches[ordered(a, b)]
}

// alike says how the peers' hashes of two files answer: found or not, and whether both have one.
func alike(a, b File) (pdq, phash bool, havePDQ, havePHash bool) {
	if a.PDQ != nil && b.PDQ != nil {
		havePDQ, pdq = true, a.PDQ.Distance(*b.PDQ) <= PDQThreshold
	}
	if a.PHash != nil && b.PHash != nil {
		havePHash, phash = true, ones(*a.PHash^*b.PHash) <= PHashThreshold
	}
	return pdq, phash, havePDQ, havePHash
}
