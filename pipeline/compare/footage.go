package compare

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

// judged is a stretch with what is thought of it.
type judged struct {
	stretch
	ambiguous bool
	stated    bool
	confirmed bool
}

// align finds the stretches of one stream that are shown in the other.
func (s Settings) align(a, b []voter) finding {
	if len(a) == 0 || len(b) == 0 {
		return finding{}
	}
	if identical(a, b) {
		return s.state([]judged{sequence(a, b)})
	}
	var found []stretch
	for _, l := range s.count(ballot(a), ballot(b)).peaks() {
		found = append(found, s.stretches(l, a, b)...)
	}
	slices.SortStableFunc(found, func(p, q stretch) int { return cmp.Compare(q.weight(s.Frame), p.weight(s.Frame)) })
	return s.state(s.judge(found, b))
}

// identical reports whether two videos show the same hashes at the same times throughout, and not one still picture only:
// another container round the same frames. That confirms also what hardly moves, since coding noise
// does not repeat itself by chance.
func identical(a, b []voter) bool {
	if len(a) != len(b) || len(a) < wholeFrames {
		return false
	}
	kinds := make(map[pipeline.Hash256]bool)
	for i := range a {
		if a[i].hash != b[i].hash || abs((b[i].at-a[i].at)-(b[0].at-a[0].at)) >= spacing {
			return false
		}
		kinds[a[i].hash] = true
	}
	return len(kinds) >= wholeFrames
}

// sequence is the stretch of two identical videos.
func sequence(a, b []voter) judged {
	j := judged{stated: true, confirmed: true}
	for i := range a {
		j.pairs = append(j.pairs, aligned{a: a[i], b: b[i]})
	}
	return j
}

// judge takes the stretches in their order. One that lies where a former one does is passed over: the weaker offset of
// the same frames. An ambiguous one and another never stand beside each other on the same frames of either video, since
// a still picture fits at many offsets.
func (s Settings) judge(found []stretch, b []voter) []judged {
	var out []judged
	for _, t := range found {
		if len(out) == maxStretch {
			break
		}
		if slices.ContainsFunc(out, func(o judged) bool { return o.shares(t, o.ambiguous) }) {
			continue
		}
		j := judged{stretch: t, ambiguous: !s.determined(t, b)}
		if j.ambiguous && slices.ContainsFunc(out, func(o judged) bool { return o.shares(t, true) }) {
			continue
		}
		j.stated = !j.ambiguous || median(t.pairs) <= s.Suggested
		j.confirmed = !j.ambiguous && s.confirms(t)
		out = append(out, j)
	}
	return out
}

// shares reports whether two stretches have most of the shorter in common: in both videos, or in either.
func (j judged) shares(t stretch, either bool) bool {
	inA := mostly(j.first().a.at, j.last().a.at, t.first().a.at, t.last().a.at)
	inB := mostly(j.first().b.at, j.last().b.at, t.first().b.at, t.last().b.at)
	if either {
		return inA || inB
	}
	return inA && inB
}

// mostly reports whether two spans share more than half of the shorter.
func mostly(from, to, from2, to2 int64) bool {
	shared := min(to, to2) - max(from, from2)
	return shared >= 0 && 2*shared >= min(to-from, to2-from2)
}

// state makes the finding of what was judged.
func (s Settings) state(all []judged) finding {
	f := finding{strength: pipeline.Suggested}
	var pairs []aligned
	for _, j := range all {
		if !j.stated {
			continue
		}
		if j.confirmed {
			f.strength = pipeline.Confirmed
		}
		pairs = append(pairs, j.pairs...)
		f.segments = append(f.segments, pipeline.Segment{
			AStart: seconds(j.first().a.at), AEnd: seconds(j.last().a.at),
			BStart: seconds(j.first().b.at), BEnd: seconds(j.last().b.at),
			Speed: equalSpeed, Frames: len(j.pairs), Distance: median(j.pairs), Ambiguous: j.ambiguous,
		})
	}
	if len(pairs) == 0 {
		return finding{}
	}
	slices.SortStableFunc(f.segments, func(p, q pipeline.Segment) int {
		return cmp.Or(cmp.Compare(p.AStart, q.AStart), cmp.Compare(p.BStart, q.BStart))
	})
	f.frames, f.distance = len(pairs), median(pairs)
	return f
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }
