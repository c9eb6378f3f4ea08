package rules

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

// Branch is one copy in a tree of copies.
type Branch struct {
	Item    pipeline.Digest  `json:"item"`
	Name    string           `json:"name"`
	Above   *pipeline.Digest `json:"above,omitempty"` // the nearest copy that kept more, absent at a root
	For     int              `json:"for,omitempty"`   // signs that speak for that one's standing nearer to the recording
	Against int              `json:"against,omitempty"`
	Speak   []string         `json:"speak,omitempty"`  // names of the signs for, as finding reuse.more_original has them
	Object  []string         `json:"object,omitempty"` // and against
	Depth   int              `json:"depth"`            // 0 at a root
}

// Tree arranges copies so that each stands below the nearest one that kept more than it, roots and branches in the order of how few
// copies kept more, then of their digests. It is an arrangement by what was kept: it does not say that the one was made from the other.
//
// Comparisons of two copies need not agree in a ring. A copy stands below such only as have fewer above them, so that
// no ring can come about.
func Tree(copies []pipeline.Dossier) []Branch {
	above := betters(copies)
	order := func(a, b pipeline.Digest) int {
		return cmp.Or(cmp.Compare(len(above[a]), len(above[b])), a.Compare(b))
	}
	below := map[pipeline.Digest][]Branch{}
	var roots []Branch
	for _, d := range copies {
		b := Branch{Item: d.Item.Digest, Name: nameOf(d)}
		candidates := slices.DeleteFunc(slices.Clone(above[b.Item]), func(r Ranked) bool { return order(r.Item, b.Item) > 0 })
		if len(candidates) == 0 {
			roots = append(roots, b)
			continue
		}
		r := slices.MinFunc(candidates, func(p, q Ranked) int {
			return cmp.Or(cmp.Compare(p.Match.Distance, q.Match.Distance), order(p.Item, q.Item))
		})
		b.Above, b.For, b.Against = &r.Item, r.For, r.Against
		b.Speak, b.Object = r.heldBy(there), r.heldBy(here)
		below[r.Item] = append(below[r.Item], b)
	}
	var out []Branch
	var grow func(all []Branch, depth int)
	grow = func(all []Branch, depth int) {
		slices.SortFunc(all, func(a, b Branch) int { return order(a.Item, b.Item) })
		for _, b := range all {
			b.Depth = depth
			out = append(out, b)
			grow(below[b.Item], depth+1)
		}
	}
	grow(roots, 0)
	return out
}

// betters lists for every copy those among the others that kept more.
func betters(copies []pipeline.Dossier) map[pipeline.Digest][]Ranked {
	out := make(map[pipeline.Digest][]Ranked, len(copies))
	for _, d := range copies {
		out[d.Item.Digest] = nil
	}
	for _, d := range copies {
		for _, r := range Copies(d) {
			if _, member := out[r.Item]; member && r.net() >= leastSigns {
				out[d.Item.Digest] = append(out[d.Item.Digest], r)
			}
		}
	}
	return out
}

// nameOf is the first name that givers gave an item.
func nameOf(d pipeline.Dossier) string {
	for _, n := range names(d) {
		return quote(n.text)
	}
	return d.Item.Digest.Hex()[:12]
}
