package api

import (
	"context"
	"io"
	"time"

	"dokaz/cmd/internal/upload"
	"dokaz/cmd/internal/webhook"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/receive"

	"github.com/prometheus/client_golang/prometheus"
)

// Tokens are who may ask.
type Tokens interface {
	Token(ctx context.Context, id string) (catalog.Token, error)
	TokenUsed(ctx context.Context, t catalog.Token) error
}

// Intake takes files in.
type Intake interface {
	// Seal makes bytes durable without recording them. Of a sidecar everything is taken, of others media only.
	Seal(ctx context.Context, name string, r io.Reader, sidecar bool) (receive.Sealed, error)
	// Record makes what was sealed an item with a receipt, and has it examined.
	Record(ctx context.Context, by pipeline.Actor, s receive.Sealed, claims pipeline.Claims) (receive.Result, error)
	// Free says how many bytes the disk of the case has left.
	Free() (int64, error)
}

// Replies keeps answers for requests that are repeated under a key.
type Replies interface {
	Reply(ctx context.Context, token, key string) (catalog.Reply, error)
	KeepReply(ctx context.Context, r catalog.Reply, during time.Duration) error
}

// Records is what is known of items.
type Records interface {
	Line(ctx context.Context, d pipeline.Digest) (catalog.Line, error)
	Progress(ctx context.Context, d pipeline.Digest) (catalog.Progress, error)
	Examining(ctx context.Context) (int, error)
	NearestMatches(ctx context.Context, d pipeline.Digest, limit int) ([]pipeline.Match, error)
	Loads(ctx context.Context) ([]catalog.Load, error)
}

// Lists go through the items of the case.
type Lists interface {
	Page(ctx context.Context, f catalog.Filter, after int64, newest bool, limit int) ([]catalog.Listed, error)
}

// Entries are the custody entries of the case, in the order in which they came about.
type Entries interface {
	Entries(ctx context.Context, after int64, limit int) ([]pipeline.Entry, error)
	LastEntry(ctx context.Context) (int64, error)
}

// Finder looks for what the case holds that is like something, and takes nothing in.
type Finder interface {
	FindFile(ctx context.Context, name string, r io.Reader) (Likeness, error)
	FindItem(ctx context.Context, d pipeline.Digest) (Likeness, error)
	FindHash(ctx context.Context, pdq pipeline.Hash256) (Likeness, error)
}

// Likeness is what was looked for, and what is like it.
type Likeness struct {
	Item       pipeline.Item // zero where a hash was looked for; only the digest where an unknown one was
	Known      bool          // the case holds these bytes
	Comparable bool          // there is something that can be compared: otherwise no match says nothing
	Outcomes   []pipeline.Outcome
	Matches    []pipeline.Match
}

// Reports are frozen revisions; of an item without any, all methods say pipeline.ErrNotFound. Language "" is that of the configuration.
type Reports interface {
	// Report returns an item's newest revision, its document and the document's digest.
	Report(ctx context.Context, d pipeline.Digest) (pipeline.Report, []byte, pipeline.Digest, error)
	// Page writes the newest revision as HTML that needs nothing else.
	Page(ctx context.Context, w io.Writer, d pipeline.Digest, language string) error
	// Paper writes it as PDF; clear has pictures and drawings as they are.
	Paper(ctx context.Context, w io.Writer, d pipeline.Digest, language string, clear bool) error
}

// Rooms is the house as the API needs it.
type Rooms struct {
	Tokens  Tokens
	Intake  Intake
	Replies Replies
	Records Records
	Reports Reports
	Lists   Lists
	Entries Entries
	Finder  Finder

	Staging  *upload.Store // of uploads in pieces
	Webhooks Webhooks
	Letters  Letters
	Guard    webhook.Guard // where webhooks may go

	Changes *Bell                // rung when anything of the case changes
	Metrics *prometheus.Registry // what /metrics tells
	Closing <-chan struct{}      // closed when the server drains
	Notice  func(error)          // told of errors of our own
}

// Limits bound what is taken.
type Limits struct {
	Upload  int64   // bytes of one file
	Uploads int     // at once
	Lookups int     // at once
	Streams int     // of events at once
	Queue   int     // items that wait to be examined before no more are taken
	Free    int64   // bytes of disk that are left free
	Rate    float64 // requests a second of one token
}
