package pipeline

import (
	"encoding/json"
	"fmt"
)

// blank gives a pointer to an empty fact of each kind: the one table of the facts' JSON form.
var blank = map[FactKind]func() any{
	KindFileType:       func() any { return new(FileType) },
	KindExtent:         func() any { return new(Extent) },
	KindTag:            func() any { return new(Tag) },
	KindDisagreement:   func() any { return new(Disagreement) },
	KindCaptureTime:    func() any { return new(CaptureTime) },
	KindPosition:       func() any { return new(Position) },
	KindDevice:         func() any { return new(Device) },
	KindEncoderTrace:   func() any { return new(EncoderTrace) },
	KindRaster:         func() any { return new(Raster) },
	KindContainer:      func() any { return new(Container) },
	KindStream:         func() any { return new(Stream) },
	KindKeyframes:      func() any { return new(Keyframes) },
	KindPictureHash:    func() any { return new(PictureHash) },
	KindFrameHashes:    func() any { return new(FrameHashes) },
	KindLocalFeatures:  func() any { return new(LocalFeatures) },
	KindAudioPrint:     func() any { return new(AudioPrint) },
	KindDerivative:     func() any { return new(Derivative) },
	KindPiece:          func() any { return new(Piece) },
	KindSignature:      func() any { return new(Signature) },
	KindCodedDigest:    func() any { return new(CodedDigest) },
	KindHistory:        func() any { return new(History) },
	KindDeclaration:    func() any { return new(Declaration) },
	KindRelation:       func() any { return new(Relation) },
	KindCredential:     func() any { return new(Credential) },
	KindDamage:         func() any { return new(Damage) },
	KindProof:          func() any { return new(Proof) },
	KindProofStatement: func() any { return new(ProofStatement) },
}

// MarshalFact returns the kind and the JSON object of a fact.
func MarshalFact(f Fact) (FactKind, []byte, error) {
	b, err := json.Marshal(f)
	return f.fact(), b, err
}

// UnmarshalFact reads a fact back; an unknown kind is ErrMalformed.
func UnmarshalFact(k FactKind, b []byte) (Fact, error) {
	mk, ok := blank[k]
	if !ok {
		return nil, fmt.Errorf("%w: no fact is called %q", ErrMalformed, k)
	}
	p := mk()
	if err := json.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("%w: fact %s: %w", ErrMalformed, k, err)
	}
	switch p := p.(type) {
	case *FileType:
		return *p, nil
	case *Extent:
		return *p, nil
	case *Tag:
		return *p, nil
	case *Disagreement:
		return *p, nil
	case *CaptureTime:
		return *p, nil
	case *Position:
		return *p, nil
	case *Device:
		return *p, nil
	case *EncoderTrace:
		return *p, nil
	case *Raster:
		return *p, nil
	case *Container:
		return *p, nil
	case *Stream:
		return *p, nil
	case *Keyframes:
		return *p, nil
	case *PictureHash:
		return *p, nil
	case *FrameHashes:
		return *p, nil
	case *LocalFeatures:
		return *p, nil
	case *AudioPrint:
		return *p, nil
	case *Derivative:
		return *p, nil
	case *Piece:
		return *p, nil
	case *Signature:
		return *p, nil
	case *CodedDigest:
		return *p, nil
	case *History:
		return *p, nil
	case *Declaration:
		return *p, nil
	case *Relation:
		return *p, nil
	case *Credential:
		return *p, nil
	case *Damage:
		return *p, nil
	case *Proof:
		return *p, nil
	case *ProofStatement:
		return *p, nil
	}
	return nil, fmt.Errorf("%w: fact %s", ErrMalformed, k)
}

// measurementJSON is the wire form of a Measurement.
type measurementJSON struct {
	By    Ref             `json:"by"`
	Where Where           `json:"where"`
	Kind  FactKind        `json:"kind"`
	Fact  json.RawMessage `json:"fact"`
}

// MarshalJSON writes the fact beside its kind.
func (m Measurement) MarshalJSON() ([]byte, error) {
	if m.Fact == nil {
		return nil, fmt.Errorf("%w: measurement without a fact", ErrMalformed)
	}
	k, b, err := MarshalFact(m.Fact)
	if err != nil {
		return nil, err
	}
	return json.Marshal(measurementJSON{m.By, m.Where, k, b})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Measurement) UnmarshalJSON(b []byte) error {
	var w measurementJSON
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	f, err := UnmarshalFact(w.Kind, w.Fact)
	if err != nil {
		return err
	}
	*m = Measurement{w.By, w.Where, f}
	return nil
}
