package clock

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func utc(s string) time.Time {
	t, err := time.Parse(time.DateTime, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestClaimsAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	minsk := 180
	second := func(s string) Reading { return Reading{From: utc(s), To: utc(s)} }
	zoned := func(r Reading, offset int) Reading { r.Zoned, r.Offset = true, offset; return r }
	evening := Reading{From: utc("2020-08-10 21:30:00"), To: utc("2020-08-10 21:30:59")}
	day := Reading{From: utc("2020-08-10 00:00:00"), To: utc("2020-08-10 23:59:59")}
	for in, want := range map[string]Reading{
		"2020-08-10":                    day,
		" 10.08.2020 ":                  day,
		"10.8.2020":                     day,
		"2020/08/10":                    day,
		"20200810":                      day,
		"10 August 2020":                day,
		"Aug 10, 2020":                  day,
		"13/08/2020":                    {From: utc("2020-08-13 00:00:00"), To: utc("2020-08-13 23:59:59")},
		"08/13/2020":                    {From: utc("2020-08-13 00:00:00"), To: utc("2020-08-13 23:59:59")},
		"08/08/2020":                    {From: utc("2020-08-08 00:00:00"), To: utc("2020-08-08 23:59:59")},
		"2020-08":                       {From: utc("2020-08-01 00:00:00"), To: utc("2020-08-31 23:59:59")},
		"2020":                          {From: utc("2020-01-01 00:00:00"), To: utc("2020-12-31 23:59:59")},
		"2020-08-10 21:30":              evening,
		"21:30 10.08.2020":              evening,
		"2020:08:10 21:30:05":           second("2020-08-10 21:30:05"),
		"2020-08-10T21:30:05.25":        {From: utc("2020-08-10 21:30:05").Add(250 * time.Millisecond), To: utc("2020-08-10 21:30:05").Add(250 * time.Millisecond)},
		"2020-08-10T21:30:05Z":          zoned(second("2020-08-10 21:30:05"), 0),
		"2020-08-10T21:30:05+03:00":     zoned(second("2020-08-10 21:30:05"), minsk),
		"2020-08-10 21:30:05 +0300":     zoned(second("2020-08-10 21:30:05"), minsk),
		"2020-08-10 21:30 UTC+3":        zoned(evening, minsk),
		"2020-08-10 21:30 (UTC +03:00)": zoned(evening, minsk),
		"2020-08-10 21:30-03:30":        zoned(evening, -210),
		"2020-08-10 GMT":                zoned(day, 0),
	} {
		got, err := ParseClaim(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}

func TestClaimsThatAreNotGuessedAt(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "yesterday", "about 2020-08-10", "08/09/2020", "2020-13-10", "2020-02-30", "21:30", "2020 21:30",
		"2020-08-10 2020-08-11", "2020-08-10 21:30 22:30", "2020-08-10 21:30 +03:00 +02:00", "2020-08-10 +15:00",
		"2020-08-10 25:00", "0000-00-00", "0001-01-01", "9999-01-01", "2020-08-10 <b>", "+", "UTC", strings.Repeat("1", 200),
	} {
		if got, err := ParseClaim(in); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%q became %+v, %v", in, got, err)
		}
	}
}

func TestSpanOfMeasuredTimes(t *testing.T) {
	t.Parallel()
	east := 180
	for name, c := range map[string]struct {
		in   pipeline.CaptureTime
		want Span
	}{
		"utc is one instant": {
			pipeline.CaptureTime{Local: "2020-08-10T18:30:00", Zone: pipeline.ZoneUTC},
			Span{utc("2020-08-10 18:30:00"), utc("2020-08-10 18:30:00")},
		},
		"a stated offset is taken off": {
			pipeline.CaptureTime{Local: "2020-08-10T21:30:00", Zone: pipeline.ZoneStated, Offset: &east},
			Span{utc("2020-08-10 18:30:00"), utc("2020-08-10 18:30:00")},
		},
		"an unstated zone leaves 14 h before and 12 h after": {
			pipeline.CaptureTime{Local: "2020-08-10T21:30:00", Zone: pipeline.ZoneUnstated},
			Span{utc("2020-08-10 07:30:00"), utc("2020-08-11 09:30:00")},
		},
		"nominal UTC may be any local time": {
			pipeline.CaptureTime{Local: "2020-08-10T21:30:00", Zone: pipeline.ZoneNominal},
			Span{utc("2020-08-10 07:30:00"), utc("2020-08-11 09:30:00")},
		},
		"stated without an offset is unstated": {
			pipeline.CaptureTime{Local: "2020-08-10T21:30:00", Zone: pipeline.ZoneStated},
			Span{utc("2020-08-10 07:30:00"), utc("2020-08-11 09:30:00")},
		},
	} {
		r, ok := Of(c.in)
		if !ok {
			t.Errorf("%s: not read", name)
			continue
		}
		if d := cmp.Diff(c.want, r.Span()); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if _, ok := Of(pipeline.CaptureTime{Local: "", Raw: "0000:00:00 00:00:00"}); ok {
		t.Error("an empty time was read")
	}
}

func TestGapIsSigned(t *testing.T) {
	t.Parallel()
	a := Span{utc("2020-08-10 00:00:00"), utc("2020-08-10 01:00:00")}
	b := Span{utc("2020-08-10 03:00:00"), utc("2020-08-10 04:00:00")}
	if got := a.Gap(b); got != 2*time.Hour {
		t.Errorf("b after a: %v", got)
	}
	if got := b.Gap(a); got != -2*time.Hour {
		t.Errorf("a before b: %v", got)
	}
	if got := a.Gap(Span{utc("2020-08-10 00:30:00"), utc("2020-08-11 00:00:00")}); got != 0 {
		t.Errorf("overlap: %v", got)
	}
}

func TestUnsetClocks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"1904-01-01T00:00:00": true, "1970-01-01T03:00:00": true, "1969-12-31T21:00:00": true,
		"1980-01-01T00:00:12": true, "1980-01-06T00:00:00": true,
		"1980-01-03T00:00:00": false, "2020-08-10T21:30:00": false, "1970-01-03T00:00:00": false,
	} {
		r, ok := Of(pipeline.CaptureTime{Local: in})
		if !ok || r.Unset() != want {
			t.Errorf("%s: read %v, unset %v, want %v", in, ok, r.Unset(), want)
		}
	}
}

func FuzzParseClaim(f *testing.F) {
	for _, s := range []string{"2020-08-10T21:30:05+03:00", "10 Aug 2020 21:30 UTC +3", "(2020),", "-:-:-T+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseClaim(s)
		if err != nil {
			if !errors.Is(err, pipeline.ErrMalformed) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if r.To.Before(r.From) || r.Offset < WestmostOffset || r.Offset > EastmostOffset || (!r.Zoned && r.Offset != 0) {
			t.Fatalf("%q: %+v", s, r)
		}
		if w := r.Span(); w.To.Before(w.From) {
			t.Fatalf("%q: %+v", s, w)
		}
	})
}
