package rules

import "dokaz/pipeline"

// attested is a photograph with proofs of its own.
func attested(facts ...pipeline.Fact) pipeline.Dossier { return states(facts...) }

// joinedBy adds an item that names the photograph's bytes.
func joinedBy(d pipeline.Dossier, name string, facts ...pipeline.Fact) pipeline.Dossier {
	l := pipeline.ProofLink{Other: pipeline.Item{Digest: pipeline.DigestOf([]byte(name)), Kind: pipeline.Other}, Name: name, Proves: true}
	for _, f := range facts {
		l.Facts = append(l.Facts, pipeline.Measurement{By: pipeline.Ref{Analyzer: "proof"}, Fact: f})
	}
	d.Proofs = append(d.Proofs, l)
	return d
}

func signedBy(result pipeline.ProofResult, file string) pipeline.Proof {
	p := pipeline.Proof{Form: "OpenPGP", Of: someID.String(), Result: result, By: "A Phone"}
	if file != "" {
		sum := pipeline.DigestOf([]byte(file))
		p.Name, p.Digest = file, &sum
	}
	if result == pipeline.ProofInvalid {
		p.Reason = "other bytes"
	}
	return p
}

func statedBy(file string, result pipeline.ProofResult) pipeline.ProofStatement {
	sum := pipeline.DigestOf([]byte(file))
	return pipeline.ProofStatement{
		Source: "ProofMode", Name: file, Digest: &sum, Of: someID.String(), Signed: result,
		Times:    []pipeline.CaptureTime{{Meaning: "file_created", Raw: "2020-08-10T22:14:05Z", Local: "2020-08-10T22:14:05", Zone: pipeline.ZoneNominal}},
		Position: &pipeline.Position{Latitude: 53.9, Longitude: 27.56}, Device: &pipeline.Device{Model: "Google Pixel 4"},
	}
}

var otherStatement = func() pipeline.ProofStatement {
	s := statedBy("x.csv", pipeline.ProofValid)
	s.Of = otherID.String()
	return s
}()

var proofCases = map[pipeline.Code]map[string]testCase{
	"proof.valid": {
		"a sidecar":     {attested(signedBy(pipeline.ProofValid, "a.asc")), []string{"supports count=1 list=OpenPGP a.asc (A Phone) reasons=—"}},
		"nobody known":  {attested(signedBy(pipeline.ProofSignerUnknown, "a.asc")), nil},
		"nothing given": {attested(), nil},
	},
	"proof.signer_unknown": {
		"a bundle": {joinedBy(attested(), "b.zip", signedBy(pipeline.ProofSignerUnknown, "a.asc")), []string{"note count=1 list=OpenPGP a.asc (A Phone) reasons=—"}},
	},
	"proof.invalid": {
		"a sidecar": {attested(signedBy(pipeline.ProofInvalid, "a.asc")), []string{"questions count=1 list=OpenPGP a.asc (A Phone) reasons=other bytes"}},
	},
	"proof.not_checked": {
		"alone":                 {joinedBy(attested(), "a.asc", signedBy(pipeline.ProofNotChecked, "")), []string{"note count=1 list=OpenPGP a.asc (A Phone) reasons=—"}},
		"the same as a sidecar": {joinedBy(attested(signedBy(pipeline.ProofSignerUnknown, "a.asc")), "a.asc", signedBy(pipeline.ProofNotChecked, "")), nil},
		"the same in a bundle":  {joinedBy(joinedBy(attested(), "a.asc", signedBy(pipeline.ProofNotChecked, "")), "b.zip", signedBy(pipeline.ProofValid, "a.asc")), nil},
	},
	"proof.disagrees": {
		"time": {attested(statedBy("a.csv", pipeline.ProofSignerUnknown), taken("original", "2020-08-14T22:14:05", pipeline.ZoneUnstated)), []string{
			"questions apart=2 d 22 h file=2020-08-14 22:14:05 name=a.csv signed=signer_unknown stated=2020-08-10T22:14:05Z what=time"}},
		"place": {attested(statedBy("a.csv", pipeline.ProofNotChecked), pipeline.Position{Latitude: 52.09, Longitude: 23.69}), []string{
			"questions apart=328 km file=52.090000, 23.690000 name=a.csv signed=not_checked stated=53.900000, 27.560000 what=place"}},
		"device": {joinedBy(attested(pipeline.Device{Make: "Apple", Model: "iPhone 6"}), "b.zip", statedBy("a.csv", pipeline.ProofValid)), []string{
			"questions apart=— file=iPhone 6 name=a.csv signed=valid stated=Google Pixel 4 what=device"}},
		"all agree": {attested(statedBy("a.csv", pipeline.ProofValid), taken("original", "2020-08-10T22:14:03", pipeline.ZoneUnstated), taken("container_created", "2021-01-01T00:00:00", pipeline.ZoneUTC),
			pipeline.Position{Latitude: 53.91, Longitude: 27.55}, pipeline.Device{Make: "Google", Model: "Pixel 4"}), nil},
		"of other bytes": {attested(otherStatement, pipeline.Position{Latitude: 52.09, Longitude: 23.69}), nil},
	},
}
