package pipeline

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// Hash256 is a 256-bit perceptual hash. Word 0 holds the most significant 64 bits, so that its
// hexadecimal form equals the one PDQ's publishers print.
type Hash256 [4]uint64

// Distance is the Hamming distance: how many of the 256 bits differ.
func (h Hash256) Distance(o Hash256) int {
	return bits.OnesCount64(h[0]^o[0]) + bits.OnesCount64(h[1]^o[1]) + bits.OnesCount64(h[2]^o[2]) + bits.OnesCount64(h[3]^o[3])
}

// ParseHash256 reads 64 hexadecimal digits.
func ParseHash256(s string) (Hash256, error) {
	var h Hash256
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return h, fmt.Errorf("%w: hash %q is not 64 hexadecimal digits", ErrMalformed, s)
	}
	for i := range h {
		h[i] = binary.BigEndian.Uint64(b[i*8:])
	}
	return h, nil
}

// String returns 64 hexadecimal digits.
func (h Hash256) String() string {
	var b [32]byte
	for i, w := range h {
		binary.BigEndian.PutUint64(b[i*8:], w)
	}
	return hex.EncodeToString(b[:])
}

// MarshalText returns the hexadecimal form.
func (h Hash256) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the hexadecimal form.
func (h *Hash256) UnmarshalText(b []byte) error {
	p, err := ParseHash256(string(b))
	if err == nil {
		*h = p
	}
	return err
}
