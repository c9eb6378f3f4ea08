package orb

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// All kernels write what plain Go writes, whatever the values and the lengths, and nothing behind it.
func TestKernelsAgree(t *testing.T) {
	t.Parallel()
	for _, k := range kernels {
		t.Log(k.name)
	}
	plain := kernels[len(kernels)-1]
	rapid.Check(t, func(t *rapid.T) {
		n, most := rapid.IntRange(1, 80).Draw(t, "n"), rapid.SampledFrom([]int{1, 300, 255 * step}).Draw(t, "most")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		row := func(n, most int) []uint16 {
			out := make([]uint16, n)
			for i := range out {
				out[i] = uint16([]int{0, most, r.IntN(most + 1)}[r.IntN(3)])
			}
			return out
		}
		in, up, line, down := row(n+4, most), row(n, most), row(n+2, most), row(n, most)
		var rows [5][]uint16
		for i := range rows {
			rows[i] = row(n, 16*most)
		}
		sums, old := drawn(r, n, most), drawn(r, n, most)
		for _, k := range kernels {
			want, got := row(n+1, most), []uint16(nil)
			got = slices.Clone(want)
			plain.binomial(want[:n], in)
			k.binomial(got[:n], in)
			same(t, k.name+" binomial", got, want)
			plain.column(want[:n], &rows)
			k.column(got[:n], &rows)
			same(t, k.name+" column", got, want)
			sumsA, oldA, sumsB, oldB := sums.clone(), old.clone(), sums.clone(), old.clone()
			plain.enter(sumsA, oldA, line, up, down)
			k.enter(sumsB, oldB, line, up, down)
			for i, want := range [][]int32{sumsA.xx, sumsA.yy, sumsA.xy, oldA.xx, oldA.yy, oldA.xy} {
				same(t, k.name+" enter", [][]int32{sumsB.xx, sumsB.yy, sumsB.xy, oldB.xx, oldB.yy, oldB.xy}[i], want)
			}
			three, weights := [3][]uint16{row(n, most), row(n, most), row(n, most)}, [3]uint32{r.Uint32N(1 << 17), r.Uint32N(1 << 17), r.Uint32N(1 << 17)}
			blended, other := make([]uint32, n+1), make([]uint32, n+1)
			plain.blend(blended[:n], &three, &weights)
			k.blend(other[:n], &three, &weights)
			same(t, k.name+" blend", other, blended)
			above, beside, below := responses(r, n), responses(r, n+2), responses(r, n)
			marks, found := make([]uint8, (n+7)/8+1), make([]uint8, (n+7)/8+1)
			plain.peaks(marks[:(n+7)/8], beside, above, below)
			k.peaks(found[:(n+7)/8], beside, above, below)
			same(t, k.name+" peaks", found, marks)
			if m := n - 2*reach; m > 0 {
				a, b := make([]int64, m+1), make([]int64, m+1)
				plain.harris(a[:m], sums)
				k.harris(b[:m], sums)
				same(t, k.name+" harris", b, a)
			}
		}
	})
}

// The features of whole pictures are those of the plain kernel, in whatever order pictures of whatever sizes take one room.
func TestKernelsFindTheSameFeatures(t *testing.T) {
	t.Parallel()
	plain := kernels[len(kernels)-1]
	for _, k := range kernels {
		used := newRoom(k)
		for i, size := range [][2]int{{256, 144}, {90, 200}, {480, 360}, {64, 71}, {77, 61}} {
			luma := leaves(size[0], size[1], uint64(i))
			ls, cs := newRoom(plain).chosen(luma, size[0], size[1], 200)
			ms, ds := used.chosen(luma, size[0], size[1], 200)
			if len(cs) != len(ds) || len(cs) == 0 {
				t.Fatalf("%s: %v: %d corners, not %d", k.name, size, len(ds), len(cs))
			}
			for i := range cs {
				if a, b := describe(ls[cs[i].level].smooth, cs[i]), describe(ms[ds[i].level].smooth, ds[i]); a != b {
					t.Fatalf("%s: %v: feature %d is %+v, not %+v", k.name, size, i, b, a)
				}
			}
		}
	}
}

// responses are as there can be, equal ones and those about the floor among them.
func responses(r *rand.Rand, n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = []int64{0, floor - 1, floor, floor + 1, -1 << 40, r.Int64N(1<<57) - 1<<56}[r.IntN(6)]
	}
	return out
}

// drawn are sums as there can be: those of xx and yy at most 2^28, and xy within their mean.
func drawn(r *rand.Rand, n, most int) tensors {
	t := tensors{n, make([]int32, n), make([]int32, n), make([]int32, n)}
	for x := range n {
		dx, dy := int32(r.IntN(2*most+1)-most)*5/8, int32(r.IntN(2*most+1)-most)*5/8
		t.xx[x], t.yy[x], t.xy[x] = 5*dx*dx, 5*dy*dy, 5*dx*dy
	}
	return t
}

func (t tensors) clone() tensors {
	return tensors{t.n, slices.Clone(t.xx), slices.Clone(t.yy), slices.Clone(t.xy)}
}

func same[T comparable](t *rapid.T, what string, got, want []T) {
	if !slices.Equal(got, want) {
		t.Fatalf("%s: %v, not %v", what, got, want)
	}
}
