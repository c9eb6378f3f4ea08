package page

import (
	"fmt"
	"html/template"
	"slices"

	"dokaz/pipeline"
)

const instant = "2006-01-02 15:04:05 UTC"

// fillFront names the report, the item and what protects the reader and others.
func (m maker) fillFront(v *view) error {
	it, is := m.r.Core.Item, m.r.Issue
	name := m.name()
	v.Title = string(m.Text("title")) + ": " + ShowText(name, MaxTitle)
	v.Name = Show(name, MaxTitle)
	v.Line = m.line()

	clear, blurred, w, h := m.own()
	label, note := m.Text("picture_this"), ""
	if clear == nil && blurred == nil {
		if clear, w, h = m.preview(); clear != nil {
			label, note = m.Text("picture_preview"), m.Text("picture_preview")
		}
	}
	p, err := m.picture(clear, blurred, label)
	if err != nil {
		return err
	}
	p.Note = note
	p.Width, p.Height = w, h
	v.Picture = p

	revision := number(int64(is.Revision))
	if is.Prior == nil {
		revision += ", " + m.Say("front.first")
	} else {
		revision += ", " + m.Say("front.prior", "prior", short(*is.Prior))
	}
	v.Front = []pair{
		{m.Say("front.id"), short(m.doc)},
		{m.Say("front.revision"), revision},
		{m.Say("front.item"), short(it.Digest)},
		{m.Say("front.issued"), ours(is.At.UTC().Format(instant))},
		{m.Say("front.tool"), Show(is.Tool, maxSentence)},
	}
	v.Personal = m.personal()
	v.Identity = m.identity()
	return nil
}

// walls tells what stood round the child that examined.
func (m maker) walls() []pair {
	walls := m.Say("front.wall_none")
	if layers := m.r.Issue.Isolation; len(layers) > 0 {
		walls = ""
		for _, l := range layers {
			walls = Join("; ", walls, Join(" ", Show(l.Name, MaxTitle), "<b>"+m.Word("layer", l.State)+"</b>", bracket(Show(l.Detail, maxSentence))))
		}
	}
	return []pair{{m.Say("front.walls"), walls}}
}

// bracket puts brackets round what there is.
func bracket(h template.HTML) template.HTML {
	if h == "" || h == "<bdi></bdi>" {
		return ""
	}
	return "(" + h + ")"
}

// line says in one line what the item is.
func (m maker) line() template.HTML {
	it := m.r.Core.Item
	format := m.Word("format", it.Format)
	if it.Format == "" {
		format = ""
	}
	size := template.HTML("")
	if w, h, ok := m.pixels(); ok {
		size = ours(fmt.Sprintf("%d × %d", w, h))
	}
	length := template.HTML("")
	if d, ok := m.duration(); ok {
		length = m.lasting(d)
	}
	return Join(" · ", m.Word("kind", string(it.Kind)), format, m.Bytes(it.Size), size, length)
}

// pixels returns the picture's size as stored: of what is coded, or what metadata states of it, or of the first video stream.
func (m maker) pixels() (w, h int, ok bool) {
	if rasters := all[pipeline.Raster](m.r); len(rasters) > 0 {
		i := max(0, slices.IndexFunc(rasters, func(s said[pipeline.Raster]) bool { return s.fact.Coded() }))
		return rasters[i].fact.Width, rasters[i].fact.Height, true
	}
	for _, s := range all[pipeline.Stream](m.r) {
		if s.fact.Type == "video" && s.fact.Width > 0 {
			return s.fact.Width, s.fact.Height, true
		}
	}
	return 0, 0, false
}

// duration returns the container's stated duration in seconds.
func (m maker) duration() (float64, bool) {
	for _, s := range all[pipeline.Container](m.r) {
		if s.fact.Duration > 0 {
			return s.fact.Duration, true
		}
	}
	return 0, false
}

// personal lists what in this page can endanger people.
func (m maker) personal() []template.HTML {
	positions, serials, givers, networks := 0, 0, 0, 0
	for _, s := range all[pipeline.Position](m.r) {
		if s.fact.Valid() {
			positions++
		}
	}
	for _, s := range all[pipeline.Device](m.r) {
		if s.fact.Serial != "" {
			serials++
		}
	}
	for _, s := range m.statements() {
		if s.fact.Position != nil {
			positions++
		}
		if s.fact.Device != nil && s.fact.Device.Serial != "" {
			serials++
		}
		networks += len(s.fact.Sensitive)
	}
	for _, c := range m.r.Core.Receipts {
		if c.Claims.Latitude != "" || c.Claims.Longitude != "" {
			positions++
		}
		if c.Claims.Source != "" || c.Claims.Collector != "" || c.Claims.Consent != "" || c.Claims.Notes != "" || len(c.Claims.Other) > 0 {
			givers++
		}
	}
	var out []template.HTML
	for _, x := range []struct {
		line  string
		count int
	}{{"front.personal_position", positions}, {"front.personal_serial", serials}, {"front.personal_network", networks}, {"front.personal_giver", givers}} {
		if x.count > 0 {
			out = append(out, m.Say(x.line, "count", x.count))
		}
	}
	return out
}

// identity gives the item's digests and what identifies it.
func (m maker) identity() []pair {
	it := m.r.Core.Item
	format := m.Say("none")
	if it.Format != "" {
		format = m.Word("format", it.Format)
	}
	out := []pair{
		{m.Say("item.kind"), m.Word("kind", string(it.Kind))},
		{m.Say("item.format"), format},
		{m.Say("item.size"), number(it.Size) + " " + m.Say("item.bytes")},
		{m.Say("item.sha256"), hexText(it.Digest.Hex())},
		{m.Say("item.sha512"), hexText(it.SHA512.String())},
	}
	var names template.HTML
	seen := map[string]bool{}
	for _, c := range m.r.Core.Receipts {
		if seen[c.Name] || len(seen) >= 20 {
			continue
		}
		seen[c.Name] = true
		names = Join("<br>", names, Show(c.Name, maxSentence))
	}
	if names != "" {
		out = append(out, pair{m.Say("item.names"), names})
	}
	return out
}
