package page

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// summary is the report in plain words. It is composed from facts by fixed rules: nothing is weighed up.
type summary struct {
	What   []template.HTML // what it is
	Says   []template.HTML // what the file and its givers say
	Can    []template.HTML // what can be said
	Cannot []template.HTML // what cannot be said
	Look   []look          // findings that ask for a person's look
}

// look points at a finding.
type look struct {
	Anchor string
	Badge  Badge
	Title  template.HTML
	Count  int // findings under this heading
}

func (m maker) summary() summary {
	s := summary{What: m.sumWhat(), Says: append(m.sumClaims(), m.sumFile()...), Can: m.sumCan(), Cannot: m.sumCannot()}
	for i, f := range m.r.Core.Findings {
		if f.Weight != pipeline.Contradicts && f.Weight != pipeline.Questions {
			continue
		}
		if m.continues(i) {
			s.Look[len(s.Look)-1].Count++
			continue
		}
		s.Look = append(s.Look, look{anchor(i), m.BadgeOf(f.Weight), m.TitleOf(f.Code), 1})
	}
	return s
}

func (m maker) sumWhat() []template.HTML {
	it := m.r.Core.Item
	kind := string(it.Kind)
	var out []template.HTML
	if it.Format == "" {
		out = append(out, m.Say("summary.item_unknown", "kind", kind, "size", m.Bytes(it.Size)))
	} else {
		out = append(out, m.Say("summary.item", "kind", kind, "format", it.Format, "size", m.Bytes(it.Size)))
	}
	if w, h, ok := m.pixels(); ok {
		out = append(out, m.Say("summary.raster", "width", digits(int64(w)), "height", digits(int64(h))))
	}
	if d, ok := m.duration(); ok {
		out = append(out, m.Say("summary.duration", "duration", m.lasting(d)))
	}
	if n := len(m.r.Core.Receipts); n > 0 {
		out = append(out, m.Say("summary.receipts", "name", m.name(), "count", n))
	}
	return out
}

// sumClaims repeats each distinct claim of time and place once.
func (m maker) sumClaims() []template.HTML {
	var out []template.HTML
	seen := map[string]bool{}
	add := func(line, claimed string) {
		if strings.Trim(claimed, " /") != "" && !seen[line+claimed] && len(out) < 8 {
			seen[line+claimed] = true
			out = append(out, m.Say(line, "claimed", claimed))
		}
	}
	for _, c := range m.r.Core.Receipts {
		add("summary.claim_time", c.Claims.ClaimedTime)
		add("summary.claim_place", c.Claims.ClaimedPlace)
		if c.Claims.Latitude != "" || c.Claims.Longitude != "" {
			add("summary.claim_place", c.Claims.Latitude+" / "+c.Claims.Longitude)
		}
	}
	if len(out) == 0 {
		out = append(out, m.Say("summary.claims_none"))
	}
	return out
}

// sumFile says what the file itself states of time, place and device.
func (m maker) sumFile() []template.HTML {
	var out []template.HTML
	seen := map[string]bool{}
	for _, s := range all[pipeline.CaptureTime](m.r) {
		r, ok := clock.Of(s.fact)
		key := s.fact.Meaning + r.From.Format(time.DateTime) // fractions of a second make no other time
		if !ok || r.Unset() || seen[key] || len(out) >= 4 {
			continue
		}
		switch s.fact.Meaning {
		case "original", "gps", "container_created":
			seen[key] = true
			out = append(out, m.Say("summary.time", "stated", m.stated(s.fact, r), "meaning", s.fact.Meaning, "zone", string(s.fact.Zone)))
		}
	}
	if len(out) == 0 {
		out = append(out, m.Say("summary.time_none"))
	}
	place := m.Say("summary.position_none")
	for _, s := range all[pipeline.Position](m.r) {
		if s.fact.Valid() {
			place = m.Say("summary.position", "stated", ours(fmt.Sprintf("%.6f, %.6f", s.fact.Latitude, s.fact.Longitude)))
			break
		}
	}
	device := m.Say("summary.device_none")
	for _, s := range all[pipeline.Device](m.r) {
		if d := deviceName(s.fact); d != "" {
			device = m.Say("summary.device", "device", d)
			break
		}
	}
	return append(out, place, device)
}

// deviceName joins maker and model; many models begin with their maker's name already.
func deviceName(d pipeline.Device) string {
	if len(d.Make) <= len(d.Model) && strings.EqualFold(d.Make, d.Model[:len(d.Make)]) {
		return d.Model
	}
	return joinText(d.Make, d.Model)
}

func (m maker) sumCan() []template.HTML {
	out := []template.HTML{m.Say("summary.bytes")}
	supported := false
	for i, f := range m.r.Core.Findings {
		if f.Weight == pipeline.Supports && !m.continues(i) {
			supported = true
			out = append(out, m.Say("summary.supports", "title", template.HTML(`<a href="#`+anchor(i)+`">`)+m.TitleOf(f.Code)+"</a>"))
		}
	}
	if !supported {
		out = append(out, m.Say("summary.supports_none"))
	}
	if n := m.r.Core.Matches; n > 0 {
		out = append(out, m.Say("summary.matches", "count", n))
	} else {
		out = append(out, m.Say("summary.matches_none"))
	}
	if c := m.r.Core.Cluster; c != nil && c.Size > 1 {
		out = append(out, m.Say("summary.cluster", "size", c.Size))
	}
	return out
}

func (m maker) sumCannot() []template.HTML {
	out := []template.HTML{m.Say("summary.not_scene"), m.Say("summary.not_checked"), m.Say("summary.not_editing")}
	var names template.HTML
	for _, o := range m.r.Core.Outcomes {
		if o.Status == pipeline.Failed || o.Status == pipeline.Partial || o.Status == pipeline.Refused {
			names = Join(", ", names, Show(o.By.Analyzer, MaxTitle)+" ("+m.Word("status", string(o.Status))+")")
		}
	}
	if names != "" {
		out = append(out, m.Say("summary.not_analysed", "names", names))
	}
	return out
}
