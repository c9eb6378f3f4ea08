package timeline

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

// Finding is what holding two items against each other gave.
type Finding struct {
	Strength  pipeline.Strength  // of the strongest segment
	Distance  int                // median over all aligned frames; of a picture that of the nearest frame
	Frames    int                // aligned, or near the picture
	Transform pipeline.Transform // takes A's picture to B's in the longest segment
	Segments  []pipeline.Segment // in the order of A's time, then of B's; none where nothing was found
}

// Align finds the stretches of one item's footage that are shown in the other's. Of several streams it takes the pair in
// which it finds most.
func (s Settings) Align(a, b []pipeline.FrameHashes) Finding {
	var best Finding
	filmsA, filmsB := s.streams(a), s.streams(b)
	for _, fa := range filmsA {
		for _, fb := range filmsB {
			if f := s.align(fa, fb); f.better(best) {
				best = f
			}
		}
	}
	return best
}

// better orders findings: strength, then aligned frames, then distance.
func (f Finding) better(o Finding) bool {
	switch {
	case len(f.Segments) == 0 || len(o.Segments) == 0:
		return len(f.Segments) > len(o.Segments)
	case f.Strength != o.Strength:
		return f.Strength == pipeline.Confirmed
	case f.Frames != o.Frames:
		return f.Frames > o.Frames
	default:
		return f.Distance < o.Distance
	}
}

// align aligns two films.
func (s Settings) align(a, b film) Finding {
	if identical(a, b) {
		return s.state([]segment{s.sequence(a, b)})
	}
	found := s.segments(s.tracks(s.lanes(a, b)), a, b, false)
	// Once more, with those tracks alone that stood: what the others had claimed falls to them.
	var stood []track
	for _, t := range s.bridged(found) {
		if !slices.Contains(stood, t) {
			stood = append(stood, t)
		}
	}
	return s.state(s.segments(stood, a, b, true))
}

// segments divides two films among tracks, in the order of A's time. The first time frames speak by how much nearer they are than
// usual, to find out which tracks stand; then plainly, to find out how far those go.
func (s Settings) segments(tracks []track, a, b film, plainly bool) []segment {
	if len(tracks) == 0 {
		return nil
	}
	saidA, saidB := make([][]int, len(tracks)), make([][]int, len(tracks))
	for k, t := range tracks {
		saidA[k], saidB[k] = s.say(t, a, b, plainly)
	}
	onA := spans(s.explain(saidA), a.axis(), a.step, func(_ int, at int64) int64 { return at })
	onB := spans(s.explain(saidB), b.axis(), b.step, func(k int, at int64) int64 { return tracks[k].line.toA(at) })
	j := judge{s, a, b, plainly}
	var found []segment
	for _, p := range agreed(joined(onA, s.Gap), joined(onB, s.Gap)) {
		if g, ok := j.segment(p, tracks[p.track]); ok {
			found = append(found, g)
		}
	}
	return j.merged(settled(found))
}

// bridged returns the tracks of segments. Where one follows another without a break in both films, a single line may say
// as much as the two.
func (s Settings) bridged(all []segment) (out []track) {
	for k := 0; k < len(all); k++ {
		g := all[k]
		for k+1 < len(all) {
			joint, ok := s.bridge(g, all[k+1])
			if !ok {
				break
			}
			g = joint
			k++
		}
		out = append(out, g.track)
	}
	return out
}

const touching = 500 // ms between segments that follow each other without a break

// bridge is the segment of a single line from the start of one segment to the end of the next.
func (s Settings) bridge(g, next segment) (segment, bool) {
	if g.track.lane != next.track.lane || max(abs(next.a0-g.a1), abs(next.b0-g.b1)) > touching ||
		next.b1 <= g.b0 || next.a1 <= g.a0 || g.track == next.track {
		return g, false
	}
	rate := float64(next.a1-g.a0) / float64(next.b1-g.b0)
	l, run := s.refined(*g.track.lane, line{rate, float64(g.b0) - float64(float64(g.a0)/rate)}, false)
	if len(run) < minRun || 20*s.sum(run) < 19*(s.sum(g.pairs)+s.sum(next.pairs)) {
		return g, false
	}
	t := track{lane: g.track.lane, line: l, from: run[0].a.at, to: run[len(run)-1].a.at, sum: s.sum(run), steady: s.steady(run)}
	return segment{track: t, pairs: run, a0: g.a0, a1: next.a1, b0: g.b0, b1: next.b1}, true
}

// state makes the finding of segments.
func (s Settings) state(all []segment) Finding {
	f := Finding{Strength: pipeline.Suggested}
	var pairs []aligned
	longest := 0
	for _, g := range all {
		j := pipeline.Segment{
			AStart: seconds(g.a0), AEnd: seconds(g.a1), BStart: seconds(g.b0), BEnd: seconds(g.b1),
			Speed: g.track.line.rate, Frames: len(g.pairs), Distance: g.distance, Mirror: g.track.lane.mirror,
			Strength: pipeline.Suggested, Ambiguous: !g.determined,
		}
		if g.confirmed {
			j.Strength, f.Strength = pipeline.Confirmed, pipeline.Confirmed
		}
		if len(g.pairs) > longest {
			longest, f.Transform = len(g.pairs), g.transform()
		}
		pairs = append(pairs, g.pairs...)
		f.Segments = append(f.Segments, j)
	}
	if len(pairs) == 0 {
		return Finding{}
	}
	slices.SortStableFunc(f.Segments, func(p, q pipeline.Segment) int {
		return cmp.Or(cmp.Compare(p.AStart, q.AStart), cmp.Compare(p.BStart, q.BStart))
	})
	f.Frames, f.Distance = len(pairs), median(pairs)
	return f
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }
