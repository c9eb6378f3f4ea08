package index

// marks says which rows of a slice are meant: bit r%64 of word r/64 stands for row r.
type marks [sliceRows / 64]uint64

// kernel passes over rows of a block, up to sliceRows of them from row lo on; lo is a multiple of 64. Marks are zero before
// and are not written unless a row is marked, which is what both report.
type kernel struct {
	name string
	// sieve marks the rows whose atLeast to q is within radius.
	sieve func(b *block, lo, n int, q *folded, radius int, m *marks) bool
	// measure marks the rows whose distance to q is within radius.
	measure func(b *block, lo, n int, q *folded, radius int, m *marks) bool
}

// kernels lists those that this processor can run, quickest first. The last is plain Go; all mark the same rows.
var kernels = append(vectorKernels(), kernel{"plain", sievePlain, measurePlain})

func sievePlain(b *block, lo, n int, q *folded, radius int, m *marks) bool {
	found := false
	for i := range n {
		if (folded{b[0][lo+i], b[1][lo+i]}).atLeast(folded{q[0], q[1]}) <= radius {
			m[i/64] |= 1 << (i % 64)
			found = true
		}
	}
	return found
}

func measurePlain(b *block, lo, n int, q *folded, radius int, m *marks) bool {
	found := false
	for i := range n {
		if b.row(lo+i).distance(*q) <= radius {
			m[i/64] |= 1 << (i % 64)
			found = true
		}
	}
	return found
}

// narrow is the radius up to which the sieve dismisses nearly all rows: of unlike hashes, words 0 and 1
// together differ in 64 bits, give or take 6.
const narrow = 48

// within marks the rows of a slice that lie within radius bits of q, and perhaps some others within atLeast.
func (k *kernel) within(b *block, lo, n int, q *folded, radius int, m *marks) bool {
	if radius <= narrow {
		return k.sieve(b, lo, n, q, radius, m)
	}
	return k.measure(b, lo, n, q, radius, m)
}
