package api

import (
	"context"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// State is whether the server can do its work.
type State struct {
	State string `json:"state" enum:"alive,ready"`
}

type stateOutput struct{ Body State }

// CodePage says what a code means.
type CodePage struct {
	Code   Code   `json:"code"`
	Status int    `json:"status"`
	Title  string `json:"title"`
	Do     string `json:"do,omitempty"`
}

func (a *API) registerOperation() {
	huma.Register(a.huma, describe(operation{id: "livez", method: http.MethodGet, path: "/livez", summary: "Is the process alive?", codes: []Code{Invalid}}),
		func(context.Context, *struct{}) (*stateOutput, error) { return &stateOutput{State{"alive"}}, nil })
	huma.Register(a.huma, describe(operation{
		id: "readyz", method: http.MethodGet, path: "/readyz", summary: "Does it take files in?", codes: []Code{Invalid, Internal, Draining, QueueFull, DiskFull},
	}), a.ready)
	huma.Register(a.huma, describe(operation{
		id: "problem", method: http.MethodGet, path: "/problems/{code}", summary: "What an error's code means", scopes: Scopes(), codes: []Code{NotFound},
	}), explainCode)
	a.registerMetrics()
	a.registerDocument()
}

func (a *API) ready(ctx context.Context, _ *struct{}) (*stateOutput, error) {
	if err := a.room(ctx, 0); err != nil {
		return nil, a.fault(ctx, err)
	}
	return &stateOutput{State{"ready"}}, nil
}

func explainCode(_ context.Context, in *struct {
	Code string `path:"code"`
}) (*struct{ Body CodePage }, error) {
	m, known := meanings[Code(in.Code)]
	if !known {
		return nil, problem(NotFound, "no code is called %q", in.Code)
	}
	return &struct{ Body CodePage }{CodePage{Code(in.Code), m.status, m.title, m.do}}, nil
}

func (a *API) registerMetrics() {
	a.Metrics.MustRegister(load{a})
	h := promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{})
	plain := map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}
	huma.Register(a.huma, describe(operation{
		id: "metrics", method: http.MethodGet, path: "/metrics", summary: "Figures for Prometheus", scopes: []string{MetricsRead},
		answers: map[string]*huma.Response{"200": {Description: "The text format", Content: plain}},
	}), func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			h.ServeHTTP(w, r)
		}}, nil
	})
}

// registerDocument serves the contract itself.
func (a *API) registerDocument() {
	whole := map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}
	document := sync.OnceValues(func() ([]byte, error) { return a.huma.OpenAPI().MarshalJSON() })
	huma.Register(a.huma, describe(operation{
		id: "openapi", method: http.MethodGet, path: "/openapi.json", summary: "This document", scopes: Scopes(),
		answers: map[string]*huma.Response{"200": {Description: "OpenAPI 3.1", Content: whole}},
	}), func(ctx context.Context, _ *struct{}) (*documentOutput, error) {
		b, err := document()
		if err != nil {
			return nil, a.fault(ctx, err)
		}
		return &documentOutput{"application/json", b}, nil
	})
}

type documentOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// load tells Prometheus how much of each step is done and waits, as the catalog has it when asked.
type load struct{ a *API }

var tasks = prometheus.NewDesc("dokaz_tasks", "Steps of items by state.", []string{"step", "state"}, nil)

// Describe names the figures.
func (l load) Describe(ch chan<- *prometheus.Desc) { ch <- tasks }

// Collect asks the catalog.
func (l load) Collect(ch chan<- prometheus.Metric) {
	loads, err := l.a.Records.Loads(context.Background())
	if err != nil {
		ch <- prometheus.NewInvalidMetric(tasks, err)
		return
	}
	for _, s := range loads {
		for state, n := range map[string]int{"waiting": s.Waiting - s.Leased, "in_work": s.Leased, "done": s.Done} {
			ch <- prometheus.MustNewConstMetric(tasks, prometheus.GaugeValue, float64(n), string(s.Step), state)
		}
	}
}
