package c2pa

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// dataHash is the hard binding of a file by its bytes but for stretches that are left out (C2PA 1.4 §9.2.2, §18.5).
type dataHash struct {
	Exclusions []exclusion `cbor:"exclusions"`
	Alg        string      `cbor:"alg"`
	Hash       []byte      `cbor:"hash"`
}

type exclusion struct {
	Start  int64 `cbor:"start"`
	Length int64 `cbor:"length"`
}

var errExclusions = errors.New("the stretches left out are not in order")

// otherBindings are kinds of hard binding that are not computed here.
var otherBindings = []string{"c2pa.hash.boxes", "c2pa.hash.collection.data", "c2pa.hash.multi-asset"}

// binds computes whether the file's bytes are those that were bound.
func (d dataHash) binds(m manifest, file io.ReaderAt, size int64) (bool, error) {
	h, ok := m.algorithm(hashedURI{Alg: d.Alg})
	if !ok {
		return false, fmt.Errorf("hash algorithm %q is none of C2PA's", d.Alg)
	}
	if len(d.Exclusions) > maxExclusions {
		return false, fmt.Errorf("%w: %d stretches left out, the limit is %d", pipeline.ErrRefused, len(d.Exclusions), maxExclusions)
	}
	w, at := h.New(), int64(0)
	for _, e := range append(d.Exclusions, exclusion{Start: size}) {
		if e.Start < at || e.Length < 0 || e.Start > size || e.Length > size-e.Start {
			return false, errExclusions
		}
		if _, err := io.Copy(w, io.NewSectionReader(file, at, e.Start-at)); err != nil {
			return false, err
		}
		at = e.Start + e.Length
	}
	return subtle.ConstantTimeCompare(w.Sum(nil), d.Hash) == 1, nil
}

// spares reports whether what is left out is nothing but the store: bytes left out elsewhere are bound by nobody, and whoever
// adds stretches can change what they cover.
func (d dataHash) spares(in []parts.Stretch) bool {
	for _, e := range d.Exclusions {
		left := e
		for _, s := range in {
			if left.Start >= s.At && left.Start < s.At+s.Length {
				took := min(left.Length, s.At+s.Length-left.Start)
				left.Start, left.Length = left.Start+took, left.Length-took
			}
		}
		if left.Length > 0 {
			return false
		}
	}
	return true
}
