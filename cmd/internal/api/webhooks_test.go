package api

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

const wanted = `{"url":"https://example.org/hook","types":["item.reported"]}`

// made makes a webhook and returns its path and ETag.
func (h *house) made(token string) (string, string) {
	h.t.Helper()
	a := h.ask(request{method: http.MethodPost, path: "/v1/webhooks", token: token, header: asJSON, body: []byte(wanted)})
	if a.Code != http.StatusCreated {
		h.t.Fatalf("%d %s", a.Code, a.Body)
	}
	return a.Header().Get("Location"), a.Header().Get("ETag")
}

var asJSON = map[string]string{"Content-Type": "application/json"}

// withWebhooks adds the cases of the routes of webhooks.
func withWebhooks(all map[string]contractCase) map[string]contractCase {
	sent := func(text string, change func(*request)) contractCase {
		return func(_ *testing.T, h *house, r request) request {
			r.token = h.token(WebhookWrite)
			if strings.Contains(r.path, "webhooks/") {
				path, etag := h.made(r.token)
				r.path = path + strings.TrimPrefix(r.path, "/v1/webhooks/"+pipeline.DigestOf(photo("absent")).String())
				r.header = map[string]string{"If-Match": etag}
			} else {
				r.header = map[string]string{}
			}
			maps.Copy(r.header, asJSON)
			r.body = []byte(text)
			if change != nil {
				change(&r)
			}
			return r
		}
	}
	unmatched := func(etag string) func(*request) {
		return func(r *request) {
			delete(r.header, "If-Match")
			if etag != "" {
				r.header["If-Match"] = etag
			}
		}
	}
	for _, id := range []string{"makeWebhook", "changeWebhook"} {
		all[id+" request_malformed"] = sent("{", nil)
		all[id+" body_cut"] = sent(wanted, func(r *request) { r.broken = true })
		all[id+" too_slow"] = sent(wanted, func(r *request) { r.slow = true })
		all[id+" too_large"] = sent(`{"url":"`+strings.Repeat("x", maxJSON)+`"}`, nil)
		all[id+" media_type"] = sent(wanted, func(r *request) { r.header["Content-Type"] = "text/plain" })
		all[id+" address_refused"] = sent(`{"url":"https://127.0.0.1/"}`, nil)
	}
	for _, id := range []string{"changeWebhook", "removeWebhook", "renewSecret"} {
		all[id+" precondition_missing"] = sent(wanted, unmatched(""))
		all[id+" precondition_failed"] = sent(wanted, unmatched(`"7"`))
		all[id+" webhook_unknown"] = sent(wanted, func(r *request) { r.path = strings.Replace(r.path, "webhooks/", "webhooks/x", 1) })
	}
	for _, id := range []string{"webhook", "letters", "redeliver"} {
		all[id+" webhook_unknown"] = func(_ *testing.T, h *house, r request) request {
			r.token = h.token(WebhookWrite)
			return r
		}
	}
	return all
}

func TestAWebhookIsChangedOnlyAsSeen(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(WebhookWrite)
	path, first := h.made(token)
	ask := func(method, path, etag, body string) answerOf {
		header := maps.Clone(asJSON)
		header["If-Match"] = etag
		return h.ask(request{method: method, path: path, token: token, header: header, body: []byte(body)})
	}
	change := `{"url":"https://example.org/other"}`
	second := ask(http.MethodPut, path, first, change)
	if second.Code != http.StatusOK || second.Header().Get("ETag") == first {
		t.Fatalf("%d, ETag %q after %q", second.Code, second.Header().Get("ETag"), first)
	}
	if got := ask(http.MethodPut, path, first, change); got.Code != http.StatusPreconditionFailed || got.Header().Get("ETag") != second.Header().Get("ETag") {
		t.Errorf("with the first ETag again: %d, ETag %q", got.Code, got.Header().Get("ETag"))
	}
	renewed := ask(http.MethodPost, path+"/secret", second.Header().Get("ETag"), "")
	if got := read[Webhook](t, renewed); !strings.HasPrefix(got.Secret, "whsec_") {
		t.Errorf("%+v", got)
	}
	all := read[[]Webhook](t, h.ask(request{method: http.MethodGet, path: "/v1/webhooks", token: token}))
	if len(all) != 1 || all[0].Secret != "" || all[0].URL != "https://example.org/other" || len(all[0].Types) != 0 {
		t.Errorf("%+v", all)
	}
	if got := ask(http.MethodDelete, path, renewed.Header().Get("ETag"), ""); got.Code != http.StatusNoContent {
		t.Errorf("removing: %d %s", got.Code, got.Body)
	}
	if got := h.ask(request{method: http.MethodGet, path: path, token: token}); got.Code != http.StatusNotFound {
		t.Errorf("removed: %d", got.Code)
	}
}

func TestDeadLettersAreListedAndTriedAgain(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(Admin)
	path, _ := h.made(token)
	d := read[Taken](t, h.give(token, "a.jpg", photo("a"))).Item
	h.examined(d)
	id := strings.TrimPrefix(path, "/v1/webhooks/")
	ls, err := h.ClaimLetters(t.Context(), id, time.Minute, 10)
	if err != nil || len(ls) != 1 || ls[0].Entry.Act != pipeline.ActReported {
		t.Fatalf("%+v, %v: the one type asked for is told", ls, err)
	}
	dead := ls[0]
	dead.Dead, dead.Status, dead.Cause = true, 500, "it answered 500"
	if err := h.Undelivered(t.Context(), dead, 0); err != nil {
		t.Fatal(err)
	}
	list := func(state string) []Letter {
		return read[[]Letter](t, h.ask(request{method: http.MethodGet, path: path + "/letters?state=" + state, token: token}))
	}
	got := list("dead")
	if len(got) != 1 || got[0].Event.Item != d || got[0].Status != 500 || got[0].Attempts != 1 || !got[0].Next.IsZero() {
		t.Errorf("%+v", got)
	}
	again := h.ask(request{method: http.MethodPost, path: path + "/redeliver", token: token})
	if diff := cmp.Diff(Redelivered{1}, read[Redelivered](t, again)); diff != "" || again.Code != http.StatusAccepted {
		t.Errorf("%d %s", again.Code, diff)
	}
	if waiting := list("waiting"); len(waiting) != 1 || len(list("dead")) != 0 {
		t.Errorf("%+v", waiting)
	}
}

func TestTheOutboxIsOfTheEffect(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	w, err := h.PutWebhook(t.Context(), catalog.Webhook{ID: "w", URL: "https://example.org", Secret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	h.give(h.token(IntakeWrite), "a.jpg", photo("a"))
	es, err := h.Entries(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	ls, err := h.Catalog.Letters(t.Context(), w.ID, false, 0, 10)
	if err != nil || len(ls) != len(es) || len(es) == 0 {
		t.Fatalf("%d letters of %d entries, %v", len(ls), len(es), err)
	}
	one, err := Message(es[0])
	if err != nil {
		t.Fatal(err)
	}
	two, err := Message(ls[0].Entry)
	if diff := cmp.Diff(string(one), string(two)); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	if err := h.DisableWebhook(t.Context(), w.ID, "gone"); err != nil {
		t.Fatal(err)
	}
	if ls, err := h.Catalog.Letters(t.Context(), w.ID, true, 0, 10); err != nil || len(ls) != 1 || ls[0].Cause != "gone" {
		t.Errorf("%+v, %v", ls, err)
	}
	h.give(h.token(IntakeWrite), "b.jpg", photo("b"))
	if ls, err := h.Catalog.Letters(t.Context(), w.ID, false, 0, 10); err != nil || len(ls) != 0 {
		t.Errorf("a disabled webhook is told of %d more, %v", len(ls), err)
	}
}
