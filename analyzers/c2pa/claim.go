package c2pa

import (
	"bytes"
	"crypto"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Hashes of C2PA (1.4 §13.1).
var hashes = map[string]crypto.Hash{"sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}

// decoding is how CBOR of a store is read: nothing deep, nothing long, no key twice.
var decoding = mustMode()

func mustMode() cbor.DecMode {
	m, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:  24,
		MaxArrayElements: 1 << 14,
		MaxMapPairs:      1 << 14,
		IndefLength:      cbor.IndefLengthAllowed,
		UTF8:             cbor.UTF8DecodeInvalid,
		TagsMd:           cbor.TagsAllowed,
	}.DecMode()
	if err != nil {
		panic(err) // the options above are constants
	}
	return m
}

// unmarshal reads one bounded CBOR item, and demands that nothing stands behind it.
func unmarshal(b []byte, v any) error {
	if len(b) > maxCBOR {
		return fmt.Errorf("CBOR of %d bytes, the limit is %d", len(b), maxCBOR)
	}
	return decoding.Unmarshal(b, v)
}

// hashedURI points at a box and holds the digest of its contents (C2PA 1.4 §8.4.2).
type hashedURI struct {
	URL  string `cbor:"url"`
	Alg  string `cbor:"alg"`
	Hash []byte `cbor:"hash"`
}

// claim is what a claim generator signs (C2PA 1.4 §10.1; 2.1 §10.2 for the second version).
type claim struct {
	InstanceID    string          `cbor:"instanceID"`
	Generator     string          `cbor:"claim_generator"`
	GeneratorInfo cbor.RawMessage `cbor:"claim_generator_info"`
	Signature     string          `cbor:"signature"`
	Assertions    []hashedURI     `cbor:"assertions"`
	Created       []hashedURI     `cbor:"created_assertions"`
	Gathered      []hashedURI     `cbor:"gathered_assertions"`
	Redacted      []string        `cbor:"redacted_assertions"`
	Alg           string          `cbor:"alg"`
	Title         string          `cbor:"dc:title"`
	Format        string          `cbor:"dc:format"`
}

// all gives the assertions of either version.
func (c claim) all() []hashedURI {
	return append(append(append([]hashedURI(nil), c.Assertions...), c.Created...), c.Gathered...)
}

// generatorInfo names a program (C2PA 1.4 §10.2.1.2).
type generatorInfo struct {
	Name    string `cbor:"name"`
	Version string `cbor:"version"`
}

// generator is the program that made the claim: its own words, else the names listed.
func (c claim) generator() string {
	if c.Generator != "" {
		return c.Generator
	}
	var one generatorInfo
	var many []generatorInfo
	if unmarshal(c.GeneratorInfo, &one) != nil && unmarshal(c.GeneratorInfo, &many) == nil && len(many) > 0 {
		one = many[0]
	}
	if one.Version == "" {
		return one.Name
	}
	return one.Name + " " + one.Version
}

// manifest is one manifest of a store.
type manifest struct {
	*superbox
	store     *superbox
	claim     claim
	claimBox  *superbox
	claimed   []byte // the claim's CBOR: the bytes that are signed
	signature *superbox
}

var errNoClaim = errors.New("manifest without a readable claim")

// readManifest reads the claim of a manifest.
func readManifest(store, box *superbox) (manifest, error) {
	m := manifest{superbox: box, store: store}
	if m.claimBox = box.ofKind("c2cl"); m.claimBox == nil {
		return m, errNoClaim
	}
	if m.claimed = m.claimBox.first("cbor"); m.claimed == nil {
		return m, errNoClaim
	}
	if err := unmarshal(m.claimed, &m.claim); err != nil {
		return m, fmt.Errorf("%w: %w", errNoClaim, err)
	}
	m.signature = resolve(store, box, m.claim.Signature)
	return m, nil
}

// algorithm is that of a hashed URI, else the claim's, else SHA-256.
func (m manifest) algorithm(u hashedURI) (crypto.Hash, bool) {
	for _, name := range []string{u.Alg, m.claim.Alg, "sha256"} {
		if name != "" {
			h, ok := hashes[name]
			return h, ok
		}
	}
	return 0, false
}

// covers reports whether the hashed URI's digest is that of a box.
func (m manifest) covers(u hashedURI, b *superbox) bool {
	h, ok := m.algorithm(u)
	return ok && subtle.ConstantTimeCompare(sum(h, b.body), u.Hash) == 1
}

// coversClaim reports whether the digest is that of the claim of a manifest, as the first version of the specification had it.
func (m manifest) coversClaim(u hashedURI, of *superbox) bool {
	other, err := readManifest(m.store, of)
	h, ok := m.algorithm(u)
	return err == nil && ok && subtle.ConstantTimeCompare(sum(h, other.claimed), u.Hash) == 1
}

func sum(h crypto.Hash, b []byte) []byte {
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}

// data decodes the CBOR content of an assertion.
func data(b *superbox, v any) error {
	raw := b.first("cbor")
	if raw == nil {
		return fmt.Errorf("%s holds no CBOR", b.label)
	}
	return unmarshal(raw, v)
}

// base is an assertion's label without its instance: "c2pa.ingredient" of "c2pa.ingredient__2".
func base(label string) string {
	if i := bytes.Index([]byte(label), []byte("__")); i >= 0 {
		return label[:i]
	}
	return label
}
