package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

// FindFile of the test's house finds every file to be like the first item of the case.
func (h *house) FindFile(ctx context.Context, _ string, r io.Reader) (Likeness, error) {
	s, err := h.vault.Put(ctx, r)
	if err != nil {
		return Likeness{}, err
	}
	all, err := h.Catalog.Page(ctx, catalog.Filter{}, 0, false, 1)
	out := Likeness{Item: pipeline.Item{Digest: s.SHA256, Kind: pipeline.Photo, Size: s.Size}, Comparable: true}
	for _, l := range all {
		out.Matches = append(out.Matches, pipeline.Match{A: l.Item.Digest, B: s.SHA256, Basis: pipeline.NearPicture, Strength: pipeline.Confirmed})
	}
	return out, err
}

func (h *house) FindItem(ctx context.Context, d pipeline.Digest) (Likeness, error) {
	it, err := h.Catalog.Item(ctx, d)
	if err != nil {
		return Likeness{}, nil //nolint:nilerr // unknown bytes are no error
	}
	return Likeness{Item: it, Known: true}, nil
}

func (h *house) FindHash(context.Context, pipeline.Hash256) (Likeness, error) {
	return Likeness{Comparable: true}, nil
}

func TestAListGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	var want []pipeline.Digest
	for i := range 7 {
		want = append(want, read[Taken](t, h.give(token, fmt.Sprintf("%d.jpg", i), photo(fmt.Sprint(i)))).Item)
	}
	for order, want := range map[string][]pipeline.Digest{"arrival": want, "newest": reversed(want)} {
		var got []pipeline.Digest
		next := "/v1/items?kind=photo&limit=3&since=2020-01-01T00:00:00Z&order=" + order
		for page := 0; next != ""; page++ {
			a := h.ask(request{method: http.MethodGet, path: next, token: token})
			if a.Code != http.StatusOK {
				t.Fatalf("%d %s", a.Code, a.Body)
			}
			for _, it := range read[Page](t, a).Items {
				got = append(got, it.Digest)
			}
			link := a.Header().Get("Link")
			next = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			if page == 0 { // what arrives meanwhile shifts nothing
				h.give(token, "late.txt.jpg", photo("late "+order))
			}
		}
		got = slices.DeleteFunc(got, func(d pipeline.Digest) bool { return !slices.Contains(want, d) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", order, diff)
		}
	}
}

func reversed(ds []pipeline.Digest) []pipeline.Digest {
	out := slices.Clone(ds)
	slices.Reverse(out)
	return out
}

func TestFiltersFit(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	a := read[Taken](t, h.give(token, "First.jpg", photo("a"), formPart{field: "claims", body: []byte(`{"source":"desk"}`)})).Item
	b := read[Taken](t, h.give(token, "second.jpg", photo("b"))).Item
	h.examined(a)
	year := time.Now().UTC().Year()
	for query, want := range map[string][]pipeline.Digest{
		"":                  {a, b},
		"text=first":        {a},
		"source=desk":       {a},
		"source=des":        nil,
		"kind=video":        nil,
		"format=jpeg":       {a, b},
		"state=waiting":     {b},
		"state=reported":    {a},
		"state=failed":      {a},
		"state=quarantined": nil,
		"code=meta.absent":  {a},
		"code=meta":         nil,
		"weight=note":       {a},
		"weight=questions":  nil,
		"basis=same_media":  nil,
		fmt.Sprintf("since=%d-01-01T00:00:00Z", year+1):             nil,
		fmt.Sprintf("until=%d-01-01T00:00:00Z", year+1):             {a, b},
		fmt.Sprintf("until=%d-01-01T00:00:00Z&text=SECOND", year+1): {b},
	} {
		var got []pipeline.Digest
		for _, it := range read[Page](t, h.ask(request{method: http.MethodGet, path: "/v1/items?" + query, token: token})).Items {
			got = append(got, it.Digest)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

// events reads so many events of a stream.
func events(t *testing.T, h *house, token, after string, n int) []string {
	t.Helper()
	s := httptest.NewServer(h.api)
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/events?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	var out []string
	lines := bufio.NewScanner(a.Body)
	for id := ""; len(out) < n && lines.Scan(); {
		if text, is := strings.CutPrefix(lines.Text(), "id: "); is {
			id = text
		}
		if text, is := strings.CutPrefix(lines.Text(), "event: "); is {
			out = append(out, id+" "+text)
		}
	}
	return out
}

func TestEventsGoOnWhereTheyWere(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	d := read[Taken](t, h.give(token, "a.jpg", photo("a"))).Item
	h.examined(d)
	want := []string{"1 item.received", "2 item.examined", "3 item.reported"}
	if diff := cmp.Diff(want, events(t, h, token, "", 3)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[2:], events(t, h, token, "2", 1)); diff != "" {
		t.Error(diff)
	}
	close(h.closing) // a stream ends when the server does
	if got := h.ask(request{method: http.MethodGet, path: "/v1/events", token: token}); got.Code != http.StatusServiceUnavailable {
		t.Errorf("while closing: %d", got.Code)
	}
}

func TestALookupTakesNothingIn(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	d := read[Taken](t, h.give(token, "a.jpg", photo("a"))).Item
	body, header := form(formPart{field: "file", name: "b.jpg", body: photo("b")})
	got := read[Answer](t, h.ask(request{method: http.MethodPost, path: "/v1/lookup", token: token, header: header, body: body}))
	if len(got.Matches) != 1 || got.Matches[0].Item != d || got.Matches[0].Name != "a.jpg" || got.Item == nil || got.Known {
		t.Errorf("a file: %+v", got)
	}
	question := func(text string) answerOf {
		return h.ask(request{method: http.MethodPost, path: "/v1/lookup", token: token, header: map[string]string{"Content-Type": "application/json"}, body: []byte(text)})
	}
	if got := read[Answer](t, question(`{"item":"`+d.String()+`"}`)); !got.Known {
		t.Errorf("a known digest: %+v", got)
	}
	if got := read[Answer](t, question(`{"item":"`+pipeline.DigestOf(photo("c")).String()+`"}`)); got.Known || got.Item != nil {
		t.Errorf("an unknown digest: %+v", got)
	}
	if got := read[Answer](t, question(`{"pdq":"`+strings.Repeat("0f", 32)+`"}`)); !got.Comparable {
		t.Errorf("a hash: %+v", got)
	}
	for _, text := range []string{`{}`, `{"pdq":"0f"}`, `{"item":"x"}`, `{"item":"x","pdq":"y"}`, `[]`, ``, `{"url":"http://x"}`} {
		if got := question(text); got.problem.Code != RequestMalformed {
			t.Errorf("%s: %d %s", text, got.Code, got.Body)
		}
	}
	if totals, err := h.Totals(t.Context()); err != nil || totals.Items != 1 {
		t.Errorf("%d items, %v", totals.Items, err)
	}
}
