package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"

	"dokaz/pipeline"

	"github.com/danielgtaylor/huma/v2"
)

var eventType = reflect.TypeFor[Event]()

type lookupInput struct{ Raw }

// Question is what to look for, where it is no file: exactly one of the two.
type Question struct {
	Item string `json:"item,omitempty" doc:"sha256:… of the bytes"`
	PDQ  string `json:"pdq,omitempty" doc:"PDQ hash of a picture, 64 hexadecimal digits"`
}

// Answer is what the case holds that is like what was asked for.
type Answer struct {
	Item       *Sought   `json:"item,omitempty" doc:"The file that was looked for; absent for a hash"`
	Known      bool      `json:"known" doc:"The case holds these bytes"`
	Comparable bool      `json:"comparable" doc:"Something of it can be compared; otherwise that there is no match says nothing"`
	Outcomes   []Outcome `json:"outcomes,omitempty" doc:"Of the file's examination"`
	Matches    []Likely  `json:"matches" doc:"Nearest first, at most 200"`
}

// Sought is a file that is looked for.
type Sought struct{ pipeline.Item }

// Likely is an item that is like what was asked for.
type Likely struct {
	Item    pipeline.Digest `json:"item"`
	Address string          `json:"address"`
	Name    string          `json:"name" doc:"Of a receipt; hostile text"`
	Match   pipeline.Match  `json:"match" doc:"a or b is the item; the other is what was asked for, all zeros where that is a hash"`
}

type lookupOutput struct{ Body Answer }

func (a *API) registerLookup() {
	o := describe(operation{
		id: "lookup", method: http.MethodPost, path: "/v1/lookup", summary: "What does the case hold that is like this?", scopes: []string{ReportRead},
		about: "A file is examined as one that is taken in would be, and forgotten. A digest or a PDQ hash is looked for at once. Nothing is recorded.",
		codes: []Code{RequestMalformed, BodyCut, DigestMalformed, DigestMismatch, TooSlow, TooLarge, MediaType, TooMany, Draining, DiskFull},
	})
	huma.Register(a.huma, o, a.lookup)
	question := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Question](), true, "Question")
	file := &huma.Schema{Type: huma.TypeObject, Required: []string{partFile}, Properties: map[string]*huma.Schema{partFile: {Type: huma.TypeString, Format: "binary"}}}
	a.streamed(o, &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: question}, "multipart/form-data": {Schema: file}}})
}

func (a *API) lookup(ctx context.Context, in *lookupInput) (*lookupOutput, error) {
	if err := a.room(ctx, in.r.ContentLength); err != nil {
		var p *Problem
		if !errors.As(err, &p) || p.Code != QueueFull { // looking needs no place in the queue
			return nil, a.fault(ctx, err)
		}
	}
	leave, p := enter(a.lookups, "lookups")
	if p != nil {
		return nil, p
	}
	defer leave()
	var found Likeness
	var err error
	kind, params, _ := mime.ParseMediaType(in.r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json":
		found, err = a.lookupQuestion(ctx, in.r)
	case kind == "multipart/form-data" && params["boundary"] != "":
		found, err = a.lookupFile(ctx, in.r, params["boundary"])
	default:
		err = problem(MediaType, "application/json or multipart/form-data is asked for")
	}
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out, err := a.answer(ctx, found)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	return &lookupOutput{out}, nil
}

// lookupQuestion reads a digest or a hash.
func (a *API) lookupQuestion(ctx context.Context, r *http.Request) (Likeness, error) {
	var q Question
	d := json.NewDecoder(&bounded{r: r.Body, left: maxJSON, what: "the body", limit: maxJSON})
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		var p *Problem
		if errors.As(err, &p) {
			return Likeness{}, p
		}
		return Likeness{}, problem(RequestMalformed, "no JSON object with item or pdq: %v", err)
	}
	switch {
	case (q.Item == "") == (q.PDQ == ""):
		return Likeness{}, problem(RequestMalformed, "one of item and pdq is asked for")
	case q.Item != "":
		digest, err := pipeline.ParseDigest(q.Item)
		if err != nil {
			return Likeness{}, problem(RequestMalformed, "%v", err)
		}
		return a.Finder.FindItem(ctx, digest)
	}
	hash, err := pipeline.ParseHash256(q.PDQ)
	if err != nil {
		return Likeness{}, problem(RequestMalformed, "%v", err)
	}
	return a.Finder.FindHash(ctx, hash)
}

// lookupFile examines the one file of a form as it comes.
func (a *API) lookupFile(ctx context.Context, r *http.Request, boundary string) (Likeness, error) {
	whole, p := expected(r.Header)
	if p != nil {
		return Likeness{}, p
	}
	if len(whole) > 0 {
		return Likeness{}, problem(DigestMalformed, "a file that is looked for has its digest in its part's header")
	}
	part, err := multipart.NewReader(r.Body, boundary).NextRawPart()
	switch {
	case err == io.EOF: //nolint:errorlint // a wrapped one is a broken stream
		return Likeness{}, problem(RequestMalformed, "the form has no file")
	case err != nil:
		return Likeness{}, broken(err)
	case part.FormName() != partFile:
		return Likeness{}, problem(RequestMalformed, "the first part is %.60q, not \"file\"", part.FormName())
	}
	name := part.FileName()
	if len(name) > maxName {
		return Likeness{}, problem(RequestMalformed, "a file's name has %d bytes, more than %d", len(name), maxName)
	}
	want, p := expected(part.Header)
	if p != nil {
		return Likeness{}, p
	}
	body := &faithful{r: want.check(&bounded{r: part, left: a.limits.Upload, what: `"file"`, limit: a.limits.Upload})}
	found, err := a.Finder.FindFile(ctx, name, body)
	if body.err != nil {
		return Likeness{}, broken(body.err)
	}
	return found, err
}

// answer names the items found.
func (a *API) answer(ctx context.Context, f Likeness) (Answer, error) {
	out := Answer{Known: f.Known, Comparable: f.Comparable, Matches: []Likely{}}
	if f.Item.Kind != "" {
		out.Item = &Sought{f.Item}
	}
	for _, o := range f.Outcomes {
		out.Outcomes = append(out.Outcomes, Outcome{o.By.Analyzer, o.By.Version, o.Status, o.Reason})
	}
	for _, m := range f.Matches[:min(len(f.Matches), maxMatches)] {
		other := m.A
		if other == f.Item.Digest {
			other = m.B
		}
		l, err := a.Records.Line(ctx, other)
		if err != nil {
			return out, err
		}
		out.Matches = append(out.Matches, Likely{other, "/v1/items/" + other.String(), l.Name, m})
	}
	return out, nil
}
