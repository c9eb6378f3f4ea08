package proof

import (
	"bytes"
	"crypto"
	_ "crypto/sha512" // hashes of time stamps
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"dokaz/pipeline"
)

// oidStamped is id-ct-TSTInfo in DER (RFC 3161 §2.4.2): what a time stamp's signature is over.
var oidStamped = []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")

// stamp reads a time stamp by RFC 3161, a response or the token alone, and checks what can be checked of it: that the signature is that of the certificate
// it brings, that this one is for stamping times, and that it was valid then.
func stamp(b []byte, say pipeline.Say) (err error) {
	if !bytes.Contains(b, oidStamped) {
		return fmt.Errorf("%w: DER, and no time stamp", pipeline.ErrUnsupported)
	}
	defer func() {
		if r := recover(); r != nil { // the libraries index past the end of some malformed DER
			err = fmt.Errorf("time stamp: malformed: %v", r)
		}
	}()
	t, err := timestamp.ParseResponse(b)
	if err != nil {
		token, err2 := timestamp.Parse(b)
		if err2 != nil {
			return fmt.Errorf("time stamp: %w", errors.Join(err, err2))
		}
		t = token
	}
	name := strings.ToLower(strings.ReplaceAll(t.HashAlgorithm.String(), "-", ""))
	imprint := name + ":" + hex.EncodeToString(t.HashedMessage)
	note := ""
	if t.HashAlgorithm == crypto.SHA1 || t.HashAlgorithm == crypto.MD5 {
		note = t.HashAlgorithm.String() + ": two files can be made that share this digest"
	}
	say(pipeline.Where{}, pipeline.Relation{What: "stamps", Value: imprint, Note: note, Source: "RFC 3161"})
	p, err := pkcs7.Parse(t.RawToken)
	if err != nil {
		return fmt.Errorf("time stamp: %w", err)
	}
	h := pipeline.History{Action: "stamped", When: t.Time.UTC().Format(time.RFC3339), Source: "RFC 3161", Parameters: "policy " + t.Policy.String()}
	if t.Accuracy > 0 {
		h.Parameters += ", accuracy " + t.Accuracy.String()
	}
	piece := pipeline.Piece{Format: "rfc3161", Name: "token", Label: "time stamp", Note: note, Fields: []pipeline.Field{
		{Name: "imprint", Value: imprint}, {Name: "time", Value: h.When}, {Name: "policy", Value: t.Policy.String()},
	}}
	if t.SerialNumber != nil {
		piece.Fields = append(piece.Fields, pipeline.Field{Name: "serial number", Value: text(t.SerialNumber.String())})
	}
	by := p.GetOnlySigner()
	if by != nil {
		h.Software = text(by.Subject.String())
		piece.Fields = append(piece.Fields, pipeline.Field{Name: "authority", Value: h.Software}, pipeline.Field{Name: "certificate", Value: by.NotBefore.UTC().Format(time.RFC3339) + " – " + by.NotAfter.UTC().Format(time.RFC3339)})
	}
	fault := holds(t, p, by)
	if fault != nil {
		piece.Note = text(fault.Error())
	}
	say(pipeline.Where{Path: "token", Length: int64(len(t.RawToken))}, piece)
	if fault == nil {
		say(pipeline.Where{}, h)
	}
	return fault
}

// holds checks the signature and the certificate.
func holds(t *timestamp.Timestamp, p *pkcs7.PKCS7, by *x509.Certificate) error {
	switch {
	case by == nil || len(p.Certificates) > maxCerts:
		return errors.New("time stamp: it brings no certificate of one signer, so that its signature cannot be checked")
	case !slices.Contains(by.ExtKeyUsage, x509.ExtKeyUsageTimeStamping):
		return errors.New("time stamp: its certificate is not for stamping times")
	case t.Time.Before(by.NotBefore) || t.Time.After(by.NotAfter):
		return errors.New("time stamp: its certificate was not valid at its time")
	}
	if err := p.Verify(); err != nil {
		return fmt.Errorf("time stamp: %w", err)
	}
	return named(p, by)
}

// Attributes by which a signature names its certificate (RFC 2634 §5.4, RFC 5035 §3).
var (
	oidCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

// named checks that the certificate is the one that the signature names by its digest (RFC 3161 §2.4.2, RFC 5816): else another with the same key, under any
// name, could stand in its place.
func named(p *pkcs7.PKCS7, by *x509.Certificate) error {
	var v2 struct {
		Certificates []struct {
			Algorithm pkix.AlgorithmIdentifier `asn1:"optional"`
			Hash      []byte
			Issuer    asn1.RawValue `asn1:"optional"`
		}
		Policies asn1.RawValue `asn1:"optional"`
	}
	var v1 struct {
		Certificates []struct {
			Hash   []byte
			Issuer asn1.RawValue `asn1:"optional"`
		}
		Policies asn1.RawValue `asn1:"optional"`
	}
	if p.UnmarshalSignedAttribute(oidCertificateV2, &v2) == nil && len(v2.Certificates) > 0 {
		hash := crypto.SHA256
		if len(v2.Certificates[0].Algorithm.Algorithm) > 0 {
			hash = hashes[v2.Certificates[0].Algorithm.Algorithm.String()]
		}
		if hash.Available() && bytes.Equal(sum(hash, by.Raw), v2.Certificates[0].Hash) {
			return nil
		}
		return errors.New("time stamp: its certificate is not the one that its signature names")
	}
	if p.UnmarshalSignedAttribute(oidCertificate, &v1) == nil && len(v1.Certificates) > 0 && bytes.Equal(sum(crypto.SHA1, by.Raw), v1.Certificates[0].Hash) {
		return nil
	}
	return errors.New("time stamp: its signature does not name its certificate")
}

// hashes by object identifier (RFC 5754 §2).
var hashes = map[string]crypto.Hash{"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512, "1.3.14.3.2.26": crypto.SHA1}

func sum(h crypto.Hash, b []byte) []byte {
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}
