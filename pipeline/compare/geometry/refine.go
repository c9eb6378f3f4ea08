package geometry

import (
	"cmp"
	"math"
	"slices"
)

const (
	tolerance = 0.2   // of a patch's radius: how far from its place a feature may be found,
	least     = 0.002 // beside this part of B's longer side
	roughly   = 3.0   // times the tolerance, while a map is rough
	grown     = 1.5   // by how much the sizes of features carried onto each other may differ from the map's scale
	aligned   = 0.9   // cosine of the angle by which their directions may
)

// reach is the tolerance for a patch of a radius.
func reach(radius float64) float64 { return least + product(tolerance, radius) }

// candidate is a map of A's plane into B's with the matches it carries.
type candidate struct {
	by      Map
	similar bool // a similarity: scaled, turned and moved, not stretched
	pairs   []match
}

// best refines every ballot and returns the candidate that carries most.
func best(ballots []ballot, ms []match, as, bs []point) (out candidate) {
	for _, b := range ballots {
		if slices.Contains(out.pairs, b.anchor) {
			continue // it would come to the same
		}
		if start, ok := b.through(as, bs); ok {
			if c := refine(start, ms, as, bs); len(c.pairs) > len(out.pairs) {
				out = c
			}
		}
	}
	return out
}

// model is a kind of map.
type model struct {
	fit   func([]place, Map) (Map, bool)
	least int // matches that are to fix it
	free  int // numbers that are free
}

var models = []model{
	{func(ps []place, _ Map) (Map, bool) { return similarity(ps) }, 4, 4},
	{func(ps []place, _ Map) (Map, bool) { return affine(ps) }, 8, 6},
	{homography, 12, 8},
}

// refine fits finer and finer maps to the matches that the one before carries, and returns the one that explains the
// matches at the least cost.
func refine(start Map, ms []match, as, bs []point) candidate {
	c := candidate{start, true, gather(start, ms, as, bs, roughly)}
	var all []candidate
	for i, m := range models {
		for _, slack := range []float64{2, 1.5, 1} {
			if len(c.pairs) < m.least {
				break
			}
			by, ok := m.fit(places(c.pairs, as, bs), c.by)
			if !ok {
				break
			}
			c = candidate{by, i == 0, gather(by, ms, as, bs, slack)}
		}
		all = append(all, c)
	}
	return cheapest(all, ms, as, bs)
}

const (
	outlying = 9.0  // cost of a match that is not carried: three standard deviations
	freedom  = 4.0  // cost of a free number
	finest   = 0.03 // of the tolerance: no standard deviation is less
)

// cheapest chooses between models after Torr, "Geometric Motion Segmentation and Model Selection", 1998: a finer map must
// pay for its freedom by carrying more matches, or carrying them better. The standard deviation is that of the finest.
func cheapest(all []candidate, ms []match, as, bs []point) (best candidate) {
	finestMap := all[len(all)-1]
	var off []float64
	for _, m := range finestMap.pairs {
		off = append(off, strain(finestMap.by, &as[m.a], &bs[m.b]))
	}
	if len(off) == 0 {
		return candidate{}
	}
	slices.Sort(off)
	deviation := max(1.4826*off[len(off)/2], finest)
	lowest := math.Inf(1)
	for i, c := range all {
		cost := freedom*float64(models[i].free) + outlying*float64(len(ms)-len(c.pairs))
		for _, m := range c.pairs {
			s := strain(c.by, &as[m.a], &bs[m.b]) / deviation
			cost += min(product(s, s), outlying)
		}
		if cost < lowest {
			best, lowest = c, cost
		}
	}
	return best
}

// strain is how far from its place a map takes a feature, in tolerances.
func strain(m Map, a, b *point) float64 {
	u, v, _ := m.At(a.x, a.y)
	return math.Sqrt(squared(b.x-u, b.y-v)) / reach(b.radius)
}

// gather collects the matches that a map carries, every feature once.
func gather(m Map, ms []match, as, bs []point, slack float64) []match {
	var found []match
	for _, k := range ms {
		if carries(m, &as[k.a], &bs[k.b], slack) {
			found = append(found, k)
		}
	}
	return single(found, len(bs))
}

// carries reports whether a map takes a feature of A onto one of B: place, size and direction.
func carries(m Map, a, b *point, slack float64) bool {
	u, v, ok := m.At(a.x, a.y)
	if far := slack * reach(b.radius); !ok || !(squared(b.x-u, b.y-v) <= product(far, far)) {
		return false
	}
	j, _ := m.slope(a.x, a.y)
	if !(determinant(j) > 0) {
		return false
	}
	if radius := product(a.radius, math.Sqrt(determinant(j))); b.radius > grown*radius || radius > grown*b.radius {
		return false
	}
	c, s := directions[a.angle][0], directions[a.angle][1]
	dx, dy := product(j[0], c)+product(j[1], s), product(j[2], c)+product(j[3], s)
	return product(dx, directions[b.angle][0])+product(dy, directions[b.angle][1]) >= aligned*math.Sqrt(squared(dx, dy))
}

// single keeps every feature of B once, the nearest descriptors first; those of A are single in matches already. The
// result is in the order of A.
func single(found []match, bs int) []match {
	slices.SortFunc(found, func(p, q match) int {
		return cmp.Or(cmp.Compare(p.distance, q.distance), cmp.Compare(p.a, q.a))
	})
	used := make([]bool, bs)
	out := found[:0]
	for _, m := range found {
		if !used[m.b] {
			used[m.b] = true
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(p, q match) int { return cmp.Compare(p.a, q.a) })
	return out
}

// distinct keeps one of several matches that lie at the same place in both pictures: a corner found at several sizes.
func distinct(ms []match, as, bs []point) (out []match) {
	same := func(p, q point) bool { return apart(p, q) <= samePlace*min(p.radius, q.radius) }
	for _, m := range ms {
		if !slices.ContainsFunc(out, func(k match) bool { return same(as[m.a], as[k.a]) && same(bs[m.b], bs[k.b]) }) {
			out = append(out, m)
		}
	}
	return out
}

func placeOf(m match, as, bs []point) place {
	return place{as[m.a].x, as[m.a].y, bs[m.b].x, bs[m.b].y}
}

func places(ms []match, as, bs []point) []place {
	out := make([]place, len(ms))
	for i, m := range ms {
		out[i] = placeOf(m, as, bs)
	}
	return out
}
