package api

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"dokaz/pipeline"
)

// Examples of RFC 9110 §12.5.1, and what curl and browsers send.
func TestAcceptDecidesWhereNoFormatIsNamed(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"": "json", "*/*": "json", "application/pdf": "pdf", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "html",
		"application/pdf;q=0.5, text/html;q=0.4": "pdf", "text/*": "html", "application/*": "json", "application/json;q=0, application/*": "pdf",
		"image/png": "", "*/*;q=0": "", "application/pdf;q=2": "", "nonsense/;;, application/pdf": "pdf", "TEXT/HTML": "html",
	} {
		if got := preferred(accept); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
}

func TestAReportComesInEveryFormat(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(Admin)
	h.give(token, "a.jpg", photo("a"))
	d := pipeline.DigestOf(photo("a"))
	h.examined(d)
	path := "/v1/items/" + d.String() + "/report"
	for _, c := range []struct{ query, accept, kind, holds string }{
		{"", "", "application/json", `"schema":"dokaz.report/v1"`},
		{"?format=html&language=be", "", "text/html", `lang="be"`},
		{"?format=pdf", "text/html", "application/pdf", "%PDF-1.3  false"},
		{"?format=pdf&language=uk&pictures=clear", "", "application/pdf", "%PDF-1.3 uk true"},
		{"?language=ru", "application/pdf", "application/pdf", "%PDF-1.3 ru false"},
	} {
		got := h.ask(request{method: http.MethodGet, path: path + c.query, token: token, header: map[string]string{"Accept": c.accept}})
		if got.Code != http.StatusOK || !strings.HasPrefix(got.Header().Get("Content-Type"), c.kind) || !strings.Contains(got.Body.String(), c.holds) || got.Header().Get("Vary") != "Accept" {
			t.Errorf("%s, Accept %q: %d %s %s", c.query, c.accept, got.Code, got.Header(), got.Body)
		}
		again := h.ask(request{method: http.MethodGet, path: path + c.query, token: token, header: map[string]string{"Accept": c.accept, "If-None-Match": got.Header().Get("ETag")}})
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: %d again", c.query, again.Code)
		}
	}
	if got := h.ask(request{method: http.MethodGet, path: path + "?format=pdf&language=xx", token: token}); got.problem.Code != Invalid {
		t.Errorf("a language without words: %s", got.Body)
	}
}

// What is left of a quota is told with each answer; when none is, how long to wait.
func TestAnswersTellHowFastATokenMayAsk(t *testing.T) {
	t.Parallel()
	l := small
	l.Rate = 0.5 // two seconds for each
	h := opened(t, l)
	token := h.token(Admin)
	ask := func() answerOf {
		return h.ask(request{method: http.MethodGet, path: "/problems/invalid", token: token})
	}
	first := ask()
	if p, r := first.Header().Get(ratePolicy), first.Header().Get(rateLeft); first.Code != http.StatusOK || p != `"token";q=1;w=2` || r != `"token";r=0;t=2` {
		t.Errorf("%d, policy %s, left %s", first.Code, p, r)
	}
	second := ask()
	wait, err := strconv.Atoi(second.Header().Get("Retry-After"))
	if second.problem.Code != TooMany || err != nil || wait < 1 || wait > 2 || second.Header().Get(rateLeft) != `"token";r=0;t=2` {
		t.Errorf("%d, %s", second.Code, second.Header())
	}
	if other := h.ask(request{method: http.MethodGet, path: "/problems/invalid", token: h.token(Admin)}); other.Code != http.StatusOK {
		t.Errorf("another token: %d", other.Code)
	}
	open := opened(t, small)
	if got := open.ask(request{method: http.MethodGet, path: "/problems/invalid", token: open.token(Admin)}); got.Header().Get(ratePolicy) != "" {
		t.Error("a server without a limit tells one")
	}
}
