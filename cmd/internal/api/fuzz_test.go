package api

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// routes lists what the document describes, in a stable order: "POST /v1/items".
func (h *house) routes() []string {
	var out []string
	for path, operations := range h.doc["paths"].(map[string]any) {
		for method := range operations.(map[string]any) {
			out = append(out, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(out)
	return out
}

// FuzzRequests sends nonsense to every route, in the name of one who may do everything. Whatever comes, the answer is none that blames the
// server, it has the form described, and it comes soon after the client hangs up.
func FuzzRequests(f *testing.F) {
	h := opened(f, small)
	token := h.token(Admin)
	var said []error
	h.api.Notice = func(err error) { said = append(said, err) }
	routes := h.routes()
	body, header := form(formPart{field: "file", name: "a.jpg", body: photo("a")}, formPart{field: "claims", body: []byte(`{"source":"x","other":{"a":"b"}}`)})
	d := "sha256:" + strings.Repeat("0", 64)
	h.give(token, "known.jpg", photo("known"))
	known := pipeline.DigestOf(photo("known"))
	h.examined(known)
	for i := range routes {
		f.Add(uint8(i), d, "wait=1s", "Idempotency-Key", "k", header["Content-Type"], body)
		f.Add(uint8(i), known.String(), "format=pdf&language=uk&text=known&source=x&include=matches", "Accept", "application/pdf;q=0.1, */*", "", []byte(nil))
		f.Add(uint8(i), "%00/..", "limit=0&cursor=AAAA&since=x", "Tus-Resumable", "1.0.0", pieceType, []byte("x"))
		f.Add(uint8(i), "..", "", "Accept", "x", "", []byte(nil))
		f.Add(uint8(i), "invalid", "after=0&include=report", "Content-Digest", "sha-256=:AAAA:", "application/json", []byte(`{"url":"https://example.org","types":["item.received"]}`))
		f.Add(uint8(i), d, "format=html", "Upload-Length", "99999999999999999999", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=file\r\n\r\n--x--"))
	}
	f.Fuzz(func(t *testing.T, route uint8, id, query, name, value, kind string, body []byte) {
		method, path, _ := strings.Cut(routes[int(route)%len(routes)], " ")
		before, rest, has := strings.Cut(path, "{")
		if has {
			_, after, _ := strings.Cut(rest, "}")
			path = before + url.PathEscape(id) + after
		}
		target, err := url.Parse("http://dokaz" + path + "?" + strings.Map(printable, query))
		if err != nil {
			t.Skip("no URL")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
		if err != nil {
			t.Skip("no request")
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("If-Match", `"1"`)
		r.Header.Set(name, value)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		began := time.Now()
		h.t = t
		h.api.ServeHTTP(w, r)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s %s took %v", method, target, took)
		}
		if w.Code >= 500 && w.Code != http.StatusInsufficientStorage || len(said) > 0 {
			t.Errorf("%s %s: %d %s %v", method, target, w.Code, w.Body, said)
			said = nil
		}
		if astray := bytes.Contains(w.Body.Bytes(), []byte(`"code":"not_found"`)); ctx.Err() == nil && !astray { // else nobody sees the answer, or no route gave it
			h.conforms(request{method: method, path: path}, w)
		}
	})
}

// printable drops what no query holds.
func printable(r rune) rune {
	if r <= ' ' || r == 0x7f || r == '#' {
		return -1
	}
	return r
}
