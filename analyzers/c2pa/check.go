package c2pa

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dokaz/pipeline"
)

// Status codes (C2PA 1.4 §15.2; of 2.1 where that is more exact).
const (
	codeClaimMissing     = "claim.missing"
	codeClaimCBOR        = "claim.cbor.invalid"
	codeSealMissing      = "claimSignature.missing"
	codeSealMismatch     = "claimSignature.mismatch"
	codeAlgorithm        = "algorithm.unsupported"
	codeSignerInvalid    = "signingCredential.invalid"
	codeSignerExpired    = "signingCredential.expired"
	codeSignerUntrusted  = "signingCredential.untrusted"
	codeStampMismatch    = "timeStamp.mismatch"
	codeStampMalformed   = "timeStamp.malformed"
	codeStampUntrusted   = "timeStamp.untrusted"
	codeAssertMissing    = "assertion.missing"
	codeAssertMismatch   = "assertion.hashedURI.mismatch"
	codeAssertUndeclared = "assertion.undeclared"
	codeDataMismatch     = "assertion.dataHash.mismatch"
	codeDataMalformed    = "assertion.dataHash.malformed"
	codeDataExtra        = "assertion.dataHash.additionalExclusionsPresent"
	codeBMFFMismatch     = "assertion.bmffHash.mismatch"
	codeBMFFMalformed    = "assertion.bmffHash.malformed"
	codeBMFFExtra        = "assertion.bmffHash.additionalExclusionsPresent"
	codeBindingMissing   = "claim.hardBindings.missing"
	codeBindingUnchecked = "dokaz.binding.notChecked"
	codeIngredient       = "ingredient.hashedURI.mismatch"
	codeStoreBroken      = "dokaz.store.malformed"
	codeTimeOpen         = "dokaz.timeStamp.notEstablished"
)

// harmless are codes after which a credential may still be valid, unchecked those that leave the question open.
var (
	harmless  = []string{codeStampUntrusted, codeDataExtra, codeBMFFExtra, codeSignerUntrusted}
	unchecked = []string{codeAlgorithm, codeBindingUnchecked, codeTimeOpen}
)

// examination checks one store of one file.
type examination struct {
	file  io.ReaderAt
	size  int64
	store store
	root  *superbox
	trust Trust
	seen  map[*superbox]bool // manifests under check, so that ingredients that name each other end
}

// verdict is a manifest checked.
type verdict struct {
	pipeline.Credential
	whole bool // the claim could be read
}

func (v *verdict) note(code, of, format string, values ...any) {
	if len(v.Statuses) == maxListed {
		v.Cut = true
		return
	}
	v.Statuses = append(v.Statuses, pipeline.CredentialNote{Code: code, Of: text(of), Text: text(fmt.Sprintf(format, values...))})
}

// conclude reads the result off the notes.
func (v *verdict) conclude() {
	v.Result = pipeline.CredentialValid
	for _, n := range v.Statuses {
		switch {
		case slices.Contains(unchecked, n.Code):
			if v.Result != pipeline.CredentialInvalid {
				v.Result = pipeline.CredentialNotChecked
			}
		case n.Code == codeSignerUntrusted:
			if v.Result == pipeline.CredentialValid {
				v.Result = pipeline.CredentialSignerUnknown
			}
		case !slices.Contains(harmless, n.Code):
			v.Result = pipeline.CredentialInvalid
		}
	}
	if v.Cut && v.Result == pipeline.CredentialValid {
		v.Result = pipeline.CredentialNotChecked
	}
}

// manifest checks one manifest; active is the one that speaks of this file, whose bytes it must bind.
func (x *examination) manifest(box *superbox, active bool) verdict {
	v := verdict{Credential: pipeline.Credential{
		Manifest: text(box.label), Active: active, Binding: pipeline.BindingOther, Signature: pipeline.CredentialSeal{Trust: x.trust.String()},
	}}
	if active {
		v.Binding = pipeline.BindingNotChecked
	}
	m, err := readManifest(x.root, box)
	if err != nil {
		v.note(codeClaimCBOR, box.label, "%v", err)
		v.conclude()
		return v
	}
	v.whole = true
	v.Generator, v.Title, v.Format, v.Instance = text(m.claim.generator()), text(m.claim.Title), text(m.claim.Format), text(m.claim.InstanceID)
	x.seal(&v, m)
	x.assertions(&v, m)
	if active {
		x.binding(&v, m)
	}
	x.tell(&v, m)
	v.conclude()
	return v
}

// seal checks the signature, its time stamp and its signer.
func (x *examination) seal(v *verdict, m manifest) {
	of := m.claim.Signature
	if m.signature == nil || m.signature.first("cbor") == nil {
		v.note(codeSealMissing, of, "the signature that the claim names is not there")
		return
	}
	s, err := open(m.signature.first("cbor"), m.claimed)
	if err != nil {
		code := codeSealMismatch
		if len(s.headers) > 0 && len(s.chain) == 0 {
			code = codeSignerInvalid
		}
		v.note(code, of, "%v", err)
		return
	}
	signer := s.chain[0]
	v.Signature = pipeline.CredentialSeal{
		Algorithm: algorithms[s.alg].name, Signer: text(signer.Subject.String()), Issuer: text(signer.Issuer.String()), Serial: text(signer.SerialNumber.String()),
		Since: signer.NotBefore.UTC().Format(time.RFC3339), Until: signer.NotAfter.UTC().Format(time.RFC3339), Trust: x.trust.String(),
	}
	at := x.trust.Date
	switch t, err := s.stamps(m.claimed); {
	case errors.Is(err, errStampOther):
		v.note(codeStampMismatch, of, "%v", err)
	case err != nil:
		v.note(codeStampMalformed, of, "%v", err)
	case t != nil:
		at = t.at
		v.Signature.Time, v.Signature.Authority = t.at.UTC().Format(time.RFC3339), text(t.authority.Subject.String())
		if !knows(x.trust.stamps, t.chain, t.at) {
			v.note(codeStampUntrusted, of, "who stamped the time is not on the trust list")
			if x.trust.Date.Before(signer.NotBefore) || x.trust.Date.After(signer.NotAfter) {
				v.note(codeTimeOpen, of, "the certificate was valid at the time stamped only, and nobody known stamped it")
			}
		}
	}
	switch err := s.verify(m.claimed); {
	case errors.Is(err, errUnsupportedAlgorithm):
		v.note(codeAlgorithm, of, "%v", err)
	case err != nil:
		v.note(codeSealMismatch, of, "%v", err)
	}
	x.signer(v, s, of, at)
}

// signer judges the certificate at a moment: that of the time stamp, or of the trust list where there is none.
func (x *examination) signer(v *verdict, s sealed, of string, at time.Time) {
	c := s.chain[0]
	if c.IsCA || len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 {
		v.note(codeSignerInvalid, of, "the certificate is not one for signing claims")
	}
	if at.Before(c.NotBefore) || at.After(c.NotAfter) {
		v.note(codeSignerExpired, of, "the certificate is valid from %s to %s, and is judged for %s", v.Signature.Since, v.Signature.Until, at.UTC().Format(time.RFC3339))
	}
	if !knows(x.trust.signers, s.chain, at) {
		v.note(codeSignerUntrusted, of, "the signer is not on the trust list")
	}
}

// assertions checks that what the claim lists is there and unchanged, and that nothing else is.
func (x *examination) assertions(v *verdict, m manifest) {
	list := m.claim.all()
	if len(list) > maxAssertions {
		v.note(codeClaimCBOR, m.claimBox.label, "%d assertions, the limit is %d", len(list), maxAssertions)
		return
	}
	declared := map[*superbox]bool{}
	for _, u := range list {
		b := resolve(x.root, m.superbox, u.URL)
		switch {
		case b == nil && slices.Contains(m.claim.Redacted, u.URL):
		case b == nil:
			v.note(codeAssertMissing, u.URL, "the assertion is not there")
		case !m.covers(u, b):
			v.note(codeAssertMismatch, u.URL, "the assertion is not the one that was claimed")
		}
		declared[b] = true
	}
	kept := m.ofKind("c2as")
	if kept == nil {
		return
	}
	for _, b := range kept.inner {
		if len(v.Assertions) == maxListed {
			v.Cut = true
			break
		}
		v.Assertions = append(v.Assertions, text(b.label))
	}
	for _, b := range kept.inner {
		if !declared[b] {
			v.note(codeAssertUndeclared, b.label, "no claim lists this assertion")
		}
	}
}

// binding checks the digest of the file's own bytes.
func (x *examination) binding(v *verdict, m manifest) {
	kept, bound := m.ofKind("c2as"), 0
	if kept == nil {
		v.note(codeBindingMissing, m.label, "nothing binds the manifest to the file")
		return
	}
	for _, b := range kept.inner {
		switch {
		case slices.Contains(otherBindings, base(b.label)):
			bound++
			v.note(codeBindingUnchecked, b.label, "a binding of this kind is not computed here")
			continue
		case bmffVersions[base(b.label)] > 0:
			bound++
			x.boxes(v, m, b)
			continue
		case base(b.label) != "c2pa.hash.data":
			continue
		}
		bound++
		var d dataHash
		if err := data(b, &d); err != nil {
			v.note(codeDataMalformed, b.label, "%v", err)
			continue
		}
		same, err := d.binds(m, x.file, x.size)
		switch {
		case err != nil:
			v.note(codeDataMalformed, b.label, "%v", err)
		case !same:
			v.Binding = pipeline.BindingDiffers
			v.note(codeDataMismatch, b.label, "the file's bytes are not those that were bound")
		case v.Binding == pipeline.BindingNotChecked:
			v.Binding = pipeline.BindingMatches
		}
		if err == nil && !d.spares(x.store.stretch) {
			v.note(codeDataExtra, b.label, "bytes besides the credentials are left out of what is bound")
		}
	}
	switch {
	case bound == 0 && m.kind == "c2um":
		v.note(codeBindingUnchecked, m.label, "an update manifest leaves the binding to the one it updates")
	case bound == 0:
		v.note(codeBindingMissing, m.label, "nothing binds the manifest to the file")
	}
}

// boxes checks a binding of ISO base media.
func (x *examination) boxes(v *verdict, m manifest, b *superbox) {
	var d bmffHash
	if err := data(b, &d); err != nil {
		v.note(codeBMFFMalformed, b.label, "%v", err)
		return
	}
	same, left, err := d.binds(m, x.file, x.size, bmffVersions[base(b.label)])
	switch {
	case errors.Is(err, errMerkle):
		v.note(codeBindingUnchecked, b.label, "%v", err)
		return
	case err != nil:
		v.note(codeBMFFMalformed, b.label, "%v", err)
		return
	case !same:
		v.Binding = pipeline.BindingDiffers
		v.note(codeBMFFMismatch, b.label, "the file's boxes are not those that were bound")
	case v.Binding == pipeline.BindingNotChecked:
		v.Binding = pipeline.BindingMatches
	}
	if !spared(x.file, x.size, left, x.store.stretch, len(d.Merkle) > 0) {
		v.note(codeBMFFExtra, b.label, "bytes besides the credentials are left out of what is bound")
	}
}

// text bounds a text of the file.
func text(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}
