// Package door is the house's HTTP server: one listener, one mux, one chain round everything that is mounted on it, and an
// orderly end.
//
// It knows connections, deadlines, panics and how long requests take. It must not know who may ask, what is asked, or what an
// item is: that is for the handlers mounted on it.
package door

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Times of a connection that are nobody's choice.
const (
	headerWithin = 10 * time.Second // for a request's header to arrive
	idleFor      = 2 * time.Minute  // between two requests
	drainWithin  = 30 * time.Second // for requests in work to end
	stallAfter   = 30 * time.Second // for a byte of a body or of an answer to go through
	maxHeader    = 32 << 10         // bytes
)

// Door serves what is mounted on it.
type Door struct {
	mux      *http.ServeMux
	metrics  *prometheus.Registry
	requests *prometheus.HistogramVec
	notice   func(error)
	stall    time.Duration // how long a client may neither send nor take a byte that is due

	drain sync.Once
	going chan struct{}
}

// New makes a door. notice is told of what nobody is there to be answered, such as a panic.
func New(notice func(error)) *Door {
	d := &Door{mux: http.NewServeMux(), metrics: prometheus.NewRegistry(), notice: notice, stall: stallAfter, going: make(chan struct{})}
	d.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "dokaz_http_request_seconds", Help: "Time from a request's header to the end of its answer.",
		Buckets: []float64{.005, .025, .1, .3, 1, 3, 10, 60},
	}, []string{"route", "method", "status"})
	d.metrics.MustRegister(d.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return d
}

// Mount gives requests whose path fits a pattern of http.ServeMux to a handler.
func (d *Door) Mount(pattern string, h http.Handler) { d.mux.Handle(pattern, h) }

// Metrics is the registry that everything mounted adds its own figures to.
func (d *Door) Metrics() *prometheus.Registry { return d.metrics }

// Draining is closed when the door begins to close: answers that would go on for ever end then.
func (d *Door) Draining() <-chan struct{} { return d.going }

// Serve answers on a listener until ctx ends; then it takes nothing new and lets the requests in work end, for half a minute at most.
func (d *Door) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{Handler: d.Handler(), ReadHeaderTimeout: headerWithin, IdleTimeout: idleFor, MaxHeaderBytes: maxHeader, ErrorLog: quiet()}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	d.drain.Do(func() { close(d.going) })
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	err := s.Shutdown(within)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.Close() // what is left is clients that do not go on reading or writing
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
