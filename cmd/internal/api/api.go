package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
)

// Version is of the API's contract, not of the program: what is added raises the second number, nothing is taken away.
const Version = "1.1.0"

// API answers requests.
type API struct {
	Rooms
	limits  Limits
	mux     *http.ServeMux
	huma    huma.API
	uploads chan struct{} // one for each upload in work
	lookups chan struct{}
	streams chan struct{}
	keys    keysInWork
	rates   rates
}

// New makes the API of a house.
func New(r Rooms, l Limits) *API {
	speakProblems()
	if r.Metrics == nil {
		r.Metrics = prometheus.NewRegistry()
	}
	a := &API{
		Rooms: r, limits: l, mux: http.NewServeMux(), rates: rates{every: l.Rate},
		uploads: make(chan struct{}, max(l.Uploads, 1)), lookups: make(chan struct{}, max(l.Lookups, 1)), streams: make(chan struct{}, max(l.Streams, 1)),
	}
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Dokaz intake", Version: Version, Description: about},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{scheme: {Type: "http", Scheme: "bearer", Description: "A token made by 'dokaz token create'."}},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{named},
	}
	a.huma = jsonOnly{humago.New(a.mux, c), c}
	a.huma.UseMiddleware(a.allowed)
	a.register()
	return a
}

// named puts the name of the request into a problem.
func named(ctx huma.Context, _ string, v any) (any, error) {
	if p, is := v.(*Problem); is {
		_, w := humago.Unwrap(ctx)
		p.Instance = w.Header().Get(requestID)
	}
	return v, nil
}

// requestID is the header in which the server names each request.
const requestID = "Request-Id"

const about = `Hand photos, videos and sounds over, and read what the case says of them.

Items are addressed by the SHA-256 of their bytes: sha256:<64 hexadecimal digits>. The same bytes are the same item, however
often they come. Errors are RFC 9457 problems with a stable code. Every address but /livez and /readyz asks for a token, and says in RateLimit and
RateLimit-Policy how fast it may ask.`

// register lists every route.
func (a *API) register() {
	a.registerIntake()
	a.registerItems()
	a.registerLists()
	a.registerJobs()
	a.registerEvents()
	a.registerLookup()
	a.registerUploads()
	a.registerWebhooks()
	a.registerLetters()
	a.registerOperation()
	a.describeRates()
}

// Patterns are the paths that the API answers, as http.ServeMux writes them.
func Patterns() []string {
	return []string{"/v1/", "/openapi.json", "/problems/", "/metrics", "/livez", "/readyz"}
}

// jsonOnly answers in JSON whatever Accept says, which RFC 9110 §12.4.1 leaves to the server: there is no other form, but of reports, whose
// route reads the field itself. Huma's own reading of it panics on some that are no media types, as ";0 ".
type jsonOnly struct {
	huma.API
	config huma.Config
}

// Config is asked for by huma where it is there, and by nothing that the compiler sees.
func (j jsonOnly) Config() huma.Config { return j.config }

// Negotiate is asked for each answer.
func (jsonOnly) Negotiate(string) (string, error) { return "application/json", nil }

// Document is the contract as an OpenAPI 3.1 document in YAML.
func Document() ([]byte, error) { return New(Rooms{}, Limits{}).huma.OpenAPI().YAML() }

// operation describes a route: its scopes and the codes it may answer besides those that every route may.
type operation struct {
	id, method, path string
	summary, about   string
	scopes           []string // one of them is needed; none: open to all
	codes            []Code
	status           int // of success, 0: 200
	answers          map[string]*huma.Response
}

// everywhere is what every route behind a token may answer.
var everywhere = []Code{TokenMissing, TokenInvalid, ScopeMissing, TooMany, Invalid, Internal}

// describe makes huma's description of a route.
func describe(o operation) huma.Operation {
	out := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Description: o.about, DefaultStatus: o.status,
		Responses: o.answers, Extensions: map[string]any{}, MaxBodyBytes: maxJSON, BodyReadTimeout: -1,
	}
	all := o.codes
	if len(o.scopes) > 0 {
		all = append(append([]Code{}, everywhere...), o.codes...)
		for _, s := range o.scopes {
			out.Security = append(out.Security, map[string][]string{scheme: {s}})
		}
	}
	seen := map[int]bool{}
	for _, c := range all {
		if status := meanings[c].status; !seen[status] {
			seen[status] = true
			out.Errors = append(out.Errors, status)
		}
	}
	if len(all) > 0 {
		out.Extensions["x-codes"] = all
	}
	return out
}

// documented finds a route that is registered in the document.
func (a *API) documented(o huma.Operation) *huma.Operation {
	item := a.huma.OpenAPI().Paths[o.Path]
	if o.Method == http.MethodPatch {
		return item.Patch
	}
	return item.Post
}

// streamed documents the body of a route that reads it as it comes. Were it known before, huma would read the body whole.
func (a *API) streamed(o huma.Operation, b *huma.RequestBody) { a.documented(o).RequestBody = b }

// enter takes a place among those that do something at once; the function returned gives it back.
func enter(places chan struct{}, what string) (leave func(), p *Problem) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	default:
		p := problem(TooMany, "%d %s are in work", cap(places), what).after(retryBusy)
		p.Limit = int64(cap(places))
		return nil, p
	}
}

// maxJSON bounds a body of JSON.
const maxJSON = 64 << 10

// fault makes a problem of an error of the rooms. What has no name is ours: it is told to who runs the server, not to the client.
func (a *API) fault(ctx context.Context, err error) *Problem {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case ctx.Err() != nil: // whatever broke with it; SQLite calls it an interruption
		return problem(BodyCut, "the client went away")
	case diskFull(err):
		return problem(DiskFull, "no space is left").after(retryFull)
	}
	a.Notice(fmt.Errorf("api: %w", err))
	return problem(Internal, "unexpected")
}

// item reads a digest of the path and returns what lists show of the item.
func (a *API) item(ctx context.Context, text string) (catalog.Line, error) {
	d, err := pipeline.ParseDigest(text)
	if err != nil {
		return catalog.Line{}, problem(ItemUnknown, "%q names no item", text)
	}
	l, err := a.Records.Line(ctx, d)
	if errors.Is(err, pipeline.ErrNotFound) {
		return l, problem(ItemUnknown, "%s", d)
	}
	if err != nil {
		return l, a.fault(ctx, err)
	}
	return l, nil
}
