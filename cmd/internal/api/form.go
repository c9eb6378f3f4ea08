package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"unicode/utf8"

	"dokaz/pipeline"
	"dokaz/pipeline/receive"
)

// Bounds of a form.
const (
	maxClaims      = 64 << 10 // bytes
	maxSidecar     = 16 << 20 // bytes of one
	maxSidecars    = 8
	maxName        = 1024     // bytes of a file's name
	formAllowance  = 64 << 10 // bytes of boundaries and headers
	defaultName    = "unnamed"
	partFile       = "file"
	partSidecar    = "sidecar"
	partClaims     = "claims"
	fieldsAccepted = `the parts are "file" (one), "sidecar" (any) and "claims" (one, JSON)`
)

// sealer makes the bytes of a part durable, or only hashes them.
type sealer func(ctx context.Context, name string, r io.Reader, sidecar bool) (receive.Sealed, error)

// given is a form that came in whole: what was sealed, under which names, with which claims.
type given struct {
	file     part
	sidecars []part
	claims   pipeline.Claims
}

type part struct {
	name   string
	sealed receive.Sealed
}

// formReader reads one form as it comes, and keeps none of its files in memory.
type formReader struct {
	seal  sealer
	limit int64 // bytes of the file
	out   given
	have  map[string]int
}

// readForm reads a request's form to its end. Every error is a problem, or one of ours.
func readForm(r *http.Request, seal sealer, limit int64) (given, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return given{}, problem(MediaType, "multipart/form-data is asked for, with a boundary")
	}
	if c := r.Header.Get("Content-Encoding"); c != "" && c != "identity" {
		return given{}, problem(MediaType, "Content-Encoding %q is not taken", c)
	}
	whole, p := expected(r.Header)
	if p != nil {
		return given{}, p
	}
	most := limit + maxSidecars*maxSidecar + maxClaims + formAllowance
	if r.ContentLength > most {
		return given{}, tooLarge("the body", limit)
	}
	body := whole.check(&bounded{r: r.Body, left: most, what: "the body", limit: limit})
	f := formReader{seal: seal, limit: limit, have: map[string]int{}}
	if err := f.read(r.Context(), multipart.NewReader(body, params["boundary"])); err != nil {
		return given{}, err
	}
	// What follows the last boundary belongs to the content that a digest field covers.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return given{}, broken(err)
	}
	if f.have[partFile] == 0 {
		return given{}, problem(RequestMalformed, "the form has no file; %s", fieldsAccepted)
	}
	return f.out, nil
}

func (f *formReader) read(ctx context.Context, m *multipart.Reader) error {
	for {
		p, err := m.NextRawPart()
		if err == io.EOF { //nolint:errorlint // a wrapped one is a broken stream
			return nil
		}
		if err != nil {
			return broken(err)
		}
		name := p.FormName()
		f.have[name]++
		switch {
		case name == partFile && f.have[name] == 1:
			f.out.file, err = f.take(ctx, p, f.limit, false)
		case name == partSidecar && f.have[name] <= maxSidecars:
			var s part
			s, err = f.take(ctx, p, maxSidecar, true)
			if slices.ContainsFunc(f.out.sidecars, func(o part) bool { return o.name == s.name }) {
				return problem(RequestMalformed, "two sidecars are called %q", s.name)
			}
			f.out.sidecars = append(f.out.sidecars, s)
		case name == partClaims && f.have[name] == 1:
			f.out.claims, err = readClaims(p)
		default:
			return problem(RequestMalformed, "the form has a part %.60q too many; %s", name, fieldsAccepted)
		}
		if err != nil {
			return err
		}
	}
}

// take seals one part.
func (f *formReader) take(ctx context.Context, p *multipart.Part, limit int64, sidecar bool) (part, error) {
	name := p.FileName()
	if name == "" {
		name = defaultName
	}
	if len(name) > maxName {
		return part{}, problem(RequestMalformed, "a file's name has %d bytes, more than %d", len(name), maxName)
	}
	want, bad := expected(p.Header)
	if bad != nil {
		return part{}, bad
	}
	in := &faithful{r: want.check(&bounded{r: p, left: limit, what: fmt.Sprintf("%q", p.FormName()), limit: limit})}
	sealed, err := f.seal(ctx, name, in, sidecar)
	switch {
	case in.err != nil:
		return part{}, broken(in.err)
	case err != nil:
		return part{}, err
	case sealed.LeftOut != nil:
		return part{}, problem(NotMedia, "%s", sealed.LeftOut.Detail)
	}
	return part{name, sealed}, nil
}

// readClaims reads the JSON object of claims.
func readClaims(r io.Reader) (pipeline.Claims, error) {
	var c pipeline.Claims
	b, err := io.ReadAll(&bounded{r: r, left: maxClaims, what: `"claims"`, limit: maxClaims})
	if err != nil {
		return c, broken(err)
	}
	if !utf8.Valid(b) {
		return c, problem(RequestMalformed, "the claims are not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, problem(RequestMalformed, "the claims are no JSON object of claims: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return c, problem(RequestMalformed, "something follows the claims")
	}
	return c, nil
}

// broken says why a body could not be read to its end.
func broken(err error) error {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problem(TooSlow, "no byte came for a while")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return problem(BodyCut, "the body ended inside the form")
	}
	return problem(RequestMalformed, "the form cannot be read: %v", err)
}

func tooLarge(what string, limit int64) *Problem {
	p := problem(TooLarge, "%s is larger than %d bytes", what, limit)
	p.Limit = limit
	return p
}

// bounded is a reader that ends in a problem where more than so many bytes come.
type bounded struct {
	r     io.Reader
	left  int64
	what  string
	limit int64 // as the problem tells it
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, tooLarge(b.what, b.limit)
	}
	return n, err
}

// faithful remembers the error that ended a reader: the station that seals tells it in words only.
type faithful struct {
	r   io.Reader
	err error
}

func (f *faithful) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF { // a wrapped one is a broken stream
		f.err = err
	}
	return n, err
}
