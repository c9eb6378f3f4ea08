package rules

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/clock"
)

// proven is a fact of a proof, of this item's own or of one that names its bytes.
type proven[F pipeline.Fact] struct {
	fact F
	cite pipeline.Cite
	from string // name of the file that it stands in
}

// proofs are the proofs in the item, those given with it, and those of other items that name its bytes, each once: one that was held against the bytes
// stands before the same file seen by itself.
func proofs(d pipeline.Dossier) []proven[pipeline.Proof] {
	return provenBy(d, func(p pipeline.Proof) *pipeline.Digest { return p.Digest }, func(p pipeline.Proof) string { return p.Name }, func(p pipeline.Proof) (string, string) {
		return p.Form, string(p.Result) + " " + p.Of
	})
}

// proofStatements are what proofs state of this item.
func proofStatements(d pipeline.Dossier) []proven[pipeline.ProofStatement] {
	all := provenBy(d, func(s pipeline.ProofStatement) *pipeline.Digest { return s.Digest }, func(s pipeline.ProofStatement) string { return s.Name }, func(s pipeline.ProofStatement) (string, string) {
		return s.Source, string(s.Signed) + " " + s.Of
	})
	return slices.DeleteFunc(all, func(p proven[pipeline.ProofStatement]) bool {
		return p.fact.Of != d.Item.Digest.String() && p.fact.Of != "sha512:"+d.Item.SHA512.String()
	})
}

func provenBy[F pipeline.Fact](d pipeline.Dossier, file func(F) *pipeline.Digest, name func(F) string, what func(F) (string, string)) []proven[F] {
	seen := map[pipeline.Digest]bool{}
	var out []proven[F]
	for _, s := range all[F](d) {
		if of := file(s.fact); of != nil {
			seen[*of] = true
		}
		field, value := what(s.fact)
		out = append(out, proven[F]{s.fact, s.cite(field, value), cmp.Or(name(s.fact), nameOf(d))})
	}
	own := len(out)
	for _, bare := range []bool{false, true} {
		held := map[pipeline.Digest]bool{}
		for _, l := range d.Proofs {
			for _, m := range l.Facts {
				f, is := m.Fact.(F)
				if !l.Proves || !is || (file(f) == nil) != bare {
					continue
				}
				of := l.Other.Digest
				if !bare {
					of = *file(f)
				}
				if seen[of] {
					continue
				}
				held[of] = true
				field, value := what(f)
				out = append(out, proven[F]{f, pipeline.Cite{Analyzer: m.By.Analyzer, Where: pipeline.In("proof/" + l.Other.Digest.Hex()), What: field, Value: quote(value)}, cmp.Or(name(f), l.Name)})
			}
		}
		for of := range held {
			seen[of] = true
		}
	}
	slices.SortStableFunc(out[own:], func(a, b proven[F]) int { return cmp.Compare(a.cite.Where.Path, b.cite.Where.Path) })
	return out
}

// proofsThat makes one finding of the proofs that checking ended with one result.
func proofsThat(code pipeline.Code, weight pipeline.Weight, result pipeline.ProofResult) func(pipeline.Dossier) []pipeline.Finding {
	return func(d pipeline.Dossier) []pipeline.Finding {
		var listed, reasons []string
		var cites []pipeline.Cite
		for _, p := range proofs(d) {
			if p.fact.Result != result {
				continue
			}
			one := p.fact.Form + " " + p.from
			if p.fact.By != "" {
				one += " (" + p.fact.By + ")"
			}
			listed, cites = append(listed, one), append(cites, p.cite)
			if p.fact.Reason != "" && !slices.Contains(reasons, p.fact.Reason) {
				reasons = append(reasons, p.fact.Reason)
			}
		}
		if len(listed) == 0 {
			return nil
		}
		return []pipeline.Finding{{
			Code: code, Weight: weight, Cites: bounded(cites),
			Values: map[string]string{"count": strconv.Itoa(len(listed)), "list": quote(strings.Join(listed, "; ")), "reasons": cmp.Or(quote(strings.Join(reasons, "; ")), "—")},
		}}
	}
}

// proofDisagrees sets what a proof states of this item against what the item states itself: neither is taken for true, and a proof is worth what is signed
// over it.
func proofDisagrees(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, p := range proofStatements(d) {
		for _, differs := range []func(pipeline.Dossier, pipeline.ProofStatement) (difference, bool){timeOfProof, placeOfProof, deviceOfProof} {
			if x, is := differs(d, p.fact); is {
				out = append(out, pipeline.Finding{
					Code: "proof.disagrees", Weight: pipeline.Questions, Cites: together([]pipeline.Cite{p.cite}, x.cites),
					Values: map[string]string{
						"what": x.what, "stated": quote(x.proof), "file": quote(x.file), "apart": cmp.Or(x.apart, "—"), "name": quote(cmp.Or(p.from, "—")), "signed": string(p.fact.Signed),
					},
				})
			}
		}
	}
	return out
}

// difference is one thing that a proof and the file state differently.
type difference struct {
	what, proof, file, apart string
	cites                    []pipeline.Cite
}

// timeOfProof compares when the file came to be: by the proof, and by the file's own nearest statement of its capture.
func timeOfProof(d pipeline.Dossier, p pipeline.ProofStatement) (x difference, is bool) {
	for _, t := range p.Times {
		r, ok := clock.Of(t)
		if t.Meaning != "file_created" || !ok || r.Unset() {
			continue
		}
		least := time.Duration(math.MaxInt64)
		for _, own := range statements(d, "original", "container_created") {
			if gap := r.Span().Gap(own.reading.Span()).Abs(); gap < least {
				least = gap
				x = difference{"time", t.Raw, own.text(), clock.Length(gap), own.cites}
			}
		}
		return x, x.what != "" && least > TimeDiffers
	}
	return x, false
}

func placeOfProof(d pipeline.Dossier, p pipeline.ProofStatement) (x difference, is bool) {
	if p.Position == nil || !p.Position.Valid() {
		return x, false
	}
	at, least := point{p.Position.Latitude, p.Position.Longitude}, math.Inf(1)
	for _, own := range positions(d) {
		if m := at.metres(own.point); m < least {
			least = m
			x = difference{"place", at.String(), own.point.String(), distanceText(m), own.cites}
		}
	}
	return x, x.what != "" && least > PlaceDiffers
}

// deviceOfProof compares names of models: ProofMode puts the maker's name before them.
func deviceOfProof(d pipeline.Dossier, p pipeline.ProofStatement) (x difference, is bool) {
	if p.Device == nil || p.Device.Model == "" {
		return x, false
	}
	stated := strings.ToLower(p.Device.Model)
	for _, own := range all[pipeline.Device](d) {
		model := strings.ToLower(strings.TrimSpace(own.fact.Model))
		switch {
		case model == "":
			continue
		case strings.Contains(stated, model), strings.Contains(model, stated):
			return difference{}, false
		}
		x.what, x.proof, x.file = "device", p.Device.Model, own.fact.Model
		x.cites = append(x.cites, own.cite(own.fact.Source, own.fact.Model))
	}
	x.cites = bounded(x.cites)
	return x, x.what != ""
}
