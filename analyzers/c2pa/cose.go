package c2pa

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha256" // hashes of the signature algorithms
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// sign1 is a COSE_Sign1 (RFC 9052 §4.2).
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected map[any]cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

// sealed is a claim's signature, taken apart.
type sealed struct {
	sign1
	headers map[any]cbor.RawMessage // protected ones
	alg     int64
	chain   []*x509.Certificate // the signer's first
}

// COSE labels (RFC 9052 §3.1, RFC 9360 §2) as the decoder gives them.
var (
	labelAlg     any = uint64(1)
	labelX5Chain any = uint64(33)
)

const tagSign1 = 18

// open takes a signature apart. The claim is its payload; an attached one must be the claim byte for byte, or
// another text than the one shown would be what was signed.
func open(b, claimed []byte) (sealed, error) {
	var s sealed
	var tag cbor.RawTag
	if err := unmarshal(b, &tag); err == nil && tag.Number == tagSign1 {
		b = tag.Content
	}
	if err := unmarshal(b, &s.sign1); err != nil {
		return s, fmt.Errorf("COSE_Sign1: %w", err)
	}
	if s.Payload != nil && !bytes.Equal(s.Payload, claimed) {
		return s, errors.New("the signature carries another payload than the claim")
	}
	if err := unmarshal(s.Protected, &s.headers); err != nil {
		return s, fmt.Errorf("COSE headers: %w", err)
	}
	if err := unmarshal(s.headers[labelAlg], &s.alg); err != nil {
		return s, fmt.Errorf("COSE algorithm: %w", err)
	}
	var err error
	s.chain, err = s.certificates()
	return s, err
}

// certificates reads the chain, which stands under its number or its name, protected or, in older claims, not (C2PA 1.4 §14.5).
func (s sealed) certificates() ([]*x509.Certificate, error) {
	for _, from := range []map[any]cbor.RawMessage{s.headers, s.Unprotected} {
		for _, key := range []any{labelX5Chain, "x5chain"} {
			raw, ok := from[key]
			if !ok {
				continue
			}
			var many [][]byte
			var one []byte
			if unmarshal(raw, &one) == nil {
				many = [][]byte{one}
			} else if err := unmarshal(raw, &many); err != nil {
				return nil, fmt.Errorf("certificate chain: %w", err)
			}
			return certificates(many)
		}
	}
	return nil, errors.New("the signature names no certificate")
}

func certificates(ders [][]byte) ([]*x509.Certificate, error) {
	if len(ders) == 0 || len(ders) > maxCerts {
		return nil, fmt.Errorf("%d certificates", len(ders))
	}
	var out []*x509.Certificate
	for _, der := range ders {
		if len(der) > maxCert {
			return nil, fmt.Errorf("certificate of %d bytes", len(der))
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		out = append(out, c)
	}
	return out, nil
}

// toBeSigned is the Sig_structure (RFC 9052 §4.4) of a context over a payload.
func toBeSigned(context string, protected, payload []byte) ([]byte, error) {
	return cbor.Marshal([]any{context, protected, []byte{}, payload})
}

// algorithms are those C2PA allows (1.4 §13.2), by COSE number (RFC 9053 §2, RFC 8230 §2).
var algorithms = map[int64]struct {
	name string
	hash crypto.Hash
}{
	-7: {"ES256", crypto.SHA256}, -35: {"ES384", crypto.SHA384}, -36: {"ES512", crypto.SHA512},
	-37: {"PS256", crypto.SHA256}, -38: {"PS384", crypto.SHA384}, -39: {"PS512", crypto.SHA512},
	-8: {"EdDSA", 0},
}

var errUnsupportedAlgorithm = errors.New("signature algorithm that C2PA does not name")

// verify checks the signature over the claim.
func (s sealed) verify(claimed []byte) error {
	alg, ok := algorithms[s.alg]
	if !ok {
		return fmt.Errorf("%w: COSE %d", errUnsupportedAlgorithm, s.alg)
	}
	message, err := toBeSigned("Signature1", s.Protected, claimed)
	if err != nil {
		return err
	}
	right := false
	switch key := publicKey(s.chain[0]).(type) {
	case *ecdsa.PublicKey:
		right = alg.name[:2] == "ES" && ecdsaRight(key, sum(alg.hash, message), s.Signature)
	case *rsa.PublicKey:
		right = alg.name[:2] == "PS" && key.N.BitLen() <= 8192 &&
			rsa.VerifyPSS(key, alg.hash, sum(alg.hash, message), s.Signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	case ed25519.PublicKey:
		right = alg.name == "EdDSA" && ed25519.Verify(key, message, s.Signature)
	}
	if !right {
		return errors.New("the signature does not fit the claim")
	}
	return nil
}

// oidPSS marks a key that is for RSASSA-PSS alone (RFC 4055 §1.2), which crypto/x509 leaves unread.
var oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

// publicKey is a certificate's key.
func publicKey(c *x509.Certificate) any {
	if c.PublicKey != nil {
		return c.PublicKey
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	rest, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &info)
	if err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidPSS) {
		return nil
	}
	key, err := x509.ParsePKCS1PublicKey(info.Key.RightAlign())
	if err != nil {
		return nil
	}
	return key
}

// ecdsaRight checks a signature of r and s one behind the other (RFC 9053 §2.1).
func ecdsaRight(key *ecdsa.PublicKey, digest, signature []byte) bool {
	size := (key.Curve.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	return ecdsa.Verify(key, digest, new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:]))
}
