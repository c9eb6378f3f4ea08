package timeline

import (
	"dokaz/pipeline"
)

// lane is one view of A held against one view of B, as it is or mirrored.
type lane struct {
	a, b   view
	mirror bool // b is mirrored
	plain  bool // see plainly

	fewA, fewB []frame // the voters, or of too many those that speak for all

	reach int64 // ms of B from its expected time that an aligned frame may lie
}

// lanes are all views of one film against all of the other.
func (s Settings) lanes(a, b film) (out []lane) {
	for _, va := range a.views {
		for _, vb := range b.views {
			out = append(out, s.lane(va, vb, b.step, false), s.lane(va, vb.mirrored(), b.step, true))
		}
	}
	return out
}

// lane sets what distances are usual between two views.
func (s Settings) lane(a, b view, step int64, mirror bool) lane {
	n := lane{a: a.own(), b: b.own(), mirror: mirror, reach: s.reach(step)}
	n.fewA, n.fewB = fold(n.a.voters, n.b.voters)
	s.usual(n.fewA, n.fewB)
	n.a.mark(n.fewA)
	n.b.mark(n.fewB)
	return n
}

// reach is how far from its expected time a frame may lie in a film of so many ms from frame to frame.
func (s Settings) reach(step int64) int64 { return max(s.Reach, step/2+slack) }

const slack = 50 // ms by which a line may be off

// plainly is the lane with Even for the usual distance: where nothing changes, all that can be said is that pictures are near.
func (s Settings) plainly(n lane) lane {
	n.plain = true
	for _, v := range [][]frame{n.fewA, n.fewB} {
		for i := range v {
			v[i].usual = s.Even
		}
	}
	n.a.mark(n.fewA)
	n.b.mark(n.fewB)
	return n
}

// aligned is a voter of A and the voter of B that a line brings together with it.
type aligned struct {
	a, b     *frame
	i, j     int // which voters they are
	distance int
}

// follow walks along a line and pairs every voter of A with the voter of B nearest to it by hash, of those within reach of
// the time expected. Of equals it is the one nearest in time, then the earlier.
func (n lane) follow(l line, reach int64) []aligned {
	b := n.b.voters
	if len(b) == 0 {
		return nil
	}
	a := n.a.voters
	first, last := between(a, l.toA(b[0].at-reach), l.toA(b[len(b)-1].at+reach))
	out := make([]aligned, 0, last-first)
	lo := 0
	for i := first; i < last; i++ {
		at := l.toB(a[i].at)
		for lo < len(b) && b[lo].at < at-reach {
			lo++
		}
		best, distance := -1, 0
		for j := lo; j < len(b) && b[j].at <= at+reach; j++ {
			d := a[i].hash.Distance(b[j].hash)
			if best < 0 || d < distance || d == distance && abs(b[j].at-at) < abs(b[best].at-at) {
				best, distance = j, d
			}
		}
		if best >= 0 {
			out = append(out, aligned{a: &a[i], b: &b[best], i: i, j: best, distance: distance})
		}
	}
	return out
}

// foot estimates where between the frames beside b[j] the distance to h would be least, in ms from b[j], and by how many
// bits b[j] is nearer than those, as far as that says something. Distance grows evenly with time, before as after, as
// long as the picture moves: three distances of a V give its foot. Beside a cut there is no V.
func foot(h *pipeline.Hash256, b []frame, j int) (shift float64, contrast int) {
	if j == 0 || j == len(b)-1 {
		return 0, 0
	}
	before, after := b[j].at-b[j-1].at, b[j+1].at-b[j].at
	if max(before, after) > widest {
		return 0, 0
	}
	d0, d1, d2 := h.Distance(b[j-1].hash), h.Distance(b[j].hash), h.Distance(b[j+1].hash)
	if abs(int64(d0-d2)) >= cut {
		return 0, min(max(min(d0, d2)-d1, 0), enough)
	}
	// Slopes of the two sides, bits per ms.
	left, right := float64(d0-d1)/float64(before), float64(d2-d1)/float64(after)
	steep := max(left, right)
	if steep <= 0 {
		return 0, 0
	}
	contrast = min(max(d0, d2)-d1, enough)
	if left > right { // the foot lies after b
		return float64(after) * (left - right) / (2 * steep), contrast
	}
	return float64(before) * (left - right) / (2 * steep), contrast
}

const (
	widest = 600 // ms over which distance is taken to grow evenly, at most
	cut    = 60  // bits by which the frame on one side is farther than that on the other where another scene begins
	enough = 40  // bits beyond which contrast says no more
)

// run is the stretch of consecutive pairs whose frames are nearer than usual by the greatest sum.
func (s Settings) run(pairs []aligned) []aligned {
	best, sum, from := 0, 0, 0
	var out []aligned
	for i, p := range pairs {
		if i > 0 && p.a.at-pairs[i-1].a.at > s.Gap || sum <= 0 {
			sum, from = 0, i
		}
		sum += s.score(p)
		if sum > best {
			best, out = sum, pairs[from:i+1]
		}
	}
	return out
}

// score is what a pair of frames says for their being the same: nought at the usual distance, and at any that a picture
// standing still explains.
func (s Settings) score(p aligned) int {
	n := max(min(p.a.usual, p.b.usual)-p.distance, -s.Even/2)
	if n < 0 && p.distance <= s.Still {
		return 0
	}
	return n
}

const refinements = 8

// refine follows a line, fits it to where the frames agree, and follows the better line again, farther as a rule. Equal speed
// stands unless another explains clearly more.
func (s Settings) refine(n lane, l line) (line, []aligned) {
	free, run := s.refined(n, l, false)
	if len(run) < minRun || free.rate == 1 {
		return free, run
	}
	equal, other := s.refinedAbout(n, free, run)
	if 20*s.sum(other) >= 19*s.sum(run) {
		return equal, other
	}
	return free, run
}

// refinedAbout does so at equal speed from the middle of a run.
func (s Settings) refinedAbout(n lane, l line, run []aligned) (line, []aligned) {
	middle := run[len(run)/2].a.at
	return s.refined(n, line{1, float64(l.toB(middle) - middle)}, true)
}

// refined does so with the speed free or kept.
func (s Settings) refined(n lane, l line, kept bool) (line, []aligned) {
	reach := max(wide, n.reach)
	for range refinements {
		run := s.run(n.follow(l, reach))
		if len(run) < minRun {
			return l, nil
		}
		all := n.points(run, s.Even)
		next := l.fitted(all, kept)
		next = next.fitted(nearby(all, next), kept)
		from, to := run[0].a.at, run[len(run)-1].a.at
		done := reach == n.reach && next.apart(l, from, to) < 10
		l, reach = next, max(n.reach, reach-100)
		if done {
			break
		}
	}
	return l, s.run(n.follow(l, n.reach))
}

// sum is what a run's pairs say together.
func (s Settings) sum(run []aligned) (n int) {
	for _, p := range run {
		n += s.score(p)
	}
	return n
}

const minRun = 3

// points are the times that a run's pairs say, each weighted by how clearly it says it.
func (n lane) points(run []aligned, even int) []point {
	out := make([]point, 0, len(run))
	for _, p := range run {
		if p.distance < even {
			shift, contrast := foot(&p.a.hash, n.b.voters, p.j)
			out = append(out, point{float64(p.a.at), float64(p.b.at) + shift, float64(contrast*contrast) + 0.25})
		}
	}
	return out
}

// nearby are the points within 300 ms of a line.
func nearby(ps []point, l line) []point {
	out := make([]point, 0, len(ps))
	for _, p := range ps {
		if off := float64(p.a/l.rate) + l.offset - p.b; off < 300 && off > -300 {
			out = append(out, p)
		}
	}
	return out
}
