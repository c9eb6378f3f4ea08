package evaluate

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Write prints the report for people, with at most so many misses and false matches. quote makes names of files harmless.
func (r Report) Write(w io.Writer, shown int, quote func(string) string) {
	p := printing{w, quote}
	p.line("%d files, %d pairs of known truth; intervals: %s", r.Files, r.Pairs, r.Interval)
	p.unusable("Missing, their pairs are not judged", r.Missing, shown)
	p.unusable("Not examined whole, judged all the same", r.Troubled, shown)
	p.bases(r.Bases)
	p.groups("relation", append(append([]Group{}, r.Relations...), r.Positives))
	p.groups("transform", r.Transforms)
	p.groups("source", r.Sources)
	p.negatives(r.Negatives)
	p.cross(r.Cross)
	p.segments(r.Segments)
	p.stills(r.Stills)
	p.misses(r.Misses, shown)
	p.falseMatches(r.False, shown)
}

// printing writes tables.
type printing struct {
	w     io.Writer
	quote func(string) string
}

// line writes one line; a reader that went away has no use for an error.
func (p printing) line(format string, a ...any) { _, _ = fmt.Fprintf(p.w, format+"\n", a...) }

// table draws rows under a header, the first column to the left, the others to the right.
func (p printing) table(header table.Row, rows []table.Row) {
	if len(rows) == 0 {
		return
	}
	t := table.NewWriter()
	t.SetOutputMirror(p.w)
	t.SetStyle(table.StyleLight)
	t.Style().Options.DrawBorder = false
	t.Style().Format.Header = text.FormatDefault
	var right []table.ColumnConfig
	for n := 2; n <= len(header); n++ {
		right = append(right, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	t.AppendHeader(header)
	t.AppendRows(rows)
	p.line("")
	t.Render()
}

func (p printing) unusable(title string, us []Unusable, shown int) {
	if len(us) == 0 {
		return
	}
	p.line("\n%s: %d", title, len(us))
	for _, u := range us[:min(shown, len(us))] {
		p.line("  %s: %s", p.quote(u.File), p.quote(u.Why))
	}
	p.more(len(us) - shown)
}

// more says how many lines of a list are not shown.
func (p printing) more(n int) {
	if n > 0 {
		p.line("  … and %d more: --json lists all", n)
	}
}

func (p printing) bases(bs []Basis) {
	var rows []table.Row
	for _, b := range bs {
		rows = append(rows, table.Row{b.Basis, b.Found, b.Confirmed, b.OnIt.short(), b.Precision, b.Sure, b.Unknown})
	}
	p.table(table.Row{"basis", "recall", "confirmed", "on this basis", "precision", "of confirmed", "of unknown truth"}, rows)
}

// short is the rate without its interval.
func (r Rate) short() string {
	if r.Of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*r.Value)
}

func (p printing) groups(name string, gs []Group) {
	var rows []table.Row
	for _, g := range gs {
		rows = append(rows, table.Row{p.quote(g.Name), g.Found, g.Confirmed, g.PDQ.short(), g.PHash.short()})
	}
	p.table(table.Row{name, "found", "confirmed", fmt.Sprintf("PDQ ≤ %d", PDQThreshold), fmt.Sprintf("pHash ≤ %d", PHashThreshold)}, rows)
}

func (p printing) negatives(ns []Negative) {
	var rows []table.Row
	for _, n := range ns {
		rows = append(rows, table.Row{n.Relation, n.Pairs, n.Confirmed, n.Suggested, n.OtherShot, fmt.Sprintf("%.3g", n.Upper)})
	}
	p.table(table.Row{"nothing to be found", "pairs", "confirmed", "suggested", "told as other shot", "confirmed at most (95 %)"}, rows)
}

func (p printing) cross(cs []Cross) {
	for _, c := range cs {
		line := fmt.Sprintf("%s: %d pairs, %d confirmed, %d suggested; at 95 %% at most %.2g confirmed and %.2g matched of a pair",
			c.Kinds, c.Pairs, c.Confirmed, c.Suggested, c.ConfirmedUpper, c.SuggestedUpper)
		if c.PDQ != nil && c.PHash != nil {
			line += fmt.Sprintf("; PDQ ≤ %d: %d, pHash ≤ %d: %d", PDQThreshold, *c.PDQ, PHashThreshold, *c.PHash)
		}
		if c.Kinds == "all" {
			p.line("\nFiles of different sources:")
		}
		p.line("  %s", line)
	}
}

func (p printing) segments(ss []Segments) {
	var rows []table.Row
	for _, s := range ss {
		rows = append(rows, table.Row{p.quote(s.Name), s.True, s.Right, s.Extra, s.Ambiguous, fmt.Sprintf("%.3f", s.F1), fmt.Sprintf("%.2f", s.Median), fmt.Sprintf("%.2f", s.P95)})
	}
	p.table(table.Row{"stretches of time", "true", "right", "extra", "ambiguous", "F1", "boundary error, median s", "95 %"}, rows)
}

func (p printing) stills(ss []Stills) {
	var rows []table.Row
	for _, s := range ss {
		rows = append(rows, table.Row{p.quote(s.Name), s.Found, s.Confirmed.short(), s.Located, s.Ambiguous, fmt.Sprintf("%.2f", s.Median), fmt.Sprintf("%.2f", s.P95)})
	}
	p.table(table.Row{"stills", "found", "confirmed", "located within 0.5 s", "ambiguous", "error, median s", "95 %"}, rows)
}

func (p printing) misses(ms []Miss, shown int) {
	if len(ms) == 0 {
		return
	}
	p.line("\nNot found, or not where it is: %d", len(ms))
	for _, m := range ms[:min(shown, len(ms))] {
		p.line("  %s ~ %s (%s, %s): expected %s; came %s", p.quote(m.A), p.quote(m.B), m.Relation, p.quote(m.Transform), m.Expected, p.quote(m.Got))
	}
	p.more(len(ms) - shown)
}

func (p printing) falseMatches(fs []FalseMatch, shown int) {
	if len(fs) == 0 {
		return
	}
	p.line("\nMatched, though nothing is to be found: %d", len(fs))
	for _, f := range fs[:min(shown, len(fs))] {
		said := strings.TrimSpace(fmt.Sprintf("%s %s at distance %d, %d inliers", f.Match.Strength, f.Match.Basis, f.Match.Distance, f.Match.Inliers))
		p.line("  %s ~ %s (%s): %s", p.quote(f.A), p.quote(f.B), f.Truth, said)
	}
	p.more(len(fs) - shown)
}
