package door

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

// RequestID is the header by which an answer names its request.
const RequestID = "Request-Id"

// Handler is the mux inside its chain.
func (d *Door) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		out := &answer{ResponseWriter: w, control: http.NewResponseController(w), stall: d.stall}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &body{ReadCloser: r.Body, control: out.control, stall: d.stall}
		}
		h := w.Header()
		h.Set(RequestID, rand.Text())
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		_, route := d.mux.Handler(r)
		defer func() {
			d.caught(out, r, recover())
			d.requests.WithLabelValues(out.named(route), methodOf(r.Method), strconv.Itoa(out.status())).Observe(time.Since(began).Seconds())
		}()
		d.mux.ServeHTTP(out, r)
	})
}

// caught ends a request whose handler panicked.
func (d *Door) caught(out *answer, r *http.Request, v any) {
	err, _ := v.(error)
	if v == nil || errors.Is(err, http.ErrAbortHandler) || hungUp(err) {
		return
	}
	d.notice(fmt.Errorf("%s %q: panic: %v\n%s", r.Method, r.URL.Path, v, debug.Stack()))
	if out.code == 0 {
		out.Header().Set("Content-Type", "application/problem+json")
		out.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(out, `{"status":500,"code":"internal","title":"Something went wrong inside","instance":%q}`+"\n", out.Header().Get(RequestID))
	}
}

// hungUp reports whether an error is a client's that takes no more of its answer.
func hungUp(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed)
}

// Route tells metrics which route of a mux of its own a handler took: a pattern, never a path.
func (a *answer) Route(pattern string) { a.route = pattern }

// named is a bounded name for what was asked.
func (a *answer) named(pattern string) string {
	if a.route != "" {
		return a.route
	}
	return pattern
}

// methodOf is a bounded name for a method, which a client may invent.
func methodOf(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// answer remembers the status and gives each write its time.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController
	stall   time.Duration
	route   string // of the handler's own mux; "" where it has none
	code    int
}

func (a *answer) WriteHeader(code int) {
	if a.code == 0 && code >= 200 {
		a.code = code
	}
	a.ResponseWriter.WriteHeader(code)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.code == 0 {
		a.code = http.StatusOK
	}
	_ = a.control.SetWriteDeadline(time.Now().Add(a.stall)) // a recorder of tests has none
	return a.ResponseWriter.Write(b)
}

func (a *answer) status() int {
	if a.code == 0 {
		return http.StatusOK
	}
	return a.code
}

// Unwrap lets http.ResponseController find the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// body gives each read its time. When the body is over the deadline is lifted: it would end the request's context otherwise.
type body struct {
	io.ReadCloser
	control *http.ResponseController
	stall   time.Duration
}

func (b *body) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(time.Now().Add(b.stall)) // a recorder of tests has none
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	_ = b.control.SetReadDeadline(time.Time{})
	return n, err
}

// quiet drops what net/http has to say of clients that hang up or speak no HTTP.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
