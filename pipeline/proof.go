package pipeline

import "strings"

// ProofResult is what checking one proof came to. A key or certificate that comes with a proof shows only that its holder signed, never who that is.
type ProofResult string

// The results.
const (
	ProofValid         ProofResult = "valid"          // it holds, and who signed is on the list of known keys
	ProofInvalid       ProofResult = "invalid"        // it does not hold: Reason says why
	ProofSignerUnknown ProofResult = "signer_unknown" // it holds; who signed is on no list
	ProofNotChecked    ProofResult = "not_checked"    // something that it needs was not at hand, or a network would be: Reason says what
)

// Proof is a statement about other bytes that can be checked, and what checking it came to: a signature by OpenPGP, a time stamp, a proof of
// OpenTimestamps, or the digest that a proof of ProofMode states. Texts are the file's, bounded.
type Proof struct {
	Form      string      `json:"form"`                // "OpenPGP", "ProofMode", "OpenTimestamps", "RFC 3161", "JWS"
	Name      string      `json:"name,omitempty"`      // of the file that the proof stands in, where that is a bundle's member or a sidecar: as given
	Digest    *Digest     `json:"sha256,omitempty"`    // of that file; nil where it is the item
	Of        string      `json:"of,omitempty"`        // digest of the bytes it is about, "sha256:…"; "" where it names none, and none was found
	About     string      `json:"about,omitempty"`     // name of the file with those bytes, where it was at hand: as given
	Result    ProofResult `json:"result"`              //
	Reason    string      `json:"reason,omitempty"`    // in English
	By        string      `json:"by,omitempty"`        // who signed, stamped or attested, as the key, certificate or proof says
	Key       string      `json:"key,omitempty"`       // fingerprint of the key, or its number where the key was not at hand: hexadecimal
	Time      string      `json:"time,omitempty"`      // of the signature or stamp, as it states, RFC 3339
	Algorithm string      `json:"algorithm,omitempty"` // "RSA, SHA-256"
	Trust     string      `json:"trust,omitempty"`     // list of known keys held against, and its date
}

// MaxStatedFields bounds the fields of a proof's statement.
const MaxStatedFields = 64

// ProofStatement is what a proof says of the making of other bytes: never mixed with what those bytes say of themselves, and worth no more than
// the signature over it.
type ProofStatement struct {
	Source string      `json:"source"`           // "ProofMode", "SafetyNet"
	Name   string      `json:"name,omitempty"`   // as in Proof
	Digest *Digest     `json:"sha256,omitempty"` // as in Proof
	Of     string      `json:"of,omitempty"`     // digest of the bytes that it is about, as it states: "sha256:…"
	Signed ProofResult `json:"signed"`           // of the signature over it; ProofNotChecked where there is none
	Key    string      `json:"key,omitempty"`    // that signed it

	Times     []CaptureTime `json:"times,omitempty"`     // Meaning: "file_created", "file_modified", "proof_generated", "position"
	Position  *Position     `json:"position,omitempty"`  //
	Accuracy  float64       `json:"accuracy,omitempty"`  // of Position, metres; 0 where not stated
	Device    *Device       `json:"device,omitempty"`    //
	Sensitive []Field       `json:"sensitive,omitempty"` // networks, addresses and cells: they lead to a person
	Fields    []Field       `json:"fields,omitempty"`    // what else it says
	Cut       bool          `json:"cut,omitempty"`       // it says more
}

// ProofLink joins an item with another by a digest: one of them is, or holds, a proof that names the other's bytes. It is a record of what was
// given and not a guess by names.
type ProofLink struct {
	Other  Item          `json:"other"`
	Name   string        `json:"name"`            // the other's first receipt's name by Key
	Proves bool          `json:"proves"`          // the other is or holds the proof; false: this item does
	Facts  []Measurement `json:"facts,omitempty"` // with Proves, what the other was found to say of this item: Proof and ProofStatement
}

// MaxProofLinks bounds the links that a report carries, and MaxProofFacts what one of them brings.
const (
	MaxProofLinks = 50
	MaxProofFacts = 16
)

// ClaimSidecar begins the name of a claim, among Claims.Other, by which a receipt names a file that came with it: the file's name follows, and the
// value is its digest. ClaimSidecarOf is the claim of the latter's receipt.
const (
	ClaimSidecar   = "sidecar:"
	ClaimSidecarOf = "sidecar_of"
)

// Sidecars gives the files that came with an item by the names in its receipts, each digest once.
func Sidecars(receipts []Receipt) map[Digest]string {
	out := map[Digest]string{}
	for _, r := range receipts {
		for claim, value := range r.Claims.Other {
			name, is := strings.CutPrefix(claim, ClaimSidecar)
			d, err := ParseDigest(strings.TrimPrefix(value, "sha256:"))
			if is && err == nil && (out[d] == "" || name < out[d]) {
				out[d] = name
			}
		}
	}
	return out
}
