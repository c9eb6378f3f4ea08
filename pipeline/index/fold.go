package index

import (
	"math/bits"

	"dokaz/pipeline"
)

// folded is a hash as it is kept: its bits sorted into words by what mirroring a picture does to them.
//
// Mirroring complements the bits of odd frequency along one axis (pipeline.Hash256.Turned). So the bits fall into four classes
// of 64: those that stay, those complemented when left and right are exchanged, when top and bottom are, and when either
// is but not both. Any mirroring complements two of the latter three classes, and so leaves their sum modulo 2 as it is.
//
// Word 0 holds the class that stays, word 1 the sum modulo 2 of the others, words 2 and 3 two of those. Words 0 and 1, by which
// the sieve dismisses rows, are thus the same for all four mirror images of a hash: one pass serves them all.
type folded [4]uint64

const (
	evenColumns = 0x5555_5555_5555_5555
	evenRows    = 0x0000_ffff_0000_ffff
)

func fold(h pipeline.Hash256) folded {
	a, b := exchanged(h[0], h[1], 1, evenColumns)
	c, d := exchanged(h[2], h[3], 1, evenColumns)
	a, c = exchanged(a, c, 16, evenRows)
	b, d = exchanged(b, d, 16, evenRows)
	return folded{d, a ^ b ^ c, b, c}
}

// exchanged swaps the bits of x above mask with those of y in it, after H. S. Warren, "Hacker's Delight", §7-3.
func exchanged(x, y uint64, by int, mask uint64) (uint64, uint64) {
	t := (x>>by ^ y) & mask
	return x ^ t<<by, y ^ t
}

// plain undoes the sum: the four classes.
func (f folded) plain() [4]uint64 { return [4]uint64{f[0], f[1] ^ f[2] ^ f[3], f[2], f[3]} }

// distance is the Hamming distance of the hashes.
func (f folded) distance(g folded) int {
	stay, sum, x, y := f[0]^g[0], f[1]^g[1], f[2]^g[2], f[3]^g[3]
	return bits.OnesCount64(stay) + bits.OnesCount64(sum^x^y) + bits.OnesCount64(x) + bits.OnesCount64(y)
}

// atLeast is no more than the distance, nor than that of any mirror image of g: a sum of three has no more set bits than
// the three together.
func (f folded) atLeast(g folded) int {
	return bits.OnesCount64(f[0]^g[0]) + bits.OnesCount64(f[1]^g[1])
}
