package index

import (
	"iter"
	"math/bits"
	"slices"

	"dokaz/pipeline"
)

const (
	blockRows = 4096 // rows per block: 128 KiB of hashes
	sliceRows = 512  // rows that every query passes over before the next: 16 KiB stay in the first cache
)

// block holds hashes column by column; row r is {words[0][r], …, words[3][r]}. Rows are written once, before
// the view that counts them is published.
type block struct {
	words [4][blockRows]uint64
	mark  [blockRows]uint8 // quality, and the highest bit for a keyframe
}

// row is a hash as it is kept.
type row struct {
	hash pipeline.Hash256
	mark uint8
}

func (b *block) set(r int, v row) {
	for w := range v.hash {
		b.words[w][r] = v.hash[w]
	}
	b.mark[r] = v.mark
}

func (b *block) hash(r int) (h pipeline.Hash256) {
	for w := range h {
		h[w] = b.words[w][r]
	}
	return h
}

// narrow is the radius up to which half of the bits dismiss nearly all rows: two random halves differ in 64 bits, give or take 6.
const narrow = 45

// next returns the first of the rows lo to hi-1 within radius bits of q, and its distance; without one it returns hi.
// It dismisses most rows by half of their bits, or by three quarters where the radius is wide.
func (b *block) next(q pipeline.Hash256, lo, hi, radius int) (row, distance int) {
	w0, w1 := b.words[0][lo:hi], b.words[1][lo:hi]
	w2, w3 := b.words[2][lo:hi], b.words[3][lo:hi]
	w1, w2, w3 = w1[:len(w0)], w2[:len(w0)], w3[:len(w0)]
	if radius <= narrow {
		for i, v := range w0 {
			d := bits.OnesCount64(v^q[0]) + bits.OnesCount64(w1[i]^q[1])
			if d > radius {
				continue
			}
			if d += bits.OnesCount64(w2[i]^q[2]) + bits.OnesCount64(w3[i]^q[3]); d <= radius {
				return lo + i, d
			}
		}
		return hi, 0
	}
	for i, v := range w0 {
		d := bits.OnesCount64(v^q[0]) + bits.OnesCount64(w1[i]^q[1]) + bits.OnesCount64(w2[i]^q[2])
		if d > radius {
			continue
		}
		if d += bits.OnesCount64(w3[i] ^ q[3]); d <= radius {
			return lo + i, d
		}
	}
	return hi, 0
}

// run is a stretch of rows that belong to one item.
type run struct {
	owner *entry
	first int // row
	count int
}

func (r run) end() int { return r.first + r.count }

// table is a consistent view of one kind of hash. Its slices are never written below their length.
type table struct {
	blocks []*block
	rows   int
	runs   []run // ascending, without gaps
}

// place returns the run that holds a row.
func (t table) place(row int) int {
	i, found := slices.BinarySearchFunc(t.runs, row, func(r run, row int) int { return r.first - row })
	if !found {
		i--
	}
	return i
}

// appended returns the table with one more run of n rows. Only one goroutine appends.
func (t table) appended(owner *entry, n int, value func(int) row) table {
	if n == 0 {
		return t
	}
	t.runs = append(t.runs, run{owner, t.rows, n})
	for i := range n {
		if t.rows%blockRows == 0 {
			t.blocks = append(t.blocks, new(block))
		}
		t.blocks[t.rows/blockRows].set(t.rows%blockRows, value(i))
		t.rows++
	}
	return t
}

// row returns a row.
func (t table) row(i int) row {
	b := t.blocks[i/blockRows]
	return row{b.hash(i % blockRows), b.mark[i%blockRows]}
}

// hit is a row near a query.
type hit struct{ query, run, row, distance int }

// scan gives every row within radius of any query. Where once is set it gives no more than one row of a run per query
// and slice, which is enough to find items and keeps the number of hits small however alike the hashes are.
func (t table) scan(queries []pipeline.Hash256, radius int, once bool) iter.Seq[hit] {
	return func(yield func(hit) bool) {
		for at := 0; at < t.rows; at += sliceRows {
			b, base := t.blocks[at/blockRows], at-at%blockRows
			end := min(at+sliceRows, t.rows) - base
			for i, q := range queries {
				for lo := at - base; lo < end; {
					r, d := b.next(q, lo, end, radius)
					if r == end {
						break
					}
					h := hit{i, t.place(base + r), base + r, d}
					if !yield(h) {
						return
					}
					lo = r + 1
					if once {
						lo = min(t.runs[h.run].end()-base, end)
					}
				}
			}
		}
	}
}
