package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The protocol is tus 1.0.0 (tus.io/protocols/resumable-upload) with the extensions named in tusExtensions.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,creation-with-upload,checksum,expiration,termination"
	uploadsPath   = "/v1/uploads"
	pieceType     = "application/offset+octet-stream"
)

// Tus is what every request of the protocol carries.
type Tus struct {
	Raw
	Version string `header:"Tus-Resumable" doc:"1.0.0"`
}

type createUpload struct {
	Tus
	Length   int64  `header:"Upload-Length" minimum:"0" doc:"Bytes of the whole file"`
	Metadata string `header:"Upload-Metadata" maxLength:"16384" doc:"filename, claims (a JSON object as in POST /v1/items) and sha256 (64 hexadecimal digits of the whole file), each in base64"`
	Checksum string `header:"Upload-Checksum" maxLength:"200"`
}

// AskUpload names an upload.
type AskUpload struct {
	Tus
	ID string `path:"id" maxLength:"100"`
}

type patchUpload struct {
	AskUpload
	Offset   int64  `header:"Upload-Offset" minimum:"0" required:"true" doc:"Where the piece begins"`
	Checksum string `header:"Upload-Checksum" maxLength:"200" doc:"sha256, or sha1, and the piece's digest in base64; where it differs nothing of the piece is kept"`
}

// uploadOutput is how an upload stands.
type uploadOutput struct {
	Status   int
	Location string `header:"Location" doc:"Of the upload, when it is made"`
	Offset   string `header:"Upload-Offset" doc:"Bytes that are durable"`
	Length   string `header:"Upload-Length"`
	Metadata string `header:"Upload-Metadata"`
	Expires  string `header:"Upload-Expires"`
	Item     string `header:"Dokaz-Item" doc:"What it became: the item, once the last piece is there"`
	Job      string `header:"Dokaz-Job" doc:"Where to ask how far the item is"`
}

type tusOptions struct {
	Version    string `header:"Tus-Version"`
	Extensions string `header:"Tus-Extension"`
	Largest    string `header:"Tus-Max-Size"`
	Algorithms string `header:"Tus-Checksum-Algorithm"`
}

func (a *API) registerUploads() {
	scopes := []string{IntakeWrite}
	one := uploadsPath + "/{id}"
	pieces := []Code{TusVersion, RequestMalformed, BodyCut, TooSlow, TooLarge, NotMedia, ChecksumMismatch, DigestMismatch, Draining, DiskFull, QueueFull}
	huma.Register(a.huma, describe(operation{
		id: "uploadOptions", method: http.MethodOptions, path: uploadsPath, summary: "What of tus is spoken here", scopes: scopes, status: http.StatusNoContent,
	}), a.uploadOptions)
	create := describe(operation{
		id: "createUpload", method: http.MethodPost, path: uploadsPath, summary: "Begin a resumable upload", scopes: scopes, status: http.StatusCreated,
		about: "tus 1.0.0: " + tusExtensions + ". What is acknowledged is durable; an upload is kept for a day after it was last heard of.",
		codes: pieces,
	})
	huma.Register(a.huma, create, a.createUpload)
	huma.Register(a.huma, describe(operation{
		id: "askUpload", method: http.MethodHead, path: one, summary: "Where an upload stands", scopes: scopes, status: http.StatusOK,
		codes: []Code{UploadUnknown, TusVersion},
	}), a.askUpload)
	patch := describe(operation{
		id: "patchUpload", method: http.MethodPatch, path: one, summary: "Send a piece", scopes: scopes, status: http.StatusNoContent,
		codes: append([]Code{UploadUnknown, OffsetMismatch, UploadBusy, MediaType}, pieces...),
	})
	huma.Register(a.huma, patch, a.patchUpload)
	huma.Register(a.huma, describe(operation{
		id: "endUpload", method: http.MethodDelete, path: one, summary: "Give an upload up", scopes: scopes, status: http.StatusNoContent,
		codes: []Code{UploadUnknown, UploadBusy, TusVersion},
	}), a.endUpload)
	piece := &huma.RequestBody{Content: map[string]*huma.MediaType{pieceType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	a.streamed(create, piece)
	a.streamed(patch, piece)
	for _, o := range []huma.Operation{create, patch} {
		a.documented(o).Responses["460"].Description = "Checksum Mismatch" // a status of the protocol, which has no name in HTTP
	}
}

func (a *API) uploadOptions(_ context.Context, in *struct{ Raw }) (*tusOptions, error) {
	in.w.Header().Set("Tus-Resumable", tusVersion)
	return &tusOptions{tusVersion, tusExtensions, number(a.limits.Upload), "sha256,sha1"}, nil
}

// speaks checks the protocol's version and says ours.
func (t Tus) speaks() *Problem {
	t.w.Header().Set("Tus-Resumable", tusVersion)
	if t.Version != tusVersion {
		return problem(TusVersion, "Tus-Resumable is %.40q", t.Version).with("Tus-Version", tusVersion)
	}
	return nil
}

// overridden gives a request of the protocol the method that its client could not send.
func overridden(r *http.Request) *http.Request {
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, uploadsPath+"/") {
		switch m := r.Header.Get("X-HTTP-Method-Override"); m {
		case http.MethodPatch, http.MethodDelete, http.MethodHead:
			r = r.Clone(r.Context())
			r.Method = m
		}
	}
	return r
}
