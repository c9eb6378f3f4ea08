package c2pa

import (
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"dokaz/pipeline"
)

// tell reads what the assertions state: actions and ingredients, and follows the latter.
func (x *examination) tell(v *verdict, m manifest) {
	kept := m.ofKind("c2as")
	if kept == nil {
		return
	}
	for _, b := range kept.inner {
		switch name, _, _ := strings.Cut(base(b.label), ".v"); name {
		case "c2pa.actions":
			x.actions(v, b)
		case "c2pa.ingredient":
			x.ingredient(v, m, b)
		}
	}
}

// actions of an assertion (C2PA 1.4 §18.10).
func (x *examination) actions(v *verdict, b *superbox) {
	var list struct {
		Actions []struct {
			Action string          `cbor:"action"`
			When   cbor.RawMessage `cbor:"when"`
			Agent  cbor.RawMessage `cbor:"softwareAgent"`
			Source string          `cbor:"digitalSourceType"`
		} `cbor:"actions"`
	}
	if err := data(b, &list); err != nil {
		v.note(codeClaimCBOR, b.label, "%v", err)
		return
	}
	for _, a := range list.Actions {
		if len(v.Actions) == maxListed {
			v.Cut = true
			return
		}
		v.Actions = append(v.Actions, pipeline.CredentialAct{Action: text(a.Action), When: moment(a.When), Agent: agent(a.Agent), SourceType: text(a.Source)})
	}
}

// moment gives a time as it stands, tagged as one (RFC 8949 §3.4.1) or as plain text.
func moment(raw cbor.RawMessage) string {
	var tag cbor.RawTag
	if unmarshal(raw, &tag) == nil {
		raw = tag.Content
	}
	var s string
	if unmarshal(raw, &s) == nil {
		return text(s)
	}
	var at time.Time
	if unmarshal(raw, &at) == nil && !at.IsZero() {
		return at.UTC().Format(time.RFC3339)
	}
	return ""
}

// agent names a program, given as text or taken apart.
func agent(raw cbor.RawMessage) string {
	var s string
	if unmarshal(raw, &s) == nil {
		return text(s)
	}
	var g generatorInfo
	if unmarshal(raw, &g) == nil {
		return text(strings.TrimSpace(g.Name + " " + g.Version))
	}
	return ""
}

// ingredient is an assertion of a file that this one was made from (C2PA 1.4 §18.11; third version 2.1 §18.14).
type ingredient struct {
	Title        string     `cbor:"dc:title"`
	Format       string     `cbor:"dc:format"`
	Instance     string     `cbor:"instanceID"`
	Relationship string     `cbor:"relationship"`
	Manifest     *hashedURI `cbor:"c2pa_manifest"`
	Active       *hashedURI `cbor:"activeManifest"`
	Recorded     []struct {
		Code string `cbor:"code"`
	} `cbor:"validationStatus"`
	Results struct {
		Active struct {
			Failures []struct {
				Code string `cbor:"code"`
			} `cbor:"failure"`
		} `cbor:"activeManifest"`
	} `cbor:"validationResults"`
}

// recorded are the failures that the claim generator itself saw and told of when it took the ingredient in.
func (i ingredient) recorded(code string) bool {
	for _, list := range [][]struct {
		Code string `cbor:"code"`
	}{i.Recorded, i.Results.Active.Failures} {
		for _, r := range list {
			if r.Code == code {
				return true
			}
		}
	}
	return false
}

// ingredient tells of one and checks its manifest, where it has one here. What fails there and was not told of by the
// generator fails here too.
func (x *examination) ingredient(v *verdict, m manifest, b *superbox) {
	var in ingredient
	if err := data(b, &in); err != nil {
		v.note(codeClaimCBOR, b.label, "%v", err)
		return
	}
	part := pipeline.CredentialPart{Title: text(in.Title), Format: text(in.Format), Instance: text(in.Instance), Relationship: text(in.Relationship)}
	if ref := firstOf(in.Active, in.Manifest); ref != nil {
		part.Manifest = text(ref.URL[strings.LastIndexByte(ref.URL, '/')+1:])
		x.follow(v, m, in, *ref)
	}
	if len(v.Ingredients) == maxListed {
		v.Cut = true
		return
	}
	v.Ingredients = append(v.Ingredients, part)
}

func firstOf(refs ...*hashedURI) *hashedURI {
	for _, r := range refs {
		if r != nil {
			return r
		}
	}
	return nil
}

// follow checks the manifest that an ingredient points at.
func (x *examination) follow(v *verdict, m manifest, in ingredient, ref hashedURI) {
	box := resolve(x.root, m.superbox, ref.URL)
	if box == nil {
		v.note(codeClaimMissing, ref.URL, "the ingredient's manifest is not there")
		return
	}
	if !m.covers(ref, box) && !m.coversClaim(ref, box) {
		v.note(codeIngredient, ref.URL, "the ingredient's manifest is not the one that was claimed")
	}
	if x.seen[box] || len(x.seen) >= maxManifests {
		return
	}
	x.seen[box] = true
	for _, n := range x.manifest(box, false).Statuses {
		if !in.recorded(n.Code) && !slices.Contains(harmless, n.Code) {
			v.note(n.Code, n.Of, "in an ingredient: %s", n.Text)
		}
	}
}
