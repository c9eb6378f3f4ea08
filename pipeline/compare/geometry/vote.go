package geometry

import (
	"cmp"
	"slices"
)

const (
	voters     = 96   // matches that vote, the least ambiguous
	anchors    = 6    // matches with the most votes that are tried
	leastVotes = 4    // of a match that is tried, its own among them
	sizeReach  = 9    // sixteenths of an octave by which two matches of one map may differ in scale
	turnReach  = 14   // 256ths of a turn by which they may differ in direction
	nearReach  = 0.02 // of B's longer side, by which they may differ in place,
	farReach   = 0.15 // and this times their distance, as the direction and size of one feature are rough
)

// ballot is a match and those in agreement with it.
type ballot struct {
	anchor match
	votes  []match
}

// vote counts for every match how many others carry A onto B in about the same way, and returns the ballots with the
// most votes, most first, of equals the less ambiguous.
func vote(ms []match, as, bs []point) []ballot {
	ms = ms[:min(len(ms), voters)]
	var out []ballot
	for _, m := range ms {
		if votes := agreeing(m, ms, as, bs); len(votes) >= leastVotes {
			out = append(out, ballot{m, votes})
		}
	}
	slices.SortStableFunc(out, func(p, q ballot) int { return cmp.Compare(len(q.votes), len(p.votes)) })
	return out[:min(len(out), anchors)]
}

// agreeing returns the matches that agree with the similarity which one match alone fixes, that one among them.
func agreeing(anchor match, ms []match, as, bs []point) []match {
	a, b := &as[anchor.a], &bs[anchor.b]
	size, angle := int(b.size)-int(a.size), b.angle-a.angle
	scale := b.radius / a.radius
	cos, sin := product(scale, directions[angle][0]), product(scale, directions[angle][1])
	far := product(product(farReach, scale), product(farReach, scale))
	var out []match
	for _, m := range ms {
		p, q := &as[m.a], &bs[m.b]
		if d := int(q.size) - int(p.size) - size; d > sizeReach || d < -sizeReach {
			continue
		}
		if d := int8(q.angle - p.angle - angle); d > turnReach || d < -turnReach {
			continue
		}
		x, y := p.x-a.x, p.y-a.y
		du := q.x - b.x - (product(cos, x) - product(sin, y))
		dv := q.y - b.y - (product(sin, x) + product(cos, y))
		if squared(du, dv) <= nearReach*nearReach+product(far, squared(x, y)) {
			out = append(out, m)
		}
	}
	return out
}

// through finds the similarity through the anchor and one of those in agreement with it on which most of them agree.
func (b ballot) through(as, bs []point) (best Map, ok bool) {
	anchor := placeOf(b.anchor, as, bs)
	places, slack := make([]place, len(b.votes)), make([]float64, len(b.votes))
	for i, m := range b.votes {
		places[i], slack[i] = placeOf(m, as, bs), roughly*reach(bs[m.b].radius)
	}
	most := leastVotes - 1
	for i := range places {
		m, ok := similarity([]place{anchor, places[i]})
		if !ok {
			continue
		}
		n := 0
		for j, p := range places {
			if u, v, ok := m.At(p.x, p.y); ok && squared(u-p.u, v-p.v) <= product(slack[j], slack[j]) {
				n++
			}
		}
		if n > most {
			best, most = m, n
		}
	}
	return best, most >= leastVotes
}
