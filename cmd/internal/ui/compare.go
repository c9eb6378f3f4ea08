package ui

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"strconv"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report/page"
)

type comparePage struct {
	A, B     sideView
	Pictures bool   // both are photos: they can be laid on each other
	Map      string // JSON of the map from A to B, "" where none is known
	Matches  []matchView
	Hashes   []hashView
	Missing  []template.HTML
	Drawn    string // address of a drawing, "" where there is none
	Caption  template.HTML
	Action   string
	Verdicts []option
	Said     []saidLine
	Person   string
	Of       string // the item whose matches are gone through, "" where it is none
	OfAt     string // its address
	Just     *last
}

// sideView is one of the two items.
type sideView struct {
	card
	Letter  string
	Preview string // address of a large picture, "" where there is none
	Width   int
	Height  int
	Seconds template.HTML // of a video
}

// matchView is one match in words.
type matchView struct {
	Basis, Strength, Method template.HTML
	Strong                  bool
	Lines                   []template.HTML
	Bands                   []band
	SideA, SideB            float64       // how much of the longer timeline each takes, 0 to 1000
	Film                    template.HTML // letter of the video where the other is a picture: that alone has a time
	Segments                []segmentView
}

// band is a stretch in common between two timelines, in thousandths of the longer one. Where a side is a picture, B0 and B1 are the video's, whichever side it is.
type band struct {
	A0, A1, B0, B1 float64
	Anchor         string
	Loose          bool
	Title          string
}

// segmentView is a stretch in common with the pictures nearest to its middle.
type segmentView struct {
	Anchor      string
	Line        template.HTML
	A, B        string // addresses of pictures
	AtA, AtB    template.HTML
	Ambiguous   bool
	MirrorWords template.HTML
}

// hashView is two hashes held against each other.
type hashView struct {
	Views    template.HTML
	Distance int
	Width    int // of a bar, of 100, where 128 bits is what chance gives
	Form     template.HTML
	Counts   bool
}

// compare shows two items beside each other and why they are said to correspond.
func (p *Pages) compare(r *http.Request, v *visit) (view, error) {
	a, err := digestIn(r, "a")
	if err != nil {
		return view{}, err
	}
	b, err := digestIn(r, "b")
	if err != nil {
		return view{}, err
	}
	if a == b {
		return view{}, fmt.Errorf("%w: both are one item", errAsked)
	}
	c, err := p.kept.Compare(r.Context(), a, b)
	if err != nil {
		return view{}, err
	}
	out := comparePage{
		A: sideOf(v, c.A, "A"), B: sideOf(v, c.B, "B"), Action: comparePath(c.A.Item.Digest, c.B.Item.Digest), Person: v.session.person(),
		Pictures: c.A.Item.Kind == pipeline.Photo && c.B.Item.Kind == pipeline.Photo,
	}
	if l := c.Explanation.Layout; l != nil {
		text, err := json.Marshal(l.By)
		if err != nil {
			return view{}, err
		}
		out.Map = string(text)
	}
	for i, m := range c.Matches {
		out.Matches = append(out.Matches, matchOf(v, m, c, i))
	}
	for _, h := range c.Explanation.Hashes {
		out.Hashes = append(out.Hashes, hashOf(v, h))
	}
	for _, m := range c.Explanation.Missing {
		out.Missing = append(out.Missing, v.Say("missing", "method", string(m.Method), "why", string(m.Why)))
	}
	if err := p.draw(r, v, c, &out); err != nil {
		return view{}, err
	}
	for _, one := range pipeline.Verdicts() {
		out.Verdicts = append(out.Verdicts, option{Value: string(one), Text: v.Word("decision", string(one))})
	}
	for _, d := range c.Decisions {
		out.Said = append(out.Said, saidLine{
			Word: v.Word("decision", string(d.Verdict)), By: page.Show(string(d.By), page.MaxTitle), At: d.At.UTC().Format("2006-01-02 15:04:05 UTC"), Why: page.Show(d.Why, 2000),
		})
	}
	if of, err := pipeline.ParseDigest(r.URL.Query().Get("of")); err == nil && (of == a || of == b) {
		out.Of, out.OfAt = of.String(), itemPath(of)+"#matches"
	}
	out.Just = v.session.justDecided(r)
	return view{"compare", out}, nil
}

// draw puts in the drawing that says most of why the two correspond. One that was never made is made when it is first looked at: that takes
// longer than all the rest of the page.
func (p *Pages) draw(r *http.Request, v *visit, c Comparison, out *comparePage) error {
	e := c.Explanation
	if len(c.Matches) == 0 || e.Layout == nil && e.Frames == nil && e.Sound == nil {
		return nil
	}
	d, err := p.kept.Drawn(r.Context(), c.Matches[0])
	switch {
	case err != nil:
		return err
	case d == nil:
		out.Drawn, out.Caption = "/drawings/"+e.A.String()+"/"+e.B.String(), v.Say("drawing_unmade")
	default:
		out.Drawn, out.Caption = picturePath(d.Kept), v.Word("drawing", d.Shows)
	}
	return nil
}

func sideOf(v *visit, s Side, letter string) sideView {
	out := sideView{card: cardOf(v, s.Shown), Letter: letter, Width: s.Width, Height: s.Height}
	if s.Item.Kind == pipeline.Photo {
		out.Preview = "/previews/" + s.Item.Digest.Hex()
	}
	if s.Duration > 0 {
		out.Seconds = v.Say("seconds", "seconds", decimal(v, s.Duration))
	}
	return out
}

// decimal is a number with one digit after the sign that the language has there.
func decimal(v *visit, f float64) template.HTML { return v.Decimal(strconv.FormatFloat(f, 'f', 1, 64)) }

func matchOf(v *visit, m pipeline.Match, c Comparison, place int) matchView {
	out := matchView{Basis: v.Word("basis", string(m.Basis)), Strength: v.Word("strength", string(m.Strength)), Strong: m.Strength == pipeline.Confirmed, Method: page.Show(m.Method, 400)}
	say := func(line string, values ...any) { out.Lines = append(out.Lines, v.Say(line, values...)) }
	if m.OtherShot {
		say("matches.other_shot")
	}
	say("matches.bits", "distance", m.Distance)
	if m.Inliers > 0 {
		say("matches.places", "count", m.Inliers)
	}
	if m.Agreement != 0 {
		say("matches.agrees", "value", v.Decimal(strconv.FormatFloat(m.Agreement, 'f', 2, 64)))
	}
	if m.Transform.Mirror {
		say("matches.mirror")
	}
	if m.Transform.Rotate != 0 {
		say("matches.rotate", "degrees", m.Transform.Rotate)
	}
	if m.Moment != nil {
		out.Lines = append(out.Lines, v.Moment(*m.Moment))
	}
	if m.Share != nil {
		say("share", "a", percent(m.Share[0]), "b", percent(m.Share[1]))
	}
	out.timelines(v, m, c, place)
	return out
}

func percent(f float64) int { return int(math.Round(100 * min(max(f, 0), 1))) }

// timelines draws A's time above and B's below to one scale, with a band for each stretch in common.
func (out *matchView) timelines(v *visit, m pipeline.Match, c Comparison, place int) {
	longA, longB := c.A.Duration, c.B.Duration
	for _, s := range m.Segments {
		longA, longB = max(longA, s.AEnd), max(longB, s.BEnd)
	}
	long := max(longA, longB)
	if !(long > 0) || math.IsInf(long, 0) {
		return
	}
	at := func(t float64) float64 { return min(max(1000*t/long, 0), 1000) }
	out.SideA, out.SideB = at(longA), at(longB)
	for i, s := range m.Segments {
		anchor := fmt.Sprintf("s%d-%d", place+1, i+1)
		line := v.Say("segment", "number", i+1, "a0", decimal(v, s.AStart), "a1", decimal(v, s.AEnd), "b0", decimal(v, s.BStart), "b1", decimal(v, s.BEnd), "speed", v.Decimal(strconv.FormatFloat(s.Speed, 'g', 3, 64)))
		shown := band{at(s.AStart), max(at(s.AEnd), at(s.AStart)+2), at(s.BStart), max(at(s.BEnd), at(s.BStart)+2), anchor, s.Ambiguous, strconv.Itoa(i + 1)}
		if m.Basis == pipeline.PictureInVideo { // a picture has no time of its own
			from, to := s.BStart, s.BEnd
			out.Film = "B"
			if c.B.Item.Kind == pipeline.Photo {
				out.Film, from, to = "A", s.AStart, s.AEnd
			}
			line = v.Say("segment_still", "number", i+1, "seconds", decimal(v, from))
			shown.B0 = min(at(from), 996)
			shown.B1 = max(at(to), shown.B0+4)
		}
		one := segmentView{Anchor: anchor, Line: line, Ambiguous: s.Ambiguous}
		if s.Mirror {
			one.MirrorWords = v.Say("matches.mirror")
		}
		one.A, one.AtA = nearest(v, c.A, (s.AStart+s.AEnd)/2)
		one.B, one.AtB = nearest(v, c.B, (s.BStart+s.BEnd)/2)
		out.Segments = append(out.Segments, one)
		out.Bands = append(out.Bands, shown)
	}
}

// nearest is the address of the picture nearest to a moment of a side, and its moment; of a photo its own.
func nearest(v *visit, s Side, at float64) (string, template.HTML) {
	if len(s.Stills) == 0 {
		return picturePath(s.Thumbnail), ""
	}
	best := s.Stills[0]
	for _, one := range s.Stills {
		if math.Abs(one.Seconds-at) < math.Abs(best.Seconds-at) {
			best = one
		}
	}
	return picturePath(&best.Picture), v.Say("still_at", "seconds", decimal(v, best.Seconds))
}

func hashOf(v *visit, h compare.HashPair) hashView {
	named := func(view string) template.HTML {
		return v.Word("view", cmp.Or(view, "published"))
	}
	out := hashView{Views: named(h.Views[0]) + " ~ " + named(h.Views[1]), Distance: h.Distance, Width: min(100, h.Distance*100/128), Counts: h.Counts}
	if h.Time != nil {
		out.Views += " " + v.Say("still_at", "seconds", decimal(v, *h.Time))
	}
	switch {
	case h.Mirror && h.Rotate != 0:
		out.Form = page.Join(", ", v.Say("matches.rotate", "degrees", h.Rotate), v.Say("matches.mirror"))
	case h.Mirror:
		out.Form = v.Say("matches.mirror")
	case h.Rotate != 0:
		out.Form = v.Say("matches.rotate", "degrees", h.Rotate)
	}
	return out
}
