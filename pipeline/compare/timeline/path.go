package timeline

import (
	"cmp"
	"slices"
)

// track is an alignment found on a lane, with the stretch that it was fitted to.
type track struct {
	lane   *lane
	line   line
	from   int64 // ms of A
	to     int64
	sum    int  // what its pairs score
	steady bool // the picture hardly changes
}

const maxTracks = 64 // alignments of one pair of films

// tracks finds the alignments of two films, best first. Only where there is none, films of something that stands still are
// looked for.
func (s Settings) tracks(lanes []lane) []track {
	var out []track
	for k := range lanes {
		out = append(out, s.along(&lanes[k], rates)...)
	}
	if len(out) == 0 {
		for k := range lanes {
			lanes[k] = s.plainly(lanes[k])
			for _, t := range s.along(&lanes[k], rates[:1]) {
				if t.steady {
					out = append(out, t)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(p, q track) int { return cmp.Compare(q.sum, p.sum) })
	var kept []track
	for _, t := range out {
		if len(kept) < maxTracks && !slices.ContainsFunc(kept, t.otherView) && !slices.ContainsFunc(out, t.stands) {
			kept = append(kept, t)
		}
	}
	return kept
}

// along finds the alignments of one lane.
func (s Settings) along(n *lane, speeds []float64) (out []track) {
	var tried []track
	known := explained{make([]int, len(n.a.voters)), make([]int, len(n.b.voters))}
	for _, p := range peaks(s.hits(n.fewA, n.fewB), speeds) {
		run := s.run(n.follow(p.line, wide))
		if len(run) < minRun || 2*s.sum(run) < s.Enter || known.better(s, run) ||
			slices.ContainsFunc(tried, func(t track) bool { return t.holds(run) }) {
			continue
		}
		t, run, ok := s.track(n, p.line, run)
		if t.lane == nil || slices.ContainsFunc(tried, t.same) {
			continue
		}
		tried = append(tried, t)
		if ok {
			out = append(out, t)
			known.add(s, run)
		}
	}
	return out
}

// explained holds how well tracks explain the voters of both films of a lane.
type explained struct{ a, b []int }

func (e explained) add(s Settings, run []aligned) {
	for _, p := range run {
		n := s.score(p)
		e.a[p.i], e.b[p.j] = max(e.a[p.i], n), max(e.b[p.j], n)
	}
}

// better reports whether most frames of a run are explained at least as well already, in both films.
func (e explained) better(s Settings, run []aligned) bool {
	news := 0
	for _, p := range run {
		if n := s.score(p); n > e.a[p.i] || n > e.b[p.j] {
			news++
		}
	}
	return 2*news < len(run)
}

// holds reports whether a track goes by most pairs of a run already; a still picture does so at any offset.
func (t track) holds(run []aligned) bool {
	by := 0
	for _, p := range run {
		if p.a.at < t.from || p.a.at > t.to {
			continue
		}
		if t.steady && p.b.at >= t.line.toB(t.from) && p.b.at <= t.line.toB(t.to) || abs(t.line.toB(p.a.at)-p.b.at) <= 2*sameLine {
			by++
		}
	}
	return 2*by > len(run)
}

// track fits a line and reports whether the films are alike along it. A picture that changes must change in both together.
func (s Settings) track(n *lane, l line, run []aligned) (track, []aligned, bool) {
	t := track{lane: n}
	if t.steady = s.steady(run) || n.plain && s.oneScene(run); !t.steady {
		if l, run = s.refine(*n, l); len(run) < minRun {
			return track{}, nil, false
		}
		t.steady = s.steady(run)
		if l.rate != 1 && agreement(run) < s.Together { // too little to tell a speed
			if l, run = s.refinedAbout(*n, l, run); len(run) < minRun {
				return track{}, nil, false
			}
		}
	}
	if t.steady {
		if l, run = s.steadied(*n, run); len(run) < minRun {
			return track{}, nil, false
		}
	}
	t.line, t.from, t.to, t.sum = l, run[0].a.at, run[len(run)-1].a.at, s.sum(run)
	return t, run, t.sum >= s.Enter && (t.steady || agreement(run) >= s.Chance)
}

// same reports whether two tracks are one: the lines run together where either was fitted.
func (t track) same(o track) bool {
	return t.line.apart(o.line, o.from, o.to) < sameLine || t.line.apart(o.line, t.from, t.to) < sameLine
}

// otherView reports whether two tracks show the same in other views of the films.
func (t track) otherView(o track) bool {
	return t.lane != o.lane && t.lane.mirror == o.lane.mirror && t.same(o) && mostly(t.from, t.to, o.from, o.to)
}

// stands reports whether the track is a still part of another, in which something moves and tells the offset.
func (t track) stands(in track) bool {
	middle := (t.from + t.to) / 2
	return t.steady && !in.steady && t.lane == in.lane && middle >= in.from-elsewhere && middle <= in.to+elsewhere &&
		abs(in.line.toB(middle)-t.line.toB(middle)) < elsewhere
}

const (
	sameLine  int64 = 120  // ms
	wide      int64 = 400  // ms about a line not yet fitted
	elsewhere int64 = 2000 // ms from a line at which a still picture may be shown anew
)

// stretch is a run of frames of one film's axis that one track explains best.
type stretch struct {
	track       int
	first, last int // frames of the axis
}

// explain gives every frame of an axis the track that explains it, or none, such that the sum of what the frames say is
// greatest when every change to a track costs Enter (the algorithm is Viterbi's, 1967). said holds, track by track,
// what each frame says.
func (s Settings) explain(said [][]int) (out []stretch) {
	if len(said) == 0 {
		return nil
	}
	n := len(said[0])
	from := make([][]int32, n) // the state before, by state; the last state is none
	best := make([]int, len(said)+1)
	none := len(said)
	for k := range said {
		best[k] = -s.Enter
	}
	for i := range n {
		from[i] = make([]int32, none+1)
		top := 0
		for k := range best {
			if best[k] > best[top] {
				top = k
			}
		}
		high := best[top]
		for k := range best {
			change := high - s.Enter
			if k == none {
				change = high
			}
			from[i][k] = int32(k)
			if change > best[k] {
				best[k], from[i][k] = change, int32(top)
			}
			if k < none {
				best[k] += said[k][i]
			}
		}
	}
	state := 0
	for k := range best {
		if best[k] > best[state] {
			state = k
		}
	}
	for i := n - 1; i >= 0; i-- {
		if state < none {
			if l := len(out); l > 0 && out[l-1].track == state && out[l-1].first == i+1 {
				out[l-1].first = i
			} else {
				out = append(out, stretch{state, i, i})
			}
		}
		state = int(from[i][state])
	}
	slices.Reverse(out)
	return out
}

// say returns what each frame of A's axis says of a track, and of B's. Once the tracks are known that stand, frames say
// plainly whether they are alike.
func (s Settings) say(t track, a, b film, plainly bool) (ofA, ofB []int) {
	w := witness{Settings: s, rate: t.line.rate, plainly: plainly}
	w.to, w.reach = t.line.toB, s.reach(b.step)
	ofA = w.said(a.axis(), t.lane.a.frames, t.lane.b.frames)
	w.to, w.reach, w.rate = t.line.toA, s.reach(a.step), 1/w.rate
	ofB = w.said(b.axis(), t.lane.b.frames, t.lane.a.frames)
	return ofA, ofB
}

const slight = 4 // bits that a frame says where nothing changes

const far = 175 // ms between frames that may differ because time went by

// witness hears the frames of one film about a track.
type witness struct {
	Settings
	to      func(int64) int64 // takes a time to the other film's,
	rate    float64           // where this many seconds go by here in one there
	reach   int64
	plainly bool
}

// said returns what each frame of an axis says: own are the frames of the lane's view at the axis' times, other those of
// the other film's.
func (w witness) said(axis, own, other []frame) []int {
	out := make([]int, len(axis))
	lo, k := 0, 0
	for i, x := range axis {
		for k < len(own) && own[k].at < x.at {
			k++
		}
		if k == len(own) || own[k].at != x.at {
			continue
		}
		f := &own[k]
		at := w.to(f.at)
		for lo < len(other) && other[lo].at < at-w.reach {
			lo++
		}
		best, distance := -1, 0
		for j := lo; j < len(other) && other[j].at <= at+w.reach; j++ {
			if d := f.hash.Distance(other[j].hash); best < 0 || d < distance {
				best, distance = j, d
			}
		}
		if best < 0 {
			out[i] = -w.Even / 2 // the other film does not run then
			continue
		}
		lag := float64(abs(other[best].at - at))
		out[i] = w.word(aligned{a: f, b: &other[best], distance: distance}, max(lag, float64(lag*w.rate)) > far)
	}
	return out
}

// word is what a pair of frames says. Flat frames say little: two that are alike a little for it, one where the other shows
// something a little against it. Frames taken at times too far apart say nothing against it.
func (w witness) word(p aligned, far bool) int {
	n := max(w.Even-p.distance, -w.Even/2)
	if p.a.votes && p.b.votes {
		n = w.score(p)
	}
	if w.plainly && n < slight && p.distance <= min(p.a.usual, p.b.usual, w.Still)+clearly {
		n = slight
	}
	switch {
	case n < 0 && far:
		return 0
	case p.a.votes && p.b.votes:
		return n
	case p.a.votes || p.b.votes:
		return n / 4
	default:
		return max(n, 0) / 8
	}
}
