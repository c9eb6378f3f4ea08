package clock

import (
	"math"
	"slices"
	"time"
)

// Axis lays stretches of instants along a line. Where much time lies between them the line is broken: each unbroken section has a scale of
// its own, so that seconds and years can stand on one line.
type Axis struct {
	Width    float64
	Sections []Section
}

// Section is an unbroken stretch of an axis.
type Section struct {
	Span
	Left, Right float64 // where it lies, in the axis' units
}

// Tick is a mark on an axis.
type Tick struct {
	At  time.Time
	X   float64
	Day bool // the tick stands for a day or more, and at the beginning of a section for the day it lies in
}

const (
	apart       = 48 * time.Hour // between two stretches, from where on the line is broken
	mostSection = 5
	breakWidth  = 40.0
	least       = time.Hour // round a lone moment
)

// AxisOf returns an axis of so many units that holds all spans; without any, one that holds nothing.
func AxisOf(spans []Span, width float64) Axis {
	if len(spans) == 0 {
		return Axis{Width: width}
	}
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b Span) int { return a.From.Compare(b.From) })
	groups := sorted[:1:1]
	for _, s := range sorted[1:] {
		last := &groups[len(groups)-1]
		if s.From.Sub(last.To) > apart {
			groups = append(groups, s)
		} else if s.To.After(last.To) {
			last.To = s.To
		}
	}
	for len(groups) > mostSection { // join the two that lie nearest
		k := 0
		for i := 1; i+1 < len(groups); i++ {
			if groups[i+1].From.Sub(groups[i].To) < groups[k+1].From.Sub(groups[k].To) {
				k = i
			}
		}
		groups[k].To = groups[k+1].To
		groups = slices.Delete(groups, k+1, k+2)
	}
	return Axis{width, laid(groups, width)}
}

// laid gives each group a width that grows with the logarithm of its length.
func laid(groups []Span, width float64) []Section {
	out := make([]Section, len(groups))
	sum := 0.0
	weigh := func(s Span) float64 { return 1 + math.Log2(1+s.To.Sub(s.From).Hours())/4 }
	for i, g := range groups {
		pad := min(max(g.To.Sub(g.From)/20, least-g.To.Sub(g.From)/2, time.Minute), apart/3) // so that neighbours do not meet
		out[i].Span = Span{g.From.Add(-pad), g.To.Add(pad)}
		sum += weigh(out[i].Span)
	}
	room, x := width-breakWidth*float64(len(groups)-1), 0.0
	for i := range out {
		out[i].Left = x
		out[i].Right = x + room*weigh(out[i].Span)/sum
		x = out[i].Right + breakWidth
	}
	return out
}

// X is where an instant lies; one within a break lies at the middle of the break, one beyond the ends at the end.
func (a Axis) X(t time.Time) float64 {
	x := 0.0
	for i, s := range a.Sections {
		switch {
		case t.Before(s.From):
			if i > 0 {
				return (x + s.Left) / 2
			}
			return s.Left
		case !t.After(s.To):
			return s.Left + (s.Right-s.Left)*float64(t.Sub(s.From))/float64(s.To.Sub(s.From))
		}
		x = s.Right
	}
	return x
}

// ticksEvery are the distances of ticks; beyond them years are counted.
var ticksEvery = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 91 * 24 * time.Hour,
}

// Ticks marks round instants of UTC, no nearer to each other than apart units.
func (a Axis) Ticks(apart float64) []Tick {
	var out []Tick
	for _, s := range a.Sections {
		long := s.To.Sub(s.From)
		step := time.Duration(0)
		for _, d := range ticksEvery {
			if float64(d)/float64(long)*(s.Right-s.Left) >= apart {
				step = d
				break
			}
		}
		if step == 0 {
			out = append(out, a.years(s, apart)...)
			continue
		}
		first := true
		for t := s.From.Truncate(step); !t.After(s.To); t = t.Add(step) {
			if !t.Before(s.From) {
				out = append(out, Tick{t, a.X(t), step >= 24*time.Hour || first || t.Truncate(24*time.Hour).Equal(t)})
				first = false
			}
		}
	}
	return out
}

// years marks beginnings of years.
func (a Axis) years(s Section, apart float64) []Tick {
	perYear := (s.Right - s.Left) / (s.To.Sub(s.From).Hours() / 24 / 365.25)
	step := max(int(math.Ceil(apart/perYear)), 1)
	var out []Tick
	for y := s.From.Year()/step*step + step; ; y += step {
		t := time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
		if t.After(s.To) {
			return out
		}
		out = append(out, Tick{t, a.X(t), true})
	}
}
