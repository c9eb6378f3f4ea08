package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verdict is what a person said of two items that are held to correspond.
type Verdict string

// The verdicts.
const (
	Different Verdict = "different"  // two things, however alike: no match of theirs joins them
	SameScene Verdict = "same_scene" // one scene, two recordings of it: no copies, and no match of theirs joins them
	Same      Verdict = "same"       // copies of one recording; takes the two above back
	Unsure    Verdict = "unsure"     // looked at and left open; takes what was said before back
)

// Verdicts lists them in the order in which people are offered them.
func Verdicts() []Verdict { return []Verdict{Same, SameScene, Different, Unsure} }

// PairDecision is a named person's word on two contents. The last word on a pair counts; none is changed or deleted, and
// none depends on how the items were examined or matched.
type PairDecision struct {
	A       Digest    `json:"a"` // the lesser digest
	B       Digest    `json:"b"`
	Verdict Verdict   `json:"verdict"`
	By      Actor     `json:"by"`
	Why     string    `json:"why,omitempty"` // in the person's own words
	At      time.Time `json:"at"`            // UTC, whole seconds
}

// Bounds of what a person may say, in bytes.
const (
	maxActor  = 200
	maxReason = 2000
)

// DecisionOn makes a decision on two items in either order; At is for whoever records it. What is no decision is ErrMalformed.
func DecisionOn(a, b Digest, v Verdict, by Actor, why string) (PairDecision, error) {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	by, why = Actor(strings.TrimSpace(string(by))), strings.TrimSpace(why)
	switch {
	case a == b:
		return PairDecision{}, fmt.Errorf("%w: %s is one item, and no pair to decide on", ErrMalformed, a)
	case !slices.Contains(Verdicts(), v):
		return PairDecision{}, fmt.Errorf("%w: %q is no verdict: same, same_scene, different or unsure", ErrMalformed, v)
	case by == "" || len(by) > maxActor:
		return PairDecision{}, fmt.Errorf("%w: a decision has the name of the person who makes it, of at most %d bytes", ErrMalformed, maxActor)
	case len(why) > maxReason:
		return PairDecision{}, fmt.Errorf("%w: a reason has at most %d bytes", ErrMalformed, maxReason)
	}
	return PairDecision{A: a, B: b, Verdict: v, By: by, Why: why}, nil
}

// Parts reports whether a decision keeps two items apart; a nil one does not.
func (d *PairDecision) Parts() bool {
	return d != nil && (d.Verdict == Different || d.Verdict == SameScene)
}
