package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"dokaz/pipeline"
)

// Bounds of the reply. They are checked by the parent; the child keeps within them of itself.
const (
	maxReply           = 64 << 20
	maxLine            = 8 << 20
	maxLines           = 200_000
	maxDerivatives     = 64
	maxDerivativeBytes = 4 << 20
	maxReason          = 500

	// reserved is what the child keeps free of its reply for outcomes, which must come through.
	reserved      = 1 << 20
	reservedLines = 1024
)

// MaxAside bounds what analyzers are told besides the item.
const MaxAside = 4 << 20

// Bounds of the request.
const (
	maxRequest   = 1<<20 + MaxAside/3*4 // the aside travels as base64
	maxAnalyzers = 256
)

// Descriptors of the child.
const (
	fdRequest = 0 // a socket until the request is read, then the null device
	fdNull    = 1
	fdErrors  = 2
	fdInput   = 3
	fdReply   = 4
)

// Exit codes of the child beside 0, 1 (our own error, told on standard error) and 2 (Go's runtime).
const (
	exitWalls = 96 // a limit could not be set: our failure, not the item's
	exitCPU   = 97 // the CPU limit's soft side was reached
)

// protocol is raised when the two halves would no longer understand each other.
const protocol = 1

// orders is a child's second argument.
type orders struct {
	Nursery bool // it starts children, and examines nothing
	Limits  Limits
	Plan    plan
	Probe   bool              // the child finds out whether seccomp can be had
	Outside map[string]string // namespaces of the parent, by kind, which the child must not be in
	Foreign *foreignOrders    `json:",omitempty"` // it becomes somebody else's program
}

func (o orders) argument() (string, error) {
	b, err := json.Marshal(o)
	return string(b), err
}

// request asks a child for one examination.
type request struct {
	Item      pipeline.Item   `json:"item"`
	Analyzers []pipeline.Ref  `json:"analyzers"`
	Limits    pipeline.Limits `json:"limits"`            // on the file; Analyzers are what they are within them
	Members   bool            `json:"members,omitempty"` // what an archive holds is wanted, too
	Aside     []byte          `json:"aside,omitempty"`   // what the analyzers are told besides, at most MaxAside bytes
}

// event is one line of the reply; exactly one member is set. By counts the analyzers of the request from 0,
// which keeps a Ref of some hundred bytes out of two hundred thousand lines.
type event struct {
	Hello *helloEvent `json:"hello,omitempty"`
	Start *startEvent `json:"start,omitempty"`
	Say   *sayEvent   `json:"say,omitempty"`
	End   *endEvent   `json:"end,omitempty"`
	Bye   *byeEvent   `json:"bye,omitempty"`

	Member *pipeline.Member `json:"member,omitempty"` // begins one; only where members were asked for
	Piece  *pieceEvent      `json:"piece,omitempty"`
	Ended  *endedEvent      `json:"ended,omitempty"`
}

// helloEvent comes once the child's walls stand and before it reads its request.
type helloEvent struct {
	Protocol int    `json:"protocol"`
	Seccomp  string `json:"seccomp,omitempty"` // what a probing child found wrong with it
}

type startEvent struct {
	By int `json:"by"`
}

type sayEvent struct {
	By    int               `json:"by"`
	Where pipeline.Where    `json:"where"`
	Kind  pipeline.FactKind `json:"kind"`
	Fact  json.RawMessage   `json:"fact"`
	Bytes []byte            `json:"bytes,omitempty"` // of a derivative
}

type endEvent struct {
	By     int             `json:"by"`
	Status pipeline.Status `json:"status"`
	Reason string          `json:"reason,omitempty"`
	Took   time.Duration   `json:"took"`
}

type byeEvent struct{}

// pieceEvent brings the next bytes of the member begun.
type pieceEvent struct {
	Bytes []byte `json:"bytes"`
}

type endedEvent struct {
	Whole bool `json:"whole"`
}

// set counts the members that are set.
func (e event) set() int {
	n := 0
	for _, is := range []bool{e.Hello != nil, e.Start != nil, e.Say != nil, e.End != nil, e.Bye != nil, e.Member != nil, e.Piece != nil, e.Ended != nil} {
		if is {
			n++
		}
	}
	return n
}

// strictly decodes one JSON document: no unknown members, nothing behind it.
func strictly(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one document")
	}
	return nil
}

// lawfulFact decodes a fact and demands that it is written exactly as pipeline.MarshalFact writes it, which
// leaves no room for unknown members, repeated ones or odd escapes.
func lawfulFact(k pipeline.FactKind, b []byte) (pipeline.Fact, error) {
	f, err := pipeline.UnmarshalFact(k, b)
	if err != nil {
		return nil, err
	}
	_, again, err := pipeline.MarshalFact(f)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, b) {
		return nil, fmt.Errorf("%w: fact %s is not in our form", pipeline.ErrMalformed, k)
	}
	return f, nil
}

// writeFact gives the form that lawfulFact accepts. Text that is not UTF-8 is escaped by encoding/json as
// U+FFFD and would be written unescaped the second time, so it goes through twice.
func writeFact(f pipeline.Fact) (pipeline.FactKind, []byte, error) {
	k, b, err := pipeline.MarshalFact(f)
	if err != nil || !bytes.Contains(b, []byte(`\ufffd`)) {
		return k, b, err
	}
	clean, err := pipeline.UnmarshalFact(k, b)
	if err != nil {
		return k, nil, err
	}
	return pipeline.MarshalFact(clean)
}
