package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// moment is one line of the table of times.
type moment struct {
	stated, zone, meaning, source, place template.HTML
	span                                 clock.Span
	read                                 bool // span is known
	drawn                                bool // takes part in the bars
}

// times lists every stated and claimed time by the earliest moment it can mean.
func (m maker) times() template.HTML {
	var rows []moment
	for _, s := range all[pipeline.CaptureTime](m.r) {
		r, ok := clock.Of(s.fact)
		row := moment{
			stated: m.stated(s.fact, r), zone: m.Word("zone", string(s.fact.Zone)), meaning: m.meaning(s.fact.Meaning),
			source: code(s.fact.Source), place: m.where(s.Where), read: ok, drawn: ok && !r.Unset(),
		}
		if ok {
			row.span = r.Span()
		}
		rows = append(rows, row)
	}
	rows = append(rows, m.claimedTimes()...)
	if len(rows) == 0 {
		return ""
	}
	if row, ok := m.received(); ok {
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, compareMoments)
	return m.timesTable(rows)
}

// received is the earliest receiving: by then the file existed.
func (m maker) received() (row moment, ok bool) {
	first := -1
	for i, r := range m.r.Issue.Receipts {
		if first < 0 || r.At.Before(m.r.Issue.Receipts[first].At) {
			first = i
		}
	}
	if first < 0 {
		return moment{}, false
	}
	at := m.r.Issue.Receipts[first].At.UTC()
	return moment{
		stated: ours(at.Format(instant)), meaning: m.meaning("received"), source: m.Say("time.received_source", "number", first+1),
		span: clock.Span{From: at, To: at}, read: true,
	}, true
}

// compareMoments puts the earliest first and what is no time last.
func compareMoments(a, b moment) int {
	switch {
	case a.read != b.read && a.read:
		return -1
	case a.read != b.read:
		return 1
	}
	return a.span.From.Compare(b.span.From)
}

// claimedTimes lists the givers' claims among the times.
func (m maker) claimedTimes() []moment {
	var out []moment
	seen := map[string]bool{}
	for i, c := range m.r.Core.Receipts {
		text := strings.TrimSpace(c.Claims.ClaimedTime)
		if text == "" || seen[text] {
			continue
		}
		seen[text] = true
		row := moment{stated: Show(text, maxSentence), meaning: m.meaning("claim"), source: m.Say("time.claim_source", "number", i+1)}
		if r, err := clock.ParseClaim(text); err == nil {
			row.read, row.drawn, row.span = true, true, r.Span()
			row.zone = m.Say("time.zone_claim_none")
			if r.Zoned {
				row.zone = m.Say("time.zone_claim")
			}
		}
		out = append(out, row)
	}
	return out
}

func (m maker) timesTable(rows []moment) template.HTML {
	draw := scaleOf(rows)
	t := table{class: "times", caption: m.Text("time.title"), heads: m.texts("time.stated", "time.span", "time.meaning", "time.source")}
	for _, r := range rows {
		span := m.Say("time.unread")
		if r.read {
			span = spanHTML(r.span) + m.bar(draw, r)
		}
		stated := r.stated
		if r.zone != "" {
			stated += `<br><span class="dim">` + r.zone + "</span>"
		}
		t.rows = append(t.rows, []template.HTML{stated, span, r.meaning, Join("<br>", r.source, r.place)})
	}
	return t.HTML()
}

// meaning names what a time is of, with an explanation where there is one.
func (m maker) meaning(s string) template.HTML {
	long, ok := m.book.Word("meaning_long", s)
	if !ok {
		return Show(s, MaxTitle)
	}
	return ours(long)
}

// stated shows a measured time on its own clock, or raw where it could not be read.
func (m maker) stated(t pipeline.CaptureTime, r clock.Reading) template.HTML {
	if t.Local == "" {
		return Show(t.Raw, maxSentence)
	}
	h := Show(strings.Replace(t.Local, "T", " ", 1), MaxTitle)
	switch {
	case t.Zone == pipeline.ZoneUTC:
		h += " UTC"
	case r.Zoned:
		sign, minutes := "+", r.Offset
		if minutes < 0 {
			sign, minutes = "−", -minutes
		}
		h += ours(fmt.Sprintf(" UTC%s%02d:%02d", sign, minutes/60, minutes%60))
	}
	return h
}

// spanHTML writes a stretch of moments, or one moment.
func spanHTML(s clock.Span) template.HTML {
	from, to := s.From.UTC(), s.To.UTC()
	if to.Sub(from) < time.Second {
		return `<span class="nb">` + ours(from.Format(time.DateTime)) + "</span>"
	}
	const minute = "2006-01-02 15:04"
	first, last := ours(from.Format(minute)), ours(to.Format(minute))
	if first == last {
		return `<span class="nb">` + first + "</span>"
	}
	return `<span class="nb">` + first + `</span> – <span class="nb">` + last + "</span>"
}

// scale is the stretch that bars are drawn over.
type scale struct {
	from time.Time
	long time.Duration
}

// longest is the longest stretch that bars are drawn over; beyond it a day is thinner than a hair.
const longest = 62 * 24 * time.Hour

// scaleOf finds the stretch that holds all moments to be drawn; a zero scale draws nothing.
func scaleOf(rows []moment) scale {
	var from, to time.Time
	n := 0
	for _, r := range rows {
		if !r.drawn {
			continue
		}
		n++
		if n == 1 || r.span.From.Before(from) {
			from = r.span.From
		}
		if n == 1 || r.span.To.After(to) {
			to = r.span.To
		}
	}
	if long := to.Sub(from); n > 1 && long > 0 && long <= longest {
		return scale{from, long}
	}
	return scale{}
}

// bar draws where a moment can lie within the scale, in thousandths of its width.
func (m maker) bar(s scale, r moment) template.HTML {
	if s.long == 0 || !r.drawn {
		return ""
	}
	x := 1000 * float64(r.span.From.Sub(s.from)) / float64(s.long)
	w := max(1000*float64(r.span.To.Sub(r.span.From))/float64(s.long), 8)
	x = min(x, 1000-w)
	return template.HTML(fmt.Sprintf( // numbers only
		`<svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" y="3" width="1000" height="2"/><rect class="run" x="%.1f" width="%.1f" height="8" rx="2"/></svg>`, x, w))
}
