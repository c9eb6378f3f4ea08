package catalog_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

// reported commits a revision with findings.
func reported(t *testing.T, c *catalog.Catalog, cl *clock, it pipeline.Item, number int, codes []pipeline.Code, weights map[pipeline.Weight]int) {
	t.Helper()
	doc := pipeline.DigestOf([]byte{byte(number)})
	err := c.CommitReported(t.Context(), claim(t, c, cl, pipeline.StepReport, it.Digest), catalog.Revision{
		Item: it.Digest, Number: number, Doc: doc, Core: doc, At: cl.now(), Codes: codes, Findings: weights, Cluster: pipeline.Cluster{Representative: it.Digest, Size: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fitting(t *testing.T, c *catalog.Catalog, f catalog.Filter) []pipeline.Digest {
	t.Helper()
	ls, err := c.Page(t.Context(), f, 0, false, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []pipeline.Digest
	for _, l := range ls {
		whole, err := c.Line(t.Context(), l.Item.Digest)
		if diff := cmp.Diff(whole, l.Line); err != nil || diff != "" {
			t.Errorf("a line read with others differs from the same read alone: %v %s", err, diff)
		}
		out = append(out, l.Item.Digest)
	}
	return out
}

// TestListsFollowTheNewestReport also makes the marks anew from the reports, as a case of an earlier version has it done.
func TestListsFollowTheNewestReport(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "catalog.db")
	cl := &clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}
	reopen := func() *catalog.Catalog {
		c, err := catalog.Open(t.Context(), path, catalog.Options{Clock: cl.now, Actor: "tester"})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := reopen()
	it, _ := receive(t, c, "a", "a.jpg")
	examine(t, c, cl, it)
	reported(t, c, cl, it, 1, []pipeline.Code{"time.old"}, map[pipeline.Weight]int{pipeline.Contradicts: 1})
	receive(t, c, "a", "b.jpg")
	reported(t, c, cl, it, 2, []pipeline.Code{"time.new", "time.new"}, map[pipeline.Weight]int{pipeline.Note: 2, pipeline.Contradicts: 0})
	examined2, _ := receive(t, c, "none", "none.jpg")
	examine(t, c, cl, examined2)
	reported(t, c, cl, examined2, 1, nil, nil)
	check := func(when string) {
		t.Helper()
		for f, want := range map[catalog.Filter][]pipeline.Digest{
			{Code: "time.new"}: {it.Digest}, {Code: "time.old"}: nil, {Weight: pipeline.Note}: {it.Digest}, {Weight: pipeline.Contradicts}: nil,
		} {
			if diff := cmp.Diff(want, fitting(t, c, f)); diff != "" {
				t.Errorf("%s, %+v: %s", when, f, diff)
			}
		}
	}
	check("as committed")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{`DELETE FROM mark`, `DELETE FROM listing`} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c = reopen()
	check("made anew")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// A match marks both its items in the transaction that records it; a filter of basis and strength means one and the same match.
func TestListsFollowMatchesAtOnce(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "Вуліца.jpg")
	b, _ := receive(t, c, "b", "b.jpg")
	alone, _ := receive(t, c, "alone", "alone.jpg")
	examine(t, c, cl, a)
	weak := near(a, b)
	weak.Basis, weak.Strength = pipeline.PartialPicture, pipeline.Suggested
	examine(t, c, cl, b, near(a, b), weak)
	both := []pipeline.Digest{a.Digest, b.Digest}
	for f, want := range map[catalog.Filter][]pipeline.Digest{
		{Basis: pipeline.NearPicture}: both, {Strength: pipeline.Suggested}: both, {Basis: pipeline.PartialPicture, Strength: pipeline.Suggested}: both,
		{Basis: pipeline.PartialPicture, Strength: pipeline.Confirmed}: nil, {Basis: pipeline.SharedAudio}: nil, {Text: "вуЛІЦА"}: {a.Digest}, {Text: "nobody has this"}: nil,
		{Text: alone.Digest.String()[:20]}: {alone.Digest}, {State: catalog.StateWaiting}: {alone.Digest}, {Kind: pipeline.Video}: nil,
	} {
		if diff := cmp.Diff(want, fitting(t, c, f)); diff != "" {
			t.Errorf("%+v: %s", f, diff)
		}
	}
}
