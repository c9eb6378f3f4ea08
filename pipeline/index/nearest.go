package index

import (
	"cmp"
	"math/bits"
	"slices"

	"dokaz/pipeline"
)

// Hit is a kept hash near a query.
type Hit struct {
	Query    int             // which of the queries
	Item     pipeline.Digest // whose hash it is
	Ordinal  int             // which of the item's hashes of that kind, counted as they were added
	Distance int             // Hamming
}

// NearestPictures returns for each query the k nearest published hashes of whole pictures, or all where there are fewer: nearest
// first, of those equally near the lesser item's and then the earlier.
func (m *Memory) NearestPictures(queries []pipeline.Hash256, k int) ([]Hit, error) {
	return m.nearest(pictures, queries, k), nil
}

// NearestViews is NearestPictures for hashes of views.
func (m *Memory) NearestViews(queries []pipeline.Hash256, k int) ([]Hit, error) {
	return m.nearest(views, queries, k), nil
}

// NearestFrames is NearestPictures for video frames, which are counted through all streams.
func (m *Memory) NearestFrames(queries []pipeline.Hash256, k int) ([]Hit, error) {
	return m.nearest(frames, queries, k), nil
}

func (m *Memory) nearest(p part, queries []pipeline.Hash256, k int) []Hit {
	v := m.view()
	if k < 1 || v.tables[p].rows == 0 {
		return nil
	}
	s := &ranking{view: v, part: p, table: &v.tables[p], kernel: m.kernel(), k: k, segment: m.segments[p].size()}
	for i, q := range queries {
		s.ranks = append(s.ranks, rank{query: i, hash: fold(q)})
	}
	made := m.segments[p].of(s.table, m.many(), len(queries), len(queries), 2*substrings-1)
	var left []*rank // whose nearest the segments do not tell
	for i := range s.ranks {
		if r := &s.ranks[i]; !s.look(made, r) {
			left = append(left, r)
		}
	}
	for _, most := range []int{narrow, 256} { // the nearest lie mostly near, where a scan costs half
		s.scan(left, most, 0, s.table.rows)
		left = slices.DeleteFunc(left, func(r *rank) bool { return r.radius(s.k, 256) <= most })
	}
	var out []Hit
	for _, r := range s.ranks {
		out = append(out, r.best...)
	}
	return out
}

// ranking looks for the k rows nearest to each query.
type ranking struct {
	*view
	part   part
	table  *table
	kernel *kernel
	k      int
	ranks  []rank

	segment int // rows of one
}

// rank is a query and the best of its hits so far, best first.
type rank struct {
	query int
	hash  folded
	best  []Hit
}

// radius is how far a row may be, and at most most, to come among the best k.
func (r *rank) radius(k, most int) int {
	if len(r.best) < k {
		return most
	}
	return min(r.best[k-1].Distance, most)
}

// offer takes a row at some distance among the best, unless it is there or its entry is replaced.
func (s *ranking) offer(r *rank, row, distance int) {
	e := s.rowOwner(s.part, row)
	if !s.shows(e) {
		return
	}
	entry := s.at(e)
	h := Hit{r.query, entry.item, row - int(entry.first[s.part]), distance}
	at, there := slices.BinarySearchFunc(r.best, h, func(a, b Hit) int {
		return cmp.Or(a.Distance-b.Distance, a.Item.Compare(b.Item), a.Ordinal-b.Ordinal)
	})
	if there || at == s.k {
		return
	}
	r.best = slices.Insert(r.best[:min(len(r.best), s.k-1)], at, h)
}

// scan offers rows from to to-1 that are no farther than most; from is the first of a slice.
func (s *ranking) scan(ranks []*rank, most, from, to int) {
	var m marks
	for at := from; at < to; at += sliceRows {
		n := min(sliceRows, to-at)
		b, lo := s.table.blocks[at/blockRows], at%blockRows
		for _, r := range ranks {
			if !s.kernel.within(b, lo, n, &r.hash, r.radius(s.k, most), &m) {
				continue
			}
			for w := range m {
				for ; m[w] != 0; m[w] &= m[w] - 1 {
					i := w*64 + bits.TrailingZeros64(m[w])
					if d := b.row(lo + i).distance(r.hash); d <= r.radius(s.k, most) {
						s.offer(r, at+i, d)
					}
				}
			}
		}
	}
}

// look ranks by lists of segments within growing radii, and then the rows beyond them. It reports whether the nearest k are found.
func (s *ranking) look(made []*segment, r *rank) bool {
	for _, radius := range []int{substrings - 1, 2*substrings - 1} {
		for i, seg := range made {
			if !seg.pays([]folded{r.hash}, 1, radius) {
				return false
			}
			for row, distance := range seg.near(r.hash, r.radius(s.k, radius), s.table, i*s.segment) {
				s.offer(r, row, distance)
			}
		}
		if len(made) > 0 && r.radius(s.k, 256) <= radius {
			s.scan([]*rank{r}, radius, len(made)*s.segment, s.table.rows)
			return true
		}
	}
	return false
}
