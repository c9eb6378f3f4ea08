package ui

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/report/page"
)

// reportOf cuts the report out of a page.
func reportOf(t *testing.T, body string) string {
	t.Helper()
	_, after, found := strings.Cut(body, `<main id="report">`)
	report, _, ends := strings.Cut(after, "</main>")
	if !found || !ends {
		t.Fatalf("no report in %.200q", body)
	}
	return report
}

// TestKeptReportsAreNotMixedUp: whoever reads whatever before, a reader sees his own language and revision, covered pictures and harmless
// names, and nothing that belongs to somebody else's visit.
func TestKeptReportsAreNotMixedUp(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, _ := pages(t, f)
	a, b := enter(t, s, sessions), enter(t, s, sessions)
	item := "/items/" + first.Item.Digest.String()
	paths := []string{item, item + "/revisions/1", item + "/revisions/2"}
	seen := map[string]string{}
	for range 2 {
		for _, l := range tongues() {
			if status, _ := a.post("/language", url.Values{"language": {l.Tag}}); status != http.StatusOK {
				t.Fatal(status)
			}
			for _, path := range paths {
				_, body := a.get(path)
				key, report := l.Tag+" "+strings.Replace(path, item+"/revisions/2", item, 1), reportOf(t, body)
				if before, again := seen[key]; again && before != report {
					t.Errorf("%s reads otherwise the second time", key)
				}
				seen[key] = report
				if strings.Contains(report, "<img src=x") || strings.ContainsAny(report, "\u202E\u200B") {
					t.Errorf("%s: a hostile name has effect", key)
				}
			}
		}
	}
	different := map[string]bool{}
	for _, report := range seen {
		different[report] = true
	}
	// The later one is read for its page, and both to tell what is new in it.
	if want := len(tongues()) * 2; len(different) != want || f.read != 2*want {
		t.Errorf("%d different reports, %d read; want %d of four languages and two revisions, and %d read once for each language", len(different), f.read, want, 2*want)
	}
	form := url.Values{"standing": {"likely"}, "by": {"Somebody Else"}, "why": {"fits"}, "document": {pipeline.DigestOf([]byte{2}).String()}}
	if _, body := a.post(item+"/revisions/2", form); !strings.Contains(body, "Somebody Else") || !strings.Contains(body, "fits") {
		t.Error("a decision is not on the page of a report that was kept")
	}
	f.reports = nil
	if _, body := b.get(item); strings.Contains(body, "Somebody Else") || !strings.Contains(body, `<html lang="en">`) {
		t.Error("the page has something of another's visit")
	}
}

func TestKeptReportsAreBounded(t *testing.T) {
	t.Parallel()
	r, err := newRendered()
	if err != nil {
		t.Fatal(err)
	}
	as := func(i int) renderedAs { return renderedAs{item: pipeline.DigestOf(fmt.Append(nil, i)), lang: "en"} }
	for i := range 5 {
		r.put(as(i), shownReport{markup: template.HTML(strings.Repeat("x", mostRendered/4))})
		r.get(as(0)) // used again and again
	}
	if _, ok := r.get(as(0)); !ok || r.size > mostRendered || r.held.Len() != 4 {
		t.Errorf("%d bytes of %d reports; the one in use is kept: %v", r.size, r.held.Len(), ok)
	}
	r.put(as(9), shownReport{markup: template.HTML(strings.Repeat("x", mostRendered+1))})
	if r.size != 0 {
		t.Errorf("a report larger than the bound is kept: %d bytes", r.size)
	}
}

// A picture has no time: of a pair of it and a video that alone is drawn, with a mark where the picture is.
func TestAPictureInAVideoIsAMark(t *testing.T) {
	t.Parallel()
	s, sessions, _ := pages(t, &fake{still: true})
	b := enter(t, s, sessions)
	_, body := b.get("/compare/" + first.Item.Digest.String() + "/" + second.Item.Digest.String())
	for _, want := range []string{`<svg class="map one"`, `class="run" points="250.0,4 254.0,4 254.0,36 250.0,36"`, `class="band loose" points="500.0,4 600.0,4 600.0,36 500.0,36"`, "The bar is the time of video B", `href="#s1-1"`, `id="s1-1"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(body, `class="map big"`) {
		t.Error("a time is drawn for the picture")
	}
}

// TestDrawingsOfPairs: one that is kept has its address and its caption; one that is not is made when it is asked for.
func TestDrawingsOfPairs(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, _ := pages(t, f)
	b := enter(t, s, sessions)
	pair := first.Item.Digest.String() + "/" + second.Item.Digest.String()
	if _, body := b.get("/compare/" + pair); !strings.Contains(body, `<img src="/drawings/`+pair+`"`) || !strings.Contains(body, "when it is first looked at") {
		t.Error("a drawing that was never made cannot be asked for")
	}
	if status, body := b.get("/drawings/" + pair); status != http.StatusOK || !strings.HasPrefix(body, "\xff\xd8") {
		t.Errorf("%d %.20q", status, body)
	}
	f.drawn = &page.Drawing{Shows: "sheet", Kept: &first.Item.Digest}
	if _, body := b.get("/compare/" + pair); !strings.Contains(body, `<img src="/pictures/`+first.Item.Digest.Hex()+`"`) || strings.Contains(body, "/drawings/") {
		t.Error("a drawing that is kept is made again")
	}
	if status, _ := b.get("/drawings/x/y"); status != http.StatusBadRequest {
		t.Errorf("no digests: %d", status)
	}
}
