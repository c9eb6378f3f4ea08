package page

import (
	"fmt"
	"html/template"
	"strings"

	"dokaz/pipeline"
)

// finding is what a report says under one code and weight: the reading once, each observation with what it
// rests on.
type finding struct {
	Code         template.HTML
	Badge        Badge
	Title        template.HTML
	Observations []observation
	May          []template.HTML
	Benign       []template.HTML
	Limits       template.HTML
	Change       template.HTML
	Open         bool // shown unfolded: it asks for a person's look or speaks for a claim
}

// observation is one finding of the report.
type observation struct {
	Anchor string
	Says   template.HTML
	Cites  []template.HTML
}

// Badge is a weight as word, sign and colour, so that none of them carries it alone.
type Badge struct {
	Class string
	Sign  string
	Word  template.HTML
}

// weightCount is how many findings have a weight.
type weightCount struct {
	Badge   Badge
	Meaning template.HTML
	Count   int
	Anchor  string // of the first, "" where there is none
}

// weights in the order of a report, with their signs.
var weights = []struct {
	weight pipeline.Weight
	sign   string
}{{pipeline.Contradicts, "≠"}, {pipeline.Questions, "?"}, {pipeline.Supports, "="}, {pipeline.Note, "i"}}

// BadgeOf names a weight. A weight that is none of the four has no colour and is shown as it stands.
func (s Speaker) BadgeOf(w pipeline.Weight) Badge {
	for _, known := range weights {
		if known.weight == w {
			return Badge{Class: "w-" + string(w), Sign: known.sign, Word: s.Word("weight", string(w))}
		}
	}
	return Badge{Class: "w-note", Sign: "i", Word: Show(string(w), MaxTitle)}
}

// anchor names the i-th finding within the page.
func anchor(i int) string { return fmt.Sprintf("f%d", i+1) }

// TitleOf heads a finding; a code without a text, from a later version, stands for itself.
func (s Speaker) TitleOf(c pipeline.Code) template.HTML {
	if t, ok := s.book.Finding(c); ok {
		return ours(string(t.Title))
	}
	return Show(string(c), MaxTitle)
}

func (m maker) findings() ([]finding, []weightCount) {
	counts := make([]weightCount, len(weights))
	for i, w := range weights {
		counts[i] = weightCount{Badge: m.BadgeOf(w.weight), Meaning: m.Word("weight_meaning", string(w.weight))}
	}
	var out []finding
	for i, f := range m.r.Core.Findings {
		for j, w := range weights {
			if w.weight != f.Weight {
				continue
			}
			counts[j].Count++
			if counts[j].Anchor == "" {
				counts[j].Anchor = anchor(i)
			}
		}
		if !m.continues(i) {
			out = append(out, m.finding(f))
		}
		last := &out[len(out)-1]
		last.Observations = append(last.Observations, m.observation(i, f))
	}
	return out, counts
}

// continues reports whether the i-th finding stands under the same heading as the one before it.
func (m maker) continues(i int) bool {
	fs := m.r.Core.Findings
	return i > 0 && fs[i].Code == fs[i-1].Code && fs[i].Weight == fs[i-1].Weight
}

func (m maker) observation(i int, f pipeline.Finding) observation {
	t, _ := m.book.Finding(f.Code)
	out := observation{Anchor: anchor(i), Says: m.fill(t.Says, f.Values)}
	for _, c := range f.Cites {
		out.Cites = append(out.Cites, m.cite(c))
	}
	return out
}

func (m maker) finding(f pipeline.Finding) finding {
	t, _ := m.book.Finding(f.Code)
	out := finding{
		Code: code(string(f.Code)), Badge: m.BadgeOf(f.Weight), Title: m.TitleOf(f.Code),
		Limits: m.fill(t.Limits, f.Values), Change: m.fill(t.Change, f.Values), Open: f.Weight != pipeline.Note,
	}
	for _, l := range t.May {
		out.May = append(out.May, m.fill(l, f.Values))
	}
	for _, l := range t.Benign {
		out.Benign = append(out.Benign, m.fill(l, f.Values))
	}
	return out
}

// cite shows what a finding rests on: field, value, place, reader.
func (m maker) cite(c pipeline.Cite) template.HTML {
	what := code(c.What)
	if c.Value != "" {
		what += ` <span class="v">` + Show(c.Value, maxSentence) + "</span>"
	}
	place := m.where(c.Where)
	if key, ok := strings.CutPrefix(c.Where.Path, "receipt/"); ok && m.number[key] > 0 {
		n := m.number[key]
		place = template.HTML(fmt.Sprintf(`<a href="#r%d">`, n)) + m.Say("cite.receipt", "number", n) + "</a>"
	} else if other, path, ok := inOther(c.Where.Path); ok {
		rest := c.Where
		rest.Path = path
		place = Join(", ", template.HTML(`<a href="../`+other.Hex()+`/report.html">`)+m.Say("cite.other", "digest", short(other))+"</a>", m.where(rest))
	} else if c.Where.Path == "match" {
		place = template.HTML(`<a href="#matches">`) + m.Say("cite.match") + "</a>"
	} else if c.Where.Path == "item" {
		place = template.HTML(`<a href="#item">`) + m.Say("cite.item") + "</a>"
	}
	by := template.HTML("")
	if c.Analyzer != "" {
		by = m.Say("cite.by", "analyzer", Show(c.Analyzer, MaxTitle))
	}
	return Join(" — ", what, Join(", ", place, by))
}

// inOther tells a place in another item: its digest, and the path within it.
func inOther(path string) (other pipeline.Digest, rest string, ok bool) {
	hex, ok := strings.CutPrefix(path, "item/")
	if !ok {
		return other, "", false
	}
	hex, rest, _ = strings.Cut(hex, "/")
	other, err := pipeline.ParseDigest(hex)
	return other, rest, err == nil
}
