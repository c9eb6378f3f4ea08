package page

import (
	"html/template"
	"strings"

	"dokaz/pipeline"
)

// past lists what the file tells of its own making: events, declarations, and identifiers that tie it to other files.
func (m maker) past() template.HTML {
	t := table{class: "past", caption: m.Text("past.title"), heads: m.texts("past.what", "past.value", "past.source", "past.where")}
	row := func(what string, value template.HTML, source string, w pipeline.Where) {
		t.rows = append(t.rows, []template.HTML{m.Say(what), value, code(source), m.where(w)})
	}
	for _, s := range all[pipeline.History](m.r) {
		f := s.fact
		row("past.history", Join("; ", shown(f.Action), shown(f.When), shown(f.Software), shown(f.Parameters), shown(f.Instance)), f.Source, s.Where)
	}
	for _, s := range all[pipeline.Declaration](m.r) {
		f := s.fact
		what := "past.edit"
		switch f.Subject {
		case "ai":
			what = "past.ai"
		case "capture":
			what = "past.capture"
		}
		value := shown(f.What)
		if !strings.HasSuffix(f.Value, f.What) {
			value = Join("; ", value, shown(f.Value))
		}
		row(what, Join(" ", value, bracket(shown(f.Vocabulary))), f.Source, s.Where)
	}
	for _, s := range all[pipeline.Relation](m.r) {
		f := s.fact
		row("past.relation", Join(" ", shown(f.Value), bracket(Join(", ", shown(f.What), shown(f.Note)))), f.Source, s.Where)
	}
	return t.HTML()
}

// pieces lists, folded away, how the file is put together: every piece with its first byte and length, those within others
// indented, then the signatures and the digests of what is coded.
func (m maker) pieces() template.HTML {
	t := table{class: "pieces", caption: m.Text("pieces.title"), heads: m.texts("pieces.piece", "pieces.byte", "pieces.length", "pieces.values")}
	for _, s := range all[pipeline.Piece](m.r) {
		f := s.fact
		at := template.HTML("")
		if s.Where.Offset != nil {
			at = number(*s.Where.Offset)
		}
		name := template.HTML(strings.Repeat("· ", min(f.Depth, 12))) + Show(f.Name, MaxTitle)
		values := Join("; ", shown(f.Label), bold(f.Note))
		for _, x := range f.Fields {
			values = Join("; ", values, Join(" ", Show(x.Name, MaxTitle), shown(x.Value)))
		}
		if f.Cut {
			values = Join("; ", values, "…")
		}
		t.rows = append(t.rows, []template.HTML{name, at, number(s.Where.Length), values})
		if f.More > 0 {
			t.rows = append(t.rows, []template.HTML{m.Say("pieces.more", "count", int(f.More)), "", "", ""})
		}
	}
	for _, s := range all[pipeline.Signature](m.r) {
		t.rows = append(t.rows, []template.HTML{m.Say("pieces.signature"), "", "", Join(" ", shown(s.fact.Algorithm), hexText(s.fact.Digest.Hex()))})
	}
	for _, s := range all[pipeline.CodedDigest](m.r) {
		f := s.fact
		t.rows = append(t.rows, []template.HTML{m.Say("pieces.coded", "stream", f.Stream), "", number(f.Bytes), Join(" ", shown(f.Algorithm), hexText(f.Digest.Hex()))})
	}
	if len(t.rows) == 0 {
		return ""
	}
	return `<details class="fold"><summary>` + m.Say("pieces.title") + "</summary>" + t.HTML() + "</details>\n"
}

func bold(s string) template.HTML {
	if s == "" {
		return ""
	}
	return "<b>" + shown(s) + "</b>"
}
