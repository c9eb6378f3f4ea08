package ui

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync"

	"dokaz/pipeline"
	"dokaz/pipeline/report/page"
)

//go:embed pages/*.gohtml assets/* words/*.txt
var files embed.FS

// Pages serves the review pages of one case.
type Pages struct {
	kept     Case
	sessions *Sessions
	rendered *rendered
	notice   func(error) // of what is our own fault
	mux      *http.ServeMux
}

// New returns the pages of a case for those whom sessions let in. notice is told of what failed here, which no page shows.
func New(kept Case, sessions *Sessions, notice func(error)) (*Pages, error) {
	_, badBooks := books()
	_, badTemplates := templates()
	reports, badStore := newRendered()
	if err := errors.Join(badBooks, badTemplates, badStore); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	p := &Pages{kept: kept, sessions: sessions, rendered: reports, notice: notice, mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /assets/{name}", p.asset)
	p.mux.HandleFunc("GET /enter", p.enter)
	for pattern, show := range map[string]func(*http.Request, *visit) (view, error){
		"GET /{$}":                             p.library,
		"GET /items/{item}":                    p.item,
		"GET /items/{item}/revisions/{number}": p.item,
		"GET /items/{item}/copies":             p.copies,
		"GET /compare/{a}/{b}":                 p.compare,
		"GET /help":                            p.help,
	} {
		p.mux.Handle(pattern, p.inside(func(w http.ResponseWriter, r *http.Request, v *visit) error { return p.render(w, r, v, show) }))
	}
	for pattern, act := range map[string]func(http.ResponseWriter, *http.Request, *visit) error{
		"GET /pictures/{picture}":                         p.picture,
		"GET /items/{item}/revisions/{number}/report.pdf": p.paper,
		"GET /previews/{item}":                            p.preview,
		"GET /drawings/{a}/{b}":                           p.drawing,
		"GET /progress":                                   p.progress,
		"POST /compare/{a}/{b}":                           p.decidePair,
		"POST /items/{item}/revisions/{number}":           p.decideReport,
		"POST /items/{item}/retry":                        p.retry,
		"POST /language":                                  p.language,
		"POST /leave":                                     p.leave,
	} {
		p.mux.Handle(pattern, p.inside(act))
	}
	p.mux.Handle("GET /", p.inside(func(http.ResponseWriter, *http.Request, *visit) error { return pipeline.ErrNotFound }))
	return p, nil
}

// policy lets a page load from its own origin only, and nothing put it into a frame (CSP Level 3).
const policy = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
	http.NewCrossOriginProtection().Handler(p.mux).ServeHTTP(w, r)
}

// visit is one request of somebody who was let in.
type visit struct {
	session *session
	page.Speaker
}

// view is a page to be rendered: its template and what fills it.
type view struct {
	name string
	data any
}

// inside lets those with a session in and shows what went wrong as a page.
func (p *Pages) inside(do func(http.ResponseWriter, *http.Request, *visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := p.sessions.of(r)
		v := &visit{session: s}
		var err error
		if v.Speaker, err = speakerIn(languageOf(r, s)); err == nil {
			err = errOutside
			if s != nil {
				err = do(w, r, v)
			}
		}
		if err != nil {
			p.fail(w, r, v, err)
		}
	})
}

var (
	errOutside = errors.New("no session")
	errAsked   = errors.New("not understood")
)

// trouble is the page of an error.
type trouble struct{ Title, Why, Do template.HTML }

// fail answers an error. What is our own fault goes to the log, not to the page.
func (p *Pages) fail(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	status, name := http.StatusInternalServerError, "internal"
	switch {
	case errors.Is(err, errOutside):
		status, name = http.StatusUnauthorized, "outside"
	case errors.Is(err, pipeline.ErrNotFound):
		status, name = http.StatusNotFound, "unknown"
	case errors.Is(err, errAsked), errors.Is(err, pipeline.ErrMalformed):
		status, name = http.StatusBadRequest, "asked"
	case errors.Is(err, pipeline.ErrUnsupported):
		status, name = http.StatusUnprocessableEntity, "picture"
	}
	if status == http.StatusInternalServerError && r.Context().Err() == nil {
		p.notice(fmt.Errorf("page %q: %w", r.URL.Path, err))
	}
	if v.Speaker == (page.Speaker{}) {
		http.Error(w, http.StatusText(status), status)
		return
	}
	t := trouble{v.Say("error." + name), "", v.Say("error." + name + "_do")}
	if status == http.StatusBadRequest {
		t.Why = page.Show(err.Error(), 300)
	}
	if err := p.write(w, r, v, status, view{"error", t}); err != nil {
		p.notice(fmt.Errorf("page %q: %w", r.URL.Path, err))
		http.Error(w, http.StatusText(status), status)
	}
}

// render shows a page.
func (p *Pages) render(w http.ResponseWriter, r *http.Request, v *visit, show func(*http.Request, *visit) (view, error)) error {
	out, err := show(r, v)
	if err != nil {
		return err
	}
	return p.write(w, r, v, http.StatusOK, out)
}

// frame is what every page stands in.
type frame struct {
	page.Speaker
	Title     template.HTML
	Here      string // path and query, to come back to
	Person    template.HTML
	Inside    bool
	Languages []language
	Keys      []keyGroup
	Body      template.HTML
}

type language struct {
	Tag, Name string
	Chosen    bool
}

// write renders a page whole before the first byte of it leaves.
func (p *Pages) write(w http.ResponseWriter, r *http.Request, v *visit, status int, out view) error {
	all, err := templates()
	if err != nil {
		return err
	}
	var body, whole bytes.Buffer
	if err := all.ExecuteTemplate(&body, out.name, struct {
		page.Speaker
		V any
	}{v.Speaker, out.data}); err != nil {
		return err
	}
	f := frame{Speaker: v.Speaker, Title: v.Say("title." + out.name), Here: r.URL.RequestURI(), Inside: v.session != nil, Body: template.HTML(body.String())}
	if v.session != nil {
		f.Person = page.Show(v.session.person(), page.MaxTitle)
	}
	f.Languages, f.Keys = v.tongues(v.Lang()), keysIn(v.Lang())
	if err := all.ExecuteTemplate(&whole, "frame", f); err != nil {
		return err
	}
	if err := v.Err(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	send(w, whole.Bytes())
	return nil
}

// send writes the end of an answer. Who has left meanwhile needs no error.
func send(w http.ResponseWriter, b []byte) { _, _ = w.Write(b) }

// both are the two things that a part of a template is given: the speaker, and what it speaks of.
type both struct{ A, B any }

var templates = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"show": func(s string) template.HTML { return page.Show(s, page.MaxTitle) }, "pair": func(a, b any) both { return both{a, b} }}).ParseFS(files, "pages/*.gohtml")
})

// asset serves a style sheet or a script of ours.
func (p *Pages) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	b, err := fs.ReadFile(files, "assets/"+name)
	switch {
	case name == "report.css":
		var text string
		text, err = page.Stylesheet()
		b = []byte(text)
	case strings.Contains(name, "/"):
		err = fs.ErrNotExist
	}
	if err != nil {
		http.NotFound(w, r)
		return
	}
	kind := "text/css; charset=utf-8"
	if strings.HasSuffix(name, ".js") {
		kind = "text/javascript; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	send(w, b)
}
