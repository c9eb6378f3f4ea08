package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"dokaz/cmd/internal/upload"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/receive"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// memory is a vault that keeps bytes in memory.
type memory struct {
	mu   sync.Mutex
	kept map[pipeline.Digest]bool
}

func (m *memory) Put(_ context.Context, r io.Reader) (pipeline.Sums, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return pipeline.Sums{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := pipeline.Sums{SHA256: sha256.Sum256(b), SHA512: sha512.Sum512(b), Size: int64(len(b)), Head: b[:min(len(b), pipeline.SniffLength)]}
	s.New = !m.kept[s.SHA256]
	m.kept[s.SHA256] = true
	return s, nil
}

// house is a case whose catalog is real, whose vault is memory, and whose examination the test does itself.
type house struct {
	*catalog.Catalog
	t       testing.TB
	api     *API
	vault   *memory
	broken  atomic.Bool // every room fails
	free    atomic.Int64
	changes Bell
	closing chan struct{}
	reports map[pipeline.Digest][]byte
	schemas *jsonschema.Compiler
	doc     map[string]any
	shift   time.Duration // of the clocks
}

var errBroken = errors.New("a room is broken")

func (h *house) Token(ctx context.Context, id string) (catalog.Token, error) {
	if h.broken.Load() {
		return catalog.Token{}, errBroken
	}
	return h.Catalog.Token(ctx, id)
}

func (h *house) Examining(ctx context.Context) (int, error) {
	if h.broken.Load() {
		return 0, errBroken
	}
	return h.Catalog.Examining(ctx)
}

func (h *house) station(all bool) *receive.Station {
	return &receive.Station{Vault: h.vault, Records: catalog.Receiver{Catalog: h.Catalog, Plan: "plan"}, By: "tester", Now: time.Now, All: all}
}

func (h *house) Seal(ctx context.Context, name string, r io.Reader, sidecar bool) (receive.Sealed, error) {
	return h.station(sidecar).Seal(ctx, receive.Stream(name, r))
}

func (h *house) Record(ctx context.Context, by pipeline.Actor, s receive.Sealed, c pipeline.Claims) (receive.Result, error) {
	st := h.station(true)
	st.By = by
	return st.Record(ctx, s, c)
}

func (h *house) Free() (int64, error) { return h.free.Load(), nil }

func (h *house) Report(_ context.Context, d pipeline.Digest) (pipeline.Report, []byte, pipeline.Digest, error) {
	doc, ok := h.reports[d]
	if !ok {
		return pipeline.Report{}, nil, pipeline.Digest{}, pipeline.ErrNotFound
	}
	return pipeline.Report{}, doc, pipeline.DigestOf(doc), nil
}

func (h *house) Page(_ context.Context, w io.Writer, d pipeline.Digest, language string) error {
	if _, ok := h.reports[d]; !ok {
		return pipeline.ErrNotFound
	}
	_, err := io.WriteString(w, `<!DOCTYPE html><html lang="`+language+`"><title>report</title>`)
	return err
}

func (h *house) Paper(_ context.Context, w io.Writer, d pipeline.Digest, language string, clear bool) error {
	if _, ok := h.reports[d]; !ok {
		return pipeline.ErrNotFound
	}
	_, err := fmt.Fprintf(w, "%%PDF-1.3 %s %v", language, clear)
	return err
}

func (h *house) now() time.Time { return time.Now().Add(h.shift) }

// empty is a catalog that nothing was put into: made once and copied, since making it is what most tests would spend their time on.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dokaz-api-*")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "catalog.db")
	c, err := catalog.Open(context.Background(), path, catalog.Options{})
	if err == nil {
		err = c.Close()
	}
	b, rerr := os.ReadFile(path)
	return b, errors.Join(err, rerr, os.RemoveAll(dir))
})

var small = Limits{Upload: 1 << 20, Uploads: 4, Queue: 100, Free: 1 << 20}

func opened(t testing.TB, l Limits) *house {
	t.Helper()
	h := &house{t: t, vault: &memory{kept: map[pipeline.Digest]bool{}}, closing: make(chan struct{}), reports: map[pipeline.Digest][]byte{}}
	path := filepath.Join(t.TempDir(), "catalog.db")
	none, err := empty()
	if err = errors.Join(err, os.WriteFile(path, none, 0o600)); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(t.Context(), path, catalog.Options{Actor: "tester", Clock: h.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Catalog = c
	h.free.Store(1 << 30)
	h.api = New(h.rooms(), l)
	b, err := h.api.huma.OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &h.doc); err != nil {
		t.Fatal(err)
	}
	h.schemas = jsonschema.NewCompiler()
	if err := h.schemas.AddResource("openapi.json", h.doc); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) rooms() Rooms {
	return Rooms{
		Tokens: h, Intake: h, Replies: h.Catalog, Records: h, Reports: h, Lists: h.Catalog, Entries: h.Catalog, Finder: h,
		Webhooks: h.Catalog, Letters: h.Catalog, Changes: &h.changes, Closing: h.closing, Notice: func(error) {},
		Staging: &upload.Store{Dir: filepath.Join(h.t.TempDir(), "uploads"), Records: h.Catalog, Clock: h.now},
	}
}

// token makes a token with scopes and returns its text.
func (h *house) token(scopes ...string) string {
	h.t.Helper()
	k, text, err := NewToken("desk", []string{Admin}, time.Now().Add(time.Hour))
	if err != nil {
		h.t.Fatal(err)
	}
	k.Scopes = scopes
	if _, err := h.PutToken(h.t.Context(), k); err != nil {
		h.t.Fatal(err)
	}
	return text
}

// request is what a client sends.
type request struct {
	method, path string
	token        string
	header       map[string]string
	body         []byte
	slow         bool // the body stalls until its deadline
	broken       bool // the connection breaks inside the body
}

// reader gives the body; a slow one ends as a connection does whose deadline passed.
func (r request) reader() io.Reader {
	if r.slow {
		return io.MultiReader(bytes.NewReader(r.body[:len(r.body)/2]), iotest.ErrReader(os.ErrDeadlineExceeded))
	}
	if r.broken {
		return io.MultiReader(bytes.NewReader(r.body[:len(r.body)/2]), iotest.ErrReader(io.ErrUnexpectedEOF))
	}
	return bytes.NewReader(r.body)
}

// answerOf is what came back.
type answerOf struct {
	*httptest.ResponseRecorder
	problem Problem
}

// ask sends a request and holds the answer against the OpenAPI document.
func (h *house) ask(r request) answerOf {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute) // a stream of events that was not refused ends too
	defer cancel()
	in := httptest.NewRequestWithContext(ctx, r.method, r.path, r.reader())
	if r.token != "" {
		in.Header.Set("Authorization", "Bearer "+r.token)
	}
	for k, v := range r.header {
		in.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, in)
	out := answerOf{ResponseRecorder: w}
	h.conforms(r, w)
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
		if err := json.Unmarshal(w.Body.Bytes(), &out.problem); err != nil {
			h.t.Errorf("%s %s: %v in %s", r.method, r.path, err, w.Body)
		}
	}
	return out
}

// route finds the path of the document that a request's path fits.
func (h *house) route(path string) (string, map[string]any) {
	path, _, _ = strings.Cut(path, "?")
	in := httptest.NewRequest(http.MethodGet, path, nil)
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete} {
		in.Method = method
		if _, pattern := h.api.mux.Handler(in); pattern != "" {
			_, p, _ := strings.Cut(pattern, " ")
			operations, _ := h.doc["paths"].(map[string]any)[p].(map[string]any)
			return p, operations
		}
	}
	return "", nil
}

// conforms fails where an answer is not one that the document describes.
func (h *house) conforms(r request, w *httptest.ResponseRecorder) {
	h.t.Helper()
	path, operations := h.route(r.path)
	o, _ := operations[strings.ToLower(r.method)].(map[string]any)
	if o == nil {
		return
	}
	status := http.StatusText(w.Code)
	answers := o["responses"].(map[string]any)
	described, ok := answers[jsonNumber(w.Code)].(map[string]any)
	if !ok {
		h.t.Errorf("%s %s answers %d %s, which the document does not describe: %s", r.method, path, w.Code, status, w.Body)
		return
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	content, _ := described["content"].(map[string]any)
	if len(content) == 0 {
		return
	}
	if _, ok := content[kind]; !ok {
		h.t.Errorf("%s %s answers %d with %q, which the document does not describe", r.method, path, w.Code, kind)
		return
	}
	if !strings.HasSuffix(kind, "json") {
		return
	}
	at := "openapi.json#/paths/" + escape(path) + "/" + strings.ToLower(r.method) + "/responses/" + jsonNumber(w.Code) + "/content/" + escape(kind) + "/schema"
	s, err := h.schemas.Compile(at)
	if err != nil {
		h.t.Errorf("%s: %v", at, err)
		return
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		h.t.Errorf("%s %s answers %d: %v\n%s", r.method, path, w.Code, err, w.Body)
	}
}

func jsonNumber(n int) string { b, _ := json.Marshal(n); return string(b) }

// escape writes a key as a token of a JSON pointer inside a URI fragment.
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key)
}

// photo is a file that its first bytes call a JPEG.
func photo(text string) []byte { return append([]byte("\xff\xd8\xff\xe0"), text...) }

// formPart is one part of a form.
type formPart struct {
	field, name string
	body        []byte
	header      map[string]string
}

// form writes parts as multipart/form-data.
func form(parts ...formPart) ([]byte, map[string]string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		d := `form-data; name="` + p.field + `"`
		if p.name != "" {
			d += `; filename="` + p.name + `"`
		}
		h.Set("Content-Disposition", d)
		for k, v := range p.header {
			h.Set(k, v)
		}
		out, err := w.CreatePart(h)
		if err == nil {
			_, err = out.Write(p.body)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes(), map[string]string{"Content-Type": w.FormDataContentType()}
}

// give hands a photo over.
func (h *house) give(token, name string, file []byte, more ...formPart) answerOf {
	h.t.Helper()
	body, header := form(append([]formPart{{field: "file", name: name, body: file}}, more...)...)
	return h.ask(request{method: http.MethodPost, path: "/v1/items", token: token, header: header, body: body})
}

// examined takes an item through the journey: examined, reported, published.
func (h *house) examined(d pipeline.Digest) {
	h.t.Helper()
	ctx := h.t.Context()
	claim := func(step pipeline.Step) pipeline.Claim {
		due, err := h.Due(ctx, time.Now().Add(time.Second), 100)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, x := range due {
			if x.Step == step && x.Item == d {
				c, err := h.Claim(ctx, x, "w", time.Now().Add(time.Minute))
				if err != nil {
					h.t.Fatal(err)
				}
				return c
			}
		}
		h.t.Fatalf("%s of %s is not due", step, d)
		return pipeline.Claim{}
	}
	by := pipeline.Ref{Analyzer: "pixelhash", Version: 1}
	_, err := h.CommitExamined(ctx, claim(pipeline.StepExamine), catalog.Examined{
		Examination: pipeline.Examination{Outcomes: []pipeline.Outcome{{By: by, Status: pipeline.Failed, Reason: "broken"}}},
		Prints:      pipeline.Prints{Item: d, Kind: pipeline.Photo}, Seen: 1 << 40, Joins: func(pipeline.Match) bool { return true },
	}, func([]pipeline.Prints) ([]pipeline.Match, error) { return nil, nil })
	if err != nil {
		h.t.Fatal(err)
	}
	doc := []byte(`{"core":{"findings":[{"code":"meta.absent"}],"measurements":[]},"schema":"dokaz.report/v1"}`)
	h.reports[d] = doc
	err = h.CommitReported(ctx, claim(pipeline.StepReport), catalog.Revision{
		Item: d, Number: 1, Doc: pipeline.DigestOf(doc), Core: pipeline.DigestOf(doc), At: time.Now(), Findings: map[pipeline.Weight]int{pipeline.Note: 1},
		Codes: []pipeline.Code{"meta.absent"}, Cluster: pipeline.Cluster{Representative: d, Size: 1},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.Finish(ctx, claim(pipeline.StepPublish)); err != nil {
		h.t.Fatal(err)
	}
	h.changes.Ring()
}
