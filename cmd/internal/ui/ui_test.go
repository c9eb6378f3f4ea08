package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/rules"
)

const hostile = "<img src=x onerror=alert(1)>\u202Egpj.\u200Bexe"

// fake is a case of two photos, one of them with a hostile name.
type fake struct {
	asked   []catalog.Asked
	pairs   []pipeline.PairDecision
	reports []pipeline.ReportDecision
	retried []string
	broken  error
	still   bool // pairs are a picture and a video
	read    int  // reports
	drawn   *page.Drawing
}

func shown(name string, arrival int64) catalog.Shown {
	return catalog.Shown{
		Place: catalog.Place{Arrival: arrival}, Item: pipeline.Item{Digest: pipeline.DigestOf([]byte(name)), Size: 1000, Kind: pipeline.Photo, Format: "jpeg"},
		Name: name, Received: time.Date(2020, 8, 9, 18, 0, 0, 0, time.UTC), Receipts: 1, State: "done", Revision: 2, ClusterSize: 2, Matches: 1,
		Findings: map[pipeline.Weight]int{pipeline.Questions: 3}, Codes: []pipeline.Code{"time.order"},
	}
}

var (
	first  = shown("first.jpg", 1)
	second = shown(hostile, 2)
)

func (f *fake) Library(_ context.Context, q catalog.Asked) ([]catalog.Shown, bool, error) {
	f.asked = append(f.asked, q)
	for _, one := range []catalog.Shown{first, second} {
		if q.Only != nil && *q.Only == one.Item.Digest {
			return []catalog.Shown{one}, false, f.broken
		}
	}
	return []catalog.Shown{second, first}, q.After == nil, f.broken
}

func (f *fake) Lines(_ context.Context, items ...pipeline.Digest) (map[pipeline.Digest]catalog.Shown, error) {
	out := map[pipeline.Digest]catalog.Shown{}
	for _, one := range []catalog.Shown{first, second} {
		if slices.Contains(items, one.Item.Digest) {
			out[one.Item.Digest] = one
		}
	}
	return out, f.broken
}

func (f *fake) Marked(_ context.Context, kind string, _ int) ([]string, error) {
	return map[string][]string{"code": {"time.order"}, "source": {hostile}}[kind], nil
}
func (f *fake) Trouble(context.Context, pipeline.Digest) ([]pipeline.Outcome, error) {
	return failing, nil
}
func (f *fake) Pending(context.Context) (catalog.Pending, error) {
	return catalog.Pending{Items: 2, Examining: 1}, nil
}

func (f *fake) Revisions(_ context.Context, d pipeline.Digest) ([]catalog.Revision, error) {
	if d != first.Item.Digest {
		return nil, nil
	}
	return []catalog.Revision{{Item: d, Number: 1, Doc: pipeline.DigestOf([]byte{1})}, {Item: d, Number: 2, Doc: pipeline.DigestOf([]byte{2})}}, nil
}

func (f *fake) Frozen(_ context.Context, r catalog.Revision) (pipeline.Report, error) {
	f.read++
	out := pipeline.Report{
		Core: pipeline.Core{Item: first.Item, Receipts: []pipeline.CoreReceipt{{Name: hostile}}, Outcomes: failing}, Issue: pipeline.Issue{Revision: r.Number},
	}
	if r.Number == 2 {
		out.Core.Findings = []pipeline.Finding{{Code: "time.order", Weight: pipeline.Questions}}
		out.Core.Neighbours = []pipeline.Neighbour{{Other: second.Item, Name: hostile, Match: pipeline.Match{A: r.Item, B: second.Item.Digest, Basis: pipeline.NearPicture}}}
	}
	return out, nil
}

var failing = []pipeline.Outcome{{By: pipeline.Ref{Analyzer: "sound"}, Status: pipeline.Failed}}

func (f *fake) Paper(ctx context.Context, w io.Writer, d pipeline.Digest, number int, language string, clear bool) error {
	all, err := f.Revisions(ctx, d)
	if err == nil {
		_, err = revisionOf(d, all, number)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%%PDF-1.3 revision %d in %s, clear %v", number, language, clear)
	return err
}
func (f *fake) Album(context.Context) page.Album { return page.Album{} }
func (f *fake) Drawn(context.Context, pipeline.Match) (*page.Drawing, error) {
	return f.drawn, nil
}
func (f *fake) Draw(context.Context, pipeline.Digest, pipeline.Digest) (pipeline.Digest, error) {
	return first.Item.Digest, nil
}
func (f *fake) Derivative(_ context.Context, d pipeline.Digest) ([]byte, error) {
	if d == second.Item.Digest {
		return []byte(`{"core": {}}`), nil
	}
	return []byte("\xff\xd8\xff\xe0 jpeg"), nil
}

func (f *fake) Preview(_ context.Context, d pipeline.Digest) ([]byte, error) {
	if d == second.Item.Digest {
		return nil, pipeline.ErrUnsupported
	}
	return []byte("\xff\xd8\xff\xe0 jpeg"), nil
}

func (f *fake) Compare(_ context.Context, a, b pipeline.Digest) (Comparison, error) {
	c := Comparison{
		A: Side{Shown: first}, B: Side{Shown: second}, Decisions: f.pairs,
		Explanation: compare.Explanation{A: a, B: b, Layout: &compare.Layout{By: [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}}, Hashes: []compare.HashPair{{Distance: 12, Mirror: true, Counts: true}}},
		Matches:     []pipeline.Match{{A: a, B: b, Basis: pipeline.NearPicture, Strength: pipeline.Confirmed, Distance: 12, Inliers: 40, Agreement: 0.9, Method: hostile}},
	}
	if f.still {
		c.B.Item.Kind, c.B.Duration = pipeline.Video, 10
		c.Matches[0].Basis, c.Matches[0].Segments = pipeline.PictureInVideo, []pipeline.Segment{{BStart: 2.5, BEnd: 2.5, Speed: 1}, {BStart: 5, BEnd: 6, Speed: 1, Ambiguous: true}}
	}
	return c, nil
}

func (f *fake) CopyTree(context.Context, pipeline.Digest) ([]rules.Branch, bool, error) {
	return []rules.Branch{{Item: first.Item.Digest}, {Item: second.Item.Digest, Above: &first.Item.Digest, For: 3, Speak: []string{"camera", "traces"}, Object: []string{"borders"}, Depth: 1}}, false, nil
}

func (f *fake) DecidePair(_ context.Context, d pipeline.PairDecision) (pipeline.PairDecision, error) {
	f.pairs = append(f.pairs, d)
	return d, nil
}

func (f *fake) DecideReport(_ context.Context, d pipeline.ReportDecision) (pipeline.ReportDecision, error) {
	f.reports = append(f.reports, d)
	return d, nil
}

func (f *fake) Retry(_ context.Context, d pipeline.Digest, by pipeline.Actor) error {
	f.retried = append(f.retried, string(by)+" "+d.Hex())
	return nil
}

func (f *fake) PairDecisions(_ context.Context, a, b pipeline.Digest) (out []pipeline.PairDecision, err error) {
	for _, d := range f.pairs {
		if (d.A == a && d.B == b) || (d.A == b && d.B == a) {
			out = append(out, d)
		}
	}
	return out, nil
}

func (f *fake) Decisions(context.Context, pipeline.Digest) ([]pipeline.ReportDecision, error) {
	return f.reports, nil
}

// browser is a client with cookies that was let in.
type browser struct {
	*testing.T
	http.Client
	at string
}

func pages(t *testing.T, f *fake) (*httptest.Server, *Sessions, *[]error) {
	t.Helper()
	sessions := NewSessions(nil)
	var noticed []error
	p, err := New(f, sessions, func(err error) { noticed = append(noticed, err) })
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return s, sessions, &noticed
}

func enter(t *testing.T, s *httptest.Server, sessions *Sessions) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t, http.Client{Jar: jar}, s.URL}
	if status, _ := b.get(sessions.Link()); status != http.StatusOK {
		t.Fatalf("not let in: %d", status)
	}
	return b
}

func (b *browser) get(path string) (int, string) {
	b.Helper()
	r, err := b.Get(b.at + path)
	return b.read(r, err)
}

func (b *browser) post(path string, form url.Values, headers ...string) (int, string) {
	b.Helper()
	q, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	r, err := b.Do(q)
	return b.read(r, err)
}

func (b *browser) read(r *http.Response, err error) (int, string) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	if got := r.Header.Get("Content-Security-Policy"); got != policy {
		b.Errorf("%s: policy %q", r.Request.URL, got)
	}
	return r.StatusCode, string(body)
}

var everyPage = []string{
	"/", "/?view=table", "/?state=failed&q=x&order=weight", "/help", "/items/" + first.Item.Digest.String(), "/items/" + first.Item.Digest.Hex() + "/revisions/1",
	"/items/" + first.Item.Digest.String() + "/copies", comparePath(first.Item.Digest, second.Item.Digest),
}

func TestNobodyIsLetInWithoutTheLink(t *testing.T) {
	t.Parallel()
	s, sessions, _ := pages(t, &fake{})
	stranger := &browser{t, http.Client{}, s.URL}
	for _, path := range append(slices.Clone(everyPage), "/progress", "/pictures/"+first.Item.Digest.Hex(), "/previews/"+first.Item.Digest.Hex(), "/enter?once=x", "/enter", "/nothing") {
		if status, body := stranger.get(path); status != http.StatusUnauthorized || strings.Contains(body, "first.jpg") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := stranger.post(comparePath(first.Item.Digest, second.Item.Digest), url.Values{"verdict": {"same"}, "by": {"x"}}); status != http.StatusUnauthorized {
		t.Errorf("a stranger's decision: %d", status)
	}
	link := sessions.Link()
	if status, _ := (&browser{t, http.Client{Jar: nil}, s.URL}).get(link); status != http.StatusUnauthorized { // followed without keeping the cookie
		t.Errorf("without cookies: %d", status)
	}
	if status, _ := stranger.get(link); status != http.StatusUnauthorized {
		t.Errorf("the link works twice: %d", status)
	}
}

func TestLinksAndSessionsAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s := NewSessions(func() time.Time { return now })
	old := s.Link()
	now = now.Add(linkLife + time.Second)
	if _, ok := s.open(strings.TrimPrefix(old, "/enter?once=")); ok {
		t.Error("an old link works")
	}
	var ids []string
	for range maxSessions + 3 {
		now = now.Add(time.Second)
		id, ok := s.open(strings.TrimPrefix(s.Link(), "/enter?once="))
		if !ok {
			t.Fatal("a new link does not work")
		}
		ids = append(ids, id)
	}
	of := func(id string) *session {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: cookie, Value: id})
		return s.of(r)
	}
	if of(ids[0]) != nil || of(ids[len(ids)-1]) == nil || len(s.all) != maxSessions {
		t.Errorf("%d sessions; the oldest should have gone and the newest be there", len(s.all))
	}
	now = now.Add(sessionLife + time.Second)
	if of(ids[len(ids)-1]) != nil {
		t.Error("a silent session lives on")
	}
}

var fieldValue = regexp.MustCompile(` value="[^"<>]*"`)

func TestEveryPageInEveryLanguage(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, noticed := pages(t, f)
	b := enter(t, s, sessions)
	for _, l := range tongues() {
		if status, _ := b.post("/language", url.Values{"language": {l.Tag}, "here": {"/help"}}); status != http.StatusOK {
			t.Fatalf("language %s: %d", l.Tag, status)
		}
		for _, path := range everyPage {
			status, body := b.get(path)
			if status != http.StatusOK || !strings.Contains(body, `<html lang="`+l.Tag+`">`) || !strings.HasSuffix(strings.TrimSpace(body), "</html>") {
				t.Errorf("%s in %s: %d", path, l.Tag, status)
			}
			body = fieldValue.ReplaceAllString(body, "") // what a field sends is not shown
			if strings.Contains(body, "<img src=x") || strings.ContainsAny(body, "\u202E\u200B") {
				t.Errorf("%s in %s: a hostile name has effect", path, l.Tag)
			}
			for _, bad := range []string{` style="`, "<script>", " onclick=", `src="http`, "ZgotmplZ"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s in %s has %q", path, l.Tag, bad)
				}
			}
		}
	}
	if len(*noticed) > 0 {
		t.Error(errors.Join(*noticed...))
	}
}

// Every language has every line, with the same places, and none that was left in English.
func TestWordsAreComplete(t *testing.T) {
	t.Parallel()
	sections := func(tag string) map[string]string {
		raw, err := files.ReadFile("words/" + tag + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		out, section := map[string]string{}, ""
		for line := range strings.Lines(string(raw)) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "[") {
				section = line
			}
			if key, text, is := strings.Cut(line, ":"); is && section != "" && !strings.HasPrefix(line, "#") {
				out[section+" "+key] = strings.TrimSpace(text)
			}
		}
		return out
	}
	en := sections("en")
	places := regexp.MustCompile(`\{[a-z0-9@_]+\}`)
	if len(en) < 130 || len(tongues()) != 4 {
		t.Fatalf("%d lines in %d languages: too few to say anything", len(en), len(tongues()))
	}
	for _, l := range tongues() {
		own := sections(l.Tag)
		for key, text := range en {
			a, b := places.FindAllString(text, -1), places.FindAllString(own[key], -1)
			slices.Sort(a)
			slices.Sort(b)
			if own[key] == "" || !slices.Equal(a, b) || l.Tag != "en" && own[key] == text && key != "[page] key.full" {
				t.Errorf("%s %s: %q", l.Tag, key, own[key])
			}
		}
		if len(own) != len(en) {
			t.Errorf("%s has %d lines, en %d", l.Tag, len(own), len(en))
		}
	}
}

func TestLibraryAsksForWhatTheAddressSays(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, _ := pages(t, f)
	b := enter(t, s, sessions)
	_, body := b.get("/?q=+x+&kind=photo&code=time.order&order=name&source=%3Cb%3E")
	got := f.asked[len(f.asked)-1]
	slices.Sort(got.Marks)
	if want := []string{"code:time.order", "kind:photo", "source:<b>"}; got.Text != "x" || got.Order != catalog.ByName || !slices.Equal(got.Marks, want) {
		t.Errorf("%+v", got)
	}
	_, next, found := strings.Cut(body, `rel="next"`)
	if !found {
		t.Fatalf("no next page: %s", next)
	}
	at := strings.LastIndex(body[:strings.Index(body, `rel="next"`)], `href="`)
	address, _, _ := strings.Cut(body[at+len(`href="`):], `"`)
	if status, _ := b.get(strings.ReplaceAll(address, "&amp;", "&")); status != http.StatusOK || f.asked[len(f.asked)-1].After == nil || f.asked[len(f.asked)-1].After.Arrival != 1 {
		t.Errorf("next page: %d, %+v", status, f.asked[len(f.asked)-1])
	}
	for _, bad := range []string{"/?order=worst", "/?after=%7B", "/?after=e30x", "/?q=" + strings.Repeat("x", 201), "/items/x", "/items/" + first.Item.Digest.Hex() + "/revisions/0", "/compare/" + first.Item.Digest.Hex() + "/" + first.Item.Digest.Hex()} {
		if status, _ := b.get(bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
	for _, unknown := range []string{"/nothing", "/items/" + second.Item.Digest.Hex(), "/items/" + first.Item.Digest.Hex() + "/revisions/9", "/pictures/" + second.Item.Digest.Hex(), "/assets/nothing.css", "/assets/..%2Fui.go"} {
		if status, _ := b.get(unknown); status != http.StatusNotFound {
			t.Errorf("%s: %d", unknown, status)
		}
	}
	if status, _ := b.get("/previews/" + second.Item.Digest.Hex()); status != http.StatusUnprocessableEntity {
		t.Errorf("a picture that cannot be shown: %d", status)
	}
}

func TestOwnFaultsStayInTheLog(t *testing.T) {
	t.Parallel()
	f := &fake{}
	s, sessions, noticed := pages(t, f)
	b := enter(t, s, sessions)
	f.broken = errors.New("disk /secret/path is gone")
	if status, body := b.get("/"); status != http.StatusInternalServerError || strings.Contains(body, "secret") || len(*noticed) != 1 {
		t.Errorf("%d, %v", status, *noticed)
	}
}

func TestBackIsWithinThesePages(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/a?b=c": "/a?b=c", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "": "/", "/a\r\nX: y": "/"} {
		if got := within(path); got != want {
			t.Errorf("%q leads to %q", path, got)
		}
	}
}
