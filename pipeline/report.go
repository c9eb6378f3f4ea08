package pipeline

import "time"

// ReportSchema names the published form of a report. It is never edited once released.
const ReportSchema = "dokaz.report/v1"

// Report is one frozen revision.
//
// Core is a pure function of bytes, claims, analyzer versions and neighbourhood: same input, same bytes,
// however the run was carried out. Issue holds what belongs to this act of issuing only.
type Report struct {
	Schema string `json:"schema"` // ReportSchema
	Core   Core   `json:"core"`
	Issue  Issue  `json:"issue"`
}

// Core is the part that two independent runs must give equal.
type Core struct {
	Item         Item          `json:"item"`
	Receipts     []CoreReceipt `json:"receipts"`
	Outcomes     []Outcome     `json:"outcomes"`
	Measurements []Measurement `json:"measurements"`
	Neighbours   []Neighbour   `json:"neighbours"`
	Matches      int           `json:"matches_total"` // may exceed len(Neighbours)
	Cluster      *Cluster      `json:"cluster,omitempty"`
	Findings     []Finding     `json:"findings"`
	Methods      []Ref         `json:"methods"`               // analyzers, rules and matching with versions and parameters
	Rates        []ErrorRate   `json:"error_rates,omitempty"` // of the bases among the matches
	Proofs       []ProofLink   `json:"proofs,omitempty"`      // items joined with it by the digest that a proof names
}

// CoreReceipt is a receipt without what differs between two runs.
type CoreReceipt struct {
	Key     Digest `json:"key"`
	Name    string `json:"name"`
	RawName []byte `json:"raw_name,omitempty"`
	Path    string `json:"path"`
	Claims  Claims `json:"claims"`
}

// Issue is the envelope of one act of issuing.
type Issue struct {
	Revision   int            `json:"revision"`        // 1 is the first
	Prior      *Digest        `json:"prior,omitempty"` // digest of the prior revision's document
	CoreDigest Digest         `json:"core_sha256"`     // of Core in canonical form
	At         time.Time      `json:"at"`              // UTC, whole seconds
	Tool       string         `json:"tool"`            // "dokaz 0.1.0 (go1.26.8, FFmpeg 7.1.5 …)"
	Isolation  []Layer        `json:"isolation"`       // of the child that examined
	Custody    []Entry        `json:"custody"`         // events of this item so far
	Receipts   []IssueReceipt `json:"receipts"`        // when and by whom, same order as Core.Receipts
}

// IssueReceipt is the part of a receipt that differs between two runs.
type IssueReceipt struct {
	Key      Digest    `json:"key"`
	At       time.Time `json:"at"`
	By       Actor     `json:"by"`
	Modified time.Time `json:"modified,omitzero"`
}

// Layer is one wall round the child that examines, and its state on this machine.
type Layer struct {
	Name   string `json:"name"`  // "rlimits", "namespaces", "landlock", "seccomp", "cgroup"
	State  string `json:"state"` // "on", "off", "unavailable"
	Detail string `json:"detail,omitempty"`
}

// Act is a kind of custody event.
type Act string

// The acts.
const (
	ActReceived   Act = "received"
	ActExamined   Act = "examined"
	ActReported   Act = "reported"
	ActQuarantine Act = "quarantined"
	ActDecided    Act = "decided" // a person's word on this item's report, or on it and another
	ActRetried    Act = "retried" // a person asked for what had failed to be done again
)

// Entry is one custody event, committed with the effect it describes.
type Entry struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	By      Actor     `json:"by"`
	Act     Act       `json:"act"`
	Item    Digest    `json:"item"`
	Subject string    `json:"subject,omitempty"` // digest or key of what came about
	Detail  string    `json:"detail,omitempty"`

	// Ahead is how many seconds the clock that At is read from is ahead of one that nobody sets. Both began as one with the case: where it
	// changes from entry to entry, the clock was set meanwhile.
	Ahead int64 `json:"clock_ahead,omitempty"`
}
