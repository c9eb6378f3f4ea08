package compare

import (
	"slices"

	"dokaz/pipeline"
)

// Clusters are stars (after Aslam, Pelekhov and Rus, "The star clustering algorithm", 2004). Two items are
// neighbours when a confirmed match says that they are copies of each other for the most part (see Joins). Around every item there is a
// star: the item and its neighbours. An item's cluster is the greatest star it lies in, and the item in that star's
// middle is the cluster's representative; of equal stars it is the one whose middle has the lesser digest.
//
// So every member matches the representative itself, never only another member: A~B and B~C join A and C in B's
// star, but C~D does not draw D in. Stars may overlap, as likeness does: two members of one star can name
// different representatives. An item's cluster depends on nothing but how many neighbours it and its neighbours
// have, hence neither on the order in which items came nor on anything farther off.

// Clusters returns the cluster of every item that has a confirmed match with another of the items.
func Clusters(items []pipeline.Digest, matches []pipeline.Match) map[pipeline.Digest]pipeline.Cluster {
	of := make(map[pipeline.Digest][]pipeline.Match)
	for _, d := range items {
		of[d] = nil
	}
	for _, m := range matches {
		_, a := of[m.A]
		_, b := of[m.B]
		if a && b {
			of[m.A] = append(of[m.A], m)
			of[m.B] = append(of[m.B], m)
		}
	}
	degree := make(map[pipeline.Digest]int)
	near := make(map[pipeline.Digest][]pipeline.Digest)
	for d, ms := range of {
		near[d] = neighbours(d, ms)
		degree[d] = len(near[d])
	}
	out := make(map[pipeline.Digest]pipeline.Cluster)
	for d := range of {
		if degree[d] == 0 {
			continue
		}
		best := pipeline.Cluster{Representative: d, Size: 1 + degree[d]}
		for _, n := range near[d] {
			best = greater(best, pipeline.Cluster{Representative: n, Size: 1 + degree[n]})
		}
		out[d] = best
	}
	return out
}

// ClusterOf returns the cluster of one item, of size 1 where it has no neighbour: what Clusters says of it, from its own
// degree and those of its neighbours.
func ClusterOf(own pipeline.Degree, near []pipeline.Degree) pipeline.Cluster {
	best := pipeline.Cluster{Representative: own.Item, Size: 1 + own.Neighbours}
	for _, n := range near {
		best = greater(best, pipeline.Cluster{Representative: n.Item, Size: 1 + n.Neighbours})
	}
	return best
}

// most is the part of both items that a match must cover to make them neighbours.
const most = 0.5

// Joins reports whether a match makes its two items neighbours: copies of each other for the most part. A collage and one of
// its pictures, a compilation and one of its sources, and all the videos that begin with one intro correspond, and are
// not one thing; nor are two shots of one scene, nor two videos under one sound.
func Joins(m pipeline.Match) bool {
	if m.Strength != pipeline.Confirmed || m.OtherShot || m.A == m.B {
		return false
	}
	switch m.Basis {
	case pipeline.SharedAudio, pipeline.PictureInVideo:
		return false
	case pipeline.PartialPicture:
		return m.Transform.Crop.Area() >= most && m.Transform.Within.Area() >= most
	case pipeline.SharedFootage:
		return m.Share == nil || min(m.Share[0], m.Share[1]) >= most
	}
	return true
}

// neighbours returns the items that d's matches join it to, ascending, each once.
func neighbours(d pipeline.Digest, ms []pipeline.Match) []pipeline.Digest {
	var out []pipeline.Digest
	for _, m := range ms {
		if !Joins(m) {
			continue
		}
		switch d {
		case m.A:
			out = append(out, m.B)
		case m.B:
			out = append(out, m.A)
		}
	}
	slices.SortFunc(out, pipeline.Digest.Compare)
	return slices.Compact(out)
}

// greater returns the greater of two stars, of equals the one with the lesser digest in its middle.
func greater(p, q pipeline.Cluster) pipeline.Cluster {
	if q.Size > p.Size || q.Size == p.Size && q.Representative.Compare(p.Representative) < 0 {
		return q
	}
	return p
}
