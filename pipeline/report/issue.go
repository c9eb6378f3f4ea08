package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"dokaz/pipeline"
)

// Issue wraps a core in the envelope of one act of issuing and returns the report and its document.
//
// The document is the report in canonical form (RFC 8785) without a line end: written to a file as it is,
// its SHA-256 (pipeline.DigestOf) is the digest by which later revisions, decisions and ledger entries name
// it, and sha256sum gives the same. Issue fills Schema and CoreDigest, puts times into UTC and whole
// seconds, and puts the envelope's receipts into the order of the core's; each of those must be there once.
// Only the first revision has no prior.
func Issue(core pipeline.Core, env pipeline.Issue) (pipeline.Report, []byte, error) {
	if env.Revision < 1 || (env.Revision == 1) != (env.Prior == nil) {
		return pipeline.Report{}, nil, fmt.Errorf("issue %s: %w: revision %d with prior %v", core.Item.Digest, pipeline.ErrMalformed, env.Revision, env.Prior)
	}
	receipts, err := matchReceipts(core.Receipts, env.Receipts)
	if err != nil {
		return pipeline.Report{}, nil, fmt.Errorf("issue %s: %w", core.Item.Digest, err)
	}
	body, err := pipeline.Canonical(core)
	if err != nil {
		return pipeline.Report{}, nil, fmt.Errorf("issue %s: core: %w", core.Item.Digest, err)
	}
	env.CoreDigest = pipeline.DigestOf(body)
	env.At = whole(env.At)
	env.Receipts = receipts
	env.Isolation = append([]pipeline.Layer{}, env.Isolation...)
	env.Custody = append([]pipeline.Entry{}, env.Custody...)
	for i := range env.Custody {
		env.Custody[i].At = whole(env.Custody[i].At)
	}
	r := pipeline.Report{Schema: pipeline.ReportSchema, Core: core, Issue: env}
	doc, err := document(body, r)
	if err != nil {
		return pipeline.Report{}, nil, fmt.Errorf("issue %s: %w", core.Item.Digest, err)
	}
	return r, doc, nil
}

// document puts the canonical form of a report together from that of its core, which is most of it and
// already made. Members stand in the order of their names, as RFC 8785 §3.2.3 has it; Open would refuse a
// document in which they did not.
func document(core []byte, r pipeline.Report) ([]byte, error) {
	envelope, err := pipeline.Canonical(r.Issue)
	if err != nil {
		return nil, err
	}
	schema, err := pipeline.Canonical(r.Schema)
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte(`{"core":`), core, []byte(`,"issue":`), envelope, []byte(`,"schema":`), schema, []byte("}")), nil
}

// whole is t in UTC, cut to the second; the unset time stays unset.
func whole(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

// matchReceipts returns the envelope's receipts in the order of the core's.
func matchReceipts(core []pipeline.CoreReceipt, issue []pipeline.IssueReceipt) ([]pipeline.IssueReceipt, error) {
	by := make(map[pipeline.Digest]pipeline.IssueReceipt, len(issue))
	for _, r := range issue {
		if _, twice := by[r.Key]; twice {
			return nil, fmt.Errorf("%w: receipt %s stands twice in the envelope", pipeline.ErrMalformed, r.Key)
		}
		r.At, r.Modified = whole(r.At), whole(r.Modified)
		by[r.Key] = r
	}
	if len(by) != len(core) {
		return nil, fmt.Errorf("%w: %d receipts in the envelope, %d in the core", pipeline.ErrMalformed, len(by), len(core))
	}
	out := make([]pipeline.IssueReceipt, 0, len(core))
	for _, c := range core {
		r, ok := by[c.Key]
		if !ok {
			return nil, fmt.Errorf("%w: the envelope lacks receipt %s", pipeline.ErrMalformed, c.Key)
		}
		out = append(out, r)
	}
	return out, nil
}

// Open reads a document that Issue made. A document that is not in canonical form, holds anything a report
// has no place for, or whose core does not have the digest it states, is pipeline.ErrCorrupt; one of
// another schema is pipeline.ErrUnsupported.
func Open(doc []byte) (pipeline.Report, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return pipeline.Report{}, fmt.Errorf("open report: %w: %w", pipeline.ErrMalformed, err)
	}
	if head.Schema != pipeline.ReportSchema {
		return pipeline.Report{}, fmt.Errorf("open report: %w: schema %q", pipeline.ErrUnsupported, head.Schema)
	}
	var r pipeline.Report
	if err := json.Unmarshal(doc, &r); err != nil {
		return pipeline.Report{}, fmt.Errorf("open report: %w: %w", pipeline.ErrMalformed, err)
	}
	again, err := pipeline.Canonical(r)
	if err != nil {
		return pipeline.Report{}, fmt.Errorf("open report: %w", err)
	}
	if !bytes.Equal(again, doc) {
		return pipeline.Report{}, fmt.Errorf("open report: %w: the document is not in the form it was issued in", pipeline.ErrCorrupt)
	}
	body, err := pipeline.Canonical(r.Core)
	if err != nil {
		return pipeline.Report{}, fmt.Errorf("open report: %w", err)
	}
	if pipeline.DigestOf(body) != r.Issue.CoreDigest {
		return pipeline.Report{}, fmt.Errorf("open report: %w: the core has another digest than stated", pipeline.ErrCorrupt)
	}
	return r, nil
}
