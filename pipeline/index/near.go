package index

import (
	"math/bits"
	"slices"

	"dokaz/pipeline"
)

// NearPictures returns the items of which a published hash lies within radius bits of any query, each once, ascending.
func (m *Memory) NearPictures(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error) {
	return m.near(pictures, queries, radius), nil
}

// NearViews returns the items of which a view's hash lies within radius bits of any query, each once, ascending. Queries that
// are mirror images of each other (pipeline.Hash256.Turned) cost together little more than one of them.
func (m *Memory) NearViews(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error) {
	return m.near(views, queries, radius), nil
}

// NearFrames returns the items that have a video frame within radius bits of any query, each once, ascending.
func (m *Memory) NearFrames(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error) {
	return m.near(frames, queries, radius), nil
}

func (m *Memory) near(p part, queries []pipeline.Hash256, radius int) []pipeline.Digest {
	v := m.view()
	if len(queries) == 0 || radius < 0 || v.tables[p].rows == 0 {
		return nil
	}
	s := &search{view: v, part: p, table: &v.tables[p], kernel: m.kernel(), radius: radius, found: newSet(int(v.count))}
	s.ask(queries)
	at, size := 0, m.segments[p].size()
	for _, seg := range m.segments[p].of(s.table, m.many(), len(s.queries), len(s.sieved), radius) {
		if seg.pays(s.queries, len(s.sieved), radius) {
			s.look(seg, at)
		} else {
			s.scan(at, at+size)
		}
		at += size
	}
	s.scan(at, s.table.rows)
	return v.named(s.found)
}

// search looks for the items that have a row near any of the queries.
type search struct {
	*view
	part    part
	table   *table
	kernel  *kernel
	radius  int
	queries []folded // ascending, each once
	sieved  []int    // ends of the stretches of queries that the sieve takes for one
	found   set      // entries
}

func (s *search) ask(queries []pipeline.Hash256) {
	for _, q := range queries {
		s.queries = append(s.queries, fold(q))
	}
	slices.SortFunc(s.queries, func(a, b folded) int { return slices.Compare(a[:], b[:]) })
	s.queries = slices.Compact(s.queries)
	for i := range s.queries {
		if i+1 == len(s.queries) || !s.alike(i, i+1) {
			s.sieved = append(s.sieved, i+1)
		}
	}
}

// alike reports whether two queries need only one pass: those that only words 2 and 3 tell apart, where the pass is the sieve's.
func (s *search) alike(i, j int) bool {
	return s.radius <= narrow && s.queries[i][0] == s.queries[j][0] && s.queries[i][1] == s.queries[j][1]
}

// scan passes over rows from to to-1; from is the first of a slice.
func (s *search) scan(from, to int) {
	var m marks
	for at := from; at < to; at += sliceRows {
		n := min(sliceRows, to-at)
		if s.covered(at, at+n) {
			continue
		}
		b, lo := s.table.blocks[at/blockRows], at%blockRows
		first := 0
		for _, end := range s.sieved {
			if s.kernel.within(b, lo, n, &s.queries[first], s.radius, &m) {
				s.resolve(&m, at, s.queries[first:end])
			}
			first = end
		}
	}
}

// look finds by a segment's lists what scan finds in its rows.
func (s *search) look(seg *segment, first int) {
	for _, q := range s.queries {
		for row := range seg.near(q, s.radius, s.table, first) {
			s.found.add(int(s.rowOwner(s.part, row)))
		}
	}
}

// covered reports whether all of the rows belong to one entry that is found already.
func (s *search) covered(from, to int) bool {
	e := s.rowOwner(s.part, from)
	return s.found.has(int(e)) && s.end(s.part, e) >= to
}

// resolve finds the entries of those marked rows that are near one of the queries, and clears the marks.
func (s *search) resolve(m *marks, at int, queries []folded) {
	passed := 0 // rows below this one belong to a found entry
	for w := range m {
		for ; m[w] != 0; m[w] &= m[w] - 1 {
			row := at + w*64 + bits.TrailingZeros64(m[w])
			if row < passed || !s.nearAny(row, queries) {
				continue
			}
			e := s.rowOwner(s.part, row)
			s.found.add(int(e))
			passed = s.end(s.part, e)
		}
	}
}

func (s *search) nearAny(row int, queries []folded) bool {
	h := s.table.row(row)
	for _, q := range queries {
		if h.distance(q) <= s.radius {
			return true
		}
	}
	return false
}
