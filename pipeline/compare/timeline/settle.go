package timeline

import (
	"cmp"
	"slices"
)

// span is a stretch of a track in ms of A: frames at in0 and in1 belong to it, those at out0 and out1 no more.
type span struct {
	track                int
	out0, in0, in1, out1 int64
}

func (p span) start() int64 { return (p.out0 + p.in0) / 2 }
func (p span) end() int64   { return (p.in1 + p.out1) / 2 }

// spans turns stretches of an axis into spans, taking times with to. Nothing is shown before a film's first frame; after
// its last, the picture stands for one more step.
func spans(all []stretch, axis []frame, step int64, to func(track int, at int64) int64) []span {
	out := make([]span, 0, len(all))
	for _, x := range all {
		p := span{track: x.track, in0: axis[x.first].at, in1: axis[x.last].at}
		p.out0, p.out1 = p.in0, p.in1+step
		if x.first > 0 {
			p.out0 = axis[x.first-1].at
		}
		if x.last+1 < len(axis) {
			p.out1 = axis[x.last+1].at
		}
		p.out0, p.in0, p.in1, p.out1 = to(x.track, p.out0), to(x.track, p.in0), to(x.track, p.in1), to(x.track, p.out1)
		out = append(out, p)
	}
	return out
}

// joined joins spans of one track that follow each other, no other between, within a gap.
func joined(all []span, gap int64) []span {
	var out []span
	for _, p := range all {
		if n := len(out); n > 0 && out[n-1].track == p.track && p.in0-out[n-1].in1 <= gap {
			out[n-1].in1, out[n-1].out1 = p.in1, p.out1
			continue
		}
		out = append(out, p)
	}
	return out
}

// agreed brings together what the two axes say. A span that both know is cut to where both agree; one that only one of them
// knows stands, for a film can show twice what the other shows once.
func agreed(onA, onB []span) []span {
	var out []span
	used := make([]bool, len(onB))
	for _, p := range onA {
		found := false
		for k, q := range onB {
			if q.track == p.track && mostly(p.in0, p.in1, q.in0, q.in1) {
				out = append(out, p.and(q))
				used[k], found = true, true
			}
		}
		if !found {
			out = append(out, p)
		}
	}
	for k, q := range onB {
		if !used[k] {
			out = append(out, q)
		}
	}
	slices.SortStableFunc(out, func(p, q span) int { return cmp.Or(cmp.Compare(p.start(), q.start()), cmp.Compare(p.track, q.track)) })
	return out
}

// and is the span that lies in both. Where each leaves an end open between two frames, it lies between the nearest of
// all four; where they contradict each other, the later start and the earlier end hold.
func (p span) and(q span) span {
	r := span{track: p.track, out0: max(p.out0, q.out0), in0: min(p.in0, q.in0), in1: max(p.in1, q.in1), out1: min(p.out1, q.out1)}
	if r.out0 > r.in0 {
		at := max(p.start(), q.start())
		r.out0, r.in0 = at, at
	}
	if r.in1 > r.out1 {
		at := min(p.end(), q.end())
		r.in1, r.out1 = at, at
	}
	return r
}

// mostly reports whether two spans share more than half of the shorter.
func mostly(from, to, from2, to2 int64) bool {
	shared := min(to, to2) - max(from, from2)
	return shared >= 0 && 2*shared >= min(to-from, to2-from2)
}
