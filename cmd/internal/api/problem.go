package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Code is the stable name of an error. Texts may change, codes do not.
type Code string

// The codes.
const (
	TokenMissing        Code = "token_missing"
	TokenInvalid        Code = "token_invalid"
	ScopeMissing        Code = "scope_missing"
	NotFound            Code = "not_found"
	ItemUnknown         Code = "item_unknown"
	ReportPending       Code = "report_pending"
	MethodNotAllowed    Code = "method_not_allowed"
	RequestMalformed    Code = "request_malformed"
	BodyCut             Code = "body_cut"
	CursorMalformed     Code = "cursor_malformed"
	DigestMalformed     Code = "digest_malformed"
	DigestMismatch      Code = "digest_mismatch"
	Invalid             Code = "invalid"
	FormatUnavailable   Code = "format_unavailable"
	TooSlow             Code = "too_slow"
	KeyInFlight         Code = "key_in_flight"
	KeyReused           Code = "key_reused"
	TooLarge            Code = "too_large"
	MediaType           Code = "media_type"
	NotMedia            Code = "not_media"
	TooMany             Code = "too_many"
	UploadUnknown       Code = "upload_unknown"
	UploadBusy          Code = "upload_busy"
	OffsetMismatch      Code = "offset_mismatch"
	ChecksumMismatch    Code = "checksum_mismatch"
	TusVersion          Code = "tus_version"
	WebhookUnknown      Code = "webhook_unknown"
	AddressRefused      Code = "address_refused"
	PreconditionMissing Code = "precondition_missing"
	PreconditionFailed  Code = "precondition_failed"
	Internal            Code = "internal"
	Draining            Code = "draining"
	QueueFull           Code = "queue_full"
	DiskFull            Code = "disk_full"
)

// meaning is what is always true of a code.
type meaning struct {
	status int
	title  string
	do     string
}

var meanings = map[Code]meaning{
	TokenMissing:        {401, "A token is needed", "send Authorization: Bearer with a token made by 'dokaz token create'"},
	TokenInvalid:        {401, "The token is unknown, expired or revoked", "'dokaz token list' shows which there are"},
	ScopeMissing:        {403, "The token's scopes do not reach this far", "make a token with the scope named"},
	NotFound:            {404, "There is nothing under this address", "see /openapi.json"},
	ItemUnknown:         {404, "The case holds no such item", "items are named sha256:… and 64 hexadecimal digits"},
	ReportPending:       {404, "The item has no report yet", "ask /v1/jobs/{digest}?wait=30s"},
	MethodNotAllowed:    {405, "This address does not take that method", "see the Allow header"},
	RequestMalformed:    {400, "The request is not of its form", ""},
	BodyCut:             {400, "The body ended before its end", "send it again; of what came nothing is recorded"},
	CursorMalformed:     {400, "The cursor is none, or of another list", "begin without a cursor, and keep the filters while going on"},
	DigestMalformed:     {400, "A digest field is not of its form, or names no algorithm known here", "RFC 9530: sha-256=:<base64>: or sha-512"},
	DigestMismatch:      {400, "The bytes received are not those that the digest names", "send them again; nothing is recorded"},
	Invalid:             {422, "A value is out of its bounds", "errors names it"},
	FormatUnavailable:   {406, "The report is not made in this format", "ask for json, html or pdf"},
	TooSlow:             {408, "The body came too slowly", "send it again, or use a resumable upload"},
	KeyInFlight:         {409, "A request under this Idempotency-Key is in work", "repeat it when that is answered"},
	KeyReused:           {422, "This Idempotency-Key was used for another request", "take a new key"},
	TooLarge:            {413, "The body is larger than what is taken", "limit says how large it may be"},
	MediaType:           {415, "The body is not of a type taken here", ""},
	NotMedia:            {415, "The file is no photo, video, sound or archive, by content or by name", "media and archives are taken; send what belongs to one as its sidecar"},
	TooMany:             {429, "Too many requests at once", "wait as Retry-After says"},
	UploadUnknown:       {404, "There is no such upload, or its time is over", "begin a new one"},
	UploadBusy:          {423, "A piece of this upload is being written", "ask with HEAD where it stands in a moment"},
	OffsetMismatch:      {409, "The upload does not stand there", "ask with HEAD where it stands"},
	ChecksumMismatch:    {460, "The piece is not what its checksum names", "send it again; nothing of it is kept"},
	TusVersion:          {412, "The protocol's version is not spoken here", "send Tus-Resumable: 1.0.0"},
	WebhookUnknown:      {404, "There is no such webhook", "GET /v1/webhooks lists them"},
	AddressRefused:      {422, "Nothing is sent to this address", "webhooks go to public addresses by https, and to what serve.private allows"},
	PreconditionMissing: {428, "The request must say what it saw", "send If-Match with the ETag of what is to be changed"},
	PreconditionFailed:  {412, "It is no longer what was seen", "read it again, and decide anew"},
	Internal:            {500, "Something went wrong inside", "the instance names this request in the server's messages"},
	Draining:            {503, "The server is closing", "repeat the request in a while"},
	QueueFull:           {507, "Too many items wait to be examined", "repeat the request later; nothing was taken in"},
	DiskFull:            {507, "The disk is full", "make room where the case lies; nothing was taken in"},
}

// Problem is an error as RFC 9457 has it, with a stable code.
type Problem struct {
	Type     string              `json:"type" example:"/problems/item_unknown" doc:"Address of the page about this code, relative to the server"`
	Title    string              `json:"title" doc:"What the code means"`
	Status   int                 `json:"status" example:"404"`
	Code     Code                `json:"code" example:"item_unknown" doc:"Stable name of the error"`
	Detail   string              `json:"detail,omitempty" doc:"What happened this time"`
	Do       string              `json:"do,omitempty" doc:"What helps"`
	Instance string              `json:"instance,omitempty" doc:"Name of the request, as in its Request-Id header"`
	Limit    int64               `json:"limit,omitempty" doc:"The limit that was passed, where there is one"`
	Errors   []*huma.ErrorDetail `json:"errors,omitempty" doc:"Which values are wrong, and where"`

	headers http.Header
}

// Error returns the detail.
func (p *Problem) Error() string { return string(p.Code) + ": " + p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns what the answer's header says besides.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// Schema adds the codes to what is generated.
func (c Code) Schema(huma.Registry) *huma.Schema {
	all := make([]any, 0, len(meanings))
	for _, code := range codes() {
		all = append(all, string(code))
	}
	return &huma.Schema{Type: huma.TypeString, Enum: all}
}

func codes() []Code {
	all := make([]Code, 0, len(meanings))
	for c := range meanings {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// problem makes an error of a code.
func problem(c Code, format string, args ...any) *Problem {
	m := meanings[c]
	return &Problem{Type: "/problems/" + string(c), Title: m.title, Status: m.status, Code: c, Detail: fmt.Sprintf(format, args...), Do: m.do, headers: http.Header{}}
}

// with adds a header field.
func (p *Problem) with(name, value string) *Problem {
	p.headers.Set(name, value)
	return p
}

// after says when to try again.
func (p *Problem) after(d time.Duration) *Problem {
	return p.with("Retry-After", strconv.Itoa(max(1, int(d/time.Second))))
}

// speakProblems makes huma's own errors problems. The constructors are variables of huma's, for the whole process.
var speakProblems = sync.OnceFunc(func() {
	huma.NewError = newError
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return newError(status, msg, errs...)
	}
})

// newError makes a problem of what huma found wrong.
func newError(status int, msg string, errs ...error) huma.StatusError {
	var p *Problem
	for _, err := range errs {
		if errors.As(err, &p) {
			return p
		}
	}
	code := codeOf(status, msg)
	if code == Internal {
		return problem(code, "unexpected")
	}
	p = problem(code, "%s", msg)
	for _, err := range errs {
		var detailed huma.ErrorDetailer
		if errors.As(err, &detailed) {
			p.Errors = append(p.Errors, &huma.ErrorDetail{Message: detailed.ErrorDetail().Message, Location: detailed.ErrorDetail().Location})
		}
	}
	return p
}

// codeOf finds the code of an error of huma's. A body that could not be read is the client's fault or the line's.
func codeOf(status int, msg string) Code {
	switch {
	case status == http.StatusInternalServerError && strings.HasPrefix(msg, "cannot read request body"):
		return BodyCut
	case status == http.StatusBadRequest:
		return RequestMalformed
	case status == http.StatusNotAcceptable:
		return FormatUnavailable
	case status == http.StatusRequestTimeout:
		return TooSlow
	case status == http.StatusRequestEntityTooLarge:
		return TooLarge
	case status == http.StatusUnsupportedMediaType:
		return MediaType
	case status == http.StatusUnprocessableEntity:
		return Invalid
	}
	return Internal
}
