package rules

import (
	"slices"
	"strconv"

	"dokaz/pipeline"
)

// What many items have in common - titles, logos, jingles, stock - joins things that have nothing to do with each other. How many share a
// stretch depends on what else was taken in, hence it is told here, beside the matches, and never decides whether there is a match.

// commonTo is how many other items share a stretch at least before it is called common.
const commonTo = 4

// span is a stretch of an item's time in seconds.
type span struct{ from, to float64 }

// shared is a stretch that other items have as well.
type shared struct {
	span
	among []neighbour
}

// commonStretch tells of stretches that many items share which have nothing else of this item. Copies, clips and compilations of it
// share more, or consist of it, and do not count.
func commonStretch(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, kind := range []struct {
		what  string
		basis pipeline.Basis
	}{{"pictures", pipeline.SharedFootage}, {"sound", pipeline.SharedAudio}} {
		for _, s := range commonSpans(d, kind.basis) {
			out = append(out, pipeline.Finding{
				Code: "reuse.common", Weight: pipeline.Note,
				Values: map[string]string{
					"what": kind.what, "from": decimals(s.from, 1), "to": decimals(s.to, 1),
					"count": strconv.Itoa(len(s.among)), "name": s.among[0].title(),
				},
				Cites: matchesOf(s.among),
			})
		}
	}
	return out
}

// commonSpans returns the stretches, none touching the next, that at least commonTo others share of one basis.
func commonSpans(d pipeline.Dossier, basis pipeline.Basis) []shared {
	var all []neighbour
	var cuts []float64
	for _, n := range neighbours(d, func(n pipeline.Neighbour) bool { return n.Match.Basis == basis && passing(n) }) {
		all = append(all, n)
		for _, s := range n.spans() {
			cuts = append(cuts, s.from, s.to)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []shared
	for i := 1; i < len(cuts); i++ {
		piece := shared{span: span{cuts[i-1], cuts[i]}}
		for _, n := range all {
			if slices.ContainsFunc(n.spans(), func(s span) bool { return s.from <= piece.from && piece.to <= s.to }) {
				piece.among = append(piece.among, n)
			}
		}
		if len(piece.among) < commonTo {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].to == piece.from {
			out[last].to = piece.to
			out[last].among = union(out[last].among, piece.among)
			continue
		}
		out = append(out, piece)
	}
	return out
}

// passing reports whether a match covers but a small part of both: what copies and compilations do not.
func passing(n pipeline.Neighbour) bool {
	return !n.Decision.Parts() && n.Match.Share != nil && determined(n.Match) && max(n.Match.Share[0], n.Match.Share[1]) < mostOfIt
}

// spans are the stretches of this item's own time that a match covers.
func (n neighbour) spans() []span {
	var out []span
	for _, s := range n.Match.Segments {
		if s.Ambiguous {
			continue
		}
		own := span{s.BStart, s.BEnd}
		if n.here {
			own = span{s.AStart, s.AEnd}
		}
		if own.to > own.from {
			out = append(out, own)
		}
	}
	return out
}

// union joins neighbours without repetition, in the order of their items.
func union(a, b []neighbour) []neighbour {
	out := slices.Concat(a, b)
	slices.SortStableFunc(out, func(x, y neighbour) int { return x.Other.Digest.Compare(y.Other.Digest) })
	return slices.CompactFunc(out, func(x, y neighbour) bool { return x.Other.Digest == y.Other.Digest })
}
