package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func read[T any](t *testing.T, a answerOf) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(a.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	return v
}

func TestAFileIsTakenInOnce(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	claims := formPart{field: "claims", body: []byte(`{"source":"desk","other":{"case number":"7"}}`)}
	sidecar := formPart{field: "sidecar", name: "a.xmp", body: []byte("<x/>")}
	first := h.give(token, "a.jpg", photo("a"), sidecar, claims)
	d := pipeline.DigestOf(photo("a"))
	if first.Code != http.StatusAccepted || first.Header().Get("Location") != "/v1/jobs/"+d.String() {
		t.Fatalf("%d, Location %q", first.Code, first.Header().Get("Location"))
	}
	got := read[Taken](t, first)
	// The sidecar waits in line as well, before or after the file.
	if !got.New || got.Item != d || got.Kind != pipeline.Photo || got.Job.State != jobWaiting || got.Job.Ahead > 1 {
		t.Errorf("%+v", got)
	}
	side := pipeline.DigestOf([]byte("<x/>"))
	rs, err := h.Receipts(t.Context(), d)
	if err != nil || len(rs) != 1 {
		t.Fatalf("%v receipts, %v", rs, err)
	}
	want := pipeline.Claims{Source: "desk", Other: map[string]string{"case number": "7", "sidecar:a.xmp": side.String()}}
	if diff := cmp.Diff(want, rs[0].Claims); diff != "" {
		t.Error(diff)
	}
	if by := string(rs[0].By); !strings.Contains(by, "desk") {
		t.Errorf("received by %q", by)
	}
	rs, err = h.Receipts(t.Context(), side)
	if err != nil || len(rs) != 1 || rs[0].Claims.Other["sidecar_of"] != d.String() {
		t.Errorf("the sidecar's receipts: %+v, %v", rs, err)
	}
	again := h.give(token, "a.jpg", photo("a"), sidecar, claims)
	if again.Code != http.StatusOK || read[Taken](t, again).New || read[Taken](t, again).Receipt != got.Receipt {
		t.Errorf("again: %d %s", again.Code, again.Body)
	}
	if rs, err := h.Receipts(t.Context(), d); err != nil || len(rs) != 1 {
		t.Errorf("%d receipts, %v", len(rs), err)
	}
}

func TestWhatFailsLeavesNoItem(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite)
	body, header := form(formPart{field: "file", name: "a.jpg", body: photo("a")}, formPart{field: "claims", body: []byte(`{}`)})
	for name, r := range map[string]request{
		"cut in the file":    {body: body[:len(body)-200]},
		"cut before the end": {body: body[:len(body)-5]},
		"digest of another":  {body: body, header: map[string]string{"Content-Digest": digestField([]byte("x"))}},
		"claims twice": func() request {
			b, hd := form(formPart{field: "file", name: "a", body: photo("a")}, formPart{field: "claims", body: []byte("{}{}")})
			return request{body: b, header: hd}
		}(),
	} {
		r.method, r.path, r.token = http.MethodPost, "/v1/items", token
		if r.header == nil {
			r.header = map[string]string{}
		}
		if r.header["Content-Type"] == "" {
			r.header["Content-Type"] = header["Content-Type"]
		}
		if got := h.ask(r); got.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
		if totals, err := h.Totals(t.Context()); err != nil || totals.Items != 0 {
			t.Errorf("%s: %d items, %v", name, totals.Items, err)
		}
	}
	h.ask(request{method: http.MethodPost, path: "/v1/items", token: token, header: map[string]string{"Content-Type": header["Content-Type"], "Content-Digest": digestField(body)}, body: body})
	if totals, err := h.Totals(t.Context()); err != nil || totals.Items != 1 {
		t.Errorf("the right digest: %d items, %v", totals.Items, err)
	}
}

func TestAKeyAnswersAsBefore(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite)
	body, header := form(formPart{field: "file", name: "a.jpg", body: photo("a")})
	header["Idempotency-Key"] = "k"
	r := request{method: http.MethodPost, path: "/v1/items", token: token, header: header, body: body}
	first := h.ask(r)
	h.examined(pipeline.DigestOf(photo("a")))
	second := h.ask(r)
	if first.Code != http.StatusAccepted || second.Code != http.StatusAccepted || second.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d, then %d replayed %q", first.Code, second.Code, second.Header().Get("Idempotency-Replayed"))
	}
	if diff := cmp.Diff(read[Taken](t, first), read[Taken](t, second)); diff != "" {
		t.Error(diff)
	}
	// Keys are of their token: another's is free.
	r.token = h.token(IntakeWrite)
	if got := h.ask(r); got.Code != http.StatusOK || got.Header().Get("Idempotency-Replayed") != "" {
		t.Errorf("another token's: %d %s", got.Code, got.Body)
	}
}

func TestEqualFilesAtOnceAreOneItem(t *testing.T) {
	t.Parallel()
	l := small
	l.Uploads = 16
	h := opened(t, l)
	token := h.token(IntakeWrite)
	answers := make([]answerOf, 12)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = h.give(token, "a.jpg", photo("a")) })
	}
	wg.Wait()
	fresh := 0
	for _, a := range answers {
		switch a.Code {
		case http.StatusAccepted:
			fresh++
		case http.StatusOK:
		default:
			t.Errorf("%d %s", a.Code, a.Body)
		}
	}
	if totals, err := h.Totals(t.Context()); fresh != 1 || err != nil || totals.Items != 1 || totals.Receipts != 1 {
		t.Errorf("%d were new, %+v, %v", fresh, totals, err)
	}
}

func TestAJobIsWaitedFor(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	d := read[Taken](t, h.give(token, "a.jpg", photo("a"))).Item
	waiting := make(chan answerOf, 1)
	go func() {
		waiting <- h.ask(request{method: http.MethodGet, path: "/v1/jobs/" + d.String() + "?wait=50s", token: token})
	}()
	h.examined(d)
	got := read[Job](t, <-waiting)
	if got.State != jobDone || got.Revision != 1 || len(got.Pending) != 0 {
		t.Errorf("%+v", got)
	}
	item := read[Item](t, h.ask(request{method: http.MethodGet, path: "/v1/items/" + d.String() + "?include=findings,measurements,matches,report", token: token}))
	if string(item.Findings) != `[{"code":"meta.absent"}]` || item.Latest == nil || item.Latest.Weights[pipeline.Note] != 1 || len(item.Trouble) != 1 || len(item.Report) == 0 {
		t.Errorf("%+v", item)
	}
}

func TestAReportIsNotSentTwice(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	d := read[Taken](t, h.give(token, "a.jpg", photo("a"))).Item
	h.examined(d)
	for _, format := range []string{"json", "html"} {
		r := request{method: http.MethodGet, path: "/v1/items/" + d.String() + "/report?format=" + format, token: token}
		got := h.ask(r)
		etag := got.Header().Get("ETag")
		if got.Code != http.StatusOK || etag == "" || got.Body.Len() == 0 {
			t.Fatalf("%s: %d, ETag %q", format, got.Code, etag)
		}
		if format == "html" && !strings.Contains(got.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Error("the page is not in a sandbox")
		}
		r.header = map[string]string{"If-None-Match": `"x", W/` + etag}
		if got := h.ask(r); got.Code != http.StatusNotModified || got.Body.Len() != 0 {
			t.Errorf("%s with its ETag: %d, %d bytes", format, got.Code, got.Body.Len())
		}
	}
}

func TestRetryAfterIsSaid(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	h.free.Store(0)
	got := h.give(h.token(IntakeWrite), "a.jpg", photo("a"))
	if got.Code != http.StatusInsufficientStorage || got.Header().Get("Retry-After") != jsonNumber(int(retryFull/time.Second)) || got.problem.Limit != small.Free {
		t.Errorf("%d, Retry-After %q, %s", got.Code, got.Header().Get("Retry-After"), got.Body)
	}
}

func FuzzDigestField(f *testing.F) {
	f.Add("sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:")
	f.Add("sha-512=:AA==:, md5=:AA==:")
	f.Fuzz(func(t *testing.T, text string) {
		got, p := parseField(text)
		if (p == nil) == (len(got) == 0) {
			t.Errorf("%q gives %v and %v", text, got, p)
		}
		for name, sum := range got {
			if len(sum) != hashes[name]().Size() {
				t.Errorf("%q: %s of %d bytes", text, name, len(sum))
			}
		}
	})
}

// TestDigestFieldsOfTheRFC reads the fields of RFC 9530, appendix A and B: of {"hello": "world"} and a line feed.
func TestDigestFieldsOfTheRFC(t *testing.T) {
	t.Parallel()
	const content = "{\"hello\": \"world\"}\n"
	for _, text := range []string{
		"sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
		"sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:",
		"unixsum=:AA==:, sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
	} {
		want, p := parseField(text)
		if p != nil {
			t.Fatalf("%s: %v", text, p)
		}
		var b strings.Builder
		if _, err := io.Copy(&b, want.check(strings.NewReader(content))); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := io.Copy(&b, want.check(strings.NewReader(content+" "))); err == nil {
			t.Errorf("%s fits other bytes", text)
		}
	}
}
