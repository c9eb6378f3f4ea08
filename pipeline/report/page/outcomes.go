package page

import (
	"html/template"
	"strconv"

	"dokaz/pipeline"
)

// outcomes lists every analyzer with how it ended and how much it said.
func (m maker) outcomes() template.HTML {
	said := map[pipeline.Ref]int{}
	for _, s := range m.r.Core.Measurements {
		said[s.By]++
	}
	t := table{class: "outcomes", caption: m.Text("outcomes.title"), heads: m.texts("outcomes.analyzer", "outcomes.status", "outcomes.reason", "outcomes.facts")}
	for _, o := range m.r.Core.Outcomes {
		status := "<b>" + m.Word("status", string(o.Status)) + "</b>"
		if meaning, ok := m.book.Word("status_meaning", string(o.Status)); ok && o.Status != pipeline.Done {
			status += ": " + ours(meaning)
		}
		name := Show(o.By.Analyzer, MaxTitle) + ` <span class="dim">v` + ours(strconv.Itoa(o.By.Version)) + "</span>"
		t.rows = append(t.rows, []template.HTML{name, status, m.longOrNothing(o.Reason), digits(int64(said[o.By]))})
	}
	return t.HTML()
}

func (s Speaker) longOrNothing(text string) template.HTML {
	if text == "" {
		return ""
	}
	return s.long(text, maxShown)
}

// reading is the fields that one reader gives.
type reading struct {
	Title template.HTML
	Table template.HTML
	More  template.HTML // rows not shown
}

// maxFields bounds the rows of metadata that one reader has on the page.
const maxFields = 2000

// metadata lists the raw fields reader by reader, in the order in which they were said.
func (m maker) metadata() []reading {
	var order []string
	by := map[string][]said[pipeline.Tag]{}
	for _, s := range all[pipeline.Tag](m.r) {
		if by[s.fact.Reader] == nil {
			order = append(order, s.fact.Reader)
		}
		by[s.fact.Reader] = append(by[s.fact.Reader], s)
	}
	var out []reading
	for _, reader := range order {
		fields := by[reader]
		t := table{
			class: "metadata", caption: m.Text("metadata.title"),
			heads: m.texts("metadata.name", "metadata.value", "metadata.group", "metadata.id", "metadata.type", "metadata.where"),
		}
		for _, s := range fields[:min(len(fields), maxFields)] {
			t.rows = append(t.rows, m.field(s))
		}
		one := reading{Title: m.Say("metadata.reader", "reader", reader, "count", len(fields)), Table: t.HTML()}
		if n := len(fields) - maxFields; n > 0 {
			one.More = m.Say("more_rows", "count", n)
		}
		out = append(out, one)
	}
	return out
}

func (m maker) field(s said[pipeline.Tag]) []template.HTML {
	f := s.fact
	value := m.longOrNothing(f.Value)
	if f.Cut {
		value = Join("; ", value, `<span class="cut">`+m.Say("metadata.value_cut")+"</span>")
	}
	if f.Note != "" {
		value = Join("; ", value, `<span class="cut">`+Show(f.Note, maxSentence)+"</span>")
	}
	name := Show(f.Name, maxSentence)
	if f.Name == "" {
		name = `<span class="dim">—</span>`
	}
	kind := shown(f.Type)
	if f.Count > 1 {
		kind = Join(" ", kind, ours("× "+strconv.FormatInt(f.Count, 10)))
	}
	return []template.HTML{name, value, shown(f.Group), shown(f.ID), kind, m.where(s.Where)}
}

// annex gives what it takes to check and to repeat: digests with the commands that give them, and methods.
func (m maker) annex() (check []pair, methods template.HTML) {
	it, is := m.r.Core.Item, m.r.Issue
	check = []pair{
		{m.Say("annex.doc"), hexText(m.doc.Hex())},
		{m.Say("annex.core"), hexText(is.CoreDigest.Hex())},
		{m.Say("annex.schema"), code(m.r.Schema)},
	}
	if is.Prior != nil {
		check = append(check, pair{m.Say("annex.prior"), hexText(is.Prior.Hex())})
	}
	check = append(check,
		pair{m.Say("annex.check_file"), command("sha256sum FILE", it.Digest.Hex()) + command("sha512sum FILE", it.SHA512.String())},
		pair{m.Say("annex.check_doc"), command("sha256sum report.json", m.doc.Hex())},
	)
	t := table{class: "methods", caption: m.Text("annex.methods"), heads: m.texts("annex.method", "annex.version", "annex.parameters")}
	for _, r := range m.r.Core.Methods {
		t.rows = append(t.rows, []template.HTML{Show(r.Analyzer, MaxTitle), digits(int64(r.Version)), m.longOrNothing(r.Parameters)})
	}
	return check, t.HTML()
}

// rates tells how often each basis was right where the truth was known.
func (m maker) rates() template.HTML {
	if len(m.r.Core.Rates) == 0 {
		return ""
	}
	t := table{class: "rates", caption: m.Text("annex.rates"), heads: m.texts("matches.basis", "annex.rate_found", "annex.rate_false", "annex.rate_measured")}
	for _, r := range m.r.Core.Rates {
		t.rows = append(t.rows, []template.HTML{
			m.Word("basis", string(r.Basis)),
			m.Say("annex.rate_found_of", "found", r.Found, "labelled", r.Labelled, "missed", share(m, r.MostMissed)),
			m.Say("annex.rate_false_of", "confirmed", r.FalseConfirmed, "suggested", r.FalseSuggested, "negatives", r.Negatives, "most", share(m, r.MostFalseConfirmed)),
			Join(" · ", Show(r.Date, MaxTitle), m.Say("annex.rate_version", "version", r.Version), code(r.Measured)),
		})
	}
	return `<h3 class="gap">` + m.Say("annex.rates") + `</h3><p class="intro">` + m.Say("annex.rates_intro") + "</p>" + t.HTML()
}

// share writes a fraction as a plain decimal, without a sign of per cent, which no text of a report has.
func share(m maker, f float64) template.HTML { return m.Decimal(strconv.FormatFloat(f, 'f', -1, 64)) }

// command shows a command and what it has to print.
func command(typed, prints string) template.HTML {
	return `<div class="cmd"><code class="typed">$ ` + ours(typed) + "</code><br>" + hexText(prints) + "</div>"
}
