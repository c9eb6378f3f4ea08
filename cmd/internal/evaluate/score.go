package evaluate

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// Schema names the form of a Report in JSON.
const Schema = "dokaz.eval/v1"

func ones(v uint64) int { return bits.OnesCount64(v) }

// Score holds what was observed against the truth. crossSource counts every pair of items of different sources as one
// of which there is nothing to be found.
func Score(t Truth, o Observed, crossSource bool) Report {
	e := newEvaluation(t, o)
	r := e.report
	r.Schema, r.Files, r.Pairs = Schema, len(t.Files), len(t.Pairs)
	r.Interval = "two-sided 95 %: Wilson; one-sided 95 %: Clopper-Pearson"
	e.unusable()
	e.positives()
	e.negatives()
	e.bases(crossSource)
	if crossSource {
		e.cross()
	}
	e.segments()
	e.stills()
	return *r
}

// unusable lists the files that are missing or were not examined whole.
func (e *evaluation) unusable() {
	for _, name := range e.truth.Files {
		f := e.seen.Files[name]
		switch {
		case f.Missing != "":
			e.report.Missing = append(e.report.Missing, Unusable{name, f.Missing})
		case f.Trouble != "":
			e.report.Troubled = append(e.report.Troubled, Unusable{name, f.Trouble})
		}
	}
	for _, p := range e.truth.Pairs {
		if !e.judged(p) {
			e.report.Unjudged++
		}
	}
}

// judged reports whether both files of a pair are there.
func (e *evaluation) judged(p Pair) bool {
	return e.seen.Files[p.A].Missing == "" && e.seen.Files[p.B].Missing == ""
}

// answer is what came of a pair of which there is something to be found.
type answer struct {
	pair      Pair
	files     [2]File
	bases     []pipeline.Basis // that answer it, the expected one first
	best      *pipeline.Match  // confirmed before suggested, then in the order of bases; nil where it was not found
	confirmed bool
}

// answers judges every pair of which there is something to be found, in the order of the manifest.
func (e *evaluation) answers(do func(answer)) {
	for _, p := range e.truth.Pairs {
		if p.Relation.Negative() || !e.judged(p) {
			continue
		}
		do(e.answer(p))
	}
}

func (e *evaluation) answer(p Pair) answer {
	a := answer{pair: p, files: [2]File{e.seen.Files[p.A], e.seen.Files[p.B]}}
	a.bases = p.Relation.bases(a.files[0].Kind, a.files[1].Kind)
	rank := func(m pipeline.Match) int {
		at := slices.Index(a.bases, m.Basis)
		if m.Strength != pipeline.Confirmed {
			at += len(a.bases)
		}
		return at
	}
	for _, m := range e.between(a.files[0].Item, a.files[1].Item) {
		if m.OtherShot || !slices.Contains(a.bases, m.Basis) {
			continue
		}
		if a.best == nil || rank(m) < rank(*a.best) {
			a.best = &m
		}
	}
	a.confirmed = a.best != nil && a.best.Strength == pipeline.Confirmed
	return a
}

// tally counts a Group while it grows.
type tally struct{ n, found, confirmed, pdqOf, pdq, phashOf, phash int }

func (t *tally) add(a answer) {
	t.n++
	t.found += one(a.best != nil)
	t.confirmed += one(a.confirmed)
	pdq, phash, havePDQ, havePHash := alike(a.files[0], a.files[1])
	t.pdqOf, t.pdq = t.pdqOf+one(havePDQ), t.pdq+one(pdq)
	t.phashOf, t.phash = t.phashOf+one(havePHash), t.phash+one(phash)
}

func (t *tally) group(name string) Group {
	return Group{name, NewRate(t.found, t.n), NewRate(t.confirmed, t.n), NewRate(t.pdq, t.pdqOf), NewRate(t.phash, t.phashOf)}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// positives counts by relation, by transform and by source, and lists the misses.
func (e *evaluation) positives() {
	var all tally
	by := [3]map[string]*tally{{}, {}, {}}
	e.answers(func(a answer) {
		all.add(a)
		for i, name := range []string{string(a.pair.Relation), a.pair.Transform, a.pair.Source} {
			if name == "" {
				continue
			}
			if by[i][name] == nil {
				by[i][name] = &tally{}
			}
			by[i][name].add(a)
		}
		if a.best == nil {
			e.miss(a)
		}
	})
	e.report.Positives = all.group("all")
	for i, out := range []*[]Group{&e.report.Relations, &e.report.Transforms, &e.report.Sources} {
		for _, name := range sortedKeys(by[i]) {
			*out = append(*out, by[i][name].group(name))
		}
	}
}

// miss lists a pair that was not found, with what came instead.
func (e *evaluation) miss(a answer) {
	got := "nothing"
	var said []string
	for _, m := range e.between(a.files[0].Item, a.files[1].Item) {
		s := fmt.Sprintf("%s %s", m.Strength, m.Basis)
		if m.OtherShot {
			s += " (other shot)"
		}
		said = append(said, s)
	}
	if len(said) > 0 {
		got = strings.Join(said, ", ")
	}
	for i, name := range []string{a.pair.A, a.pair.B} {
		if a.files[i].Trouble != "" {
			got += "; " + name + ": " + a.files[i].Trouble
		}
	}
	if pdq := a.files[0].PDQ; pdq != nil && a.files[1].PDQ != nil {
		got += fmt.Sprintf("; PDQ %d apart", pdq.Distance(*a.files[1].PDQ))
	}
	e.report.Misses = append(e.report.Misses, Miss{a.pair.A, a.pair.B, a.pair.Relation, a.pair.Transform, string(a.bases[0]), got})
}

// negatives counts the pairs that the manifest says have nothing to be found.
func (e *evaluation) negatives() {
	count := map[Relation]*Negative{}
	for _, p := range e.truth.Pairs {
		if !p.Relation.Negative() || !e.judged(p) {
			continue
		}
		n := count[p.Relation]
		if n == nil {
			n = &Negative{Relation: p.Relation}
			count[p.Relation] = n
		}
		n.Pairs++
		var worst pipeline.Strength
		shot := false
		for _, m := range e.between(e.seen.Files[p.A].Item, e.seen.Files[p.B].Item) {
			if m.OtherShot && p.Relation.otherShot() {
				shot = true
				continue
			}
			e.report.False = append(e.report.False, FalseMatch{p.A, p.B, string(p.Relation), m})
			if worst != pipeline.Confirmed {
				worst = m.Strength
			}
		}
		n.Confirmed += one(worst == pipeline.Confirmed)
		n.Suggested += one(worst == pipeline.Suggested)
		n.OtherShot += one(shot && worst == "")
	}
	for _, r := range Relations() {
		if n := count[r]; n != nil {
			n.Upper = upperBound(n.Confirmed, n.Pairs)
			e.report.Negatives = append(e.report.Negatives, *n)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, byNumbers)
	return out
}

// byNumbers orders names so that crop5 comes before crop10.
func byNumbers(a, b string) int {
	for a != "" && b != "" {
		x, restA := head(a)
		y, restB := head(b)
		if x != y {
			if digits(x) && digits(y) && len(x) != len(y) {
				return len(x) - len(y)
			}
			return strings.Compare(x, y)
		}
		a, b = restA, restB
	}
	return len(a) - len(b)
}

// head parts a name after its first run of digits or of others.
func head(s string) (first, rest string) {
	n := 1
	for n < len(s) && isDigit(s[n]) == isDigit(s[0]) {
		n++
	}
	return s[:n], s[n:]
}

func digits(s string) bool { return s != "" && isDigit(s[0]) }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
