package report

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/rules"
)

// A report is made of the rest where a rule or a statement cannot be had, and names what is missing.
func TestAReportIsMadeOfWhatCanBeHad(t *testing.T) {
	t.Parallel()
	d := photo()
	want, _ := issued(t, d)
	d.Neighbours = append(d.Neighbours, pipeline.Neighbour{Other: pipeline.Item{Digest: digest("far")},
		Match: pipeline.Match{A: digest("far"), B: d.Item.Digest, Basis: pipeline.SharedAudio, Strength: pipeline.Suggested, Agreement: math.NaN()}})
	fails := pipeline.Rule{Code: "a.fails", Judge: func(pipeline.Dossier) []pipeline.Finding { panic("index out of range") }}
	made, err := Make(d, append(rules.All(), fails), methods(), 61, envelope(t, d))
	if err != nil {
		t.Fatal(err)
	}
	if made.Short == nil || !strings.Contains(made.Short.Error(), "rule a.fails: panic: index out of range") {
		t.Errorf("short for %v", made.Short)
	}
	got := ownReason(made.Report.Core)
	if !strings.HasPrefix(got, "failed: the report could not be made of all that is known: ") || !strings.HasSuffix(got, "; left out: findings of a.fails, matches: 1") {
		t.Errorf("the report says %q", got)
	}
	core := made.Report.Core
	told := slices.IndexFunc(core.Findings, func(f pipeline.Finding) bool {
		return f.Code == "analysis.incomplete" && f.Cites[0].Analyzer == self.Analyzer
	})
	if told < 0 || len(core.Findings) != len(want.Core.Findings)+1 || len(core.Neighbours) != len(want.Core.Neighbours) || len(core.Measurements) != len(want.Core.Measurements) {
		t.Errorf("%d findings, %d neighbours, %d statements are left; want one more than %d, %d, %d", len(core.Findings), len(core.Neighbours), len(core.Measurements),
			len(want.Core.Findings), len(want.Core.Neighbours), len(want.Core.Measurements))
	}
	if err := validate(t, compiled(t), made.Doc); err != nil {
		t.Error(err)
	}
	again, err := Make(d, append(rules.All(), fails), methods(), 61, envelope(t, d))
	if err != nil || again.Report.Issue.CoreDigest != made.Report.Issue.CoreDigest {
		t.Errorf("made again it is another: %v", err)
	}
}

// What helps nothing else still leaves the item and its receipts.
func TestAReportOfLittleIsStillAReport(t *testing.T) {
	t.Parallel()
	d := photo()
	made, err := Make(d, rules.All(), methods(), 0, envelope(t, d)) // fewer matches than neighbours
	if err != nil {
		t.Fatal(err)
	}
	core := made.Report.Core
	if !errors.Is(made.Short, pipeline.ErrMalformed) || len(core.Receipts) == 0 || len(core.Measurements)+len(core.Neighbours)+len(core.Findings) != 0 {
		t.Errorf("%v: %+v", made.Short, core)
	}
	if got := ownReason(core); !strings.HasSuffix(got, "; left out: all but the item and how it was received") {
		t.Errorf("the report says %q", got)
	}
	if err := validate(t, compiled(t), made.Doc); err != nil {
		t.Error(err)
	}
	env := envelope(t, d)
	env.Receipts = env.Receipts[1:]
	if _, err := Make(d, rules.All(), methods(), 61, env); !errors.Is(err, pipeline.ErrMalformed) {
		t.Errorf("with the envelope of something else: %v", err)
	}
}

// The reason is bounded and holds no address, since it is part of the core.
func TestTheReasonIsBounded(t *testing.T) {
	t.Parallel()
	o := shortened(errors.New(strings.Repeat("я\xff", 3000)), nil)
	if len(o.Reason) > maxReason+4 || o.Reason != strings.ToValidUTF8(o.Reason, "") {
		t.Errorf("%d bytes", len(o.Reason))
	}
	if got := panicked(&struct{ n int }{1}).Error(); got != "panic: a value of type *struct { n int }" {
		t.Errorf("%q", got)
	}
}

// ownReason is what the making of a report says of itself.
func ownReason(c pipeline.Core) (out string) {
	for _, o := range c.Outcomes {
		if o.By == self {
			out += string(o.Status) + ": " + o.Reason
		}
	}
	return out
}
