package catalog_test

import (
	"errors"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

func TestDecisionsOnReportsStay(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	examine(t, c, cl, a)
	report(t, c, cl, a, nil, 0)
	decide := func(s pipeline.Standing, revision int, doc pipeline.Digest) error {
		d, err := pipeline.DecisionOnReport(a.Digest, revision, doc, s, "N. K.", "seen")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.DecideReport(t.Context(), d)
		return err
	}
	if err := decide(pipeline.Likely, 1, a.Digest); err != nil { // report gives the item's digest as its document's
		t.Fatal(err)
	}
	for what, err := range map[string]error{"a revision that is not there": decide(pipeline.False, 2, a.Digest), "another document": decide(pipeline.False, 1, item("b").Digest)} {
		if !errors.Is(err, pipeline.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	report(t, c, cl, a, map[pipeline.Code]pipeline.Weight{"x.y": pipeline.Note}, 0)
	if got := names(t, c, catalog.Asked{Marks: []string{"standing:likely"}}); len(got) != 1 {
		t.Errorf("a new revision loses the decision: %v", got)
	}
	if err := decide(pipeline.Withdrawn, 2, a.Digest); err != nil {
		t.Fatal(err)
	}
	got, err := c.ReportDecisions(t.Context(), a.Digest)
	if err != nil || len(got) != 2 || got[0].Standing != pipeline.Likely || got[0].Revision != 1 || got[1].Revision != 2 || got[1].At != cl.now() {
		t.Errorf("%+v, %v", got, err)
	}
	if got := names(t, c, catalog.Asked{Marks: []string{"standing:likely"}}); len(got) != 0 {
		t.Error("what was taken back still counts")
	}
	custody, err := c.Custody(t.Context(), a.Digest)
	if last := custody[len(custody)-1]; err != nil || last.Act != pipeline.ActDecided || last.By != "N. K." || last.Detail != "withdrawn: seen" {
		t.Errorf("%+v, %v", custody, err)
	}
}

func TestRetryExaminesAgain(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	examine(t, c, cl, a)
	if err := c.Retry(t.Context(), a.Digest, "N. K.", "plan"); err != nil {
		t.Fatal(err)
	}
	task(t, c, cl.now(), pipeline.StepExamine, a.Digest)
	if _, got := receive(t, c, "a", "a"); got.NewReceipt {
		t.Error("the same act of receiving is a new receipt")
	}
	custody, err := c.Custody(t.Context(), a.Digest)
	if err != nil || custody[len(custody)-1].Act != pipeline.ActRetried || custody[len(custody)-1].By != "N. K." {
		t.Errorf("%+v, %v", custody, err)
	}
	if err := c.Retry(t.Context(), item("b").Digest, "x", "plan"); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("an unknown item: %v", err)
	}
}
