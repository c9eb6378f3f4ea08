package catalog_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

func decide(t *testing.T, c *catalog.Catalog, a, b pipeline.Item, v pipeline.Verdict, why string) pipeline.PairDecision {
	t.Helper()
	d, err := pipeline.DecisionOn(a.Digest, b.Digest, v, "N. K.", why)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = c.Decide(t.Context(), d, joined); err != nil {
		t.Fatal(err)
	}
	return d
}

func joined(pipeline.Match) bool { return true }

// degree is what clusters are read off.
func degree(t *testing.T, c *catalog.Catalog, it pipeline.Item) (own int, near []pipeline.Degree) {
	t.Helper()
	got, err := c.Gather(t.Context(), it.Digest, func(own pipeline.Degree, all []pipeline.Degree) pipeline.Cluster {
		near = all
		return pipeline.Cluster{Representative: own.Item, Size: 1}
	})
	if err != nil {
		t.Fatal(err)
	}
	return got.Degree, near
}

func TestWhatAPersonPartedNoMatchJoins(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	x, _ := receive(t, c, "x", "x")
	sound := near(a, b)
	sound.Basis = pipeline.SharedAudio
	examine(t, c, cl, x)
	examine(t, c, cl, a, near(a, x))
	examine(t, c, cl, b, near(a, b), sound, near(b, x))

	first := decide(t, c, b, a, pipeline.Different, "two doors of one office")
	if own, others := degree(t, c, a); own != 1 || len(others) != 1 || others[0].Item != x.Digest {
		t.Errorf("parted: degree %d, neighbours %v", own, others)
	}
	if own, _ := degree(t, c, x); own != 2 {
		t.Errorf("the third's degree is %d", own)
	}
	cl.move(time.Minute)
	// Examined again, by whatever new version: the word stands, and so do the matches.
	if err := c.Want(t.Context(), pipeline.StepExamine, b.Digest); err != nil {
		t.Fatal(err)
	}
	examine(t, c, cl, b, near(a, b), sound, near(b, x))
	if own, _ := degree(t, c, b); own != 1 {
		t.Errorf("examined again: degree %d", own)
	}
	ms, err := c.MatchesOf(t.Context(), a.Digest, "")
	if len(ms) != 3 || err != nil {
		t.Errorf("matches %v, %v: a decision takes none away", ms, err)
	}

	second := decide(t, c, a, b, pipeline.Same, "")
	if own, _ := degree(t, c, a); own != 2 {
		t.Errorf("taken back: degree %d", own)
	}
	said, err := c.DecisionsOn(t.Context(), a.Digest, b.Digest)
	if diff := cmp.Diff([]pipeline.PairDecision{first, second}, said); diff != "" || err != nil {
		t.Error(diff, err)
	}
	last, err := c.Decisions(t.Context())
	if diff := cmp.Diff([]pipeline.PairDecision{second}, last); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestADecisionIsInCustodyAndAsksForReports(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	examine(t, c, cl, a)
	examine(t, c, cl, b, near(a, b))
	cl.move(time.Minute)
	for _, it := range []pipeline.Item{a, b} {
		if err := c.Finish(t.Context(), claim(t, c, cl, pipeline.StepReport, it.Digest)); err != nil {
			t.Fatal(err)
		}
	}
	decide(t, c, a, b, pipeline.Different, "other street")
	for _, pair := range [][2]pipeline.Item{{a, b}, {b, a}} {
		custody, err := c.Custody(t.Context(), pair[0].Digest)
		if err != nil {
			t.Fatal(err)
		}
		want := pipeline.Entry{At: cl.now(), By: "N. K.", Act: pipeline.ActDecided, Item: pair[0].Digest, Subject: pair[1].Digest.Hex(), Detail: "different: other street"}
		got := custody[len(custody)-1]
		got.Seq = 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		task(t, c, cl.now(), pipeline.StepReport, pair[0].Digest) // at once
	}
}

func TestADossierTellsWhatWasDecidedAndListsItLast(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	x, _ := receive(t, c, "x", "x")
	examine(t, c, cl, a)
	examine(t, c, cl, b)
	far := near(a, x)
	far.Distance = 30
	examine(t, c, cl, x, near(b, x), far)
	d := decide(t, c, b, x, pipeline.Different, "")
	got, err := c.Gather(t.Context(), x.Digest, func(own pipeline.Degree, _ []pipeline.Degree) pipeline.Cluster { return pipeline.Cluster{} })
	want := []pipeline.Neighbour{{Match: far, Other: a, Name: "a"}, {Match: near(b, x), Other: b, Name: "b", Decision: &d}}
	if diff := cmp.Diff(want, got.Neighbours); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWhatCannotBeDecided(t *testing.T) {
	t.Parallel()
	c, _ := open(t)
	a, _ := receive(t, c, "a", "a")
	d, err := pipeline.DecisionOn(a.Digest, item("never received").Digest, pipeline.Different, "N. K.", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Decide(t.Context(), d, joined); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("on an item that is not there: %v", err)
	}
	if ds, err := c.Decisions(t.Context()); len(ds) != 0 || err != nil {
		t.Errorf("recorded all the same: %v, %v", ds, err)
	}
}

// A pair without a match can be decided on beforehand: the word waits for the match.
func TestADecisionMayComeBeforeTheMatch(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	examine(t, c, cl, a)
	decide(t, c, a, b, pipeline.Different, "")
	examine(t, c, cl, b, near(a, b))
	for _, it := range []pipeline.Item{a, b} {
		if own, others := degree(t, c, it); own != 0 || len(others) != 0 {
			t.Errorf("degree %d, neighbours %v", own, others)
		}
	}
	decide(t, c, a, b, pipeline.Same, "")
	if own, _ := degree(t, c, b); own != 1 {
		t.Errorf("taken back: degree %d", own)
	}
}

// A case made before there were decisions gets the table when it is opened.
func TestAnOlderCaseLearnsToDecide(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, err := catalog.Open(t.Context(), path, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `DROP TABLE decision; DELETE FROM migration WHERE name = '0002_decision.sql'`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if c, err = catalog.Open(t.Context(), path, catalog.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // nothing was written through it
	if ds, err := c.Decisions(t.Context()); len(ds) != 0 || err != nil {
		t.Errorf("%v, %v", ds, err)
	}
}

func TestADossierCarriesWhatANeighbourStates(t *testing.T) {
	t.Parallel()
	device := pipeline.Device{Source: "Exif", Make: "Canon", Model: "EOS 5D"}
	cl := &clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}
	c, err := catalog.Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{Clock: cl.now, Beside: catalog.Beside{
		Analyzers: []string{"exif"}, Fact: func(f pipeline.Fact) bool { return pipeline.KindOf(f) == pipeline.KindDevice },
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	exif, other := pipeline.Ref{Analyzer: "exif", Version: 1}, pipeline.Ref{Analyzer: "container", Version: 1}
	says := []pipeline.Measurement{{By: exif, Fact: pipeline.Tag{Name: "Make"}}}
	for range 200 {
		says = append(says, pipeline.Measurement{By: exif, Fact: device})
	}
	x := catalog.Examined{Examination: pipeline.Examination{
		Outcomes:     []pipeline.Outcome{{By: exif, Status: pipeline.Done}, {By: other, Status: pipeline.Done}},
		Measurements: append(says, pipeline.Measurement{By: other, Fact: device}),
	}}
	if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, a.Digest), x, none); err != nil {
		t.Fatal(err)
	}
	examine(t, c, cl, b, near(a, b))
	got, err := c.Gather(t.Context(), b.Digest, func(own pipeline.Degree, _ []pipeline.Degree) pipeline.Cluster { return pipeline.Cluster{} })
	if err != nil || len(got.Neighbours) != 1 {
		t.Fatalf("%v, %v", got.Neighbours, err)
	}
	facts := got.Neighbours[0].Facts
	if len(facts) != 64 {
		t.Errorf("%d facts of 200", len(facts))
	}
	for _, m := range facts {
		if m.By != exif || m.Fact != device {
			t.Errorf("carries %v", m)
		}
	}
}

func TestADrawingIsKeptUnderItsKey(t *testing.T) {
	t.Parallel()
	c, _ := open(t)
	key := pipeline.DigestOf([]byte("match"))
	if _, err := c.Drawn(t.Context(), key); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("before it is made: %v", err)
	}
	for _, want := range []catalog.Drawing{
		{Digest: pipeline.DigestOf([]byte("a")), MediaType: "image/png", Shows: "frames"},
		{Digest: pipeline.DigestOf([]byte("b")), MediaType: "image/jpeg", Shows: "sheet"},
	} {
		if err := c.Draw(t.Context(), key, want); err != nil {
			t.Fatal(err)
		}
		got, err := c.Drawn(t.Context(), key)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}
