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

// pieces shows, folded away, how the file is put together: a drawing of its regions, a tree of every piece with its place, which unfolds
// without any script, and the signatures and digests of what is coded.
func (m maker) pieces() template.HTML {
	list := all[pipeline.Piece](m.r)
	tree := m.tree(list)
	t := table{class: "pieces", caption: m.Text("pieces.signature"), heads: m.texts("pieces.piece", "pieces.length", "pieces.values")}
	for _, s := range all[pipeline.Signature](m.r) {
		t.rows = append(t.rows, []template.HTML{m.Say("pieces.signature"), "", Join(" ", shown(s.fact.Algorithm), hexText(s.fact.Digest.Hex()))})
	}
	for _, s := range all[pipeline.CodedDigest](m.r) {
		f := s.fact
		t.rows = append(t.rows, []template.HTML{m.Say("pieces.coded", "stream", f.Stream), number(f.Bytes), Join(" ", shown(f.Algorithm), hexText(f.Digest.Hex()))})
	}
	if tree == "" && len(t.rows) == 0 {
		return ""
	}
	return `<details class="fold"><summary>` + m.Say("pieces.title") + "</summary>" + m.byteMap(list) + tree + t.HTML() + "</details>\n"
}

// tree nests the pieces by their depth, each behind the one that holds it. A piece that holds others or has values unfolds.
func (m maker) tree(list []said[pipeline.Piece]) template.HTML {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<ul class="tree">`)
	m.branch(&b, list, 0)
	b.WriteString("</ul>")
	return template.HTML(b.String()) // made of what its makers show
}

// branch writes the pieces of a list, those behind one and deeper than it as its own, as far as maxNesting.
func (m maker) branch(b *strings.Builder, list []said[pipeline.Piece], nesting int) {
	for len(list) > 0 {
		s, inner := list[0], 1
		for inner < len(list) && list[inner].fact.Depth > s.fact.Depth && nesting < maxNesting {
			inner++
		}
		values := m.pieceValues(s.fact)
		if inner == 1 && values == "" {
			b.WriteString(`<li><p class="piece">` + string(m.pieceHead(s)) + "</p>")
		} else {
			b.WriteString(`<li><details class="piece"><summary>` + string(m.pieceHead(s)) + "</summary>" + string(values))
			if inner > 1 {
				b.WriteString("<ul>")
				m.branch(b, list[1:inner], nesting+1)
				b.WriteString("</ul>")
			}
			b.WriteString("</details>")
		}
		if s.fact.More > 0 {
			b.WriteString("<p>" + string(m.Say("pieces.more", "count", int(s.fact.More))) + "</p>")
		}
		b.WriteString("</li>\n")
		list = list[inner:]
	}
}

// maxNesting bounds lists within lists.
const maxNesting = 16

// pieceHead is the line of a piece: its name, its first byte and length, what it is and what stands out.
func (m maker) pieceHead(s said[pipeline.Piece]) template.HTML {
	place := number(s.Where.Length)
	if s.Where.Offset != nil {
		place = m.Say("pieces.place", "byte", number(*s.Where.Offset), "length", number(s.Where.Length))
	}
	return "<code>" + Show(s.fact.Name, MaxTitle) + `</code> <span class="dim">` + place + "</span> " + Join("; ", shown(s.fact.Label), bold(s.fact.Note))
}

// pieceValues lists what a piece holds.
func (m maker) pieceValues(f pipeline.Piece) template.HTML {
	var values template.HTML
	for _, x := range f.Fields {
		values = Join("; ", values, Join(" ", Show(x.Name, MaxTitle), shown(x.Value)))
	}
	if values == "" {
		return ""
	}
	if f.Cut {
		values += "; …"
	}
	return `<p class="vals">` + values + "</p>"
}

func bold(s string) template.HTML {
	if s == "" {
		return ""
	}
	return "<b>" + shown(s) + "</b>"
}
