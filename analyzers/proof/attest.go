package proof

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"dokaz/pipeline"
)

// maxKeyBits bounds keys of RSA: larger ones take minutes, and nobody has them.
const maxKeyBits = 8192

// formAttestation names attestations of devices in facts.
const formAttestation = "JWS"

// token is a JSON Web Signature in its compact form (RFC 7515 §7.1), as attestations of devices come: SafetyNet's of Android, which ProofMode keeps as .gst.
type token struct {
	signed    []byte // what the signature is over
	header    header
	payload   payload
	signature []byte
	encrypted bool // five parts (RFC 7516 §7.1): only its maker can read it
}

// header of a token (RFC 7515 §4.1).
type header struct {
	Alg   string   `json:"alg"`
	Chain []string `json:"x5c"` // certificates, the signer's first
}

// payload is what SafetyNet attests (Google, SafetyNet Attestation API, "Use the response data").
type payload struct {
	Nonce     string      `json:"nonce"`
	Time      json.Number `json:"timestampMs"`
	Package   string      `json:"apkPackageName"`
	Signers   []string    `json:"apkCertificateDigestSha256"`
	Profile   *bool       `json:"ctsProfileMatch"`
	Integrity *bool       `json:"basicIntegrity"`
	Type      string      `json:"evaluationType"`
	Advice    string      `json:"advice"`
	Error     string      `json:"error"`
}

// attests reports whether a text is such a token: parts of letters of base64url between dots, and a header that names an algorithm.
func attests(text []byte) bool {
	text = bytes.TrimSpace(text)
	if n := bytes.Count(text, []byte(".")); !bytes.HasPrefix(text, []byte("ey")) || n != 2 && n != 4 {
		return false
	}
	t, err := readToken(text)
	return err == nil && t.header.Alg != ""
}

var errToken = errors.New("no token of the form known")

// readToken takes a token apart.
func readToken(text []byte) (t token, err error) {
	parts := bytes.Split(bytes.TrimSpace(text), []byte("."))
	if len(parts) != 3 && len(parts) != 5 {
		return t, errToken
	}
	head, err := base64url(parts[0])
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(head, &t.header); err != nil {
		return t, fmt.Errorf("%w: %w", errToken, err)
	}
	if t.encrypted = len(parts) == 5; t.encrypted {
		return t, nil
	}
	body, err := base64url(parts[1])
	if err == nil {
		t.signature, err = base64url(parts[2])
	}
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(body, &t.payload); err != nil {
		return t, fmt.Errorf("%w: %w", errToken, err)
	}
	t.signed = bytes.Join(parts[:2], []byte("."))
	return t, nil
}

func base64url(b []byte) ([]byte, error) {
	out, err := base64.RawURLEncoding.AppendDecode(nil, bytes.TrimRight(b, "="))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errToken, err)
	}
	return out, nil
}

// of is the digest that the nonce names: 24 bytes by chance, then the digest in hexadecimal (guardianproject/proofmode-android, SafetyNetCheck.java, getRequestNonce).
func (p payload) of() string {
	const chance = 24
	nonce, err := base64.StdEncoding.DecodeString(p.Nonce)
	if err != nil || len(nonce) != chance+64 {
		return ""
	}
	d, err := pipeline.ParseDigest(strings.ToLower(string(nonce[chance:])))
	if err != nil {
		return ""
	}
	return d.String()
}

// at is when it was made, by the clock of who signed.
func (p payload) at() (time.Time, bool) {
	n, err := strconv.ParseInt(p.Time.String(), 10, 64)
	return time.UnixMilli(n).UTC(), err == nil && n > 0 && n < 1<<43
}

// proof is what checking the token came to.
func (t token) proof() pipeline.Proof {
	p := pipeline.Proof{Form: formAttestation, Result: pipeline.ProofNotChecked, Algorithm: text(t.header.Alg), Of: t.payload.of()}
	if t.encrypted {
		p.Reason = "it is encrypted: only who made it can read it"
		return p
	}
	at, stated := t.payload.at()
	if stated {
		p.Time = at.Format(time.RFC3339)
	}
	chain, err := certificates(t.header.Chain)
	if err != nil || len(chain) == 0 {
		p.Reason = "no certificate comes with it, so that its signature cannot be checked"
		return p
	}
	signer := chain[0]
	p.By = text(signer.Subject.String())
	switch err := t.verify(signer); {
	case errors.Is(err, pipeline.ErrUnsupported):
		p.Reason = text(err.Error())
	case err != nil:
		p.Result, p.Reason = pipeline.ProofInvalid, text(err.Error())
	case stated && (at.Before(signer.NotBefore) || at.After(signer.NotAfter)):
		p.Result, p.Reason = pipeline.ProofInvalid, "its certificate was not valid at its time"
	default:
		p.Result, p.Reason = pipeline.ProofSignerUnknown, text("signed by "+signer.Subject.CommonName+"; not checked against a trusted certificate")
		for i := 1; i < len(chain); i++ {
			if chain[i-1].CheckSignatureFrom(chain[i]) != nil {
				p.Reason += "; the certificates that it brings are no chain"
				break
			}
		}
	}
	return p
}

// certificates reads a token's chain.
func certificates(chain []string) (out []*x509.Certificate, err error) {
	for _, s := range chain[:min(len(chain), maxCerts)] {
		der, err := base64.StdEncoding.DecodeString(s) // RFC 7515 §4.1.6: not of the alphabet for addresses
		if err != nil {
			return nil, err
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		if key, is := c.PublicKey.(*rsa.PublicKey); is && key.N.BitLen() > maxKeyBits {
			return nil, fmt.Errorf("%w: a key of %d bits", pipeline.ErrRefused, key.N.BitLen())
		}
		out = append(out, c)
	}
	return out, nil
}

// errSignature says that a token was changed, or is another's.
var errSignature = errors.New("the signature does not hold")

// verify checks the signature with the certificate's key (RFC 7518 §3.1).
func (t token) verify(by *x509.Certificate) error {
	hash := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[strings.TrimLeft(t.header.Alg, "RSPE")]
	if hash == 0 || len(t.header.Alg) != 5 {
		return fmt.Errorf("%w: a signature by %s", pipeline.ErrUnsupported, text(t.header.Alg))
	}
	digest := sum(hash, t.signed)
	switch key := by.PublicKey.(type) {
	case *rsa.PublicKey:
		if t.header.Alg[:2] == "RS" && rsa.VerifyPKCS1v15(key, hash, digest, t.signature) == nil {
			return nil
		}
		if t.header.Alg[:2] == "PS" && rsa.VerifyPSS(key, hash, digest, t.signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil {
			return nil
		}
	case *ecdsa.PublicKey:
		half := (key.Curve.Params().BitSize + 7) / 8
		if t.header.Alg[:2] == "ES" && len(t.signature) == 2*half &&
			ecdsa.Verify(key, digest, new(big.Int).SetBytes(t.signature[:half]), new(big.Int).SetBytes(t.signature[half:])) {
			return nil
		}
	}
	return errSignature
}

// attested tells what an attestation says, and what it is about.
func (d *desk) attested(f file) {
	t, err := readToken(f.whole)
	if err != nil {
		d.say(f.place(), f.in(pipeline.Proof{Form: formAttestation, Result: pipeline.ProofInvalid, Reason: text(err.Error())}))
		return
	}
	p := d.about(t.proof())
	if p.Of != "" && d.files[0].item && len(d.files) > 1 && !d.there(p.Of) {
		p.Result, p.Reason = pipeline.ProofInvalid, errNamesOther.Error()
	}
	p = f.in(p)
	d.say(f.place(), p)
	if t.encrypted {
		return
	}
	s := t.payload.statement()
	s.Name, s.Digest, s.Of, s.Signed = f.shown(), p.Digest, p.Of, p.Result
	d.say(f.place(), s)
}

// errNamesOther says that a proof was given with a file that it is not about.
var errNamesOther = errors.New("the digest that it names is not that of the file it was given with")

// statement is what the attestation says of the device and its program.
func (p payload) statement() pipeline.ProofStatement {
	s := pipeline.ProofStatement{Source: "SafetyNet"}
	if at, ok := p.at(); ok {
		s.Times = []pipeline.CaptureTime{{
			Meaning: "proof_generated", Source: "SafetyNet:timestampMs", Raw: short(p.Time.String()), Zone: pipeline.ZoneUTC, Local: at.Format("2006-01-02T15:04:05.999"),
		}}
	}
	add := func(name, value string) {
		if value != "" && len(s.Fields) < pipeline.MaxStatedFields {
			s.Fields = append(s.Fields, pipeline.Field{Name: name, Value: short(value)})
		}
	}
	truth := func(name string, v *bool) {
		if v != nil {
			add(name, strconv.FormatBool(*v))
		}
	}
	add("apkPackageName", p.Package)
	for _, c := range p.Signers[:min(len(p.Signers), maxCerts)] {
		add("apkCertificateDigestSha256", c)
	}
	truth("ctsProfileMatch", p.Profile)
	truth("basicIntegrity", p.Integrity)
	add("evaluationType", p.Type)
	add("advice", p.Advice)
	add("error", p.Error)
	return s
}
