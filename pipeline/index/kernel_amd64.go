package index

import "golang.org/x/sys/cpu"

// vectorKernels returns the kernels that this processor can run beside the plain one, quickest first.
func vectorKernels() (out []kernel) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VPOPCNTDQ {
		out = append(out, kernel{"AVX-512", whole(sieveAVX512), whole(measureAVX512)})
	}
	if cpu.X86.HasAVX2 {
		out = append(out, kernel{"AVX2", whole(sieveAVX2), whole(measureAVX2)})
	}
	return out
}

// vectorRows is how many rows a vector kernel takes at a time.
const vectorRows = 32

// pass is one pass of a vector kernel over n rows, n a multiple of vectorRows.
type pass func(b *block, lo, n int, q *folded, radius int, m *marks) bool

// whole lets a vector kernel pass over rows up to the next multiple of vectorRows, whatever stands in the last of them, and takes
// back the marks of those beyond n.
func whole(p pass) pass {
	return func(b *block, lo, n int, q *folded, radius int, m *marks) bool {
		found := p(b, lo, (n+vectorRows-1)&^(vectorRows-1), q, radius, m)
		if !found || n%vectorRows == 0 {
			return found
		}
		m[n/64] &= 1<<(n%64) - 1
		return *m != marks{}
	}
}

//go:noescape
func sieveAVX512(b *block, lo, n int, q *folded, radius int, m *marks) bool

//go:noescape
func measureAVX512(b *block, lo, n int, q *folded, radius int, m *marks) bool

//go:noescape
func sieveAVX2(b *block, lo, n int, q *folded, radius int, m *marks) bool

//go:noescape
func measureAVX2(b *block, lo, n int, q *folded, radius int, m *marks) bool
