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
	short                                template.HTML // what it is of, in few words
	kind                                 string        // the meaning, "claim" or "received"
	span                                 clock.Span
	read                                 bool // span is known
	unset                                bool // of a clock that was never set
	zoned                                bool // the zone is known, so that the span is no wider than the statement
	citedBy                              func(pipeline.Cite) bool
}

// times lists every stated and claimed time by the earliest moment it can mean, and draws them on one line.
func (m maker) times() (table, line template.HTML) {
	var rows []moment
	for _, s := range all[pipeline.CaptureTime](m.r) {
		r, ok := clock.Of(s.fact)
		row := moment{
			stated: m.stated(s.fact, r), zone: m.Word("zone", string(s.fact.Zone)), meaning: m.meaning(s.fact.Meaning), short: m.Word("meaning_short", s.fact.Meaning),
			source: code(s.fact.Source), place: m.where(s.Where), kind: s.fact.Meaning, read: ok, unset: ok && r.Unset(), zoned: r.Zoned,
			citedBy: func(c pipeline.Cite) bool {
				return c.Analyzer == s.By.Analyzer && c.What == s.fact.Source && sameWhere(c.Where, s.Where)
			},
		}
		if ok {
			row.span = r.Span()
		}
		rows = append(rows, row)
	}
	rows = append(rows, m.claimedTimes()...)
	rows = append(rows, m.namedTimes()...)
	if len(rows) == 0 {
		return "", ""
	}
	if row, ok := m.received(); ok {
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, compareMoments)
	return m.timesTable(rows), m.timeline(rows)
}

// sameWhere compares two places in a file.
func sameWhere(a, b pipeline.Where) bool {
	return a.Path == b.Path && same(a.Offset, b.Offset) && a.Length == b.Length && same(a.Time, b.Time)
}

func same[T comparable](a, b *T) bool { return a == b || (a != nil && b != nil && *a == *b) }

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
		stated: ours(at.Format(instant)), meaning: m.meaning("received"), short: m.Word("meaning_short", "received"), kind: "received",
		source: m.Say("time.received_source", "number", first+1), span: clock.Span{From: at, To: at}, read: true, zoned: true,
		citedBy: func(pipeline.Cite) bool { return false },
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
		row := moment{
			stated: Show(text, maxSentence), meaning: m.meaning("claim"), short: m.Say("time.claim_source", "number", i+1), kind: "claim",
			source: m.Say("time.claim_source", "number", i+1), citedBy: func(p pipeline.Cite) bool { return p.What == "claim:claimed_time" && p.Value == text },
		}
		if r, err := clock.ParseClaim(text); err == nil {
			row.read, row.zoned, row.span = true, r.Zoned, r.Span()
			row.zone = m.Say("time.zone_claim_none")
			if r.Zoned {
				row.zone = m.Say("time.zone_claim")
			}
		}
		out = append(out, row)
	}
	return out
}

// namedTimes lists the dates that stand in names, as the findings say that they do.
func (m maker) namedTimes() []moment {
	var out []moment
	for _, f := range m.r.Core.Findings {
		if f.Code != "time.filename" && f.Code != "time.filename_received" {
			continue
		}
		r, err := clock.ParseClaim(f.Values["stated"])
		out = append(out, moment{
			stated: Show(f.Values["stated"], maxSentence), zone: m.Word("zone", string(pipeline.ZoneUnstated)), meaning: m.meaning("filename"),
			short: m.Word("meaning_short", "filename"), kind: "filename", source: Show(f.Values["name"], maxSentence), span: r.Span(), read: err == nil, zoned: r.Zoned,
			citedBy: func(c pipeline.Cite) bool { return c.What == "receipt:name" && c.Value == f.Values["name"] },
		})
	}
	return out
}

func (m maker) timesTable(rows []moment) template.HTML {
	t := table{class: "times", caption: m.Text("time.title"), heads: m.texts("time.stated", "time.span", "time.meaning", "time.source")}
	for i, r := range rows {
		span := m.Say("time.unread")
		if r.read {
			span = spanHTML(r.span)
		}
		stated := rowMark(i+1) + r.stated
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
