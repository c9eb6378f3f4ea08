package page

import (
	"cmp"
	"html/template"

	"dokaz/pipeline"
)

// proofs lists the proofs that stand in the item or were given with it: what each is about, what checking it came to, and who signed.
func (m maker) proofs() template.HTML {
	t := table{class: "proofs", caption: m.Text("proofs.title"), heads: m.texts("proofs.proof", "proofs.about", "proofs.result", "proofs.by")}
	for _, s := range all[pipeline.Proof](m.r) {
		t.rows = append(t.rows, m.proof(s.fact))
	}
	return t.HTML()
}

func (m maker) proof(p pipeline.Proof) []template.HTML {
	by := []template.HTML{shown(p.By)}
	if p.Key != "" {
		by = append(by, m.Say("proofs.key", "key", code(p.Key)))
	}
	if p.Time != "" {
		by = append(by, m.Say("proofs.time", "time", p.Time))
	}
	by = append(by, code(p.Algorithm))
	if p.Trust != "" {
		by = append(by, m.Say("proofs.trust", "trust", p.Trust))
	}
	return []template.HTML{
		Join("<br>", code(p.Form), cmp.Or(shown(p.Name), m.Say("proofs.this"))),
		m.aboutBytes(p.Of, p.About),
		Join("<br>", "<b>"+m.Word("attestation", string(p.Result))+"</b>", shown(p.Reason)),
		Join("<br>", by...),
	}
}

// aboutBytes names the bytes that a proof is about.
func (m maker) aboutBytes(of, name string) template.HTML {
	if of == m.r.Core.Item.Digest.String() || of == "sha512:"+m.r.Core.Item.SHA512.String() {
		return m.Say("proofs.this")
	}
	if of == "" {
		return shown(name)
	}
	return Join("<br>", shown(name), m.Say("proofs.bytes", "of", code(of)))
}

// proofLinks lists the items that a proof joins with this one, either way.
func (m maker) proofLinks() template.HTML {
	t := table{class: "prooflinks", caption: m.Text("proofs.links"), heads: m.texts("proofs.other", "proofs.how", "proofs.says")}
	for _, l := range m.r.Core.Proofs {
		how := m.Say("proofs.proven")
		if l.Proves {
			how = m.Say("proofs.proves")
		}
		var says []template.HTML
		for _, f := range l.Facts {
			if p, is := f.Fact.(pipeline.Proof); is {
				says = append(says, Join(", ", code(p.Form), shown(p.Name), "<b>"+m.Word("attestation", string(p.Result))+"</b>", shown(p.By), shown(p.Reason)))
			}
		}
		href := "../" + l.Other.Digest.Hex() + "/report.html"
		if m.links != nil {
			href = m.links.Report(l.Other.Digest)
		}
		name := template.HTML(`<a href="` + template.HTMLEscapeString(href) + `">` + string(Show(cmp.Or(l.Name, l.Other.Digest.Hex()[:16]), MaxTitle)) + "</a>") // our own address, a name through Show
		t.rows = append(t.rows, []template.HTML{Join("<br>", name, m.Word("kind", string(l.Other.Kind)), hexText(l.Other.Digest.String())), how, Join("<br>", says...)})
	}
	return t.HTML()
}

// statements are what proofs state of this item or, where it is a proof, of other bytes: its own, and those of items that name its bytes.
func (m maker) statements() []said[pipeline.ProofStatement] {
	out := all[pipeline.ProofStatement](m.r)
	for _, l := range m.r.Core.Proofs {
		for _, f := range l.Facts {
			if s, is := f.Fact.(pipeline.ProofStatement); is {
				s.Name = cmp.Or(s.Name, l.Name)
				out = append(out, said[pipeline.ProofStatement]{f, s})
			}
		}
	}
	return out
}

// proofStatements lists what proofs state, field by field, and says which of it leads to a person.
func (m maker) proofStatements() template.HTML {
	t := table{class: "statements", caption: m.Text("proofs.statements"), heads: m.texts("proofs.proof", "proofs.field", "proofs.value")}
	for _, s := range m.statements() {
		of := Join("<br>", code(s.fact.Source), shown(s.fact.Name), m.Say("proofs.signature", "result", m.Word("attestation", string(s.fact.Signed))))
		add := func(field, value template.HTML) { t.rows = append(t.rows, []template.HTML{of, field, value}) }
		for _, c := range s.fact.Times {
			add(code(c.Source), Join(", ", shown(c.Raw), m.Word("zone", string(c.Zone))))
		}
		if p := s.fact.Position; p != nil {
			label := m.Say("proofs.position")
			if s.fact.Accuracy > 0 {
				label = m.Say("proofs.position_within", "metres", m.Decimal(trim(s.fact.Accuracy)))
			}
			add(label, shown(p.Raw))
		}
		if d := s.fact.Device; d != nil && d.Serial != "" {
			add(m.Say("proofs.serial"), Join("; ", shown(d.Serial), m.Say("proofs.sensitive")))
		}
		for _, f := range s.fact.Sensitive {
			add(code(f.Name), Join("; ", shown(f.Value), m.Say("proofs.sensitive")))
		}
		for _, f := range s.fact.Fields {
			add(code(f.Name), shown(f.Value))
		}
		if s.fact.Cut {
			add("", m.Say("proofs.more"))
		}
	}
	return t.HTML()
}
