package clock

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAnAxisIsBrokenWhereMuchTimeLiesBetween(t *testing.T) {
	t.Parallel()
	day := Span{utc("2020-08-09 00:00:00"), utc("2020-08-10 00:00:00")}
	near := Span{utc("2020-08-11 00:00:00"), utc("2020-08-11 00:00:00")}
	years := Span{utc("2026-11-29 12:00:00"), utc("2026-11-29 12:00:00")}
	if got := AxisOf([]Span{near, day}, 600); len(got.Sections) != 1 || got.Sections[0].Left != 0 || got.Sections[0].Right != 600 {
		t.Errorf("two days apart: %+v", got)
	}
	a := AxisOf([]Span{years, day}, 600)
	if len(a.Sections) != 2 || a.Sections[1].Left-a.Sections[0].Right != breakWidth || math.Abs(a.Sections[1].Right-600) > 1e-9 {
		t.Fatalf("six years apart: %+v", a)
	}
	if x := a.X(utc("2023-01-01 00:00:00")); x <= a.Sections[0].Right || x >= a.Sections[1].Left {
		t.Errorf("what lies between is at %v, not in the break", x)
	}
	if ticks := a.Ticks(60); len(ticks) < 3 || !ticks[0].Day {
		t.Errorf("ticks: %+v", ticks)
	}
}

// Whatever the spans: later instants never lie further left, everything lies on the axis, and ticks keep their distance within a section.
func TestAnAxisKeepsTheOrderOfTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var spans []Span
		for range rapid.IntRange(1, 12).Draw(t, "spans") {
			from := time.Unix(rapid.Int64Range(-5e9, 3.7e9).Draw(t, "from"), 0).UTC()
			spans = append(spans, Span{from, from.Add(time.Duration(rapid.Int64Range(0, 4e8).Draw(t, "long")) * time.Second)})
		}
		a := AxisOf(spans, 680)
		for _, s := range spans {
			for _, o := range spans {
				if s.From.Before(o.To) && a.X(s.From) > a.X(o.To)+1e-9 {
					t.Fatalf("%v lies right of %v", s.From, o.To)
				}
			}
			if x := a.X(s.From); !(x >= 0 && x <= 680) {
				t.Fatalf("%v lies at %v", s.From, x)
			}
		}
		for _, s := range a.Sections {
			last := math.Inf(-1)
			for _, tick := range a.Ticks(60) {
				if tick.X < s.Left || tick.X > s.Right {
					continue
				}
				if tick.X-last < 55 { // years are not all equally long
					t.Fatalf("ticks at %v and %v", last, tick.X)
				}
				last = tick.X
			}
		}
	})
}
