// Package proof reads files that prove when something was there: OpenTimestamps proofs, whose commitments are computed anew from the digest stamped
// to each attestation, time stamps by RFC 3161 and signatures by OpenPGP, which are checked, and what ProofMode states. They come as sidecars of an item, in
// a bundle with it, or alone, and are items of their own: what they state is theirs and never mixed with what the item says of itself.
//
// Nothing here asks a network: whether a block of Bitcoin has the root that a proof leads to is for whoever holds the chain to say, and the root is
// told for that. An authority of time stamps is named and held against no list. A key that comes with a signature shows that its holder signed, and no more.
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

	maxSignature  = 64 << 10 // bytes of a file of signatures
	maxSignatures = 8        // of one file
	maxKeys       = 64
	maxTargets    = 16       // files that one signature is held against
	maxHashed     = 4 << 30  // bytes hashed for signatures and members
	maxMembers    = 512      // of a bundle
	maxBundle     = 16 << 20 // bytes of its small members together
	maxHeadLine   = 4 << 10
	maxColumns    = 256
	maxRows       = 64
)
