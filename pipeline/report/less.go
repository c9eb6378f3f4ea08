package report

import (
	"fmt"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// Made is a report with its document.
type Made struct {
	Report pipeline.Report
	Doc    []byte
	Short  error // what kept it from saying all that is known; nil where nothing did
}

// Make freezes and issues. Where a fault of ours keeps the report from being made of all that is known, which is the same at every try,
// it is made of less, and says so in an outcome of its own: first without the statements and the rules at which it fails, then of the
// item and its receipts alone. An error is one that no report could be made of: an envelope that is not the item's.
func Make(d pipeline.Dossier, rules []pipeline.Rule, methods []pipeline.Ref, total int, env pipeline.Issue) (Made, error) {
	r, doc, err := attempt(d, rules, methods, total, env)
	if err == nil {
		return Made{Report: r, Doc: doc}, nil
	}
	less, able, left := without(d, rules)
	less.Examination.Outcomes = append(less.Examination.Outcomes, shortened(err, left))
	if r, doc, again := attempt(less, able, methods, total, env); again == nil {
		return Made{Report: r, Doc: doc, Short: err}, nil
	}
	return MakeLeast(d, methods, total, env, err)
}

// MakeLeast makes the report that says of an item what was received, and why there is no more.
func MakeLeast(d pipeline.Dossier, methods []pipeline.Ref, total int, env pipeline.Issue, why error) (Made, error) {
	least := pipeline.Dossier{Item: d.Item, Receipts: d.Receipts}
	least.Examination.Outcomes = []pipeline.Outcome{shortened(why, []string{"all but the item and how it was received"})}
	r, doc, err := attempt(least, nil, methods, total, env)
	return Made{Report: r, Doc: doc, Short: why}, err
}

// attempt freezes and issues, a panic being an error.
func attempt(d pipeline.Dossier, rules []pipeline.Rule, methods []pipeline.Ref, total int, env pipeline.Issue) (r pipeline.Report, doc []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	core, err := Freeze(d, rules, methods, total)
	if err != nil {
		return r, nil, err
	}
	return Issue(core, env)
}

// maxReason bounds the words of why a report is short, in bytes.
const maxReason = 2000

// shortened is the outcome that tells what a report lacks.
func shortened(why error, left []string) pipeline.Outcome {
	text := valid(fmt.Sprintf("the report could not be made of all that is known: %v", why))
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	if len(left) > 0 {
		text += "; left out: " + strings.Join(left, ", ")
	}
	return pipeline.Outcome{By: self, Status: pipeline.Failed, Reason: text}
}

// without leaves out of a dossier what has no canonical form, and of the rules those that fail on the rest. left names both.
func without(d pipeline.Dossier, rules []pipeline.Rule) (less pipeline.Dossier, able []pipeline.Rule, left []string) {
	less = d
	statements := map[string]int{}
	less.Examination.Measurements = slices.DeleteFunc(slices.Clone(d.Examination.Measurements), func(m pipeline.Measurement) bool {
		ok := writable(m)
		if !ok {
			statements[m.By.Analyzer]++
		}
		return !ok
	})
	for analyzer, n := range statements {
		left = append(left, fmt.Sprintf("statements of %s: %d", analyzer, n))
	}
	less.Neighbours = kept(d.Neighbours, "matches", &left)
	less.Proofs = kept(d.Proofs, "proofs", &left)
	for _, r := range rules {
		if _, err := ask(r, less); err != nil {
			left = append(left, fmt.Sprintf("findings of %s", r.Code))
			continue
		}
		able = append(able, r)
	}
	slices.Sort(left)
	return less, able, left
}

// kept keeps what can be written, and notes how many could not.
func kept[T any](in []T, what string, left *[]string) []T {
	out := slices.DeleteFunc(slices.Clone(in), func(v T) bool { return !writable(v) })
	if n := len(in) - len(out); n > 0 {
		*left = append(*left, fmt.Sprintf("%s: %d", what, n))
	}
	return out
}

// writable reports whether a value has a canonical form.
func writable(v any) (ok bool) {
	defer func() { ok = ok && recover() == nil }()
	_, err := pipeline.Canonical(v)
	return err == nil
}

// panicked is the error of a panic. Its text is part of a core, so that it may hold no address.
func panicked(p any) error {
	switch p.(type) {
	case error, string:
		return fmt.Errorf("panic: %v", p)
	}
	return fmt.Errorf("panic: a value of type %T", p)
}
