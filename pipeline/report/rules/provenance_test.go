package rules

import "dokaz/pipeline"

// sealedFact is a manifest that checking ended with a result.
func sealedFact(r pipeline.CredentialResult, active bool, codes ...string) pipeline.Dossier {
	c := pipeline.Credential{
		Manifest: "urn:uuid:1", Active: active, Result: r, Generator: "maker", Signature: pipeline.CredentialSeal{Signer: "CN=a", Issuer: "CN=b", Trust: "list"},
	}
	for _, code := range codes {
		c.Statuses = append(c.Statuses, pipeline.CredentialNote{Code: code, Of: "c2pa.hash.data", Text: "text"})
	}
	return states(c)
}

const sealedValues = " generator=maker issuer=CN=b signer=CN=a stamp=none time=— trust=list"

// stampedBy adds a time stamp, of an authority that is on the trust list or not.
func stampedBy(d pipeline.Dossier, known bool) pipeline.Dossier {
	m := &d.Examination.Measurements[0]
	c := m.Fact.(pipeline.Credential)
	c.Signature.Time = "2020"
	if !known {
		c.Statuses = append(c.Statuses, pipeline.CredentialNote{Code: "timeStamp.untrusted"})
	}
	m.Fact = c
	return d
}

var provenanceCases = map[pipeline.Code]map[string]testCase{
	"provenance.valid": {
		"all holds":       {sealedFact(pipeline.CredentialValid, true), []string{"supports" + sealedValues}},
		"an ingredient's": {sealedFact(pipeline.CredentialValid, false), nil},
		"nobody known":    {sealedFact(pipeline.CredentialSignerUnknown, true), nil},
		"does not hold":   {sealedFact(pipeline.CredentialInvalid, true), nil},
	},
	"provenance.signer_unknown": {
		"nobody known":              {sealedFact(pipeline.CredentialSignerUnknown, true), []string{"note" + sealedValues}},
		"known":                     {sealedFact(pipeline.CredentialValid, true), nil},
		"stamped by somebody known": {stampedBy(sealedFact(pipeline.CredentialSignerUnknown, true), true), []string{"note generator=maker issuer=CN=b signer=CN=a stamp=known time=2020 trust=list"}},
		"stamped by somebody":       {stampedBy(sealedFact(pipeline.CredentialSignerUnknown, true), false), []string{"note generator=maker issuer=CN=b signer=CN=a stamp=unknown time=2020 trust=list"}},
	},
	"provenance.invalid": {
		"two things":    {sealedFact(pipeline.CredentialInvalid, true, "a", "b"), []string{"questions codes=a, b" + sealedValues}},
		"an ingredient": {sealedFact(pipeline.CredentialInvalid, false, "a"), nil},
	},
	"provenance.not_checked": {
		"a binding": {sealedFact(pipeline.CredentialNotChecked, true, "a"), []string{"note codes=a" + sealedValues}},
		"all holds": {sealedFact(pipeline.CredentialValid, true), nil},
	},
	"provenance.partly_bound": {
		"more left out":  {sealedFact(pipeline.CredentialValid, true, "assertion.dataHash.additionalExclusionsPresent"), []string{"note of=c2pa.hash.data"}},
		"boxes left out": {sealedFact(pipeline.CredentialValid, true, "assertion.bmffHash.additionalExclusionsPresent"), []string{"note of=c2pa.hash.data"}},
		"itself alone":   {sealedFact(pipeline.CredentialValid, true), nil},
	},
	"provenance.ai_declared": {
		"drawn by a machine": {states(pipeline.Declaration{Subject: "ai", What: "trainedAlgorithmicMedia", Source: "x"}), []string{"questions count=1 terms=trainedAlgorithmicMedia (x)"}},
		"captured":           {states(pipeline.Declaration{Subject: "capture", What: "digitalCapture", Source: "x"}), nil},
	},
}
