package page

import (
	"cmp"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// match is one neighbour beside this item.
type match struct {
	Name     template.HTML
	Line     template.HTML // what the other item is
	Href     string        // the other's report, beside this one in a batch's folder
	Compare  string        // both held against each other, where a server shows that
	Blurred  still
	Clear    still
	Strength template.HTML
	Strong   bool
	Lines    []pair
	Segments template.HTML
	Map      template.HTML
	Still    bool // a picture in a video
	Drawn    drawn
}

func (m maker) fillMatches(v *view) error {
	core := m.r.Core
	if len(core.Neighbours) > 0 {
		v.MatchLine = m.Say("matches.shown", "total", core.Matches, "shown", len(core.Neighbours))
	}
	if c := core.Cluster; c != nil {
		v.Cluster = m.Say("matches.cluster", "size", c.Size, "representative", short(c.Representative))
	}
	draw := maxDrawn
	for _, n := range core.Neighbours {
		one, err := m.match(n)
		if err != nil {
			return err
		}
		if draw > 0 && n.Match.Strength == pipeline.Confirmed && !n.Decision.Parts() {
			if one.Drawn, err = m.drawn(n); err != nil {
				return err
			}
			if one.Drawn.URI != "" {
				draw--
			}
		}
		v.Matches = append(v.Matches, one)
	}
	if len(v.Matches) > 0 {
		v.OwnBlurred = ownStill("own-blurred", v.Picture.Blurred, v.Picture)
		v.OwnClear = ownStill("own-clear", v.Picture.Clear, v.Picture)
	}
	return nil
}

// still is one picture without a cover. This item's own stands in the page once and is referred to by every
// match, so that fifty matches do not carry it fifty times.
type still struct {
	URI           template.URL
	Ref           string // name of the page's own picture, "" where there is none
	Alt           string
	Absent        string
	Width, Height int // pixels, of the page's own
}

func ownStill(ref string, uri template.URL, p picture) still {
	s := still{URI: uri, Alt: p.Alt, Absent: p.Hidden, Width: p.Width, Height: p.Height}
	if uri != "" && p.Width > 0 && p.Height > 0 {
		s.Ref = ref
	}
	if p.Absent != "" {
		s.Absent = p.Absent
	}
	return s
}

// Revealable reports whether there is a picture to show.
func (m match) Revealable() bool { return m.Clear.URI != "" }

func (m maker) match(n pipeline.Neighbour) (match, error) {
	name := n.Name
	if name == "" {
		name = n.Other.Digest.Hex()[:16]
	}
	label := strings.ReplaceAll(m.Text("picture_of"), "{name}", ShowText(name, MaxTitle))
	p, err := m.picture(n.Thumbnail, n.Blurred, label)
	if err != nil {
		return match{}, err
	}
	from := n.Match.A == m.r.Core.Item.Digest // the match leads from this item to the other
	out := match{
		Name: Show(name, MaxTitle), Href: "../" + n.Other.Digest.Hex() + "/report.html",
		Blurred: still{URI: p.Blurred, Alt: p.Alt, Absent: cmp.Or(p.Absent, p.Hidden)}, Clear: still{URI: p.Clear, Alt: p.Alt, Absent: p.Absent},
		Line:     Join(" · ", m.Word("kind", string(n.Other.Kind)), shownWord(m.Speaker, "format", n.Other.Format), m.Bytes(n.Other.Size)),
		Strength: m.Word("strength", string(n.Match.Strength)), Strong: n.Match.Strength == pipeline.Confirmed,
		Segments: m.segments(n.Match, from), Map: m.segmentMap(n.Match, from), Still: n.Match.Basis == pipeline.PictureInVideo,
	}
	if m.links != nil {
		out.Href, out.Compare = m.links.Report(n.Other.Digest), m.links.Compare(m.r.Core.Item.Digest, n.Other.Digest)
	}
	distance := m.Say("matches.bits", "distance", n.Match.Distance)
	if len(n.Match.Segments) > 0 {
		distance = m.Say("matches.bits_median", "distance", n.Match.Distance)
	}
	out.Lines = []pair{
		{m.Say("matches.basis"), m.Word("basis", string(n.Match.Basis))},
		{m.Say("matches.strength"), "<b>" + m.Word("strength", string(n.Match.Strength)) + "</b>: " + m.Word("strength_meaning", string(n.Match.Strength))},
		{m.Say("matches.distance"), distance},
		{m.Say("matches.transform"), m.transform(n.Match.Transform, from)},
	}
	out.Lines = append(out.Lines, m.geometry(n.Match)...)
	out.Lines = append(out.Lines, m.decision(n.Decision)...)
	out.Lines = append(out.Lines, pair{m.Say("item.sha256"), hexText(n.Other.Digest.Hex())}, pair{m.Say("matches.method"), shown(n.Match.Method)})
	return out, nil
}

// geometry says how pictures agree once they are laid on each other, and whether sound agrees with footage.
func (m maker) geometry(mt pipeline.Match) (out []pair) {
	if mt.OtherShot {
		out = append(out, pair{m.Say("matches.kind"), m.Say("matches.other_shot")})
	}
	if mt.WithSound {
		out = append(out, pair{m.Say("matches.sound"), m.Say("matches.with_sound")})
	}
	if mt.Inliers > 0 {
		out = append(out, pair{m.Say("matches.inliers"), m.Say("matches.places", "count", number(int64(mt.Inliers)))})
	}
	if mt.Agreement != 0 {
		out = append(out, pair{m.Say("matches.agreement"), m.Say("matches.agrees", "value", m.Decimal(fmt.Sprintf("%.2f", mt.Agreement)))})
	}
	if mt.Moment != nil {
		out = append(out, pair{m.Say("matches.moment"), m.Moment(*mt.Moment)})
	}
	return out
}

// Moment says what decoding a film once more told of when a picture was taken, or why it did not.
func (s Speaker) Moment(o pipeline.Moment) template.HTML {
	key := "matches.moment_open"
	switch {
	case o.Not == pipeline.FilmAbsent:
		return s.Say("matches.moment_absent")
	case o.Not != "":
		return s.Say("matches.moment_unread")
	case !o.Told:
		return s.Say("matches.moment_untold", "frames", number(int64(o.Frames)))
	case o.Distinct:
		key = "matches.moment_distinct"
	}
	next := template.HTML("—")
	if o.Next > 0 {
		next = s.Decimal(fmt.Sprintf("%.2f", o.Next))
	}
	return s.Say(key, "time", s.instantOf(o.Time), "frames", number(int64(o.Frames)), "unlike", s.Decimal(fmt.Sprintf("%.2f", o.Unlike)), "next", next)
}

// instantOf is a time in a film to a thousandth of a second: that of one frame.
func (s Speaker) instantOf(t float64) template.HTML {
	return s.Decimal(fmt.Sprintf("%.3f", t)) + "&nbsp;" + s.Word("unit", "s")
}

// decision says what a person decided on the pair.
func (m maker) decision(d *pipeline.PairDecision) []pair {
	if d == nil {
		return nil
	}
	by, at := Show(string(d.By), MaxTitle), ours(d.At.UTC().Format(instant))
	said := m.Say("matches.decided", "decision", string(d.Verdict), "by", by, "at", at)
	if d.Why != "" {
		said = m.Say("matches.decided_why", "decision", string(d.Verdict), "by", by, "at", at, "why", Show(d.Why, maxSentence))
	}
	if d.Parts() {
		said = Join("<br>", said, m.Say("matches.parted"))
	}
	return []pair{{m.Say("matches.decision"), said}}
}

// maxDrawn bounds the drawings of a page: the nearest confirmed matches have one.
const maxDrawn = 5

// drawn is a drawing that is hidden until it is asked for.
type drawn struct {
	URI     template.URL
	Alt     string
	Caption template.HTML
	Lazy    bool // a file beside the page, to be loaded when it comes into view
}

func (m maker) drawn(n pipeline.Neighbour) (out drawn, err error) {
	if m.drawings == nil {
		return out, nil
	}
	d, err := m.drawings(n.Match)
	if err != nil || d == nil {
		return out, err
	}
	if m.links != nil && d.Kept != nil {
		out.URI, _, err = m.pictures.uri(d.Kept)
	} else {
		out.URI, _ = m.pictures.inline(d.Bytes, d.MediaType)
	}
	out.Lazy = m.links != nil
	out.Alt = strings.ReplaceAll(m.Text("matches.draw_of"), "{name}", ShowText(n.Name, MaxTitle))
	which := m.Say("matches.draw_there")
	if d.A == m.r.Core.Item.Digest {
		which = m.Say("matches.draw_here")
	}
	out.Caption = which + " " + m.Word("drawing", d.Shows)
	return out, err
}

// shownWord is word with nothing for nothing.
func shownWord(s Speaker, list, entry string) template.HTML {
	if entry == "" {
		return ""
	}
	return s.Word(list, entry)
}

// transform says in words what takes one picture to the other.
func (m maker) transform(t pipeline.Transform, from bool) template.HTML {
	var parts []template.HTML
	if t.Mirror {
		parts = append(parts, m.Say("matches.mirror"))
	}
	if t.Rotate != 0 {
		parts = append(parts, m.Say("matches.rotate", "degrees", digits(int64(t.Rotate))))
	}
	if c := t.Crop; c != nil {
		parts = append(parts, m.Say("matches.crop", "x", ours(trim(c[0])), "y", ours(trim(c[1])), "w", ours(trim(c[2])), "h", ours(trim(c[3]))))
	}
	if c := t.Within; c != nil {
		parts = append(parts, m.Say("matches.within", "x", ours(trim(c[0])), "y", ours(trim(c[1])), "w", ours(trim(c[2])), "h", ours(trim(c[3]))))
	}
	if len(parts) == 0 {
		return m.Say("matches.same")
	}
	direction := m.Say("matches.direction_other")
	if from {
		direction = m.Say("matches.direction_this")
	}
	return direction + ": " + Join(", ", parts...)
}

// shared is a segment seen from this item.
type shared struct {
	pipeline.Segment
	here, there [2]float64
	speed       float64
}

// seen turns a match's segments so that this item comes first.
func seen(mt pipeline.Match, from bool) []shared {
	out := make([]shared, 0, len(mt.Segments))
	for _, s := range mt.Segments {
		one := shared{Segment: s, here: [2]float64{s.AStart, s.AEnd}, there: [2]float64{s.BStart, s.BEnd}, speed: s.Speed}
		if !from {
			one.here, one.there = one.there, one.here
			if s.Speed != 0 {
				one.speed = 1 / s.Speed
			}
		}
		out = append(out, one)
	}
	return out
}

func (m maker) segments(mt pipeline.Match, from bool) template.HTML {
	t := table{class: "segments", caption: m.Text("matches.segments"), heads: m.texts("matches.segment", "matches.here", "matches.there", "matches.speed", "matches.frames", "matches.median")}
	for i, s := range seen(mt, from) {
		there := m.spanText(s.there)
		if s.Ambiguous {
			there = Join("; ", there, m.Say("matches.ambiguous"))
		}
		frames, median := template.HTML(""), template.HTML("")
		if s.Frames > 0 {
			frames, median = digits(int64(s.Frames)), m.Say("matches.bits", "distance", s.Distance)
		}
		t.rows = append(t.rows, []template.HTML{
			ours(strconv.Itoa(i + 1)), m.spanText(s.here), there, "× " + m.Decimal(trim(s.speed)), frames, median,
		})
	}
	return t.HTML()
}

func (s Speaker) spanText(t [2]float64) template.HTML {
	return `<span class="nb">` + s.seconds(t[0]) + " – " + s.seconds(t[1]) + "</span>"
}

// segmentMap draws this item's time above, the other's below, and each stretch in common as a band between
// them, all to one scale. A picture has no time: of one in a video that alone is drawn, where its length is known, with a mark.
func (m maker) segmentMap(mt pipeline.Match, from bool) template.HTML {
	all := seen(mt, from)
	if mt.Basis == pipeline.PictureInVideo {
		return m.momentMap(all)
	}
	here, there := 0.0, 0.0
	for _, s := range all {
		here, there = max(here, s.here[1]), max(there, s.there[1])
	}
	if d, ok := m.duration(); ok && d < 1e6 {
		here = max(here, d)
	}
	long := max(here, there)
	if len(all) == 0 || !(long > 0) || long > 1e6 {
		return ""
	}
	at := func(t float64) float64 { return min(max(1000*t/long, 0), 1000) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="%s">`, template.HTMLEscapeString(m.Text("matches.map")))
	fmt.Fprintf(&b, `<rect class="rail" y="4" width="%.1f" height="14" rx="3"/><rect class="rail" y="82" width="%.1f" height="14" rx="3"/>`, at(here), at(there))
	for _, s := range all {
		class := "band"
		if s.Ambiguous {
			class = "band loose"
		}
		a0, a1, b0, b1 := at(s.here[0]), at(s.here[1]), at(s.there[0]), at(s.there[1])
		fmt.Fprintf(&b, `<polygon class="%s" points="%.1f,18 %.1f,18 %.1f,82 %.1f,82"/>`, class, a0, a1, b1, b0)
		fmt.Fprintf(&b, `<rect class="run" x="%.1f" y="4" width="%.1f" height="14"/><rect class="run" x="%.1f" y="82" width="%.1f" height="14"/>`, a0, max(a1-a0, 2), b0, max(b1-b0, 2))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers, and one line of ours
}

// momentMap draws this video's time with a mark where it shows the picture; nothing where this is the picture.
func (m maker) momentMap(all []shared) template.HTML {
	long, ok := m.duration()
	if !ok || !(long > 0) || long > 1e6 || m.r.Core.Item.Kind != pipeline.Video {
		return ""
	}
	at := func(t float64) float64 { return min(max(1000*t/long, 0), 1000) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map one" viewBox="0 0 1000 40" preserveAspectRatio="none" role="img" aria-label="%s"><rect class="rail" y="13" width="1000" height="14" rx="3"/>`,
		template.HTMLEscapeString(m.Text("matches.map")))
	for _, s := range all {
		class := "run"
		if s.Ambiguous {
			class = "band loose"
		}
		from, to := at(s.here[0]), at(s.here[1])
		fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="4" width="%.1f" height="32"/>`, class, min(from, 996), max(to-from, 4))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers, and one line of ours
}
