package page

import (
	"encoding/hex"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// receipt is one act of receiving with what its giver claims.
type receipt struct {
	Anchor string
	Title  template.HTML
	Lines  []pair
}

func (m maker) receipts() []receipt {
	var out []receipt
	for i, c := range m.r.Core.Receipts {
		n := i + 1
		rc := receipt{Anchor: "r" + strconv.Itoa(n), Title: m.Say("receipts.number", "number", n)}
		add := func(term string, value template.HTML) {
			if value != "" {
				rc.Lines = append(rc.Lines, pair{m.Say(term), value})
			}
		}
		text := func(term, value string) {
			if value != "" {
				add(term, m.long(value, maxShown))
			}
		}
		text("receipts.name", c.Name)
		if len(c.RawName) > 0 {
			add("receipts.raw", hexText(hex.EncodeToString(c.RawName[:min(len(c.RawName), 256)])))
		}
		text("receipts.path", c.Path)
		if i < len(m.r.Issue.Receipts) && m.r.Issue.Receipts[i].Key == c.Key {
			is := m.r.Issue.Receipts[i]
			add("receipts.at", ours(is.At.UTC().Format(instant)))
			text("receipts.by", string(is.By))
			if !is.Modified.IsZero() {
				add("receipts.modified", ours(is.Modified.UTC().Format(instant)))
			}
		}
		text("receipts.source", c.Claims.Source)
		text("receipts.url", c.Claims.URL)
		text("receipts.claimed_time", c.Claims.ClaimedTime)
		text("receipts.claimed_place", c.Claims.ClaimedPlace)
		if c.Claims.Latitude != "" || c.Claims.Longitude != "" {
			text("receipts.coordinates", c.Claims.Latitude+" / "+c.Claims.Longitude)
		}
		text("receipts.collector", c.Claims.Collector)
		text("receipts.consent", c.Claims.Consent)
		text("receipts.notes", c.Claims.Notes)
		for _, name := range slices.Sorted(maps.Keys(c.Claims.Other)) {
			term := m.Say("receipts.other", "name", name)
			if word, ok := m.book.Word("column", name); ok {
				term = ours(word)
			}
			rc.Lines = append(rc.Lines, pair{term, m.long(c.Claims.Other[name], maxShown)})
		}
		out = append(out, rc)
	}
	return out
}

// clockSet is the least change of a clock, in seconds, that is told: a machine that sleeps and wakes is off by less.
const clockSet = 5

// custody lists the events, and between which of them the clock that their times are read from was set.
func (m maker) custody() template.HTML {
	t := table{class: "custody", caption: m.Text("custody.title"), heads: m.texts("custody.seq", "custody.at", "custody.act", "custody.by", "custody.subject", "custody.detail")}
	before := int64(0)
	for _, e := range m.r.Issue.Custody {
		at := ours(e.At.UTC().Format(time.DateTime)) + m.clockSet(e.Ahead-before)
		before = e.Ahead
		t.rows = append(t.rows, []template.HTML{
			digits(e.Seq), at, m.Word("act", string(e.Act)), Show(string(e.By), maxSentence), m.subject(e.Subject), shown(e.Detail),
		})
	}
	return t.HTML()
}

// clockSet says by how many seconds a clock was set before an event, "" where it was not.
func (m maker) clockSet(by int64) template.HTML {
	line := "custody.forward"
	if by < 0 {
		line, by = "custody.back", -by
	}
	if by < clockSet {
		return ""
	}
	return ` <strong>` + m.Say(line, "gap", clock.Length(time.Duration(by)*time.Second)) + `</strong>`
}

// subject names what an event concerns: a receipt of this report by its number, any other digest by its beginning.
func (m maker) subject(s string) template.HTML {
	d, err := pipeline.ParseDigest(s)
	if err != nil {
		return shown(s)
	}
	if n := m.number[d.Hex()]; n > 0 {
		return template.HTML(`<a href="#r`+strconv.Itoa(n)+`">`) + m.Say("cite.receipt", "number", n) + "</a>"
	}
	return short(d)
}

// shown is show in a table, with nothing for nothing.
func shown(s string) template.HTML {
	if s == "" {
		return ""
	}
	return Show(s, maxShown)
}

// texts returns several lines as plain text, for the heads of a table.
func (s Speaker) texts(names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = s.Text(n)
	}
	return out
}
