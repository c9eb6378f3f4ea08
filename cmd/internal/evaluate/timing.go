package evaluate

import (
	"fmt"
	"math"
	"slices"

	"dokaz/pipeline"
)

// The rules by which times are judged.
const (
	overlap = 0.5 // least intersection over union of a right stretch, on both sides
	within  = 0.5 // seconds within which a still is located
)

// span is a stretch as matching states it, seen from the manifest's a.
type span struct {
	a, b      Interval
	distance  int
	ambiguous bool
}

// spans turns a match's segments so that they begin with the file a.
func spans(m pipeline.Match, a pipeline.Digest) []span {
	var out []span
	for _, s := range m.Segments {
		x, y := Interval{s.AStart, s.AEnd, true}, Interval{s.BStart, s.BEnd, true}
		if m.A != a {
			x, y = y, x
		}
		out = append(out, span{x, y, s.Distance, s.Ambiguous})
	}
	return out
}

// iou is the intersection of two intervals over their union.
func iou(x, y Interval) float64 {
	common := min(x.End, y.End) - max(x.Start, y.Start)
	all := max(x.End, y.End) - min(x.Start, y.Start)
	if common <= 0 || all <= 0 {
		return 0
	}
	return common / all
}

// timeTally counts Segments while they grow.
type timeTally struct {
	wanted, right, extra, ambiguous int
	errors                          []float64
}

func (t *timeTally) segments(name string) Segments {
	f1 := 0.0
	if t.wanted+t.right+t.extra > 0 {
		missed := t.wanted - t.right
		f1 = 2 * float64(t.right) / float64(2*t.right+t.extra+missed)
	}
	return Segments{name, t.wanted, t.right, t.extra, t.ambiguous, f1, quantile(t.errors, 0.5), quantile(t.errors, 0.95)}
}

// quantile is the least value that the part q of all do not exceed; 0 of none.
func quantile(all []float64, q float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(max(int(math.Ceil(q*float64(len(sorted))))-1, 0), len(sorted)-1)]
}

// segments judges the stretches of all pairs that have any on both sides.
func (e *evaluation) segments() {
	var footage, moving, steady, sound timeTally
	by := map[string]*timeTally{}
	e.answers(func(a answer) {
		var wanted []Stretch
		for _, s := range a.pair.Stretches {
			if s.A.Given && s.B.Given {
				wanted = append(wanted, s)
			}
		}
		if len(wanted) == 0 {
			return
		}
		var stated []span
		if a.best != nil {
			stated = spans(*a.best, a.files[0].Item)
		}
		name, counts := a.pair.Transform, []*timeTally{&footage, &moving}
		switch {
		case a.bases[0] == pipeline.SharedAudio:
			counts = []*timeTally{&sound}
		case a.pair.Steady:
			name, counts = name+" (steady camera)", []*timeTally{&footage, &steady}
		}
		if by[name] == nil {
			by[name] = &timeTally{}
		}
		got := compareStretches(wanted, stated)
		for _, t := range append(counts, by[name]) {
			t.add(got)
		}
		if a.best != nil && (got.right < got.wanted || got.extra > 0) {
			e.misplaced(a, wanted, stated)
		}
	})
	if footage.wanted+sound.wanted == 0 {
		return
	}
	e.report.Segments = []Segments{footage.segments("all footage"), moving.segments("moving camera"), steady.segments("steady camera"), sound.segments("sound")}
	for _, name := range sortedKeys(by) {
		e.report.Segments = append(e.report.Segments, by[name].segments(name))
	}
}

func (t *timeTally) add(o timeTally) {
	t.wanted, t.right, t.extra, t.ambiguous = t.wanted+o.wanted, t.right+o.right, t.extra+o.extra, t.ambiguous+o.ambiguous
	t.errors = append(t.errors, o.errors...)
}

// compareStretches pairs the true stretches with the stated ones, the best overlaps first, each once.
func compareStretches(wanted []Stretch, stated []span) timeTally {
	type meeting struct {
		i, j int
		by   float64
	}
	var meetings []meeting
	for i, w := range wanted {
		for j, s := range stated {
			if by := min(iou(w.A, s.a), iou(w.B, s.b)); by >= overlap {
				meetings = append(meetings, meeting{i, j, by})
			}
		}
	}
	slices.SortStableFunc(meetings, func(x, y meeting) int { return int(math.Copysign(1, y.by-x.by)) * one(x.by != y.by) })
	t := timeTally{wanted: len(wanted)}
	met, used := map[int]bool{}, map[int]bool{}
	for _, m := range meetings {
		if met[m.i] || used[m.j] {
			continue
		}
		met[m.i], used[m.j] = true, true
		t.right++
		if w, s := wanted[m.i], stated[m.j]; !s.ambiguous {
			t.errors = append(t.errors, math.Abs(w.A.Start-s.a.Start), math.Abs(w.A.End-s.a.End), math.Abs(w.B.Start-s.b.Start), math.Abs(w.B.End-s.b.End))
		}
	}
	for j, s := range stated {
		t.ambiguous += one(s.ambiguous)
		t.extra += one(!used[j] && !s.ambiguous)
	}
	return t
}

// misplaced lists a pair that was found elsewhere than where it is.
func (e *evaluation) misplaced(a answer, wanted []Stretch, stated []span) {
	var expected, got string
	for _, w := range wanted {
		expected += fmt.Sprintf("%.2f–%.2f at %.2f–%.2f ×%g; ", w.A.Start, w.A.End, w.B.Start, w.B.End, w.Speed)
	}
	for _, s := range stated {
		got += fmt.Sprintf("%.2f–%.2f at %.2f–%.2f", s.a.Start, s.a.End, s.b.Start, s.b.End)
		if s.ambiguous {
			got += " ambiguous"
		}
		got += "; "
	}
	e.report.Misses = append(e.report.Misses, Miss{a.pair.A, a.pair.B, a.pair.Relation, a.pair.Transform, expected, "segments " + got})
}

// stillTally counts Stills while they grow.
type stillTally struct {
	n, found, confirmed, located, ambiguous int
	errors                                  []float64
}

func (t *stillTally) stills(name string) Stills {
	return Stills{name, NewRate(t.found, t.n), NewRate(t.confirmed, t.n), NewRate(t.located, t.n), t.ambiguous, quantile(t.errors, 0.5), quantile(t.errors, 0.95)}
}

// stills judges where pictures were found in videos.
func (e *evaluation) stills() {
	all, moving, steady := &stillTally{}, &stillTally{}, &stillTally{}
	by := map[string]*stillTally{}
	e.answers(func(a answer) {
		moment, ok := a.moment()
		if a.pair.Relation != Still || !ok {
			return
		}
		name, camera := a.pair.Transform, moving
		if a.pair.Steady {
			name, camera = name+" (steady camera)", steady
		}
		if by[name] == nil {
			by[name] = &stillTally{}
		}
		off, ambiguous, placed := a.located(moment)
		for _, t := range []*stillTally{all, camera, by[name]} {
			t.n++
			t.found += one(a.best != nil)
			t.confirmed += one(a.confirmed)
			t.located += one(placed && off <= within)
			t.ambiguous += one(ambiguous)
			if placed {
				t.errors = append(t.errors, off)
			}
		}
		if a.best != nil && (!placed || off > within) {
			e.report.Misses = append(e.report.Misses, Miss{a.pair.A, a.pair.B, Still, a.pair.Transform, fmt.Sprintf("at %.2f s", moment), fmt.Sprintf("%.2f s off", off)})
		}
	})
	if all.n == 0 {
		return
	}
	e.report.Stills = []Stills{all.stills("all"), moving.stills("moving camera"), steady.stills("steady camera")}
	for _, name := range sortedKeys(by) {
		e.report.Stills = append(e.report.Stills, by[name].stills(name))
	}
}

// moment is the one that the manifest gives, on whichever side it stands.
func (a answer) moment() (float64, bool) {
	for _, s := range a.pair.Stretches {
		switch {
		case s.A.Given:
			return s.A.Start, true
		case s.B.Given:
			return s.B.Start, true
		}
	}
	return 0, false
}

// located says how far the best stretch lies from the moment: its middle, or, where the moment is said to be undetermined,
// its nearer end; 0 inside it. The best is the nearest by its hashes, the first of equals.
func (a answer) located(moment float64) (off float64, ambiguous, placed bool) {
	if a.best == nil || len(a.best.Segments) == 0 {
		return 0, false, false
	}
	best := slices.MinFunc(a.best.Segments, func(x, y pipeline.Segment) int { return x.Distance - y.Distance })
	if best.Ambiguous {
		return max(best.BStart-moment, moment-best.BEnd, 0), true, true
	}
	return math.Abs((best.BStart+best.BEnd)/2 - moment), false, true
}
