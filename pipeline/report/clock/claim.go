package clock

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dokaz/pipeline"
)

// maxClaim bounds the text that is read as a time, in bytes.
const maxClaim = 128

// ParseClaim reads a time as people write it: a date alone (day, month or year), or a date and a time of
// day in either order, with or without a zone. Accepted dates are 2020-08-10, 2020/08/10, 2020:08:10,
// 20200810, 10.08.2020, 2020-08, 2020, and 10 Aug 2020; 10/08/2020 only where one of the two numbers cannot
// be a month, since the orders day/month and month/day are both in use. Zones are Z, UTC, GMT, +03:00,
// +0300, +3, UTC+3. Whatever else stands in s makes it pipeline.ErrMalformed: nothing is guessed.
func ParseClaim(s string) (Reading, error) {
	if len(s) > maxClaim {
		return Reading{}, fmt.Errorf("%w: a time of %d bytes", pipeline.ErrMalformed, len(s))
	}
	p := claim{words: split(s)}
	if err := p.read(); err != nil {
		return Reading{}, fmt.Errorf("%w: time %q: %w", pipeline.ErrMalformed, s, err)
	}
	r := Reading{From: p.from.Add(p.clock), Zoned: p.zoned, Offset: p.offset}
	r.To = r.From.Add(p.width - time.Second)
	if p.timed {
		r.To = r.From.Add(p.clockWidth - time.Second)
	}
	if r.To.Before(r.From) {
		r.To = r.From
	}
	if !plausible(r.From) {
		return Reading{}, fmt.Errorf("%w: time %q: the year %d", pipeline.ErrMalformed, s, r.From.Year())
	}
	return r, nil
}

// split separates words at white space and commas, a date from its time at T, and a zone sign from its clock.
func split(s string) []string {
	s = strings.NewReplacer(",", " ", "(", " ", ")", " ", "\u2212", "-", "\u00a0", " ").Replace(s)
	var out []string
	for _, w := range strings.Fields(s) {
		if i := strings.IndexAny(w, "Tt"); i >= 4 && i < len(w)-1 && digit(w[i-1]) && digit(w[i+1]) {
			out = append(out, w[:i])
			w = w[i+1:]
		}
		if i := strings.IndexAny(w, "+-Zz"); i >= 3 && strings.Contains(w[:i], ":") && digit(w[i-1]) && !strings.Contains(w[:i], "-") {
			out = append(out, w[:i], w[i:])
			continue
		}
		out = append(out, w)
	}
	return out
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// claim collects what the words of a claimed time say; each part may stand once.
type claim struct {
	words         []string
	from          time.Time     // of the date
	width         time.Duration // of the date: a day, a month, a year
	clock         time.Duration // since midnight
	clockWidth    time.Duration // a minute or a second
	offset        int
	dated, timed  bool
	zoned, dayful bool // dayful: the date names a day
}

var (
	errTwice   = errors.New("says the same part twice")
	errUnknown = errors.New("holds a word that is not part of a time")
	errNoDate  = errors.New("names no date")
)

func (p *claim) read() error {
	for i := 0; i < len(p.words); {
		n, err := p.word(p.words[i:])
		if err != nil {
			return err
		}
		i += n
	}
	switch {
	case !p.dated:
		return errNoDate
	case p.timed && !p.dayful:
		return errors.New("gives a time of day without a day")
	}
	return nil
}

// word reads the part that begins ws and returns how many words it took.
func (p *claim) word(ws []string) (int, error) {
	if len(ws) >= 3 {
		if d, ok := spelled(ws[0], ws[1], ws[2]); ok {
			return 3, p.date(d, 24*time.Hour, true)
		}
	}
	w := ws[0]
	if d, width, dayful, ok := numeric(w); ok {
		return 1, p.date(d, width, dayful)
	}
	if c, width, ok := timeOfDay(w); ok {
		if p.timed {
			return 0, errTwice
		}
		p.timed, p.clock, p.clockWidth = true, c, width
		return 1, nil
	}
	taken := 1
	if u := strings.ToUpper(w); len(ws) > 1 && (u == "UTC" || u == "GMT") {
		if _, ok := zone(u + ws[1]); ok { // "UTC +03:00"
			w, taken = u+ws[1], 2
		}
	}
	if o, ok := zone(w); ok {
		if p.zoned {
			return 0, errTwice
		}
		p.zoned, p.offset = true, o
		return taken, nil
	}
	return 0, errUnknown
}

func (p *claim) date(d time.Time, width time.Duration, dayful bool) error {
	if p.dated {
		return errTwice
	}
	p.dated, p.from, p.width, p.dayful = true, d, width, dayful
	return nil
}

// numeric reads a date written in digits.
func numeric(w string) (d time.Time, width time.Duration, dayful, ok bool) {
	const day = 24 * time.Hour
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006:1:2", "20060102", "2.1.2006", "2006.1.2"} {
		if d, err := time.Parse(layout, w); err == nil {
			return d, day, true, true
		}
	}
	european, err1 := time.Parse("2/1/2006", w)
	american, err2 := time.Parse("1/2/2006", w)
	switch {
	case err1 == nil && (err2 != nil || european.Equal(american)):
		return european, day, true, true
	case err2 == nil && err1 != nil:
		return american, day, true, true
	}
	if d, err := time.Parse("2006-01", w); err == nil {
		return d, d.AddDate(0, 1, 0).Sub(d), false, true
	}
	if d, err := time.Parse("2006", w); err == nil {
		return d, d.AddDate(1, 0, 0).Sub(d), false, true
	}
	return time.Time{}, 0, false, false
}

// spelled reads a date with an English month name: 10 August 2020, or August 10 2020.
func spelled(a, b, c string) (time.Time, bool) {
	for _, layout := range []string{"2 Jan 2006", "2 January 2006", "Jan 2 2006", "January 2 2006"} {
		if d, err := time.Parse(layout, a+" "+b+" "+c); err == nil {
			return d, true
		}
	}
	return time.Time{}, false
}

// timeOfDay reads 21:30, 21:30:05 or 21:30:05.25.
func timeOfDay(w string) (since, width time.Duration, ok bool) {
	midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	if t, err := time.Parse("15:04", w); err == nil {
		return t.Sub(midnight), time.Minute, true
	}
	if t, err := time.Parse("15:04:05.999999999", w); err == nil {
		return t.Sub(midnight), time.Second, true
	}
	return 0, 0, false
}

// zone reads an offset in minutes east of UTC: Z, UTC, GMT, +03:00, +0300, +3, UTC+3.
func zone(w string) (int, bool) {
	u := strings.ToUpper(w)
	if u == "Z" {
		return 0, true
	}
	for _, name := range []string{"UTC", "GMT"} {
		if rest, cut := strings.CutPrefix(u, name); cut {
			if rest == "" {
				return 0, true
			}
			u = rest
			break
		}
	}
	if len(u) < 2 || (u[0] != '+' && u[0] != '-') {
		return 0, false
	}
	hours, minutes, colon := strings.Cut(u[1:], ":")
	if !colon && len(hours) == 4 {
		hours, minutes = hours[:2], hours[2:]
	}
	h, ok := number(hours, 2)
	m := 0
	if ok && minutes != "" {
		m, ok = number(minutes, 2)
		ok = ok && len(minutes) == 2
	}
	total := h*60 + m
	if u[0] == '-' {
		total = -total
	}
	if !ok || (colon && minutes == "") || m > 59 || total < WestmostOffset || total > EastmostOffset {
		return 0, false
	}
	return total, true
}

// number reads at most width decimal digits and nothing else.
func number(s string, width int) (int, bool) {
	if s == "" || len(s) > width || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
