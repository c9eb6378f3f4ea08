package catalog_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// told is what a test told the catalog of one item.
type told struct {
	digest pipeline.Digest
	source string
	at     []time.Time // of its receipts
	states []catalog.State
}

// fits reads a filter the plain way.
func (w told) fits(f catalog.Filter) bool {
	return (f.State == "" || slices.Contains(w.states, f.State)) && (f.Source == "" || f.Source == w.source) &&
		(f.Since.IsZero() || slices.ContainsFunc(w.at, func(at time.Time) bool { return !at.Before(f.Since) })) &&
		(f.Until.IsZero() || slices.ContainsFunc(w.at, func(at time.Time) bool { return at.Before(f.Until) }))
}

var firstDay = time.Date(2020, 8, 9, 10, 0, 0, 0, time.UTC)

// manyStates fills a catalog with items in every state, whose receipts come neither in the order of arrival nor alone, and whose arrivals
// lie in several spans.
func manyStates(t *testing.T, c *catalog.Catalog, cl *clock, path string) []told {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out []told
	for i := range 60 {
		if _, err := db.ExecContext(t.Context(), `UPDATE sqlite_sequence SET seq = seq + $1 WHERE name = 'item'`, 37*(i%3)); err != nil {
			t.Fatal(err)
		}
		it := item(fmt.Sprint(i))
		w := told{digest: it.Digest, source: []string{"a", "b"}[i/7%2]}
		for j := range 1 + i%5/4 {
			at := firstDay.Add(time.Duration((i*13+j*29)%60) * time.Minute).Add(time.Duration(i%2) * 300 * time.Millisecond)
			r := pipeline.Receipt{Item: it.Digest, Name: fmt.Sprint(i), Path: fmt.Sprintf("%d/%d", j, i), At: at, Claims: pipeline.Claims{Source: w.source}}
			if _, err := (catalog.Receiver{Catalog: c, Plan: "plan"}).Receive(t.Context(), it, r); err != nil {
				t.Fatal(err)
			}
			w.at = append(w.at, at)
		}
		status := pipeline.Done
		switch i % 6 {
		case 0:
			w.states = []catalog.State{catalog.StateWaiting}
			out = append(out, w)
			continue
		case 1:
			status, w.states = pipeline.Refused, append(w.states, catalog.StateFailed)
		case 2:
			status, w.states = pipeline.Failed, append(w.states, catalog.StateFailed, catalog.StateQuarantined)
		case 3:
			status = pipeline.Partial
		}
		x := catalog.Examined{Examination: pipeline.Examination{Outcomes: []pipeline.Outcome{{By: by, Status: status}}}, Quarantined: i%6 == 2}
		if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), x, none); err != nil {
			t.Fatal(err)
		}
		if i%4 != 0 {
			report(t, c, cl, it, nil, 0)
			w.states = append(w.states, catalog.StateReported)
		}
		out = append(out, w)
	}
	return out
}

// TestFiltersByStateAndTime holds pages of any length, in both orders, to a reading of the filter one item at a time; once as the lines were
// written and once as a case of an earlier version has them made.
func TestFiltersByStateAndTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "catalog.db")
	cl := &clock{at: firstDay}
	reopen := func() *catalog.Catalog {
		c, err := catalog.Open(t.Context(), path, catalog.Options{Clock: cl.now, Actor: "tester"})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := reopen()
	all := manyStates(t, c, cl, path)
	check := func(r *rapid.T) {
		minute := rapid.Custom(func(r *rapid.T) time.Time {
			if rapid.Bool().Draw(r, "unbounded") {
				return time.Time{}
			}
			return firstDay.Add(time.Duration(rapid.IntRange(-1, 61).Draw(r, "minute")) * time.Minute)
		})
		f := catalog.Filter{
			State: rapid.SampledFrom([]catalog.State{"", catalog.StateWaiting, catalog.StateReported, catalog.StateFailed, catalog.StateQuarantined}).Draw(r, "state"),
			Since: minute.Draw(r, "since"), Until: minute.Draw(r, "until"), Source: rapid.SampledFrom([]string{"", "a", "b"}).Draw(r, "source"),
		}
		newest, limit := rapid.Bool().Draw(r, "newest"), rapid.IntRange(1, 9).Draw(r, "limit")
		var want, got []pipeline.Digest
		for _, w := range all {
			if w.fits(f) {
				want = append(want, w.digest)
			}
		}
		if newest {
			slices.Reverse(want)
		}
		for after := int64(0); ; {
			ls, err := c.Page(t.Context(), f, after, newest, limit)
			if err != nil {
				r.Fatal(err)
			}
			for _, l := range ls {
				got, after = append(got, l.Item.Digest), l.Arrival
			}
			if len(ls) < limit {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Errorf("%+v, newest %v, pages of %d: %s", f, newest, limit, diff)
		}
	}
	rapid.Check(t, check)
	if p, err := c.Pending(t.Context()); err != nil || p.Items != 60 || p.Examining != 10 || p.Failed != 20 {
		t.Errorf("pending: %+v, %v", p, err)
	}
	catalog.AlwaysMany(c)
	rapid.Check(t, check)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	beforeTimes(t, path)
	c = reopen()
	defer c.Close()
	rapid.Check(t, check)
}

// beforeTimes takes a catalog back to what it was before the step 0010.
func beforeTimes(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`DROP TABLE span`, `ALTER TABLE listing DROP COLUMN latest`, `DELETE FROM mark WHERE mark LIKE 'is:%'`, `DELETE FROM migration WHERE name = '0010_times.sql'`,
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
