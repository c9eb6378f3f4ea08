package timeline

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

const (
	maxSteady = 120 // frames of a still scene looked at, of either film
	maxLags   = 120 // offsets tried
)

// steady reports whether the picture hardly changes over aligned pairs: too few frames differ, or, of a few, not all.
func (s Settings) steady(pairs []aligned) bool {
	wanted := max(min(s.DistinctFrames, len(pairs)), minRun)
	return apart(pairs, s.Distinct, wanted) < wanted
}

// oneScene reports whether all aligned pairs show about the same picture.
func (s Settings) oneScene(pairs []aligned) bool {
	middle := pairs[len(pairs)/2]
	for _, p := range pairs {
		if max(p.a.hash.Distance(middle.a.hash), p.b.hash.Distance(middle.b.hash)) > s.Still {
			return false
		}
	}
	return true
}

// steadied takes a run in which the picture hardly changes, at whatever speed and offset it was found, and returns the offset at
// equal speed at which the little that changes agrees most, where nothing does the one at which the two scenes
// overlap most.
func (s Settings) steadied(n lane, run []aligned) (line, []aligned) {
	middle := run[len(run)/2]
	a := thin(scene(n.a.voters, middle.a, s.Still), maxSteady)
	b := thin(scene(n.b.voters, middle.b, s.Still), maxSteady)
	scenes := lane{a: view{voters: a}, b: view{voters: b}}
	low, high := b[0].at-a[len(a)-1].at, b[len(b)-1].at-a[0].at
	step := max((high-low)/maxLags, 125)
	reach := max(step, n.reach)
	best, found := -1.0, line{rate: 1}
	try := func(offset int64) {
		l := line{1, float64(offset)}
		pairs := scenes.follow(l, reach)
		if len(pairs) < max(minRun, min(len(a), len(b))/2) {
			return
		}
		if fits := float64(float64(len(pairs)) * (overlap + max(agreement(pairs)-s.Stated, 0))); fits > best {
			best, found = fits, l
		}
	}
	for _, at := range []int64{b[0].at - a[0].at, b[len(b)-1].at - a[len(a)-1].at} {
		try(at)
	}
	for offset := low; offset <= high; offset += step {
		try(offset)
	}
	l, fitted := s.refined(n, found, true)
	if loose := s.run(n.follow(found, n.reach)); len(loose) > len(fitted) {
		return found, loose // there was nothing to fit
	}
	return l, fitted
}

// overlap is what every pair counts beside agreement, as far as that is more than chance.
const overlap = 0.2

// scene returns the voters about one of them that lie near it without interruption.
func scene(v []frame, about *frame, limit int) []frame {
	i, _ := slices.BinarySearchFunc(v, about.at, func(f frame, t int64) int { return cmp.Compare(f.at, t) })
	first, last := i, i
	near := func(h pipeline.Hash256) bool { return h.Distance(about.hash) <= limit }
	for first > 0 && near(v[first-1].hash) {
		first--
	}
	for last+1 < len(v) && near(v[last+1].hash) {
		last++
	}
	return v[first : last+1]
}
