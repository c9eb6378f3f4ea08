package timeline

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

// segment is a stretch of a track with what is thought of it.
type segment struct {
	track  track
	span   span
	a0, a1 int64 // ms of A
	b0, b1 int64 // ms of B
	pairs  []aligned

	distance   int     // median
	agreement  float64 // how far the films change together
	determined bool    // the offset is
	confirmed  bool
}

// judge thinks of segments of two films.
type judge struct {
	Settings
	a, b    film
	plainly bool
}

// segment gathers the pairs of a span; ok is false where there is too little to state.
func (j judge) segment(p span, t track) (g segment, ok bool) {
	g = segment{track: t, span: p}
	g.a0, g.a1 = max(p.start(), j.a.axis()[0].at), min(p.end(), j.a.end())
	g.b0, g.b1 = max(t.line.toB(g.a0), j.b.axis()[0].at), min(t.line.toB(g.a1), j.b.end())
	for _, q := range t.lane.follow(t.line, t.lane.reach) {
		if q.a.at >= g.a0-slack && q.a.at <= g.a1+slack && q.distance <= j.Even {
			g.pairs = append(g.pairs, q)
		}
	}
	n := len(g.pairs)
	whole := n >= minRun && 5*n >= 4*min(len(t.lane.a.voters), len(t.lane.b.voters))
	if !whole && (n < j.Frames || min(g.pairs[n-1].a.at-g.pairs[0].a.at, g.pairs[n-1].b.at-g.pairs[0].b.at) < j.Span) {
		return g, false
	}
	telling := j.clear(g.pairs)
	g.distance, g.agreement = median(g.pairs), agreement(telling)
	together := g.agreement >= j.Agreement || g.agreement >= j.Together && j.particular(telling) && !j.returns(telling, t.lane)
	// Which tracks stand does not depend on whether a shift is thinkable, and to find that out takes time.
	g.determined = together && (!j.plainly || j.Settings.determined(g.pairs, t.lane))
	g.confirmed = g.determined && j.varied(g.pairs)
	return g, g.determined || g.distance <= j.Ambiguous || g.agreement >= j.Stated
}

// settled takes segments in the order of their strength. One whose frames, of either film for the most part, are shown in a
// former segment stands only if both offsets are determined and only one of the films shows them twice.
func settled(all []segment) []segment {
	slices.SortStableFunc(all, func(p, q segment) int { return cmp.Compare(q.rank(), p.rank()) })
	var out []segment
	for _, g := range all {
		if !slices.ContainsFunc(out, func(o segment) bool { return o.covers(g) }) {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(p, q segment) int { return cmp.Or(cmp.Compare(p.a0, q.a0), cmp.Compare(p.b0, q.b0)) })
	return out
}

// rank orders segments: confirmed, determined, then by their frames.
func (g segment) rank() int {
	n := len(g.pairs)
	if g.determined {
		n += maxFrames
	}
	if g.confirmed {
		n += maxFrames
	}
	return n
}

// covers reports whether a segment leaves no room for another.
func (g segment) covers(o segment) bool {
	inA, inB := mostly(g.a0, g.a1, o.a0, o.a1), mostly(g.b0, g.b1, o.b0, o.b1)
	return inA && inB || (inA || inB) && !(g.determined && o.determined)
}

// merged joins segments of one line that follow each other within a gap.
func (j judge) merged(all []segment) []segment {
	var out []segment
	for _, g := range all {
		if n := len(out); n > 0 {
			o := out[n-1]
			if o.track.lane == g.track.lane && g.a0-o.a1 <= j.Gap && o.track.line.apart(g.track.line, o.a0, g.a1) < sameLine {
				p := o.span
				p.in1, p.out1 = g.span.in1, g.span.out1
				if m, ok := j.segment(p, o.track); ok {
					out[n-1] = m
					continue
				}
			}
		}
		out = append(out, g)
	}
	return out
}

// transform is how A's picture lies in B's, in the middle of the segment.
func (g segment) transform() pipeline.Transform {
	middle := g.pairs[len(g.pairs)/2]
	return pipeline.Transform{Mirror: g.track.lane.mirror, Crop: middle.a.box, Within: middle.b.box}
}
