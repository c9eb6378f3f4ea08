package api

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"dokaz/cmd/internal/upload"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// maxUploads bounds how many uploads wait for their rest.
const maxUploads = 10_000

func number(n int64) string { return strconv.FormatInt(n, 10) }

func (a *API) createUpload(ctx context.Context, in *createUpload) (*uploadOutput, error) {
	if p := in.speaks(); p != nil {
		return nil, p
	}
	if in.r.Header.Get("Upload-Length") == "" {
		return nil, problem(RequestMalformed, "Upload-Length is asked for")
	}
	if in.Length > a.limits.Upload {
		return nil, tooLarge("the upload", a.limits.Upload)
	}
	if _, p := readMetadata(in.Metadata); p != nil {
		return nil, p
	}
	n, left, err := a.Staging.Records.OpenUploads(ctx)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	if n >= maxUploads {
		return nil, problem(TooMany, "%d uploads wait for their rest", n).after(retryFull)
	}
	// The file lies here once as it comes and once sealed.
	if err := a.room(ctx, 2*in.Length+left); err != nil {
		return nil, a.fault(ctx, err)
	}
	u, err := a.Staging.Create(ctx, catalog.Upload{ID: strings.ToLower(rand.Text()), Token: caller(ctx).ID, Length: in.Length, Metadata: in.Metadata})
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	if in.r.Header.Get("Content-Type") == pieceType || u.Length == 0 {
		if u, err = a.append(ctx, in.Tus, u, 0, in.Checksum); err != nil {
			return nil, err
		}
	}
	out := stands(u)
	out.Status, out.Location = http.StatusCreated, uploadsPath+"/"+u.ID
	return out, nil
}

// stands says how an upload stands.
func stands(u catalog.Upload) *uploadOutput {
	out := &uploadOutput{Status: http.StatusOK, Offset: number(u.Received), Length: number(u.Length), Metadata: u.Metadata, Expires: u.Expires.Format(http.TimeFormat)}
	if !u.Item.IsZero() {
		out.Item, out.Job = u.Item.String(), "/v1/jobs/"+u.Item.String()
	}
	return out
}

// upload finds an upload of the one who asks.
func (a *API) upload(ctx context.Context, id string) (catalog.Upload, error) {
	u, err := a.Staging.Find(ctx, id)
	switch {
	case errors.Is(err, pipeline.ErrNotFound), err == nil && u.Token != caller(ctx).ID:
		return u, problem(UploadUnknown, "%.100q", id)
	case err != nil:
		return u, a.fault(ctx, err)
	}
	return u, nil
}

func (a *API) askUpload(ctx context.Context, in *AskUpload) (*uploadOutput, error) {
	if p := in.speaks(); p != nil {
		return nil, p
	}
	u, err := a.upload(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if u.Received == u.Length && u.Item.IsZero() { // the answer to the last piece was lost with the server
		if u, err = a.finish(ctx, u); err != nil {
			return nil, err
		}
	}
	return stands(u), nil
}

func (a *API) patchUpload(ctx context.Context, in *patchUpload) (*uploadOutput, error) {
	if p := in.speaks(); p != nil {
		return nil, p
	}
	u, err := a.upload(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if u, err = a.append(ctx, in.Tus, u, in.Offset, in.Checksum); err != nil {
		return nil, err
	}
	out := stands(u)
	out.Status, out.Length, out.Metadata = http.StatusNoContent, "", ""
	return out, nil
}

// append writes a piece; the last one makes the upload an item.
func (a *API) append(ctx context.Context, in Tus, u catalog.Upload, offset int64, checksum string) (catalog.Upload, error) {
	if kind, _, _ := mime.ParseMediaType(in.r.Header.Get("Content-Type")); kind != pieceType && u.Length > 0 {
		return u, problem(MediaType, "a piece is %s", pieceType)
	}
	sum, p := readChecksum(checksum)
	if p != nil {
		return u, p
	}
	if err := a.room(ctx, in.r.ContentLength); err != nil {
		return u, a.fault(ctx, err)
	}
	leave, p := enter(a.uploads, "uploads")
	if p != nil {
		return u, p
	}
	defer leave()
	if u.Item.IsZero() || offset != u.Length {
		body := &faithful{r: in.r.Body}
		after, err := a.Staging.Append(ctx, u.ID, offset, body, sum)
		if p := a.appended(ctx, err, body.err); p != nil {
			return after, p
		}
		u = after
	}
	if u.Received < u.Length || !u.Item.IsZero() {
		return u, nil
	}
	return a.finish(ctx, u)
}

// appended makes a problem of what kept a piece from being written.
func (a *API) appended(ctx context.Context, err, broke error) *Problem {
	var p *Problem
	switch {
	case err == nil:
		return nil
	case broke != nil && errors.As(broken(broke), &p):
		return p
	case errors.Is(err, upload.ErrOffset), errors.Is(err, pipeline.ErrSuperseded):
		return problem(OffsetMismatch, "%v", err)
	case errors.Is(err, upload.ErrChecksum):
		return problem(ChecksumMismatch, "nothing of the piece is kept")
	case errors.Is(err, upload.ErrTooMuch):
		return problem(TooLarge, "%v", err)
	case errors.Is(err, pipeline.ErrBusy):
		return problem(UploadBusy, "another request writes").after(retryBusy)
	case errors.Is(err, pipeline.ErrNotFound):
		return problem(UploadUnknown, "it was ended")
	}
	return a.fault(ctx, err)
}

// finish makes a whole upload an item. One that can be none is removed: more pieces would not change it.
func (a *API) finish(ctx context.Context, u catalog.Upload) (catalog.Upload, error) {
	m, p := readMetadata(u.Metadata)
	if p != nil {
		return u, p
	}
	done, err := a.Staging.Finish(ctx, u.ID, func(r io.Reader) (pipeline.Digest, error) {
		in := &faithful{r: m.want.check(r)}
		sealed, err := a.Intake.Seal(ctx, m.name, in, false)
		switch {
		case in.err != nil:
			return pipeline.Digest{}, in.err
		case err != nil:
			return pipeline.Digest{}, err
		case sealed.LeftOut != nil:
			return pipeline.Digest{}, problem(NotMedia, "%s", sealed.LeftOut.Detail)
		}
		_, err = a.record(ctx, given{file: part{m.name, sealed}, claims: m.claims})
		return sealed.Item.Digest, err
	})
	if errors.As(err, &p) && (p.Code == NotMedia || p.Code == DigestMismatch) {
		if err := a.Staging.Remove(ctx, u.ID); err != nil {
			return u, a.fault(ctx, err)
		}
		return u, p
	}
	if p := a.appended(ctx, err, nil); p != nil {
		return u, p
	}
	return done, nil
}

func (a *API) endUpload(ctx context.Context, in *AskUpload) (*struct{}, error) {
	if p := in.speaks(); p != nil {
		return nil, p
	}
	if _, err := a.upload(ctx, in.ID); err != nil {
		return nil, err
	}
	if p := a.appended(ctx, a.Staging.Remove(ctx, in.ID), nil); p != nil {
		return nil, p
	}
	return nil, nil
}

// metadata is what a client says of its upload.
type metadata struct {
	name   string
	claims pipeline.Claims
	want   field
}

// readMetadata reads pairs of a key and base64 (tus, "Upload-Metadata"). Keys that say nothing here are passed over.
func readMetadata(text string) (metadata, *Problem) {
	out := metadata{name: defaultName}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		b, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return out, problem(RequestMalformed, "Upload-Metadata: %.40q is not followed by base64", key)
		}
		switch key {
		case "filename":
			if len(b) > maxName {
				return out, problem(RequestMalformed, "a file's name has %d bytes, more than %d", len(b), maxName)
			}
			if len(b) > 0 {
				out.name = string(b)
			}
		case "claims":
			var p *Problem
			if out.claims, err = readClaims(strings.NewReader(string(b))); errors.As(err, &p) {
				return out, p
			}
		case "sha256":
			sum, err := hex.DecodeString(string(b))
			if err != nil || len(sum) != sha256.Size {
				return out, problem(RequestMalformed, "Upload-Metadata: sha256 is not 64 hexadecimal digits")
			}
			out.want = field{"sha-256": sum}
		}
	}
	return out, nil
}

// readChecksum reads an algorithm and a digest in base64 (tus, "Checksum").
func readChecksum(text string) (*upload.Checksum, *Problem) {
	if text == "" {
		return nil, nil
	}
	name, value, _ := strings.Cut(text, " ")
	var h hash.Hash
	switch name {
	case "sha256":
		h = sha256.New()
	case "sha1":
		h = sha1.New() // tus asks for it; it guards against broken lines, not against people
	default:
		return nil, problem(RequestMalformed, "Upload-Checksum: %.40q is not sha256 or sha1", name)
	}
	want, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(want) != h.Size() {
		return nil, problem(RequestMalformed, "Upload-Checksum: no base64 of %d bytes", h.Size())
	}
	return &upload.Checksum{Hash: h, Want: want}, nil
}
