package ui

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dokaz/pipeline"
)

func TestDecisionsAreOfThePersonAndOfThisOrigin(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, _ := pages(t, f)
	b := enter(t, s, sessions)
	pair := comparePath(first.Item.Digest, second.Item.Digest)
	form := url.Values{"verdict": {"same_scene"}, "by": {"Н. К."}, "why": {"other cars"}}
	if status, _ := b.post(pair, form, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden || len(f.pairs) > 0 {
		t.Errorf("from elsewhere: %d", status)
	}
	if status, body := b.post(pair, form); status != http.StatusOK || len(f.pairs) != 1 || f.pairs[0].Verdict != pipeline.SameScene || f.pairs[0].By != "Н. К." || !strings.Contains(body, "other cars") {
		t.Errorf("%d, %+v", status, f.pairs)
	}
	for _, bad := range []url.Values{{"verdict": {"fake"}, "by": {"x"}}, {"verdict": {"same"}}, {"verdict": {"same"}, "by": {strings.Repeat("x", 300)}}} {
		if status, _ := b.post(pair, bad); status != http.StatusBadRequest {
			t.Errorf("%v: %d", bad, status)
		}
	}
	doc := pipeline.DigestOf([]byte{1}).String()
	revision := "/items/" + first.Item.Digest.String() + "/revisions/1"
	status, body := b.post(revision, url.Values{"standing": {"likely"}, "by": {"Н. К."}, "why": {"fits"}, "document": {doc}})
	if status != http.StatusOK || len(f.reports) != 1 || f.reports[0].Revision != 1 || f.reports[0].Doc.String() != doc {
		t.Errorf("%d, %+v", status, f.reports)
	}
	if !strings.Contains(body, "an earlier one") {
		t.Error("nobody says that the decision is about an earlier revision")
	}
	if status, _ := b.post(revision, url.Values{"standing": {"likely"}, "by": {"x"}, "document": {doc}}); status != http.StatusBadRequest {
		t.Errorf("without a reason: %d", status)
	}
}

// TestDecisionsLeadOn: from a list to its next item, with a way to take the last word back; from a match to the next open one.
func TestDecisionsLeadOn(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, _ := pages(t, f)
	b := enter(t, s, sessions)
	doc, item := pipeline.DigestOf([]byte{2}).String(), "/items/"+first.Item.Digest.String()
	_, body := b.get(item + "?list=kind%3Dphoto")
	if !strings.Contains(body, `href="/?kind=photo"`) || !strings.Contains(body, `data-key="next-open"`) || !strings.Contains(body, `name="list" value="?kind=photo"`) {
		t.Error("an item reached from a list leads neither back nor on")
	}
	f.asked = nil
	status, _ := b.post(item+"/revisions/2", url.Values{"standing": {"likely"}, "by": {"Н. К."}, "why": {"fits"}, "document": {doc}, "list": {"?kind=photo"}})
	if status != http.StatusNotFound { // the fake has no report of the second item
		t.Errorf("a decision does not lead on: %d", status)
	}
	if last := f.asked[len(f.asked)-1]; !last.Open || last.After == nil || last.After.Arrival != 1 || !slices.Equal(last.Marks, []string{"kind:photo"}) {
		t.Errorf("the next is asked for by %+v", last)
	}
	_, body = b.get(item + "?list=kind%3Dphoto&said=1&end=1")
	for _, want := range []string{`name="standing" value="withdrawn"`, `name="document" value="` + doc + `"`, "first.jpg"} {
		if !strings.Contains(body, want) {
			t.Errorf("what was decided cannot be taken back: no %s", want)
		}
	}
	status, body = b.post(comparePath(first.Item.Digest, second.Item.Digest), url.Values{"verdict": {"same"}, "by": {"Н. К."}, "of": {first.Item.Digest.String()}})
	if status != http.StatusOK || !strings.Contains(body, `id="report"`) {
		t.Errorf("where no open match is left, the item is shown: %d", status)
	}
	if status, body := b.get("/?standing=open"); status != http.StatusOK || !strings.Contains(body, `value="open" selected`) {
		t.Errorf("what is open cannot be picked out: %d", status)
	}
}

func TestAReportIsHandedOutOnPaper(t *testing.T) {
	t.Parallel()
	s, sessions, _ := pages(t, &fake{})
	b := enter(t, s, sessions)
	path := "/items/" + first.Item.Digest.String() + "/revisions/"
	if _, body := b.get("/items/" + first.Item.Digest.String()); !strings.Contains(body, `href="`+path+`2/report.pdf?language=en"`) {
		t.Error("the page of an item does not lead to its PDF")
	}
	for address, want := range map[string]string{"1/report.pdf": "%PDF-1.3 revision 1 in en, clear false", "2/report.pdf?pictures=clear": "%PDF-1.3 revision 2 in en, clear true"} {
		if status, body := b.get(path + address); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %q", address, status, body)
		}
	}
	if status, _ := b.get(path + "3/report.pdf"); status != http.StatusNotFound {
		t.Errorf("a revision that is none: %d", status)
	}
	if status, _ := b.get(path + "x/report.pdf"); status != http.StatusBadRequest {
		t.Errorf("no number: %d", status)
	}
}

// TestWhatIsNewIsSaid: the later of two revisions says by what it differs, the first does not, and a decision on the first leads there.
func TestWhatIsNewIsSaid(t *testing.T) {
	t.Parallel()
	f := &fake{reports: []pipeline.ReportDecision{{Item: first.Item.Digest, Revision: 1, Standing: pipeline.Likely, By: "N. K.", Why: "fits"}}}
	s, sessions, _ := pages(t, f)
	b := enter(t, s, sessions)
	item := "/items/" + first.Item.Digest.String()
	_, body := b.get(item)
	_, news, found := strings.Cut(body, `id="news"`)
	news, _, _ = strings.Cut(news, "</ul>")
	for _, want := range []string{"New finding: A later event is stamped before the capture", "New match: <a href=\"" + itemPath(second.Item.Digest)} {
		if !found || !strings.Contains(news, want) {
			t.Errorf("no %q among the news: %s", want, news)
		}
	}
	if strings.Contains(news, "Received") || strings.Contains(news, "Analysis") {
		t.Errorf("what is the same is called new: %s", news)
	}
	if !strings.Contains(body, item+"?since=1#news") {
		t.Error("a decision on an earlier revision does not lead to what is new since then")
	}
	if _, body := b.get(item + "/revisions/1"); strings.Contains(body, `id="news"`) {
		t.Error("the first revision has news")
	}
	if status, _ := b.get(item + "?since=x"); status != http.StatusBadRequest {
		t.Errorf("since no revision: %d", status)
	}
}

// TestReportsHaveALanguageOfTheirOwn: reports and PDFs are in the language chosen for them, the pages in theirs.
func TestReportsHaveALanguageOfTheirOwn(t *testing.T) {
	t.Parallel()
	s, sessions, _ := pages(t, &fake{})
	b := enter(t, s, sessions)
	item := "/items/" + first.Item.Digest.String()
	status, body := b.post("/language", url.Values{"of": {"reports"}, "language": {"uk"}, "here": {item}})
	if status != http.StatusOK || !strings.Contains(body, `<html lang="en">`) || !strings.Contains(body, `<div lang="uk"><div class="desk">`) || !strings.Contains(body, "report.pdf?language=uk") {
		t.Errorf("a Ukrainian report on an English page: %d", status)
	}
	if _, body := b.get(item + "/revisions/2/report.pdf"); !strings.Contains(body, " in uk,") {
		t.Errorf("its PDF: %s", body)
	}
	if _, body := b.get(item + "/revisions/2/report.pdf?language=be"); !strings.Contains(body, " in be,") {
		t.Errorf("another language asked for: %s", body)
	}
	if status, _ := b.get(item + "/revisions/2/report.pdf?language=xx"); status != http.StatusBadRequest {
		t.Errorf("a language without words: %d", status)
	}
	if status, _ := b.post("/language", url.Values{"of": {"reports"}, "language": {"xx"}}); status != http.StatusBadRequest {
		t.Errorf("a language without words: %d", status)
	}
}

// TestListsSayWhyAndLeadOn: a list says which analyses failed and why, once for all that ended alike.
func TestListsSayWhyAndLeadOn(t *testing.T) {
	t.Parallel()
	speaker, err := speakerIn("en")
	if err != nil {
		t.Fatal(err)
	}
	of := func(analyzer, reason string) pipeline.Outcome {
		return pipeline.Outcome{By: pipeline.Ref{Analyzer: analyzer}, Status: pipeline.Failed, Reason: reason}
	}
	got := reasons(&visit{Speaker: speaker}, []pipeline.Outcome{of("exif", "died"), of("sound", "<b>"), of("format", "died"), of("c2pa", "third")})
	want := []template.HTML{"<bdi>exif</bdi>, <bdi>format</bdi>: failed: <bdi>died</bdi>", "<bdi>sound</bdi>: failed: <bdi>&lt;b&gt;</bdi>", "and others: 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestWhatFailedIsDoneAgain(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, _ := pages(t, f)
	b := enter(t, s, sessions)
	path := "/items/" + first.Item.Digest.String()
	if _, body := b.get(path); !strings.Contains(body, `action="`+path+`/retry"`) {
		t.Error("an item with a failed analysis cannot be examined again")
	}
	if status, _ := b.post(path+"/retry", url.Values{"by": {"N. K."}}); status != http.StatusOK || len(f.retried) != 1 {
		t.Errorf("%d, %v", status, f.retried)
	}
	if status, _ := b.post(path+"/retry", nil); status != http.StatusBadRequest {
		t.Errorf("nobody asked: %d", status)
	}
}
