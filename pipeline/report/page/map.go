package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"dokaz/pipeline"
	"dokaz/pipeline/report/globe"
)

// spot is a place of a report that can be shown on a map.
type spot struct {
	globe.Place
	number  int    // in the table of places
	label   string // short, our words or the name of a field made harmless
	claimed bool
}

// maps draws an overview and a closer map of the places, or nothing where there are none. Beside them stands the table of places, which says
// the same in words.
func (m maker) maps(spots []spot) (template.HTML, error) {
	places := make([]globe.Place, len(spots))
	for i, s := range spots {
		places[i] = s.Place
	}
	wide, near, err := globe.Maps(places)
	if err != nil || wide == nil {
		return "", err
	}
	out := m.mapSVG("place.map_wide", "map-wide", wide, spots)
	if near != nil {
		out = m.mapSVG("place.map_near", "map-near", near, spots) + out
	}
	return `<div class="maps">` + out + `</div><p class="maplabel">` + m.Say("place.map_note") + "</p>", nil
}

// mapSVG draws one map. Its text is shown harmless like all text of a page.
func (m maker) mapSVG(title, id string, g *globe.Map, spots []spot) template.HTML {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	var said []string
	for _, s := range g.Spots {
		one := spots[s.Place]
		said = append(said, fmt.Sprintf("%d %s: %.4f, %.4f", one.number, one.label, one.Latitude, one.Longitude))
	}
	put(`<figure class="atlas"><svg viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="%s-t" aria-describedby="%s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		g.Width, g.Height, id, id, id, m.Say(title), id, ours(strings.Join(said, "; ")))
	put(`<rect class="sea" width="%.0f" height="%.0f"/>`, g.Width, g.Height)
	put(`<path class="land" d="%s"/><path class="border" d="%s"/>`, pathOf(g.Land, true), pathOf(g.Borders, false))
	m.mapGrid(put, g)
	for _, t := range g.Towns {
		x, anchor := t.At.X+5, ""
		if t.Left {
			x, anchor = t.At.X-5, ` text-anchor="end"`
		}
		put(`<circle class="town" cx="%.1f" cy="%.1f" r="2"/><text class="townname" x="%.1f" y="%.1f"%s>%s</text>`, t.At.X, t.At.Y, x, t.At.Y+3.5, anchor, m.Word("town", t.Key))
	}
	for _, n := range g.Names {
		put(`<text class="country" x="%.1f" y="%.1f">%s</text>`, n.At.X, n.At.Y+4, ours(countryIn(m.Lang(), n.Number)))
	}
	if len(g.Inset) == 2 {
		put(`<rect class="inset" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, g.Inset[0].X, g.Inset[0].Y, g.Inset[1].X-g.Inset[0].X, g.Inset[1].Y-g.Inset[0].Y)
	}
	mapSpots(put, g, spots)
	put(`<g class="scalebar"><path d="M12 %.0fv6h%.1fv-6"/><text x="%.1f" y="%.0f">%s</text></g>`, g.Height-16, g.Bar.Length, 18+g.Bar.Length, g.Height-9, m.metres(g.Bar.Metres))
	put(`<rect class="edge" width="%.0f" height="%.0f"/></svg><figcaption>%s</figcaption></figure>`, g.Width, g.Height, m.Say(title))
	return template.HTML(b.String()) // numbers, our words, and labels escaped by ours
}

// mapGrid draws meridians and parallels, each with its degrees.
func (m maker) mapGrid(put func(string, ...any), g *globe.Map) {
	for _, l := range g.Grid {
		if l.Parallel {
			put(`<path class="graticule" d="M0 %.1fH%.0f"/>`, l.At, g.Width)
			if l.At > 26 && l.At < g.Height-20 { // above are the meridians' degrees, below is the scale bar
				put(`<text class="degree" x="4" y="%.1f">%s</text>`, l.At-3, degreeText(l.Degrees, "N", "S"))
			}
			continue
		}
		put(`<path class="graticule" d="M%.1f 0V%.0f"/>`, l.At, g.Height)
		if l.At < g.Width-34 {
			put(`<text class="degree" x="%.1f" y="11">%s</text>`, l.At+3, degreeText(l.Degrees, "E", "W"))
		}
	}
}

// mapSpots draws the places: a disc for what a file states, a diamond for what a giver claims, and a broken circle round both within which
// the place can lie.
func mapSpots(put func(string, ...any), g *globe.Map, spots []spot) {
	for _, s := range g.Spots {
		if s.Radius > 5.5 {
			put(`<circle class="slack" cx="%.1f" cy="%.1f" r="%.1f"/>`, s.At.X, s.At.Y, s.Radius)
		}
	}
	for _, s := range g.Spots {
		if spots[s.Place].claimed {
			put(`<path class="spot claimed" d="M%.1f %.1fl8 8-8 8-8-8z"/>`, s.At.X, s.At.Y-8)
		} else {
			put(`<circle class="spot" cx="%.1f" cy="%.1f" r="4.5"/>`, s.At.X, s.At.Y)
		}
	}
	for _, l := range g.Labels {
		var names []string
		for _, p := range l.Places {
			names = append(names, strconv.Itoa(spots[p].number))
		}
		text := strings.Join(names[:min(len(names), 6)], ", ")
		if len(names) > 6 {
			text += " …"
		}
		if len(names) == 1 {
			text += " " + spots[l.Places[0]].label
		}
		anchor := ""
		if l.Left {
			anchor = ` text-anchor="end"`
		}
		put(`<text class="spotname" x="%.1f" y="%.1f"%s>%s</text>`, l.At.X, l.At.Y, anchor, ours(text))
	}
}

// pathOf writes lines as the data of an SVG path, to a tenth of a unit, each point from the one before (SVG 2 §9.3).
func pathOf(lines [][]globe.XY, closed bool) string {
	var b []byte
	tenths := func(v float64) int { return int(math.Round(v * 10)) }
	put := func(n int, first bool) {
		if !first && n >= 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendFloat(b, float64(n)/10, 'f', -1, 64)
	}
	for _, l := range lines {
		x, y := 0, 0
		for i, p := range l {
			b = append(b, "Ml"[min(i, 1)])
			put(tenths(p.X)-x, true)
			put(tenths(p.Y)-y, false)
			x, y = tenths(p.X), tenths(p.Y)
		}
		if closed {
			b = append(b, 'z')
		}
	}
	return string(b)
}

// degreeText writes the degrees of a line of the grid with the hemisphere's letter.
func degreeText(v float64, positive, negative string) string {
	letter := positive
	switch {
	case v == 0:
		letter, v = "", 0 // not minus nought
	case v < 0:
		letter, v = negative, -v
	}
	return strings.TrimSpace(strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) + "° " + letter)
}

// metres writes a distance with the unit that fits it.
func (m maker) metres(v float64) template.HTML {
	if v < 1000 {
		return m.Decimal(strconv.FormatFloat(v, 'f', 0, 64)) + " " + m.Say("place.metres")
	}
	digits := 0
	if v < 10_000 && v != math.Round(v/1000)*1000 {
		digits = 1
	}
	return m.Decimal(strconv.FormatFloat(v/1000, 'f', digits, 64)) + " " + m.Say("place.kilometres")
}

// radiusOf is how far from a stated position the device itself reckons with, metres: GPSHPositioningError (CIPA DC-008 §4.6.6), 0 where
// the file does not say it. It is taken for positions of the same reader's GPS fields.
func radiusOf(tags []said[pipeline.Tag], p said[pipeline.Position]) float64 {
	if p.fact.Source != "GPS" {
		return 0
	}
	for _, t := range tags {
		if t.fact.Group != "GPS" || t.fact.ID != "31" {
			continue
		}
		above, below, found := strings.Cut(t.fact.Value, "/")
		v, err := strconv.ParseFloat(above, 64)
		if found && err == nil {
			var d float64
			if d, err = strconv.ParseFloat(below, 64); err == nil {
				v /= d
			}
		}
		if err == nil && v > 0 && v < 1e6 {
			return v
		}
	}
	return 0
}
