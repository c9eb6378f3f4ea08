package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// Sidecar is a file that was given with the item examined.
type Sidecar struct {
	Name   string          `json:"name"`
	Digest pipeline.Digest `json:"sha256"`
	Bytes  []byte          `json:"bytes,omitempty"`
	Left   string          `json:"left,omitempty"` // why its bytes are not here
}

// MaxSidecars bounds the bytes of all sidecars of an item together.
const MaxSidecars = 512 << 10

// Analyzer reads proofs.
type Analyzer struct {
	known    Known
	sidecars []Sidecar
	limits   pipeline.Limits
}

// New returns the analyzer that knows nobody's key and was given nothing besides the item.
func New() Analyzer { return Within(pipeline.Limits{}, Known{}, nil) }

// Within returns the analyzer with these limits, those keys known, told of the files given with the item.
func Within(l pipeline.Limits, known Known, with []Sidecar) Analyzer {
	return Analyzer{known, with, l.OrDefaults()}
}

// Spec declares it. What is given with an item is no parameter: the item's receipts name it.
func (a Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name: "proof", Version: 3, Parameters: fmt.Sprintf("OpenTimestamps 1, RFC 3161, OpenPGP by go-crypto 1.5.2, ProofMode, JWS of SafetyNet; at most %d KiB, %d steps, depth %d; %s", maxProof>>10, maxSteps, maxDepth, a.known),
		Kinds:  []pipeline.Kind{pipeline.Photo, pipeline.Video, pipeline.Audio, pipeline.Other},
		Yields: []pipeline.FactKind{pipeline.KindPiece, pipeline.KindRelation, pipeline.KindHistory, pipeline.KindProof, pipeline.KindProofStatement},
	}
}

// Read says what a proof is about and what checking it came to, as a Proof; of one that is an item of its own also, as a Relation "stamps", what it stamps,
// when and by whom, as History, and how it is built. Of an archive it reads the proofs among the members; of media and of anything else it holds the
// sidecars against the bytes, and says of each, as a Relation "sidecar", that it was given. What is no proof and was given none is unsupported.
func (a Analyzer) Read(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	err := a.alone(ctx, it, o, say)
	if len(a.sidecars) == 0 {
		return err
	}
	if errors.Is(err, pipeline.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, a.beside(ctx, it, o, say))
}

// alone reads the item by itself.
func (a Analyzer) alone(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	if it.Kind != pipeline.Other && it.Kind != "" {
		return fmt.Errorf("%w: nothing was given with it that could be a proof", pipeline.ErrUnsupported)
	}
	if it.Format == "zip" {
		return a.bundle(ctx, o, say)
	}
	file := parts.Open(ctx, o, o.Size())
	defer file.Done()
	head := make([]byte, min(o.Size(), int64(len(magic))))
	if n, err := file.ReadAt(head, 0); n < len(head) {
		return fmt.Errorf("reading the head: %w", err)
	}
	if o.Size() > maxProof {
		if string(head) == magic {
			return fmt.Errorf("%w: a proof of %d bytes, the limit is %d", pipeline.ErrRefused, o.Size(), maxProof)
		}
		return fmt.Errorf("%w: no proof of a known form", pipeline.ErrUnsupported)
	}
	b := make([]byte, o.Size())
	if n, err := file.ReadAt(b, 0); n < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return a.one(ctx, b, say)
}

// one reads a proof that is an item of its own.
func (a Analyzer) one(ctx context.Context, b []byte, say pipeline.Say) error {
	told := func(form string, read func(pipeline.Say) error) error {
		err := read(say)
		if errors.Is(err, pipeline.ErrUnsupported) {
			return err
		}
		say(pipeline.Where{}, proofOf(form, func(quiet pipeline.Say) error { return read(quiet) }))
		return err
	}
	switch kindOf(b) {
	case otsProof:
		return told("OpenTimestamps", func(say pipeline.Say) error { return (&ots{b: b, say: say}).read() })
	case timeStamp:
		return told("RFC 3161", func(say pipeline.Say) error { return stamp(b, say) })
	case pgpSignature, statement, attestation, key, certificate:
		f := held("", b)
		f.item = true
		d := &desk{ctx: ctx, say: say, known: a.known, files: []file{f}}
		_, err := d.examine()
		return err
	}
	return fmt.Errorf("%w: no proof of a known form", pipeline.ErrUnsupported)
}

// beside holds what was given with the item against its bytes.
func (a Analyzer) beside(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	item := file{item: true, size: o.Size(), sum: it.Digest, sum512: "sha512:" + it.SHA512.String(), open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(o, 0, o.Size())), nil
	}}
	d := &desk{ctx: ctx, say: say, known: a.known, files: []file{item}}
	left := int64(MaxSidecars)
	for _, s := range a.sidecars {
		say(pipeline.Where{Path: text(s.Name)}, pipeline.Relation{What: "sidecar", Value: s.Digest.String(), Note: text(s.Left), Source: "receipt"})
		if left -= int64(len(s.Bytes)); s.Left != "" || left < 0 {
			continue
		}
		f := held(s.Name, s.Bytes)
		f.sum = s.Digest
		d.files = append(d.files, f)
	}
	_, err := d.examine()
	return err
}

// text bounds a text of the file.
func text(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}
