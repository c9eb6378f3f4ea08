package proof

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"dokaz/pipeline"
)

// Known is a dated list of OpenPGP keys whose holders are known to those who work on a case. It is a file, read offline, and named in every result.
// The zero Known knows nobody.
type Known struct {
	Name string
	Date time.Time // also the moment at which its keys are judged
	keys openpgp.EntityList
	sum  pipeline.Digest // of the list's text
}

// ReadKnown reads a list: lines "# name: …" and "# date: 2006-01-02", then public keys in ASCII armor (RFC 9580 §6.2). No text is no list.
func ReadKnown(b []byte) (k Known, err error) {
	if len(b) == 0 {
		return k, nil
	}
	k.sum = pipeline.DigestOf(b)
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "-----BEGIN") {
			break
		}
		if name, ok := strings.CutPrefix(line, "# name: "); ok {
			k.Name = text(strings.TrimSpace(name))
		}
		if date, ok := strings.CutPrefix(line, "# date: "); ok {
			if k.Date, err = time.Parse(time.DateOnly, strings.TrimSpace(date)); err != nil {
				return k, fmt.Errorf("list of keys: %w", err)
			}
		}
	}
	if k.Name == "" || k.Date.IsZero() {
		return k, errors.New("list of keys: it must begin with '# name: …' and '# date: 2006-01-02'")
	}
	if k.keys, err = readKeys(b); err != nil {
		return k, fmt.Errorf("list of keys: %w", err)
	}
	return k, nil
}

// String names the list as results and parameters name it.
func (k Known) String() string {
	if k.Name == "" {
		return "no list of keys"
	}
	return fmt.Sprintf("%s, %s, keys: %d, sha256:%s", k.Name, k.Date.Format(time.DateOnly), len(k.keys), k.sum.Hex())
}

// The heads of ASCII armor.
const (
	armoredSignature = "-----BEGIN PGP SIGNATURE-----"
	armoredKey       = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
)

// readKeys reads public keys, in armor, several blocks of it, or bare. Secret keys are passed over: who gives one away gives it to everybody.
func readKeys(b []byte) (out openpgp.EntityList, err error) {
	defer func() {
		if r := recover(); r != nil { // an untrusted file: whatever the library does with it is the file's fault
			out, err = nil, fmt.Errorf("OpenPGP key: malformed: %v", r)
		}
	}()
	if !bytes.Contains(b, []byte("-----BEGIN")) {
		out, err = openpgp.ReadKeyRing(bytes.NewReader(b))
		return few(out), err
	}
	for range maxKeys {
		at := bytes.Index(b, []byte(armoredKey))
		if at < 0 {
			break
		}
		one := b[at:]
		b = one[len(armoredKey):]
		if next := bytes.Index(b, []byte(armoredKey)); next >= 0 {
			one = one[:len(armoredKey)+next]
		}
		block, err := armor.Decode(bytes.NewReader(one))
		if err != nil {
			return out, err
		}
		some, err := openpgp.ReadKeyRing(block.Body)
		if err != nil {
			return out, err
		}
		out = append(out, few(some)...)
	}
	if len(out) == 0 {
		return nil, errors.New("OpenPGP: no public key")
	}
	return few(out), nil
}

func few(keys openpgp.EntityList) openpgp.EntityList { return keys[:min(len(keys), maxKeys)] }

// ring is keys as the library asks for them. A key that says nothing of its use may sign, as RFC 4880 had it, and ProofMode's older keys do.
type ring struct{ openpgp.EntityList }

// KeysByIdUsage gives the keys of a number for a use.
func (r ring) KeysByIdUsage(id uint64, usage byte) []openpgp.Key { //nolint:revive,staticcheck // the name is the interface's
	keys := r.EntityList.KeysByIdUsage(id, usage)
	if len(keys) > 0 || usage != packet.KeyFlagSign {
		return keys
	}
	for _, k := range r.KeysById(id) {
		if k.SelfSignature != nil && !k.SelfSignature.FlagsValid && k.PublicKey.PubKeyAlgo.CanSign() {
			keys = append(keys, k)
		}
	}
	return keys
}
