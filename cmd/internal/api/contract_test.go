package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// TestContract holds every route of the OpenAPI document to every code that the document says it answers. A route or a code without
// a case fails, so that none can be promised and not kept. That each answer has the form described is checked by ask.
func TestContract(t *testing.T) {
	t.Parallel()
	cases := contractCases()
	h := opened(t, small)
	for path, operations := range h.doc["paths"].(map[string]any) {
		for method, o := range operations.(map[string]any) {
			operation := o.(map[string]any)
			id := operation["operationId"].(string)
			codes, _ := operation["x-codes"].([]any)
			for _, c := range codes {
				code := Code(c.(string))
				t.Run(id+"/"+string(code), func(t *testing.T) {
					t.Parallel()
					h := opened(t, limitsFor(code))
					r := request{method: strings.ToUpper(method), path: filled(path)}
					made, special := cases[id+" "+string(code)]
					switch {
					case special:
						r = made(t, h, r)
					case !general(h, &r, code):
						t.Fatalf("no case makes %s answer %s", id, code)
					}
					got := h.ask(r)
					if got.problem.Code != code || got.Code != meanings[code].status {
						t.Errorf("%s %s: %d %q, want %s: %s", r.method, r.path, got.Code, got.problem.Code, code, got.Body)
					}
				})
			}
		}
	}
}

// TestEveryCodeIsAnsweredSomewhere fails for a code that no route says it answers; the two of addresses that are no routes are tested beside.
func TestEveryCodeIsAnsweredSomewhere(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	used := map[Code]bool{}
	for _, operations := range h.doc["paths"].(map[string]any) {
		for _, o := range operations.(map[string]any) {
			said, _ := o.(map[string]any)["x-codes"].([]any)
			for _, c := range said {
				used[Code(c.(string))] = true
			}
		}
	}
	token := h.token(Admin)
	used[h.ask(request{method: http.MethodGet, path: "/nowhere", token: token}).problem.Code] = true
	used[h.ask(request{method: http.MethodPatch, path: "/v1/items", token: token}).problem.Code] = true
	for _, c := range codes() {
		if !used[c] {
			t.Errorf("%s is answered nowhere", c)
		}
	}
}

// filled puts something into the path's parameters.
func filled(path string) string {
	d := pipeline.DigestOf(photo("absent")).String()
	return strings.NewReplacer("{digest}", d, "{id}", d, "{code}", "invalid").Replace(path)
}

// limitsFor makes the limits tight that a code tells of.
func limitsFor(c Code) Limits {
	l := small
	switch c {
	case TooMany:
		l.Rate = 0.001
	case QueueFull:
		l.Queue = 1
	}
	return l
}

// general makes any route answer a code that all may answer.
func general(h *house, r *request, c Code) bool {
	switch c {
	case TokenMissing:
	case TokenInvalid:
		r.token = "dkz_0123456789abcdef_" + strings.Repeat("0", 64)
	case ScopeMissing:
		r.token = h.token("none")
	case TooMany:
		r.token = h.token(Admin)
		h.ask(request{method: http.MethodGet, path: "/problems/invalid", token: r.token})
	case Invalid:
		r.token = h.token(Admin)
		r.path += "?no_such_parameter=1"
	case Internal:
		r.token = h.token(Admin)
		h.broken.Store(true)
	case ItemUnknown:
		r.token = h.token(Admin)
	default:
		return false
	}
	return true
}

// contractCase makes a route answer a code of its own.
type contractCase func(t *testing.T, h *house, r request) request

func contractCases() map[string]contractCase {
	give := func(parts ...formPart) contractCase {
		return func(_ *testing.T, h *house, r request) request {
			r.token = h.token(IntakeWrite, ReportRead)
			r.body, r.header = form(parts...)
			return r
		}
	}
	file := formPart{field: "file", name: "a.jpg", body: photo("a")}
	header := func(c contractCase, name, value string) contractCase {
		return func(t *testing.T, h *house, r request) request {
			r = c(t, h, r)
			r.header[name] = value
			return r
		}
	}
	full := func(t *testing.T, h *house, r request) request {
		h.give(h.token(IntakeWrite), "first.jpg", photo("first"))
		return give(file)(t, h, r)
	}
	crowded := func(t *testing.T, h *house, r request) request {
		h.free.Store(0)
		return give(file)(t, h, r)
	}
	closing := func(t *testing.T, h *house, r request) request {
		close(h.closing)
		return give(file)(t, h, r)
	}
	return withUploads(withWebhooks(map[string]contractCase{
		"give request_malformed": give(formPart{field: "file", name: "a.jpg", body: photo("a")}, formPart{field: "claims", body: []byte(`{"nonsense":1}`)}),
		"give body_cut": func(t *testing.T, h *house, r request) request {
			r = give(file)(t, h, r)
			r.body = r.body[:len(r.body)-30]
			return r
		},
		"give digest_malformed": header(give(file), "Content-Digest", "md5=:AAAA:"),
		"give digest_mismatch":  give(formPart{field: "file", name: "a.jpg", body: photo("a"), header: map[string]string{"Repr-Digest": digestField(photo("b"))}}),
		"give too_large":        give(formPart{field: "file", name: "a.jpg", body: photo(strings.Repeat("a", 1<<20))}),
		"give media_type":       header(give(file), "Content-Type", "application/json"),
		"give not_media":        give(formPart{field: "file", name: "a.txt", body: []byte("text")}),
		"give queue_full":       full,
		"give disk_full":        crowded,
		"give draining":         closing,
		"readyz queue_full":     afterwards(full),
		"readyz disk_full":      afterwards(crowded),
		"readyz draining":       afterwards(closing),
		"give key_in_flight": func(t *testing.T, h *house, r request) request {
			r = give(file)(t, h, r)
			r.header["Idempotency-Key"] = "k"
			id, _, _ := parseToken(r.token)
			h.api.keys.begin(id, "k")
			return r
		},
		"give key_reused": func(t *testing.T, h *house, r request) request {
			other := give(formPart{field: "file", name: "b.jpg", body: photo("b")})(t, h, r)
			other.header["Idempotency-Key"] = "k"
			h.ask(other)
			r = give(file)(t, h, r)
			r.token, r.header["Idempotency-Key"] = other.token, "k"
			return r
		},
		"give too_slow": func(t *testing.T, h *house, r request) request {
			r = give(file)(t, h, r)
			r.slow = true
			return r
		},
		"items cursor_malformed": func(_ *testing.T, h *house, r request) request {
			r.token, r.path = h.token(ReportRead), "/v1/items?kind=photo&cursor="+writeCursor(1, catalog.Filter{}, false)
			return r
		},
		"events draining":          afterwards(closing, ReportRead),
		"lookup draining":          afterwards(closing, ReportRead),
		"lookup disk_full":         afterwards(crowded, ReportRead),
		"lookup request_malformed": give(formPart{field: "sidecar", name: "a.jpg", body: photo("a")}),
		"lookup body_cut": func(t *testing.T, h *house, r request) request {
			r = give(file)(t, h, r)
			r.body = r.body[:len(r.body)-50]
			return r
		},
		"lookup digest_malformed": header(give(file), "Content-Digest", "md5=:AAAA:"),
		"lookup digest_mismatch":  give(formPart{field: "file", name: "a.jpg", body: photo("a"), header: map[string]string{"Repr-Digest": digestField(photo("b"))}}),
		"lookup too_large":        give(formPart{field: "file", name: "a.jpg", body: photo(strings.Repeat("a", 1<<20))}),
		"lookup media_type":       header(give(file), "Content-Type", "image/jpeg"),
		"lookup too_slow": func(t *testing.T, h *house, r request) request {
			r = give(file)(t, h, r)
			r.slow = true
			return r
		},
		"problem not_found": func(_ *testing.T, h *house, r request) request {
			r.token, r.path = h.token(Admin), "/problems/none"
			return r
		},
		"report format_unavailable": func(_ *testing.T, h *house, r request) request {
			r.token, r.header = h.token(ReportRead), map[string]string{"Accept": "image/png, text/*;q=0"}
			return r
		},
		"report report_pending": func(_ *testing.T, h *house, r request) request {
			h.give(h.token(IntakeWrite), "a.jpg", photo("a"))
			r.token, r.path = h.token(ReportRead), "/v1/items/"+pipeline.DigestOf(photo("a")).String()+"/report"
			return r
		},
		"readyz internal": func(_ *testing.T, h *house, r request) request {
			h.broken.Store(true)
			return r
		},
	}))
}

// afterwards makes a state with one case's means and asks another route.
func afterwards(c contractCase, scopes ...string) contractCase {
	return func(t *testing.T, h *house, r request) request {
		c(t, h, r)
		if len(scopes) > 0 {
			r.token = h.token(scopes...)
		}
		return r
	}
}

func digestField(b []byte) string {
	s := sha256.Sum256(b)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(s[:]) + ":"
}

func TestNothingAnswersWithoutAToken(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	for _, path := range []string{"/", "/v1", "/v1/items", "/metrics", "/openapi.json", "/problems/invalid", "/livez/"} {
		if got := h.ask(request{method: http.MethodGet, path: path}); got.Code != http.StatusUnauthorized {
			t.Errorf("%s answers %d", path, got.Code)
		}
	}
	for _, path := range []string{"/livez", "/readyz"} {
		if got := h.ask(request{method: http.MethodGet, path: path}); got.Code != http.StatusOK {
			t.Errorf("%s answers %d", path, got.Code)
		}
	}
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	text := h.token(ReportRead)
	ask := func() int { return h.ask(request{method: http.MethodGet, path: "/problems/invalid", token: text}).Code }
	if got := ask(); got != http.StatusOK {
		t.Fatalf("a valid token: %d", got)
	}
	id, _, err := parseToken(text)
	if err != nil {
		t.Fatal(err)
	}
	k, err := h.Catalog.Token(t.Context(), id)
	if err != nil || k.Used.IsZero() {
		t.Errorf("used is %v, %v", k.Used, err)
	}
	if err := h.RevokeToken(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", got)
	}
	old, text, err := NewToken("old", []string{ReportRead}, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	old.Expires = time.Now().Add(-time.Second)
	if _, err := h.PutToken(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if got := h.ask(request{method: http.MethodGet, path: "/problems/invalid", token: text}).Code; got != http.StatusUnauthorized {
		t.Errorf("an expired token: %d", got)
	}
}
