package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// report commits a revision after the last with findings of given weights.
func report(t *testing.T, c *catalog.Catalog, cl *clock, it pipeline.Item, codes map[pipeline.Code]pipeline.Weight, matches int) {
	t.Helper()
	if err := c.Want(t.Context(), pipeline.StepReport, it.Digest); err != nil {
		t.Fatal(err)
	}
	cl.move(time.Minute)
	last, err := c.Latest(t.Context(), it.Digest)
	if err != nil && !errors.Is(err, pipeline.ErrNotFound) {
		t.Fatal(err)
	}
	r := catalog.Revision{Item: it.Digest, Number: last.Number + 1, Doc: it.Digest, Core: pipeline.DigestOf([]byte{byte(last.Number)}), At: cl.now(),
		Findings: map[pipeline.Weight]int{}, Matches: matches, Cluster: pipeline.Cluster{Representative: it.Digest, Size: 1}}
	for code, w := range codes {
		r.Codes = append(r.Codes, code)
		r.Findings[w]++
	}
	if err := c.CommitReported(t.Context(), claim(t, c, cl, pipeline.StepReport, it.Digest), r); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, c *catalog.Catalog, q catalog.Asked) (out []string) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	lines, _, err := c.Library(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		out = append(out, l.Name)
	}
	return out
}

func TestLibraryPicksOut(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	plan := catalog.Receiver{Catalog: c, Plan: "plan"}
	a := item("Площадь.jpg")
	if _, err := plan.Receive(t.Context(), a, pipeline.Receipt{Item: a.Digest, Name: "Площадь.jpg", Path: "x/Площадь.jpg", Claims: pipeline.Claims{Source: "Канал А"}, At: cl.now()}); err != nil {
		t.Fatal(err)
	}
	b, _ := receive(t, c, "b.jpg", "b.jpg")
	receive(t, c, "c.jpg", "c.jpg") // stays unexamined
	x := catalog.Examined{Examination: pipeline.Examination{
		Outcomes: []pipeline.Outcome{{By: by, Status: pipeline.Failed, Reason: "cut"}},
		Measurements: []pipeline.Measurement{
			{By: by, Fact: pipeline.CaptureTime{Meaning: "original", Zone: pipeline.ZoneUTC}}, {By: by, Fact: pipeline.Position{Latitude: 53.9}},
			{By: by, Fact: pipeline.Derivative{Role: "thumbnail-blurred", Digest: b.Digest}},
		},
	}}
	if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, a.Digest), x, none); err != nil {
		t.Fatal(err)
	}
	examine(t, c, cl, b, near(a, b))
	report(t, c, cl, a, map[pipeline.Code]pipeline.Weight{"time.order": pipeline.Questions}, 1)
	report(t, c, cl, b, map[pipeline.Code]pipeline.Weight{"reuse.conflict": pipeline.Contradicts, "meta.absent": pipeline.Note}, 3)
	report(t, c, cl, b, map[pipeline.Code]pipeline.Weight{"meta.absent": pipeline.Note}, 3) // takes the contradiction back

	for name, want := range map[string]struct {
		asked catalog.Asked
		names []string
	}{
		"all, newest first":    {catalog.Asked{}, []string{"c.jpg", "b.jpg", "Площадь.jpg"}},
		"by name":              {catalog.Asked{Order: catalog.ByName}, []string{"b.jpg", "c.jpg", "Площадь.jpg"}},
		"by weight":            {catalog.Asked{Order: catalog.ByWeight}, []string{"Площадь.jpg", "b.jpg", "c.jpg"}},
		"by matches":           {catalog.Asked{Order: catalog.ByMatches}, []string{"b.jpg", "Площадь.jpg", "c.jpg"}},
		"other capitals":       {catalog.Asked{Text: "пЛОЩ"}, []string{"Площадь.jpg"}},
		"source":               {catalog.Asked{Text: "канал"}, []string{"Площадь.jpg"}},
		"digest":               {catalog.Asked{Text: "sha256:" + b.Digest.Hex()[:9]}, []string{"b.jpg"}},
		"waiting":              {catalog.Asked{Marks: []string{"state:waiting"}}, []string{"c.jpg"}},
		"failed":               {catalog.Asked{Marks: []string{"state:failed"}}, []string{"Площадь.jpg"}},
		"has both":             {catalog.Asked{Marks: []string{"has:time", "has:place"}}, []string{"Площадь.jpg"}},
		"marks of no one":      {catalog.Asked{Marks: []string{"has:time", "weight:note"}}, nil},
		"a finding of the one": {catalog.Asked{Marks: []string{"code:time.order"}}, []string{"Площадь.jpg"}},
		"a finding taken back": {catalog.Asked{Marks: []string{"weight:contradicts"}}, nil},
		"a source":             {catalog.Asked{Marks: []string{"source:Канал А"}}, []string{"Площадь.jpg"}},
		"a basis":              {catalog.Asked{Marks: []string{"basis:near_picture"}, Order: catalog.Oldest}, []string{"Площадь.jpg", "b.jpg"}},
		"markup is no pattern": {catalog.Asked{Text: "%"}, nil},
	} {
		if diff := cmp.Diff(want.names, names(t, c, want.asked)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	lines, _, err := c.Library(t.Context(), catalog.Asked{Text: "площадь", Limit: 1})
	if err != nil || len(lines) != 1 || lines[0].Blurred == nil || *lines[0].Blurred != b.Digest || !lines[0].Received.Equal(time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)) || lines[0].Codes[0] != "time.order" {
		t.Errorf("%+v, %v", lines, err)
	}
	if got, err := c.Marked(t.Context(), "code", 10); err != nil || !slices.Equal(got, []string{"meta.absent", "time.order"}) {
		t.Errorf("codes %v, %v", got, err)
	}
}

// Whatever the order and the length of pages, page after page shows each item once and in that order.
func TestLibraryPages(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	for i := range 23 {
		name := fmt.Sprintf("%c%d", 'a'+i%3, i)
		it := item(name)
		if _, err := (catalog.Receiver{Catalog: c, Plan: "plan"}).Receive(t.Context(), it, pipeline.Receipt{Item: it.Digest, Name: name[:1], Path: name}); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			examine(t, c, cl, it)
			report(t, c, cl, it, map[pipeline.Code]pipeline.Weight{"x": []pipeline.Weight{pipeline.Note, pipeline.Questions}[i%4/2]}, i%5)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		q := catalog.Asked{
			Order: rapid.SampledFrom([]catalog.Order{catalog.Newest, catalog.Oldest, catalog.ByName, catalog.ByWeight, catalog.ByMatches}).Draw(r, "order"),
			Marks: rapid.SampledFrom([][]string{nil, {"state:done"}, {"kind:photo", "weight:note"}}).Draw(r, "marks"),
			Limit: 100,
		}
		all, more, err := c.Library(t.Context(), q)
		if err != nil || more || len(all) == 0 {
			r.Fatal(len(all), more, err)
		}
		q.Limit = rapid.IntRange(1, 9).Draw(r, "limit")
		var paged []catalog.Shown
		for more = true; more; {
			var lines []catalog.Shown
			if lines, more, err = c.Library(t.Context(), q); err != nil || len(lines) == 0 {
				r.Fatal(len(lines), err)
			}
			paged = append(paged, lines...)
			q.After = &lines[len(lines)-1].Place
		}
		if diff := cmp.Diff(all, paged); diff != "" {
			r.Error(diff)
		}
	})
}

// TestOpenItemsAreThoseNobodySpokeOf: what was decided leaves the list of what is open, and comes back when it is taken back.
func TestOpenItemsAreThoseNobodySpokeOf(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	var items []pipeline.Item
	for _, name := range []string{"a", "b"} {
		it := item(name)
		if _, err := (catalog.Receiver{Catalog: c, Plan: "plan"}).Receive(t.Context(), it, pipeline.Receipt{Item: it.Digest, Name: name, Path: name}); err != nil {
			t.Fatal(err)
		}
		examine(t, c, cl, it)
		report(t, c, cl, it, nil, 0)
		items = append(items, it)
	}
	opened := func() (out []string) {
		lines, _, err := c.Library(t.Context(), catalog.Asked{Open: true, Order: catalog.ByName, Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			out = append(out, l.Name)
		}
		return out
	}
	last, err := c.Latest(t.Context(), items[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		says pipeline.Standing
		open []string
	}{{"", []string{"a", "b"}}, {pipeline.Likely, []string{"b"}}, {pipeline.Withdrawn, []string{"a", "b"}}} {
		if step.says != "" {
			d := pipeline.ReportDecision{Item: items[0].Digest, Revision: last.Number, Doc: last.Doc, Standing: step.says, By: "x", Why: "y"}
			if _, err := c.DecideReport(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(step.open, opened()); diff != "" {
			t.Errorf("after %q: %s", step.says, diff)
		}
	}
	if lines, _, err := c.Library(t.Context(), catalog.Asked{Only: &items[1].Digest, Limit: 9}); err != nil || len(lines) != 1 || lines[0].Name != "b" {
		t.Errorf("one item alone: %v, %v", lines, err)
	}
}
