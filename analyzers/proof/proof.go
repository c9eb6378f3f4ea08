package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// Analyzer reads proofs. It has no state.
type Analyzer struct{}

// New returns the analyzer.
func New() Analyzer { return Analyzer{} }

// Spec declares it.
func (Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name: "proof", Version: 1, Parameters: fmt.Sprintf("OpenTimestamps 1, RFC 3161; at most %d KiB, %d steps, depth %d", maxProof>>10, maxSteps, maxDepth),
		Kinds:  []pipeline.Kind{pipeline.Other},
		Yields: []pipeline.FactKind{pipeline.KindPiece, pipeline.KindRelation, pipeline.KindHistory},
	}
}

// Read says what a proof stamps, as a Relation "stamps" to its digest, when and by whom, as History, and how it is built. What is no proof is unsupported;
// a proof that does not hold is an error, and what was read before it stays said.
func (Analyzer) Read(ctx context.Context, _ pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	file := parts.Open(ctx, o, o.Size())
	defer file.Done()
	head := make([]byte, min(o.Size(), int64(len(magic))))
	if n, err := file.ReadAt(head, 0); n < len(head) {
		return fmt.Errorf("reading the head: %w", err)
	}
	isOTS, isDER := bytes.HasPrefix(head, []byte(magic)), len(head) > 4 && head[0] == 0x30 && head[1] > 0x80
	if !isOTS && !isDER {
		return fmt.Errorf("%w: no proof of a known form", pipeline.ErrUnsupported)
	}
	if o.Size() > maxProof {
		return fmt.Errorf("%w: a proof of %d bytes, the limit is %d", pipeline.ErrRefused, o.Size(), maxProof)
	}
	b := make([]byte, o.Size())
	if n, err := file.ReadAt(b, 0); n < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if isOTS {
		return (&ots{b: b, say: say}).read()
	}
	return stamp(b, say)
}

// text bounds a text of the file.
func text(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}
