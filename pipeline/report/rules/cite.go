package rules

import (
	"strings"
	"unicode/utf8"

	"dokaz/pipeline"
)

// maxCites bounds the places one finding names; its values tell how many there are.
const maxCites = 50

// maxQuote bounds, in characters, what a finding repeats of hostile text. The whole stands in the measurement.
const maxQuote = 200

// said is one fact of a kind, with its measurement.
type said[F pipeline.Fact] struct {
	pipeline.Measurement
	fact F
}

// all returns the facts of one kind in the order in which they were said.
func all[F pipeline.Fact](d pipeline.Dossier) []said[F] {
	var out []said[F]
	for _, m := range d.Examination.Measurements {
		if f, ok := m.Fact.(F); ok {
			out = append(out, said[F]{m, f})
		}
	}
	return out
}

// cite points at a measurement.
func (s said[F]) cite(what, value string) pipeline.Cite {
	return pipeline.Cite{Analyzer: s.By.Analyzer, Where: s.Where, What: what, Value: quote(value)}
}

// citeReceipt points at something the giver of a receipt said.
func citeReceipt(r pipeline.Receipt, what, value string) pipeline.Cite {
	path := "receipt"
	if key, err := r.Key(); err == nil {
		path = "receipt/" + key.Hex()
	}
	return pipeline.Cite{Where: pipeline.In(path), What: what, Value: quote(value)}
}

// quote cuts s to maxQuote characters; a cut shows as an ellipsis.
func quote(s string) string {
	if len(s) <= maxQuote || utf8.RuneCountInString(s) <= maxQuote {
		return s
	}
	n := 0
	for i := range s {
		if n == maxQuote {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// bounded keeps the first maxCites.
func bounded(cites []pipeline.Cite) []pipeline.Cite {
	if len(cites) > maxCites {
		cites = cites[:maxCites]
	}
	return cites
}

// claim is one text that givers stated, with everywhere they stated it.
type claim struct {
	text  string
	cites []pipeline.Cite
}

// claims groups the receipts by what of gives, in the order of the receipts; empty texts are left out.
func claims(d pipeline.Dossier, what string, of func(pipeline.Receipt) string) []claim {
	var out []claim
	at := map[string]int{}
	for _, r := range d.Receipts {
		text := strings.TrimSpace(of(r))
		if text == "" {
			continue
		}
		i, known := at[text]
		if !known {
			i = len(out)
			at[text] = i
			out = append(out, claim{text: text})
		}
		if len(out[i].cites) < maxCites {
			out[i].cites = append(out[i].cites, citeReceipt(r, what, text))
		}
	}
	return out
}

// names groups the receipts by the file name they gave.
func names(d pipeline.Dossier) []claim {
	return claims(d, "receipt:name", func(r pipeline.Receipt) string { return r.Name })
}

// together joins cites and bounds them, each side keeping its first half at least.
func together(a, b []pipeline.Cite) []pipeline.Cite {
	half := maxCites / 2
	if len(a) > half && len(b) > half {
		a, b = a[:half], b[:half]
	}
	return bounded(append(append([]pipeline.Cite{}, a...), b...))
}
