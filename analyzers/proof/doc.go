// Package proof reads files that prove when something was there: OpenTimestamps proofs, whose commitments are computed anew from the digest stamped
// to each attestation, and time stamps by RFC 3161, whose signature is checked. They come as sidecars of an item, or alone, and are items of
// their own: what they state is theirs and never mixed with what the item says of itself.
//
// Nothing here asks a network: whether a block of Bitcoin has the root that a proof leads to is for whoever holds the chain to say, and the root is
// told for that. An authority of time stamps is named and held against no list.
//
// The package knows the formats of these proofs. It must not know which file is stamped, but by its digest, nor what a stamp speaks for or against.
package proof

// The bounds of one examination.
const (
	maxProof    = 1 << 20 // bytes of a file
	maxSteps    = 4096    // operations of a proof, attestations with them
	maxDepth    = 256     // operations one upon another
	maxMessage  = 4096    // bytes of a message and of an operand (OpenTimestamps, core/op.py)
	maxAttested = 8192    // bytes of an attestation
	maxCerts    = 16
	maxText     = 1024
)
