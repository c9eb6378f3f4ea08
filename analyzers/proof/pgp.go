package proof

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"dokaz/pipeline"
)

// signature is one detached signature by OpenPGP (RFC 9580 §5.2, §10.4) as it was read.
type signature struct {
	packet.Signature
	raw []byte // its packet alone
}

// readSignatures reads the signatures of a detached signature file, in armor or bare.
func readSignatures(b []byte) (out []signature, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("OpenPGP signature: malformed: %v", r)
		}
	}()
	if at := bytes.Index(b, []byte(armoredSignature)); at >= 0 {
		block, err := armor.Decode(bytes.NewReader(b[at:]))
		if err != nil {
			return nil, err
		}
		if b, err = io.ReadAll(io.LimitReader(block.Body, maxSignature+1)); err != nil {
			return nil, err
		}
	}
	if len(b) > maxSignature {
		return nil, fmt.Errorf("%w: signatures of more than %d bytes", pipeline.ErrRefused, maxSignature)
	}
	r := bytes.NewReader(b)
	for packets := packet.NewReader(r); len(out) < maxSignatures; {
		from := len(b) - r.Len()
		p, err := packets.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out, err
		}
		s, is := p.(*packet.Signature)
		if !is {
			return out, errors.New("OpenPGP: something else than signatures")
		}
		out = append(out, signature{*s, b[from : len(b)-r.Len()]})
	}
	if len(out) == 0 {
		return nil, errors.New("OpenPGP: no signature")
	}
	return out, nil
}

// number is by what the signature names its key: a fingerprint where it has one.
func (s signature) number() string {
	switch {
	case len(s.IssuerFingerprint) > 0:
		return hex.EncodeToString(s.IssuerFingerprint)
	case s.IssuerKeyId != nil:
		return fmt.Sprintf("%016x", *s.IssuerKeyId)
	}
	return ""
}

// algorithms of keys by number (RFC 9580 §9.1).
var keyAlgorithms = map[packet.PublicKeyAlgorithm]string{
	packet.PubKeyAlgoRSA: "RSA", packet.PubKeyAlgoRSASignOnly: "RSA", packet.PubKeyAlgoDSA: "DSA", packet.PubKeyAlgoECDSA: "ECDSA",
	packet.PubKeyAlgoEdDSA: "EdDSA", packet.PubKeyAlgoEd25519: "Ed25519", packet.PubKeyAlgoEd448: "Ed448",
}

// fact is what the signature says of itself.
func (s signature) fact() pipeline.Proof {
	name := keyAlgorithms[s.PubKeyAlgo]
	if name == "" {
		name = fmt.Sprintf("algorithm %d", s.PubKeyAlgo)
	}
	return pipeline.Proof{
		Form: "OpenPGP", Result: pipeline.ProofNotChecked, Key: s.number(), Time: s.CreationTime.UTC().Format(time.RFC3339), Algorithm: name + ", " + s.Hash.String(),
	}
}

// over reports whether two bytes of the digest that the signature carries are those of what it would be over. It needs no key, and one of 65,536
// other files has the same.
func (s signature) over(signed io.Reader) (bool, error) {
	if s.SigType != packet.SigTypeBinary {
		return false, nil
	}
	h, err := s.PrepareVerify()
	if err != nil {
		return false, err
	}
	if _, err := io.Copy(h, signed); err != nil {
		return false, err
	}
	h.Write(s.HashSuffix)
	sum := h.Sum(nil)
	return len(sum) > 1 && sum[0] == s.HashTag[0] && sum[1] == s.HashTag[1], nil
}

// weak are hashes under which two files can be made that share a signature.
var weak = map[crypto.Hash]bool{crypto.MD5: true, crypto.SHA1: true, crypto.RIPEMD160: true}

// Errors of checking.
var (
	errNoKey   = errors.New("the key that it names is not at hand")
	errOther   = errors.New("it is not over these bytes")
	errTooWeak = errors.New("its hash is one under which two files can be made that share a signature")
)

// check verifies the signature over bytes with the keys at a moment. The error is errNoKey, errOther, errTooWeak, what the library says against the key, or
// the reader's.
func (s signature) check(signed io.Reader, keys openpgp.EntityList, at time.Time) (by *openpgp.Entity, err error) {
	defer func() {
		if r := recover(); r != nil {
			by, err = nil, fmt.Errorf("OpenPGP: malformed: %v", r)
		}
	}()
	if s.IssuerKeyId == nil || len((ring{keys}).KeysByIdUsage(*s.IssuerKeyId, packet.KeyFlagSign)) == 0 {
		return nil, errNoKey
	}
	if weak[s.Hash] {
		return nil, errTooWeak
	}
	in := &faithful{r: signed}
	_, by, err = openpgp.VerifyDetachedSignature(ring{keys}, in, bytes.NewReader(s.raw), &packet.Config{Time: func() time.Time { return at }})
	var mismatch pgperrors.SignatureError
	switch {
	case in.err != nil:
		return nil, in.err
	case errors.Is(err, pgperrors.ErrUnknownIssuer):
		return nil, errNoKey
	case err != nil && by == nil && errors.As(err, &mismatch):
		return nil, errOther
	}
	return by, err
}

// faithful keeps the error of a reader from being taken for one of the signature's.
type faithful struct {
	r   io.Reader
	err error
}

func (f *faithful) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// holder names who holds a key, as the key says.
func holder(e *openpgp.Entity) string {
	if id := e.PrimaryIdentity(); id != nil {
		return text(id.Name)
	}
	return ""
}

// against puts what the library says against a signature or its key into words.
func against(err error) string {
	switch {
	case errors.Is(err, pgperrors.ErrKeyExpired):
		return "the key was not valid at the time of the signature"
	case errors.Is(err, pgperrors.ErrKeyRevoked):
		return "the key is revoked"
	case errors.Is(err, pgperrors.ErrSignatureExpired):
		return "the signature had expired, or is dated later than it may be"
	}
	return text(strings.TrimPrefix(err.Error(), "openpgp: "))
}
