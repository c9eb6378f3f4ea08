package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// judge asks every rule and returns its findings in the order of a core. cut says, where a rule had more
// than MaxFindings to say, which and how many.
func judge(d pipeline.Dossier, rules []pipeline.Rule) (findings []pipeline.Finding, cut string, err error) {
	findings = []pipeline.Finding{}
	var over []string
	for _, r := range rules {
		found, err := ask(r, d)
		if err != nil {
			return nil, "", err
		}
		slices.SortStableFunc(found, compareFindings)
		if len(found) > MaxFindings {
			over = append(over, fmt.Sprintf("%s: %d of %d findings are carried", r.Code, MaxFindings, len(found)))
			found = found[:MaxFindings]
		}
		findings = append(findings, found...)
	}
	slices.SortStableFunc(findings, compareFindings)
	slices.Sort(over)
	return findings, strings.Join(over, "; "), nil
}

// ask lets one rule judge and holds it to its contract: its own code, a known weight, something cited.
// A panic in a rule is a fault of ours and comes back as an error that names the rule.
func ask(r pipeline.Rule, d pipeline.Dossier) (found []pipeline.Finding, err error) {
	defer func() {
		if p := recover(); p != nil {
			found, err = nil, fmt.Errorf("rule %s: %w", r.Code, panicked(p))
		}
	}()
	found = append([]pipeline.Finding{}, r.Judge(d)...)
	for i, f := range found {
		switch {
		case f.Code != r.Code:
			return nil, fmt.Errorf("rule %s returned a finding of code %s", r.Code, f.Code)
		case weightRank(f.Weight) < 0:
			return nil, fmt.Errorf("rule %s: %q is no weight", r.Code, f.Weight)
		case len(f.Cites) == 0:
			return nil, fmt.Errorf("rule %s: a finding cites nothing", r.Code)
		}
		if len(f.Values) == 0 {
			found[i].Values = nil
		}
	}
	return found, nil
}

// weightRank orders findings: what needs a person first stands first. -1 is no weight.
func weightRank(w pipeline.Weight) int {
	return slices.Index([]pipeline.Weight{pipeline.Contradicts, pipeline.Questions, pipeline.Supports, pipeline.Note}, w)
}

// compareFindings orders by weight, code, cites, and lastly values.
func compareFindings(a, b pipeline.Finding) int {
	return cmp.Or(
		cmp.Compare(weightRank(a.Weight), weightRank(b.Weight)),
		strings.Compare(string(a.Code), string(b.Code)),
		slices.CompareFunc(a.Cites, b.Cites, compareCites),
		slices.Compare(flat(a.Values), flat(b.Values)),
	)
}

func compareCites(a, b pipeline.Cite) int {
	return cmp.Or(
		strings.Compare(a.Analyzer, b.Analyzer),
		strings.Compare(a.Where.Path, b.Where.Path),
		cmp.Compare(at(a.Where.Offset), at(b.Where.Offset)),
		cmp.Compare(a.Where.Length, b.Where.Length),
		cmp.Compare(at(a.Where.Time), at(b.Where.Time)),
		strings.Compare(a.What, b.What),
		strings.Compare(a.Value, b.Value),
	)
}

// at gives an absent place the lowest rank.
func at[N int64 | float64](p *N) N {
	if p == nil {
		return -1
	}
	return *p
}

// flat lists a finding's values in the order of their names.
func flat(values map[string]string) []string {
	out := make([]string, 0, 2*len(values))
	for name, value := range values {
		out = append(out, name+"\x00"+value)
	}
	slices.Sort(out)
	return out
}
