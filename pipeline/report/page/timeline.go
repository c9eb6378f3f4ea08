package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// Sizes of the time line in its own units.
const (
	lineWidth = 900.0
	laneName  = 250.0 // room for the names of lanes
	laneHigh  = 24.0
	axisHigh  = 40.0
	maxLanes  = 40
)

// clash joins two lanes that a finding sets against each other.
type clash struct {
	earlier, later int // lanes
	weight         pipeline.Weight
	anchor         string
	title          pipeline.Code
}

// timeline draws all times on one line, or nothing where fewer than two can be drawn: a lane for each, in the order of the table, whose
// numbers it repeats. rows are the rows of that table.
func (m maker) timeline(rows []moment) template.HTML {
	var lanes []int // rows
	var spans []clock.Span
	for i, r := range rows {
		if r.read && !r.unset && len(lanes) < maxLanes {
			lanes, spans = append(lanes, i), append(spans, r.span)
		}
	}
	if len(lanes) < 2 {
		return ""
	}
	axis := clock.AxisOf(spans, lineWidth-laneName-20)
	bottom := laneHigh*float64(len(lanes)) + 6
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	var said []string
	for _, i := range lanes {
		said = append(said, fmt.Sprintf("%d: %s – %s", i+1, rows[i].span.From.UTC().Format(time.DateTime), rows[i].span.To.UTC().Format(time.DateTime)))
	}
	put(`<div class="tw" tabindex="0" role="group" aria-label="%s"><svg class="timeline" viewBox="0 0 %.0f %.0f" role="group" aria-labelledby="tl-t" aria-describedby="tl-d"><title id="tl-t">%s</title><desc id="tl-d">%s</desc>`,
		m.Say("time.line"), lineWidth, bottom+axisHigh, m.Say("time.line"), ours(strings.Join(said, "; ")))
	drawAxis(put, axis, bottom)
	for lane, i := range lanes {
		r := rows[i]
		y := laneHigh*float64(lane) + 14
		put(`<text class="lane" x="0" y="%.1f"><tspan class="no">%d</tspan> %s</text>`, y+4, i+1, r.short)
		drawSpan(put, r, laneName+axis.X(r.span.From), laneName+axis.X(r.span.To), y)
	}
	clashes := m.clashes(rows, lanes)
	for k, c := range clashes {
		m.drawClash(put, c, k, func(lane int) (from, to, y float64) {
			s := rows[lanes[lane]].span
			return laneName + axis.X(s.From), laneName + axis.X(s.To), laneHigh*float64(lane) + 14
		})
	}
	put(`</svg></div><p class="maplabel">%s`, m.Say("time.line_note"))
	if len(clashes) > 0 {
		put(` %s`, m.Say("time.line_clash"))
	}
	put("</p>")
	return template.HTML(b.String()) // numbers, our words, and names shown by their makers
}

// drawAxis draws the sections of the axis with ticks; a break is a gap with two strokes.
func drawAxis(put func(string, ...any), axis clock.Axis, bottom float64) {
	for i, s := range axis.Sections {
		put(`<path class="axis" d="M%.1f %.1fH%.1f"/>`, laneName+s.Left, bottom, laneName+s.Right)
		if i > 0 {
			put(`<path class="break" d="M%.1f %.1fl8 -12m4 0l-8 12"/>`, laneName+s.Left-26, bottom+6)
		}
	}
	const apart, dateLong = 62, 76
	day := -2 * dateLong
	for _, t := range axis.Ticks(apart) {
		x := laneName + t.X
		put(`<path class="tick" d="M%.1f 4V%.1f"/>`, x, bottom+4)
		if hour := t.At.Format("15:04"); hour != "00:00" {
			put(`<text class="ticktext" x="%.1f" y="%.1f">%s</text>`, x, bottom+17, hour)
		}
		if t.Day && int(x)-day >= dateLong {
			day = int(x)
			put(`<text class="ticktext" x="%.1f" y="%.1f">%s</text>`, x, bottom+32, t.At.Format(time.DateOnly))
		}
	}
}

// drawSpan draws what a statement can mean: a disc for a moment, a bar for a stretch, striped where only the missing zone makes it one, a
// diamond or an outlined bar for a claim, a square for the receiving.
func drawSpan(put func(string, ...any), r moment, from, to, y float64) {
	class := "said"
	switch r.kind {
	case "claim":
		class = "said claimed"
	case "received":
		class = "said received"
	}
	if to-from > 9 {
		if r.zoned {
			put(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="10" rx="2"/>`, class, from, y-5, to-from)
			return
		}
		put(`<rect class="%s open" x="%.1f" y="%.1f" width="%.1f" height="10" rx="2"/><path class="%s stripes" d="M%.1f %.1fH%.1f"/>`, class, from, y-5, to-from, class, from+2, y, to-2)
		return
	}
	x := (from + to) / 2
	switch r.kind {
	case "claim":
		put(`<path class="%s" d="M%.1f %.1fl6 6-6 6-6-6z"/>`, class, x, y-6)
	case "received":
		put(`<rect class="%s" x="%.1f" y="%.1f" width="10" height="10"/>`, class, x-5, y-5)
	default:
		put(`<circle class="%s" cx="%.1f" cy="%.1f" r="5"/>`, class, x, y)
	}
}

// maxClashes bounds what is drawn across the lanes; the findings list all.
const maxClashes = 12

// clashes lists the pairs of lanes that a finding which contradicts or questions sets against each other: of all the lanes it cites, the one
// that ends first and the one that begins last.
func (m maker) clashes(rows []moment, lanes []int) []clash {
	var out []clash
	for i, f := range m.r.Core.Findings {
		if f.Weight != pipeline.Contradicts && f.Weight != pipeline.Questions {
			continue
		}
		first, last := -1, -1
		for lane, row := range lanes {
			if !slices.ContainsFunc(f.Cites, rows[row].citedBy) {
				continue
			}
			if s := rows[row].span; first < 0 || s.To.Before(rows[lanes[first]].span.To) {
				first = lane
			}
			if s := rows[row].span; last < 0 || s.From.After(rows[lanes[last]].span.From) {
				last = lane
			}
		}
		known := slices.IndexFunc(out, func(c clash) bool { return c.earlier == first && c.later == last })
		switch {
		case first == last || (known >= 0 && (out[known].weight == pipeline.Contradicts || f.Weight == pipeline.Questions)):
		case known >= 0:
			out[known] = clash{first, last, f.Weight, anchor(i), f.Code}
		case len(out) < maxClashes:
			out = append(out, clash{first, last, f.Weight, anchor(i), f.Code})
		}
	}
	return out
}

// drawClash joins two lanes by a line with the sign of the weight in its middle, which leads to the finding. k is how many were drawn before.
func (m maker) drawClash(put func(string, ...any), c clash, k int, lane func(int) (from, to, y float64)) {
	from, x0, y0 := lane(c.earlier)
	x1, to, y1 := lane(c.later)
	if x0 > x1 { // what both can mean overlaps: the clocks differ as they stand
		x0 = (max(from, x1) + min(x0, to)) / 2
		x1 = x0
	}
	badge := m.BadgeOf(c.weight)
	share := .5 + float64(k%3-1)*.18 // signs of lines that lie on each other stay apart
	x, y := x0+(x1-x0)*share, y0+(y1-y0)*share
	if math.Hypot(x1-x0, y1-y0) < 3*laneHigh {
		x -= 20 // beside a short line, not on what it joins
	}
	put(`<a href="#%s" aria-label="%s"><path class="clash %s" d="M%.1f %.1fL%.1f %.1f"/><circle class="clashsign %s" cx="%.1f" cy="%.1f" r="8"/><text class="clashtext" x="%.1f" y="%.1f" aria-hidden="true">%s</text></a>`,
		c.anchor, string(badge.Word)+": "+string(m.TitleOf(c.title)), badge.Class, x0, y0, x1, y1, badge.Class, x, y, x, y+4, badge.Sign)
}

// rowMark is the number of a row as tables and drawings show it.
func rowMark(n int) template.HTML {
	return `<b class="mark">` + template.HTML(strconv.Itoa(n)) + "</b> " // digits
}
