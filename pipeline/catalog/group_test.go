package catalog_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

// TestGroupsSayOfCopiesWhatDossiersSay reads a group of items at once and holds it to what is gathered of each alone.
func TestGroupsSayOfCopiesWhatDossiersSay(t *testing.T) {
	t.Parallel()
	cl := &clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, err := catalog.Open(t.Context(), path, catalog.Options{Clock: cl.now, Beside: catalog.Beside{
		Analyzers: []string{"exif", "container"}, Fact: func(f pipeline.Fact) bool { return pipeline.KindOf(f) == pipeline.KindDevice },
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	joins := func(pipeline.Match) bool { return true }
	var items []pipeline.Item
	for i := range 6 {
		it, _ := receive(t, c, fmt.Sprint(i), fmt.Sprintf("%d.jpg", i))
		if i == 3 {
			receive(t, c, fmt.Sprint(i), "again.jpg")
		}
		var x catalog.Examined
		x.Joins = joins
		for _, analyzer := range []string{"container", "other", "exif"} {
			by := pipeline.Ref{Analyzer: analyzer, Version: 1}
			x.Examination.Outcomes = append(x.Examination.Outcomes, pipeline.Outcome{By: by, Status: pipeline.Done})
			for j := range 70 * (1 - i%2) {
				x.Examination.Measurements = append(x.Examination.Measurements,
					pipeline.Measurement{By: by, Fact: pipeline.Device{Model: fmt.Sprint(i, analyzer, j)}}, pipeline.Measurement{By: by, Fact: pipeline.Tag{Name: "t"}})
			}
		}
		for j, other := range items {
			if j%3 != i%2 {
				m := near(it, other)
				m.Distance = (i*5 + j*3) % 7
				x.Matches = append(x.Matches, m)
			}
		}
		if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), x, none); err != nil {
			t.Fatal(err)
		}
		items = append(items, it)
	}
	apart, err := pipeline.DecisionOn(items[4].Digest, items[1].Digest, pipeline.Different, "N. K.", "other cars")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Decide(t.Context(), apart, joins); err != nil {
		t.Fatal(err)
	}
	members := []pipeline.Digest{items[4].Digest, items[1].Digest, items[0].Digest, items[3].Digest} // not 2, not 5
	got, err := c.Group(t.Context(), members)
	if err != nil {
		t.Fatal(err)
	}
	matches, parted := 0, 0
	for i, d := range members {
		want, err := c.Gather(t.Context(), d, func(own pipeline.Degree, _ []pipeline.Degree) pipeline.Cluster { return pipeline.Cluster{Size: 1} })
		if err != nil {
			t.Fatal(err)
		}
		var names, gotNames []string
		for _, r := range want.Receipts {
			names = append(names, r.Name)
		}
		for _, r := range got[i].Receipts {
			gotNames = append(gotNames, r.Name)
		}
		near := slices.DeleteFunc(want.Neighbours, func(n pipeline.Neighbour) bool { return !slices.Contains(members, n.Other.Digest) })
		for _, n := range near {
			matches++
			if n.Decision.Parts() {
				parted++
			}
			if diff := cmp.Diff(n.Facts, got[slices.Index(members, n.Other.Digest)].Examination.Measurements); diff != "" {
				t.Errorf("%d: what is read of it differs from what stands beside others: %s", i, diff)
			}
		}
		if diff := cmp.Diff(near, got[i].Neighbours); diff != "" {
			t.Errorf("%d: %s", i, diff)
		}
		if diff := cmp.Diff(want.Item, got[i].Item); diff != "" || !slices.Equal(names, gotNames) {
			t.Errorf("%d: %s, names %v, want %v", i, diff, gotNames, names)
		}
	}
	if matches < 6 || parted != 2 || len(got[0].Examination.Measurements) != 128 {
		t.Errorf("%d matches, %d parted, %d facts: too few to say anything", matches, parted, len(got[0].Examination.Measurements))
	}
	pickedOtherwise(t, path)
	if again, err := c.Group(t.Context(), members); err != nil || !cmp.Equal(got, again) {
		t.Errorf("what was picked by an earlier version is read otherwise: %v %s", err, cmp.Diff(got, again))
	}
	if set, err := c.Parted(t.Context(), items[1].Digest); err != nil || len(set) != 1 || !set[items[4].Digest] {
		t.Errorf("parted from it are %v, %v", set, err)
	}
	if _, err := c.Group(t.Context(), append(members, pipeline.DigestOf([]byte("unknown")))); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("an unknown item: %v", err)
	}
	if lines, err := c.Lines(t.Context()); err != nil || len(lines) != 0 {
		t.Errorf("nothing asked for: %v, %v", lines, err)
	}
}

// pickedOtherwise makes what is kept of items beside others that of an earlier version, which picked nothing.
func pickedOtherwise(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{`UPDATE beside SET facts = NULL, picks = '0'`, `DELETE FROM beside WHERE item = (SELECT max(item) FROM beside)`} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}
