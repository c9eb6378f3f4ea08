package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Standing is what a person says of an item after reading one exact report. It is a person's word and never the program's.
type Standing string

// The standings. The last word on an item counts; Withdrawn takes the one before back.
const (
	Verified   Standing = "verified"
	Likely     Standing = "likely"
	Unresolved Standing = "unresolved"
	Doubtful   Standing = "doubtful"
	False      Standing = "false"
	Withdrawn  Standing = "withdrawn"
)

// Standings lists them in the order in which people are offered them.
func Standings() []Standing {
	return []Standing{Verified, Likely, Unresolved, Doubtful, False, Withdrawn}
}

// ReportDecision is a named person's word on one exact revision of an item's report. None is changed or deleted.
type ReportDecision struct {
	Item     Digest    `json:"item"`
	Revision int       `json:"revision"` // 1 is the first
	Doc      Digest    `json:"report"`   // of the document that was read
	Standing Standing  `json:"standing"`
	By       Actor     `json:"by"`
	Why      string    `json:"why"`
	At       time.Time `json:"at"` // UTC, whole seconds
}

// DecisionOnReport makes a decision; At is for whoever records it. A decision without a reason, or that is none, is ErrMalformed.
func DecisionOnReport(item Digest, revision int, doc Digest, s Standing, by Actor, why string) (ReportDecision, error) {
	by, why = Actor(strings.TrimSpace(string(by))), strings.TrimSpace(why)
	switch {
	case revision < 1:
		return ReportDecision{}, fmt.Errorf("%w: a decision is about one revision of a report", ErrMalformed)
	case !slices.Contains(Standings(), s):
		return ReportDecision{}, fmt.Errorf("%w: %q is no standing: verified, likely, unresolved, doubtful, false or withdrawn", ErrMalformed, s)
	case by == "" || len(by) > maxActor:
		return ReportDecision{}, fmt.Errorf("%w: a decision has the name of the person who makes it, of at most %d bytes", ErrMalformed, maxActor)
	case why == "" || len(why) > maxReason:
		return ReportDecision{}, fmt.Errorf("%w: a decision has a reason, of at most %d bytes", ErrMalformed, maxReason)
	}
	return ReportDecision{Item: item, Revision: revision, Doc: doc, Standing: s, By: by, Why: why}, nil
}
