package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
)

// printTree prints the pieces of a file as a tree with offsets and lengths, each with its values and with the fields of metadata
// that stand in it, then what was measured of the whole.
func printTree(t *terminal, name string, s wire.Seen) {
	tags, pieces, rest := shownFacts(s.Examination.Measurements)
	t.printf("%s %s: %s %s, %s\n\n", s.Item.Digest, plain(name), s.Item.Kind, s.Item.Format, size(s.Item.Size))
	below := map[int][]shownTag{}
	readers := map[string]bool{}
	for _, g := range tags {
		if g.Reader != "dokaz" && g.Reader != "structure" && g.Reader != "libav" {
			readers[g.Reader] = true
			continue
		}
		i := holder(pieces, g)
		below[i] = append(below[i], g)
	}
	if len(pieces) > 0 {
		t.printf("%12s %12s\n", "byte", "length")
	}
	for i, p := range pieces {
		t.printf("%12s %12d  %s%s\n", place(p.Offset), p.Length, strings.Repeat("  ", p.Depth), pieceLine(p))
		indent := strings.Repeat(" ", 27) + strings.Repeat("  ", p.Depth+1)
		for _, f := range p.Fields {
			t.printf("%s%s: %s\n", indent, plain(f.Name), clipped(plain(f.Value)))
		}
		if p.Cut {
			t.printf("%s…\n", indent)
		}
		for _, g := range below[i] {
			t.printf("%s%s\n", indent, tagLine(g))
		}
		if p.More > 0 {
			t.printf("%27s… and %d pieces more\n", "", p.More)
		}
	}
	if len(below[nowhere]) > 0 {
		t.printf("\nFields\n")
		for _, g := range below[nowhere] {
			t.printf("  %s\n", tagLine(g))
		}
	}
	printRest(t, rest)
	if len(readers) > 0 {
		t.printf("\nOther readers (--json has their fields): %s\n", strings.Join(slices.Sorted(maps.Keys(readers)), ", "))
	}
	for _, o := range s.Examination.Outcomes {
		if o.Status != pipeline.Done && o.Status != pipeline.Skipped {
			t.printf("%s: %s: %s\n", o.By.Analyzer, o.Status, plain(o.Reason))
		}
	}
}

// nowhere stands for the piece of fields that lie in none.
const nowhere = -1

// holder finds the piece that a field belongs to: the deepest piece around it, or one as deep or deeper in the same outermost
// piece that has the name of the last part of its path: values lie outside the directories they belong to.
func holder(pieces []shownPiece, g shownTag) int {
	if g.Offset == nil {
		return nowhere
	}
	last := g.Path[strings.LastIndexByte(g.Path, '/')+1:]
	last, _, _ = strings.Cut(last, "[")
	around, named, inside := nowhere, nowhere, false
	for i, p := range pieces {
		covers := p.Offset != nil && *p.Offset <= *g.Offset && *g.Offset < *p.Offset+p.Length
		if p.Depth == 0 {
			inside = covers
		}
		switch {
		case inside && p.Name == last && named == nowhere:
			named = i
		case covers && (around == nowhere || p.Depth >= pieces[around].Depth):
			around = i
		}
	}
	if named != nowhere && (around == nowhere || pieces[named].Depth >= pieces[around].Depth) {
		return named
	}
	return around
}

func place(at *int64) string {
	if at == nil {
		return "-"
	}
	return fmt.Sprint(*at)
}

func pieceLine(p shownPiece) string {
	line := plain(p.Name)
	if p.Label != "" {
		line += "  " + plain(p.Label)
	}
	if p.Note != "" {
		line += "  [" + plain(p.Note) + "]"
	}
	return line
}

func tagLine(g shownTag) string {
	name := plain(g.Name)
	if name == "" {
		name = "?"
	}
	line := fmt.Sprintf("%s:%s = %s", plain(g.Group), name, clipped(plain(g.Value)))
	if g.Cut {
		line += "…"
	}
	var notes []string
	if n, ok := g.ID.(int64); ok {
		notes = append(notes, fmt.Sprintf("%d 0x%04x", n, n))
	}
	if g.Type != "" {
		notes = append(notes, g.Type)
	}
	if g.Note != "" {
		notes = append(notes, plain(g.Note))
	}
	if g.Offset != nil {
		notes = append(notes, fmt.Sprintf("at %d+%d", *g.Offset, g.Length))
	}
	return line + "  (" + strings.Join(notes, ", ") + ")"
}

// clipped keeps a value on one line of a terminal.
func clipped(s string) string {
	const most = 160
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// printRest prints what was measured of the whole file.
func printRest(t *terminal, rest []pipeline.Measurement) {
	var lines []string
	for _, m := range rest {
		switch f := m.Fact.(type) {
		case pipeline.Signature:
			lines = append(lines, fmt.Sprintf("signature %s %s", f.Algorithm, f.Digest.Hex()))
		case pipeline.CodedDigest:
			lines = append(lines, fmt.Sprintf("coded %s, stream %d (%s) %s %s", f.Codec, f.Stream, f.Algorithm, f.Digest.Hex(), size(f.Bytes)))
		case pipeline.History:
			lines = append(lines, "history: "+plain(joinWords(f.Action, f.When, f.Software, f.Parameters))+"  ("+plain(f.Source)+")")
		case pipeline.Declaration:
			lines = append(lines, "declares "+f.Subject+": "+plain(f.What)+"  ("+plain(f.Source)+")")
		case pipeline.Relation:
			lines = append(lines, "identifier, "+f.What+": "+plain(f.Value)+"  ("+plain(f.Source)+")")
		case pipeline.CaptureTime:
			lines = append(lines, "time, "+f.Meaning+": "+plain(f.Raw)+"  ("+plain(f.Source)+", "+string(f.Zone)+")")
		case pipeline.Position:
			lines = append(lines, fmt.Sprintf("place: %.6f, %.6f  (%s)", f.Latitude, f.Longitude, plain(f.Source)))
		case pipeline.Disagreement:
			lines = append(lines, "readers disagree: "+plain(f.Group)+":"+plain(f.Name))
		case pipeline.Extent:
			lines = append(lines, fmt.Sprintf("%s: %s at byte %s  (%s)", f.What, size(f.Length), place(m.Where.Offset), plain(f.Note)))
		}
	}
	if len(lines) > 0 {
		t.printf("\n%s\n", strings.Join(lines, "\n"))
	}
}

func joinWords(words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}
