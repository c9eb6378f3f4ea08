//go:build libav

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// postbox is a program that is told of events, and refuses those of one item.
type postbox struct {
	*httptest.Server
	mu      sync.Mutex
	refuses string // text in the body of those
	came    []string
}

func (p *postbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.came = append(p.came, string(b))
	if strings.Contains(string(b), p.refuses) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// count tells how often something about an item came.
func (p *postbox) count(d pipeline.Digest) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.came {
		if strings.Contains(b, d.Hex()) {
			n++
		}
	}
	return n
}

// waitingLetter is a letter as the API lists it.
type waitingLetter struct {
	Attempts, Status int
	Next             time.Time
}

// TestLettersOutliveAClockThatIsSet sets the clock of a server two days back while a letter waits for its second attempt, which has to come
// all the same, and two days forward while it waits for its third, which must not come before letters that are written then.
func TestLettersOutliveAClockThatIsSet(t *testing.T) {
	if !canSetClock {
		t.Skip("SKIPPED, NOT PASSED: no clock can be set on this kind of machine")
	}
	t.Setenv("DOKAZ_SERVE_PRIVATE", "127.0.0.0/8")
	var photos [][]byte
	for _, name := range []string{"square-bare.jpg", "burst-0.jpg", "ball-a.jpg"} {
		b, err := os.ReadFile(filepath.Join(fixtures.Dir(t, "test"), name))
		if err != nil {
			t.Fatal(err)
		}
		photos = append(photos, b)
	}
	refused := pipeline.DigestOf(photos[0])
	box := &postbox{refuses: refused.Hex()}
	box.Server = httptest.NewServer(box)
	defer box.Close()
	s := startServing(t, filepath.Join(t.TempDir(), "case"))
	defer s.stop()
	token := s.token("intake:write", "webhook:write")
	ask := func(method, path string, body []byte, header map[string]string) []byte {
		t.Helper()
		a, said, err := s.ask(t.Context(), method, path, token, bytes.NewReader(body), header)
		if err != nil || a.StatusCode/100 != 2 {
			t.Fatalf("%s %s: %v %s", method, path, err, said)
		}
		return said
	}
	give := func(b []byte) pipeline.Digest {
		t.Helper()
		body, header, err := formOf("a.jpg", b)
		if err != nil {
			t.Fatal(err)
		}
		ask(http.MethodPost, "/v1/items", body, header)
		return pipeline.DigestOf(b)
	}
	var hook struct{ ID string }
	made := ask(http.MethodPost, "/v1/webhooks", []byte(`{"url":"`+box.URL+`/","types":["item.received"]}`), map[string]string{"Content-Type": "application/json"})
	if err := json.Unmarshal(made, &hook); err != nil {
		t.Fatal(err)
	}
	waits := func() (l waitingLetter) {
		t.Helper()
		var all []waitingLetter
		if err := json.Unmarshal(ask(http.MethodGet, "/v1/webhooks/"+hook.ID+"/letters?state=waiting", nil, nil), &all); err != nil {
			t.Fatal(err)
		}
		if len(all) > 0 {
			l = all[0] // in the order of the events: that of the item refused
		}
		return l
	}
	settled := func(attempts int) {
		t.Helper()
		waitFor(t, "an attempt that failed", func() bool { l := waits(); return l.Attempts == attempts && l.Status == http.StatusServiceUnavailable })
	}
	set := func(ahead time.Duration) {
		t.Helper()
		if err := setClock(s.process.Process.Pid, ahead); err != nil {
			t.Fatal(err)
		}
	}

	give(photos[0])
	settled(1)
	set(-farAhead)
	waitFor(t, "the second attempt, after the clock was set back", func() bool { return box.count(refused) == 2 })
	waitFor(t, "its end", func() bool { return waits().Next.After(time.Now().Add(time.Minute - farAhead)) }) // five minutes then
	set(farAhead)
	for _, b := range photos[1:] {
		d := give(b)
		waitFor(t, "a letter of an item given after the clock was set forward", func() bool { return box.count(d) == 1 })
	}
	// Attempts are counted when letters are taken, those due first.
	l := waits()
	if l.Attempts != 2 || box.count(refused) != 2 {
		t.Errorf("set forward: %d attempts, %d of them came; want 2", l.Attempts, box.count(refused))
	}
	if rest := time.Until(l.Next) - farAhead; rest < 0 || rest > 7*time.Minute {
		t.Errorf("the next attempt is told for %v from now, by the clock as it is set", rest)
	}
}
