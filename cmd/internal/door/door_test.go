package door

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAPanicIsAnswered(t *testing.T) {
	t.Parallel()
	var said []error
	d := New(func(err error) { said = append(said, err) })
	d.Mount("/bug", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }))
	d.Mount("/gone", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(fmt.Errorf("writing: %w", net.ErrClosed)) }))
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/bug", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), w.Header().Get(RequestID)) || len(said) != 1 {
		t.Errorf("%d %s, said %v", w.Code, w.Body, said)
	}
	d.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/gone", nil))
	if len(said) != 1 {
		t.Errorf("a client that hung up is told of: %v", said[1:])
	}
}

func TestMetricsHaveBoundedNames(t *testing.T) {
	t.Parallel()
	d := New(nil)
	d.Mount("/a/{id}", http.NotFoundHandler())
	d.Mount("/b/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(interface{ Route(string) }).Route("GET /b/{own}")
	}))
	for _, r := range []*http.Request{
		httptest.NewRequest("BREW", "/a/1", nil), httptest.NewRequest("GET", "/a/2", nil), httptest.NewRequest("GET", "/nowhere/1", nil), httptest.NewRequest("GET", "/nowhere/2", nil), httptest.NewRequest("GET", "/b/1", nil), httptest.NewRequest("GET", "/b/2", nil),
	} {
		d.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
	got, err := d.Metrics().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range got {
		if f.GetName() == "dokaz_http_request_seconds" && len(f.GetMetric()) != 4 {
			t.Errorf("%v", f.GetMetric())
		}
	}
}

// at serves a door until the test ends it.
func at(t *testing.T, d *Door) (address string, end func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(ctx, l) }()
	return l.Addr().String(), sync.OnceValue(func() error { cancel(); return <-ended })
}

func TestABodyThatStallsEnds(t *testing.T) {
	t.Parallel()
	d := New(nil)
	d.stall = 50 * time.Millisecond
	got := make(chan error, 1)
	d.Mount("/", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		got <- err
	}))
	address, end := at(t, d)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345"); err != nil {
		t.Fatal(err)
	}
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// TestABodyThatEndedDoesNotEndTheRequest has a handler go on for longer than a read may take.
func TestABodyThatEndedDoesNotEndTheRequest(t *testing.T) {
	t.Parallel()
	d := New(nil)
	d.stall = 50 * time.Millisecond
	d.Mount("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
			t.Error("the deadline of the body ended the request")
		case <-time.After(4 * d.stall):
		}
		_, _ = io.WriteString(w, "done")
	}))
	address, end := at(t, d)
	a, err := http.Post("http://"+address, "text/plain", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if b, err := io.ReadAll(a.Body); string(b) != "done" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

func TestADoorLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	d := New(nil)
	begun, finish := make(chan struct{}), make(chan struct{})
	d.Mount("/slow", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-finish
		_, _ = io.WriteString(w, "done")
	}))
	address, end := at(t, d)
	answer := make(chan string, 1)
	go func() {
		a, err := http.Get("http://" + address + "/slow")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer a.Body.Close()
		b, _ := io.ReadAll(a.Body)
		answer <- string(b)
	}()
	<-begun
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	<-d.Draining()
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("a request in work: %s", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", address); err == nil {
		t.Error("it takes new connections", c.Close())
	}
}
