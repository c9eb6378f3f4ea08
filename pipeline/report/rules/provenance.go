package rules

import (
	"slices"
	"strconv"
	"strings"

	"dokaz/pipeline"
)

// credentials are the active manifests, those that speak of this file, which checking ended with one of some results.
func credentials(d pipeline.Dossier, results ...pipeline.CredentialResult) []said[pipeline.Credential] {
	var out []said[pipeline.Credential]
	for _, s := range all[pipeline.Credential](d) {
		for _, r := range results {
			if s.fact.Active && s.fact.Result == r {
				out = append(out, s)
			}
		}
	}
	return out
}

// sealedBy names who signed and when, as the signature says.
func sealedBy(c pipeline.Credential) map[string]string {
	or := func(s string) string {
		if s == "" {
			return "—"
		}
		return quote(s)
	}
	stamp := "none"
	if c.Signature.Time != "" {
		stamp = "known"
		if StampUnknown(c) {
			stamp = "unknown"
		}
	}
	return map[string]string{
		"stamp": stamp, "signer": or(c.Signature.Signer), "issuer": or(c.Signature.Issuer), "time": or(c.Signature.Time), "generator": or(c.Generator), "trust": or(c.Signature.Trust),
	}
}

// StampUnknown reports whether a credential's time stamp is of an authority that is on no list: its name and its time are then but what the stamp says.
func StampUnknown(c pipeline.Credential) bool {
	return slices.ContainsFunc(c.Statuses, func(n pipeline.CredentialNote) bool { return n.Code == "timeStamp.untrusted" })
}

func citeCredential(s said[pipeline.Credential]) []pipeline.Cite {
	return []pipeline.Cite{s.cite("credential", string(s.fact.Result)+" "+s.fact.Manifest)}
}

func found(code pipeline.Code, weight pipeline.Weight, list []said[pipeline.Credential]) []pipeline.Finding {
	var out []pipeline.Finding
	for _, s := range list {
		out = append(out, pipeline.Finding{Code: code, Weight: weight, Values: sealedBy(s.fact), Cites: citeCredential(s)})
	}
	return out
}

// credentialValid tells of a credential of which everything checked holds and whose signer is known.
func credentialValid(d pipeline.Dossier) []pipeline.Finding {
	return found("provenance.valid", pipeline.Supports, credentials(d, pipeline.CredentialValid))
}

// credentialOfUnknown tells of one whose signer is on no list: anybody can sign with a certificate made by himself.
func credentialOfUnknown(d pipeline.Dossier) []pipeline.Finding {
	return found("provenance.signer_unknown", pipeline.Note, credentials(d, pipeline.CredentialSignerUnknown))
}

// credentialUnchecked tells of one of which something could not be checked.
func credentialUnchecked(d pipeline.Dossier) []pipeline.Finding {
	return noted(credentials(d, pipeline.CredentialNotChecked), "provenance.not_checked", pipeline.Note)
}

// credentialInvalid tells of one that does not hold.
func credentialInvalid(d pipeline.Dossier) []pipeline.Finding {
	return noted(credentials(d, pipeline.CredentialInvalid), "provenance.invalid", pipeline.Questions)
}

// noted adds the codes of what did not hold.
func noted(list []said[pipeline.Credential], code pipeline.Code, weight pipeline.Weight) []pipeline.Finding {
	out := found(code, weight, list)
	for i, s := range list {
		var codes []string
		for _, n := range s.fact.Statuses {
			codes = append(codes, n.Code)
			if len(out[i].Cites) < maxCites {
				out[i].Cites = append(out[i].Cites, s.cite(n.Code, n.Of+": "+n.Text))
			}
		}
		out[i].Values["codes"] = quote(strings.Join(codes, ", "))
	}
	return out
}

// partlyBound tells of a credential that leaves out more of the file than itself: what stands there may have been changed since.
func partlyBound(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, s := range all[pipeline.Credential](d) {
		for _, n := range s.fact.Statuses {
			if n.Code == "assertion.dataHash.additionalExclusionsPresent" || n.Code == "assertion.bmffHash.additionalExclusionsPresent" {
				out = append(out, pipeline.Finding{Code: "provenance.partly_bound", Weight: pipeline.Note, Values: map[string]string{"of": quote(n.Of)}, Cites: citeCredential(s)})
			}
		}
	}
	return out
}

// declaredAI tells where the file itself declares that a machine drew it or part of it.
func declaredAI(d pipeline.Dossier) []pipeline.Finding {
	var terms []string
	var cites []pipeline.Cite
	for _, s := range all[pipeline.Declaration](d) {
		if s.fact.Subject != "ai" {
			continue
		}
		terms = append(terms, s.fact.What+" ("+s.fact.Source+")")
		cites = append(cites, s.cite(s.fact.Source, s.fact.What))
	}
	if len(terms) == 0 {
		return nil
	}
	return []pipeline.Finding{{
		Code: "provenance.ai_declared", Weight: pipeline.Questions,
		Values: map[string]string{"count": strconv.Itoa(len(terms)), "terms": quote(strings.Join(terms, ", "))}, Cites: bounded(cites),
	}}
}
