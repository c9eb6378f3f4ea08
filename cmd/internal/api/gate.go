package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/danielgtaylor/huma/v2"
)

// scheme names the way to show a token in the OpenAPI document.
const scheme = "token"

// callerKey finds who asks in a request's context.
type callerKey struct{}

// caller returns the token of a request. Routes that are open to all have none.
func caller(ctx context.Context) catalog.Token {
	t, _ := ctx.Value(callerKey{}).(catalog.Token)
	return t
}

// open lists the paths that answer without a token.
var open = []string{"/livez", "/readyz"}

// ServeHTTP lets those in who show a valid token, and answers in problems also where no route is.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(open, r.URL.Path) {
		t, p := a.authenticate(r)
		if p == nil {
			p = a.rates.admit(w.Header(), t.ID)
		}
		if p != nil {
			write(w, p)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, t))
	}
	r = overridden(r)
	if path.Clean(r.URL.Path) != r.URL.Path { // http.ServeMux would lead elsewhere, as no route does
		write(w, problem(NotFound, "no such address"))
		return
	}
	h, pattern := a.mux.Handler(r)
	if pattern == "" {
		write(w, astray(h, r))
		return
	}
	if d, is := w.(interface{ Route(pattern string) }); is { // the server counts by routes
		d.Route(pattern)
	}
	a.mux.ServeHTTP(w, r)
}

// authenticate finds the token that a request shows.
func (a *API) authenticate(r *http.Request) (catalog.Token, *Problem) {
	const challenge = `Bearer realm="dokaz"`
	kind, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") || text == "" {
		return catalog.Token{}, problem(TokenMissing, "no Authorization: Bearer").with("WWW-Authenticate", challenge)
	}
	refused := problem(TokenInvalid, "not let in").with("WWW-Authenticate", challenge+`, error="invalid_token"`)
	id, secret, err := parseToken(strings.TrimSpace(text))
	if err != nil {
		return catalog.Token{}, refused
	}
	t, err := a.Tokens.Token(r.Context(), id)
	switch {
	case errors.Is(err, pipeline.ErrNotFound):
		return t, refused
	case err != nil:
		return t, a.fault(r.Context(), err)
	case !holds(t, secret) || !t.Valid(time.Now()):
		return t, refused
	}
	if err := a.Tokens.TokenUsed(r.Context(), t); err != nil {
		return t, a.fault(r.Context(), err)
	}
	return t, nil
}

// allowed asks for one of the scopes that the route's description names.
func (a *API) allowed(ctx huma.Context, next func(huma.Context)) {
	var scopes []string
	for _, s := range ctx.Operation().Security {
		scopes = append(scopes, s[scheme]...)
	}
	if t := caller(ctx.Context()); len(scopes) > 0 && !reaches(t, scopes) {
		p := problem(ScopeMissing, "one of these scopes is needed: %s; the token has %s", strings.Join(scopes, ", "), strings.Join(t.Scopes, ", "))
		_ = huma.WriteErr(a.huma, ctx, p.Status, p.Title, p) // a client that went away has no use for an error
		return
	}
	next(ctx)
}

// astray says why no route fits, by what http.ServeMux would have answered.
func astray(h http.Handler, r *http.Request) *Problem {
	var said recorder
	h.ServeHTTP(&said, r)
	if said.code == http.StatusMethodNotAllowed {
		return problem(MethodNotAllowed, "%s is not for this address", r.Method).with("Allow", said.Header().Get("Allow"))
	}
	return problem(NotFound, "no such address")
}

// recorder keeps an answer's status and header and drops its body.
type recorder struct {
	header http.Header
	code   int
}

func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (r *recorder) WriteHeader(code int)        { r.code = code }

// write answers with a problem outside huma's routes.
func write(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	for name, values := range p.headers {
		h[name] = values
	}
	p.Instance = h.Get(requestID)
	h.Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(p); err == nil {
		_, _ = w.Write(b.Bytes()) // a client that went away has no use for an error
	}
}
