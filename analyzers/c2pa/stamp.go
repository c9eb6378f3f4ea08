package c2pa

import (
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
	"github.com/fxamacker/cbor/v2"
)

// stamp is a verified time stamp (RFC 3161): its token's own signature holds, and it is over this claim's signature or claim.
type stamp struct {
	at        time.Time
	authority *x509.Certificate
	chain     []*x509.Certificate
}

// stampHeaders are the two ways of stamping (C2PA 1.4 §10.3.2.5; 2.1 §10.3.2.5): the older stamps a structure over the claim,
// the newer the signature itself.
var stampHeaders = []string{"sigTst", "sigTst2"}

// stamps says what the time stamps of a signature are over. No stamp at all is no error.
func (s sealed) stamps(claimed []byte) (*stamp, error) {
	for _, name := range stampHeaders {
		raw, ok := s.Unprotected[name]
		if !ok {
			continue
		}
		var container struct {
			Tokens []struct {
				Value []byte `cbor:"val"`
			} `cbor:"tstTokens"`
		}
		if err := unmarshal(raw, &container); err != nil || len(container.Tokens) == 0 {
			return nil, fmt.Errorf("time stamp: no token: %w", errors.Join(err, errMalformedStamp))
		}
		over, err := toBeSigned("CounterSignature", s.Protected, claimed)
		if name == "sigTst2" {
			over, err = cbor.Marshal(s.Signature)
		}
		if err != nil {
			return nil, err
		}
		return readStamp(container.Tokens[0].Value, over)
	}
	return nil, nil
}

var (
	errMalformedStamp = errors.New("malformed")
	errStampOther     = errors.New("time stamp: it is over something else")
)

// readStamp verifies a token, or a response that holds one, over bytes. A token that brings no certificate cannot be
// verified and is an error.
func readStamp(b, over []byte) (s *stamp, err error) {
	defer func() {
		if r := recover(); r != nil { // the libraries index past the end of some malformed DER
			s, err = nil, fmt.Errorf("time stamp: %w: %v", errMalformedStamp, r)
		}
	}()
	if len(b) > maxToken {
		return nil, fmt.Errorf("time stamp of %d bytes, the limit is %d", len(b), maxToken)
	}
	t, err := timestamp.ParseResponse(b)
	if err != nil {
		if t, err = timestamp.Parse(b); err != nil {
			return nil, fmt.Errorf("time stamp: %w", err)
		}
	}
	p, err := pkcs7.Parse(t.RawToken)
	if err != nil {
		return nil, fmt.Errorf("time stamp: %w", err)
	}
	by := p.GetOnlySigner()
	switch {
	case by == nil:
		return nil, errors.New("time stamp: it brings no certificate of one signer")
	case !slices.Contains(by.ExtKeyUsage, x509.ExtKeyUsageTimeStamping):
		return nil, errors.New("time stamp: its certificate is not for stamping times")
	case t.Time.Before(by.NotBefore) || t.Time.After(by.NotAfter):
		return nil, errors.New("time stamp: its certificate was not valid at its time")
	case !t.HashAlgorithm.Available() || subtle.ConstantTimeCompare(sum(t.HashAlgorithm, over), t.HashedMessage) != 1:
		return nil, errStampOther
	}
	chain := []*x509.Certificate{by}
	for _, c := range p.Certificates {
		if !c.Equal(by) {
			chain = append(chain, c)
		}
	}
	return &stamp{t.Time, by, chain}, nil
}
