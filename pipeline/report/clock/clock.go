// Package clock turns statements of time into the stretches of instants they can mean.
//
// It knows wall clocks, precision (a day is a day long) and what an unstated zone leaves open. It must not
// know what was measured, what is claimed by whom, nor what follows from a comparison, and it never asks
// what time it is now.
package clock

import (
	"time"

	"dokaz/pipeline"
)

// The widest zones in civil use, in minutes east of UTC: UTC−12:00 and UTC+14:00 (IANA Time Zone Database,
// Etc/GMT+12 and Pacific/Kiritimati). A wall clock of unstated zone stood somewhere between them.
const (
	WestmostOffset = -12 * 60
	EastmostOffset = 14 * 60
)

// Reading is one statement of time: a stretch on a wall clock and what is known of that clock's zone.
type Reading struct {
	From, To time.Time // first and last instant meant, as wall clock carried in UTC; To is not before From
	Zoned    bool      // Offset is known
	Offset   int       // minutes east of UTC, with Zoned
	Nominal  bool      // UTC by the format's definition, local time by the practice of many devices; not with Zoned
}

// Span is a closed stretch of instants in UTC.
type Span struct{ From, To time.Time }

// Span returns every instant the statement can mean: shifted by the offset where it is known, widened by
// all zones in civil use where it is not.
func (r Reading) Span() Span {
	if r.Zoned {
		shift := -time.Duration(r.Offset) * time.Minute
		return Span{r.From.Add(shift), r.To.Add(shift)}
	}
	return Span{r.From.Add(-EastmostOffset * time.Minute), r.To.Add(-WestmostOffset * time.Minute)}
}

// Wall returns the statement's stretch as its clock showed it.
func (r Reading) Wall() Span { return Span{r.From, r.To} }

// AsUTC returns the reading with its clock taken to run in UTC.
func (r Reading) AsUTC() Reading { return Reading{From: r.From, To: r.To, Zoned: true} }

// Gap is the time from the end of s to the beginning of o: positive where o lies wholly after s, negative
// where it lies wholly before, zero where they share an instant.
func (s Span) Gap(o Span) time.Duration {
	switch {
	case o.From.After(s.To):
		return o.From.Sub(s.To)
	case s.From.After(o.To):
		return -s.From.Sub(o.To)
	}
	return 0
}

// Of reads a measured statement; ok is false where its field holds no time.
func Of(t pipeline.CaptureTime) (r Reading, ok bool) {
	from, to, ok := parseLocal(t.Local)
	if !ok {
		return Reading{}, false
	}
	r = Reading{From: from, To: to}
	switch t.Zone {
	case pipeline.ZoneUTC:
		r.Zoned = true
	case pipeline.ZoneStated:
		if t.Offset != nil && *t.Offset >= -24*60 && *t.Offset <= 24*60 {
			r.Zoned, r.Offset = true, *t.Offset
		}
	case pipeline.ZoneNominal:
		r.Nominal = true
	case pipeline.ZoneUnstated:
	}
	return r, true
}

// parseLocal reads the wall-clock form of pipeline.CaptureTime, or its date alone.
func parseLocal(s string) (from, to time.Time, ok bool) {
	if t, err := time.Parse("2006-01-02T15:04:05.999999999", s); err == nil {
		return t, t, plausible(t)
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, t.AddDate(0, 0, 1).Add(-time.Second), plausible(t)
	}
	return time.Time{}, time.Time{}, false
}

// plausible keeps arithmetic on instants within what time.Duration can hold (about 292 years) of any other
// plausible instant.
func plausible(t time.Time) bool { return t.Year() >= 1800 && t.Year() < 2090 }

// Unset reports whether the clock shows where counting begins, the mark of a clock that was never set:
// 1904 (QuickTime and ISO base media), 1970 (Unix), 1980 (FAT, and GPS on 6 January), each within the first
// day on either side so that a zone shift does not hide it.
func (r Reading) Unset() bool {
	for _, e := range []time.Time{
		time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1980, 1, 6, 0, 0, 0, 0, time.UTC),
	} {
		if d := r.From.Sub(e); d > -24*time.Hour && d < 24*time.Hour {
			return true
		}
	}
	return false
}
