// Package c2pa reads Content Credentials: the manifests that a C2PA claim generator bound to a file, what they
// state of its making, whether the file's bytes are still those that were bound, whether the signature is
// mathematically right, and who signed (C2PA Technical Specification 1.4 and 2.1; JUMBF, ISO/IEC 19566-5; COSE, RFC 9052).
//
// A valid credential says who signed and that the bytes are unchanged since. It says nothing of whether the scene
// is true, and a file without credentials is the common case and means nothing.
//
// Nothing here asks a clock or a network, so that equal bytes give equal answers for ever: certificates are held against the
// moment of a verified time stamp, and where there is none against the date of the trust list, which is named. Revocation is not asked for.
//
// The package knows the formats of credentials. It must not know what a credential speaks for or against, decode
// pictures, nor repair anything.
package c2pa

// The bounds of one examination.
const (
	maxStore      = 32 << 20 // bytes of all manifest stores of a file
	maxSegments   = 4096     // pieces that a store is put together from
	maxBoxes      = 20_000   // boxes of a store
	maxManifests  = 64       // manifests told of
	maxAssertions = 512      // of one claim
	maxCBOR       = 4 << 20  // bytes of one CBOR box that is decoded
	maxText       = 1024     // bytes of a text told
	maxListed     = 64       // actions, ingredients and the like told of one manifest
	maxCerts      = 16       // of a chain
	maxCert       = 64 << 10 // bytes of a certificate
	maxToken      = 256 << 10
	maxExclusions = 256
)
