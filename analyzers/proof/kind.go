package proof

import (
	"bytes"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// kind is what a file is, by its contents.
type kind int

const (
	none kind = iota
	otsProof
	timeStamp
	pgpSignature
	key
	statement
	attestation
	certificate
)

// kindOf tells what a whole file is. A file too large to be a proof is nil and none.
func kindOf(b []byte) kind {
	text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(b, []byte(magic)):
		return otsProof
	case len(b) > 4 && b[0] == 0x30 && b[1] > 0x80 && bytes.Contains(b, oidStamped):
		return timeStamp
	case bytes.HasPrefix(text, []byte(armoredSignature)):
		return pgpSignature
	case bytes.HasPrefix(text, []byte(armoredKey)):
		return key
	case len(b) > 0 && b[0]&0x80 != 0:
		return bare(b)
	case certified(text):
		return certificate
	case attests(text):
		return attestation
	case states(text):
		return statement
	}
	return none
}

// bare tells whether packets without armor are signatures or keys: all of the file must be such packets.
func bare(b []byte) (k kind) {
	defer func() {
		if recover() != nil {
			k = none
		}
	}()
	r := bytes.NewReader(b)
	p, err := packet.NewReader(r).Next()
	switch p := p.(type) {
	case *packet.Signature:
		if err == nil && len(b) <= maxSignature {
			return pgpSignature
		}
	case *packet.PublicKey:
		if err == nil && !p.IsSubkey {
			return key
		}
	}
	return none
}
