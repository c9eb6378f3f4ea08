package geometry

import (
	"cmp"
	"math/bits"
	"slices"
)

const (
	samePlace  = 0.35 // of the radius: features of one corner at several sizes lie nearer to each other than this
	maxMatches = 256  // the least ambiguous are kept
	kept       = 4    // nearest descriptors looked at for a runner-up
)

// match is a feature of A and the feature of B with the nearest descriptor.
type match struct {
	a, b     int
	distance int
	ratio    float64 // of the distance to that of the nearest descriptor of another place: near 1 where ambiguous
}

// near is one of the nearest descriptors.
type near struct{ index, distance int }

// matches finds for every feature of A the one of B with the nearest descriptor, least ambiguous first.
func matches(as, bs []point) []match {
	var found []match
	for i := range as {
		list := nearest(&as[i], bs)
		first := list[0]
		if first.index < 0 {
			continue
		}
		second := list[kept-1].distance
		for _, n := range list[1:] {
			if n.index >= 0 && apart(bs[first.index], bs[n.index]) > samePlace*max(bs[first.index].radius, bs[n.index].radius) {
				second = n.distance
				break
			}
		}
		if ratio := float64(first.distance) / float64(second); ratio < 1 {
			found = append(found, match{i, first.index, first.distance, ratio})
		}
	}
	slices.SortStableFunc(found, func(p, q match) int {
		return cmp.Or(cmp.Compare(p.ratio, q.ratio), cmp.Compare(p.distance, q.distance))
	})
	return found[:min(len(found), maxMatches)]
}

// nearest returns the points of bs with the nearest descriptors, nearest first, of equals the earlier.
func nearest(a *point, bs []point) (list [kept]near) {
	for k := range list {
		list[k] = near{-1, 256}
	}
	for j := range bs {
		b := &bs[j].bits
		d := bits.OnesCount64(a.bits[0]^b[0]) + bits.OnesCount64(a.bits[1]^b[1]) +
			bits.OnesCount64(a.bits[2]^b[2]) + bits.OnesCount64(a.bits[3]^b[3])
		if d >= list[kept-1].distance {
			continue
		}
		k := kept - 1
		for ; k > 0 && d < list[k-1].distance; k-- {
			list[k] = list[k-1]
		}
		list[k] = near{j, d}
	}
	return list
}
