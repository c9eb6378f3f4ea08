package pipeline

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"strings"
)

// digestPrefix names the algorithm in the text form of a Digest.
const digestPrefix = "sha256:"

// Digest is the SHA-256 (FIPS 180-4) of some bytes; of an original's bytes it is the identity of the Item.
// Its text form is "sha256:" and 64 lower-case hexadecimal digits.
type Digest [sha256.Size]byte

// DigestOf returns the digest of b.
func DigestOf(b []byte) Digest { return sha256.Sum256(b) }

// ParseDigest reads the text form; bare hexadecimal is accepted too, any other length or alphabet is ErrMalformed.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	h := strings.TrimPrefix(s, digestPrefix)
	if len(h) != hex.EncodedLen(len(d)) {
		return d, fmt.Errorf("%w: digest %q has %d hexadecimal digits, not %d", ErrMalformed, s, len(h), hex.EncodedLen(len(d)))
	}
	if _, err := hex.Decode(d[:], []byte(h)); err != nil {
		return d, fmt.Errorf("%w: digest %q: %w", ErrMalformed, s, err)
	}
	return d, nil
}

// Hex returns the 64 hexadecimal digits without the algorithm's name, as used in file names.
func (d Digest) Hex() string { return hex.EncodeToString(d[:]) }

// String returns the text form.
func (d Digest) String() string { return digestPrefix + d.Hex() }

// IsZero reports whether d was never set.
func (d Digest) IsZero() bool { return d == Digest{} }

// Compare orders digests by their bytes: -1, 0 or 1.
func (d Digest) Compare(e Digest) int { return strings.Compare(string(d[:]), string(e[:])) }

// MarshalText returns the text form.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text form.
func (d *Digest) UnmarshalText(b []byte) error {
	p, err := ParseDigest(string(b))
	if err == nil {
		*d = p
	}
	return err
}

// Digest512 is the SHA-512 of an original, the second, independent digest that evidence practice asks for.
// Its text form is 128 lower-case hexadecimal digits.
type Digest512 [sha512.Size]byte

// String returns the text form.
func (d Digest512) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns the text form.
func (d Digest512) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text form.
func (d *Digest512) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("%w: SHA-512 of %d digits", ErrMalformed, len(b))
	}
	if _, err := hex.Decode(d[:], b); err != nil {
		return fmt.Errorf("%w: SHA-512: %w", ErrMalformed, err)
	}
	return nil
}
