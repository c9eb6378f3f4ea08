package timeline

import "dokaz/pipeline"

// identical reports whether two films show the same hashes at the same times throughout, and not one still picture only: another
// container round the same frames. That confirms also what hardly moves, since coding noise does not repeat itself by chance.
func identical(a, b film) bool {
	va, vb := a.views[0].voters, b.views[0].voters
	if len(va) != len(vb) || len(va) < minRun {
		return false
	}
	kinds := make(map[pipeline.Hash256]bool)
	for i := range va {
		if va[i].hash != vb[i].hash || abs((vb[i].at-va[i].at)-(vb[0].at-va[0].at)) >= spacing {
			return false
		}
		kinds[va[i].hash] = true
	}
	return len(kinds) >= minRun
}

// sequence is the segment of two identical films.
func (s Settings) sequence(a, b film) segment {
	n := &lane{a: a.views[0], b: b.views[0]}
	l := line{1, float64(n.b.voters[0].at - n.a.voters[0].at)}
	g := segment{
		track: track{lane: n, line: l}, a0: a.axis()[0].at, a1: a.end(), b0: b.axis()[0].at, b1: b.end(),
		agreement: 1, determined: true, confirmed: true,
	}
	for i := range n.a.voters {
		g.pairs = append(g.pairs, aligned{a: &n.a.voters[i], b: &n.b.voters[i], i: i, j: i})
	}
	return g
}
