package page

import (
	"html/template"
	"slices"

	"dokaz/pipeline"
)

// credentials lists the manifests of Content Credentials: what checking came to, who signed, what is stated.
func (m maker) credentials() template.HTML {
	t := table{class: "credentials", caption: m.Text("credentials.title"), heads: m.texts("credentials.manifest", "credentials.result", "credentials.signed", "credentials.states", "credentials.statuses")}
	for _, s := range all[pipeline.Credential](m.r) {
		c := s.fact
		of := m.Say("credentials.ingredient")
		if c.Active {
			of = m.Say("credentials.active")
		}
		var statuses []template.HTML
		for _, n := range c.Statuses {
			statuses = append(statuses, Join(" ", code(n.Code), shown(n.Of), shown(n.Text)))
		}
		t.rows = append(t.rows, []template.HTML{
			Join("<br>", shown(c.Manifest), of, m.where(s.Where)),
			Join("<br>", "<b>"+m.Word("credential", string(c.Result))+"</b>", m.Word("binding", string(c.Binding))),
			m.seal(c.Signature, slices.ContainsFunc(c.Statuses, stampUntrusted)), m.manifest(c), Join("<br>", statuses...),
		})
	}
	return t.HTML()
}

// stampUntrusted picks out the status that tells of a time stamp whose authority is on no list (C2PA 1.4 §15.2).
func stampUntrusted(n pipeline.CredentialNote) bool { return n.Code == "timeStamp.untrusted" }

// seal tells who signed, when, and by which list that is known. Who stamped the time and is on no list is told as what the stamp says.
func (m maker) seal(s pipeline.CredentialSeal, stampUnknown bool) template.HTML {
	var lines []template.HTML
	if s.Signer != "" {
		lines = append(lines, m.Say("credentials.certificate", "signer", s.Signer, "issuer", s.Issuer, "since", s.Since, "until", s.Until), Join(", ", code(s.Algorithm), code(s.Serial)))
	}
	switch {
	case s.Time == "":
		lines = append(lines, m.Say("credentials.unstamped"))
	case stampUnknown:
		lines = append(lines, m.Say("credentials.stamped_unknown", "time", s.Time, "authority", s.Authority))
	default:
		lines = append(lines, m.Say("credentials.stamped", "time", s.Time, "authority", s.Authority))
	}
	return Join("<br>", append(lines, m.Say("credentials.trust", "trust", s.Trust))...)
}

// manifest tells what a manifest states of the file's making.
func (m maker) manifest(c pipeline.Credential) template.HTML {
	lines := []template.HTML{shown(c.Title), m.Say("credentials.generator", "generator", c.Generator)}
	var acts, parts, assertions []template.HTML
	for _, a := range c.Actions {
		acts = append(acts, Join(" ", code(a.Action), shown(a.When), shown(a.Agent), shown(a.SourceType)))
	}
	for _, i := range c.Ingredients {
		parts = append(parts, Join(" ", code(i.Relationship), shown(i.Title), shown(i.Manifest)))
	}
	for _, a := range c.Assertions {
		assertions = append(assertions, code(a))
	}
	for _, l := range []struct {
		key  string
		list []template.HTML
	}{{"credentials.actions", acts}, {"credentials.ingredients", parts}, {"credentials.assertions", assertions}} {
		if len(l.list) > 0 {
			lines = append(lines, m.Say(l.key, "list", Join("; ", l.list...)))
		}
	}
	return Join("<br>", lines...)
}
