package proof

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"

	"dokaz/pipeline"
)

// pemCertificate is the head of a certificate in text (RFC 7468 §5).
const pemCertificate = "-----BEGIN CERTIFICATE-----"

// keyTold says whose key a file holds. A key proves nothing: whoever wants makes one under any name.
func keyTold(f file, keys openpgp.EntityList, say pipeline.Say) {
	for _, k := range keys {
		p := pipeline.Piece{Format: "openpgp", Name: "key", Label: "public key", Fields: []pipeline.Field{
			{Name: "fingerprint", Value: hex.EncodeToString(k.PrimaryKey.Fingerprint)}, {Name: "made", Value: k.PrimaryKey.CreationTime.UTC().Format(time.RFC3339)},
		}}
		if name := holder(k); name != "" {
			p.Fields = append(p.Fields, pipeline.Field{Name: "name", Value: short(name)})
		}
		say(f.place(), p)
	}
}

// certificatesTold says whose certificates a file holds, as the programs that sign pictures keep theirs (ProofMode: c2paidentity.cert).
func certificatesTold(f file, say pipeline.Say) error {
	rest := f.whole
	for n := range maxCerts {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			if n == 0 {
				return fmt.Errorf("%w: no certificate", pipeline.ErrMalformed)
			}
			return nil
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
		say(f.place(), pipeline.Piece{Format: "x509", Name: "certificate", Label: "certificate", Fields: []pipeline.Field{
			{Name: "subject", Value: short(c.Subject.String())}, {Name: "issuer", Value: short(c.Issuer.String())}, {Name: "serial number", Value: short(c.SerialNumber.String())},
			{Name: "valid", Value: c.NotBefore.UTC().Format(time.RFC3339) + " – " + c.NotAfter.UTC().Format(time.RFC3339)},
			{Name: "SHA-256", Value: strings.TrimPrefix(pipeline.DigestOf(c.Raw).String(), "sha256:")},
		}})
	}
	return nil
}

// certified reports whether a text is a certificate.
func certified(text []byte) bool { return bytes.HasPrefix(text, []byte(pemCertificate)) }
