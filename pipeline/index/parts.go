package index

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// Multi-index hashing, after M. Norouzi, A. Punjani and D. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing",
// CVPR 2012. A hash is cut into 16 substrings of 16 bits. Two hashes within radius bits of each other have a substring within
// radius/16 bits, so that one is found in few lists of rows by substring of the other; the rows met there are measured.
const (
	substrings  = 16
	values      = 1 << 16    // of a substring
	segmentRows = 1 << 20    // rows listed together, whole blocks
	manyRows    = 10_000_000 // rows of a table from which on lists pay
)

func substring(plain *[4]uint64, i int) uint16 { return uint16(plain[i/4] >> (i % 4 * 16)) }

// segment lists some consecutive rows by each substring: those of value s are rows[starts[s]:starts[s+1]], counted from the first.
type segment [substrings]struct{ starts, rows []uint32 }

// list fills the lists of one substring from the blocks of the segment (counting sort).
func (g *segment) list(blocks []*block, i int) {
	of := make([]uint16, 0, len(blocks)*blockRows)
	for _, b := range blocks {
		for r := range blockRows {
			plain := b.row(r).plain()
			of = append(of, substring(&plain, i))
		}
	}
	starts, rows := make([]uint32, values+1), make([]uint32, len(of))
	for _, s := range of {
		starts[s]++
	}
	sum := uint32(0)
	for s, n := range starts {
		sum += n
		starts[s] = sum // beyond the last of its value; the next loop counts it down to the first
	}
	for row := len(of) - 1; row >= 0; row-- {
		s := of[row]
		starts[s]--
		rows[starts[s]] = uint32(row)
	}
	g[i].starts, g[i].rows = starts, rows
}

// segments are the lists made so far of one table, from its first row on.
type segments struct {
	making sync.Mutex
	begun  segment // the next one
	done   int     // substrings listed in it
	made   atomic.Pointer[[]*segment]

	rows int // of one segment; 0 for segmentRows
}

func (s *segments) size() int { return cmp.Or(s.rows, segmentRows) }

// of returns the segments that lie whole in a table, for a search that profits from them. Lists take twice the memory of the
// hashes, so they are made only as such searches come: each makes those of one substring, unless somebody else is at it.
func (s *segments) of(t *table, many, queries, passes, radius int) []*segment {
	if t.rows < many || !expected(s.size(), queries, passes, radius) {
		return nil
	}
	s.extend(t)
	made := s.made.Load()
	if made == nil {
		return nil
	}
	return (*made)[:min(len(*made), t.rows/s.size())]
}

func (s *segments) extend(t *table) {
	if !s.making.TryLock() {
		return
	}
	defer s.making.Unlock()
	var made []*segment
	if p := s.made.Load(); p != nil {
		made = *p
	}
	if (len(made)+1)*s.size() > t.rows {
		return
	}
	blocks := s.size() / blockRows
	s.begun.list(t.blocks[len(made)*blocks:][:blocks], s.done)
	if s.done++; s.done == substrings {
		whole := s.begun
		made = append(slices.Clip(made), &whole)
		s.made.Store(&made)
		s.begun, s.done = segment{}, 0
	}
}

// each gives the lists in which rows within radius bits of a hash stand, and many others.
func (g *segment) each(plain [4]uint64, radius int) iter.Seq[[]uint32] {
	return func(yield func([]uint32) bool) {
		for i := range g {
			for _, flip := range flips()[:within(radius, i)] {
				s := int(substring(&plain, i) ^ flip)
				if !yield(g[i].rows[g[i].starts[s]:g[i].starts[s+1]]) {
					return
				}
			}
		}
	}
}

// affordable is how many rows of lists may be measured before a scan of rows by so many passes is quicker: each costs as
// much as 64 rows of a scan of one pass, to which any other pass adds an eighth.
func affordable(rows, passes int) int { return rows * (7 + passes) / (64 * 8) }

// expected reports whether lists pay where hashes are spread evenly.
func expected(rows, queries, passes, radius int) bool {
	lists := 0
	for i := range substrings {
		lists += within(radius, i)
	}
	return radius < substrings*(maxFlips+1) && queries*lists*rows/values <= affordable(rows, passes)
}

// pays reports whether they do for these queries.
func (g *segment) pays(queries []folded, passes, radius int) bool {
	left := affordable(len(g[0].rows), passes)
	for _, q := range queries {
		for rows := range g.each(q.plain(), radius) {
			if left -= len(rows); left < 0 {
				return false
			}
		}
	}
	return true
}

// near gives the rows within radius bits of q, some more than once. The segment's first row is given.
func (g *segment) near(q folded, radius int, t *table, first int) iter.Seq2[int, int] {
	return func(yield func(row, distance int) bool) {
		for rows := range g.each(q.plain(), radius) {
			for _, r := range rows {
				b, at := t.blocks[(first+int(r))/blockRows], int(r)%blockRows
				if (folded{b[0][at], b[1][at]}).atLeast(q) > radius {
					continue
				}
				if d := b.row(at).distance(q); d <= radius && !yield(first+int(r), d) {
					return
				}
			}
		}
	}
}

// maxFlips is how many bits of a substring may differ at most.
const maxFlips = 2

// flips is every value of at most maxFlips set bits, those of fewer first. It takes milliseconds to make, and most processes never look
// anything up: each child that examines is one of this program.
var flips = sync.OnceValue(func() (out []uint16) {
	for n := range maxFlips + 1 {
		for s := range values {
			if bits.OnesCount(uint(s)) == n {
				out = append(out, uint16(s))
			}
		}
	}
	return out
})

// within returns how many of flips substring i may differ by: of the hashes within radius = 16·r + a bits, either one of the first
// a+1 substrings differs in at most r bits or one of the others in at most r-1.
func within(radius, i int) int {
	most := radius / substrings
	if i > radius%substrings {
		most--
	}
	return [...]int{0, 1, 17, 137}[min(most, maxFlips)+1]
}
