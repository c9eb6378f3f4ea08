package proof

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"

	"dokaz/pipeline"
)

// file is one of those that came together: a member of a bundle, a sidecar, or the item itself.
type file struct {
	name   string // as given: hostile
	item   bool   // the item examined
	size   int64
	whole  []byte // its bytes, where they are few enough to be a proof's
	open   func() (io.ReadCloser, error)
	sum    pipeline.Digest
	sum512 string // "sha512:…" where it is known without reading the file
	kind   kind   // none of what is no proof
}

// of512 is its other digest, "" where it is not known.
func (f file) of512() string {
	if f.sum512 == "" && f.whole != nil {
		sum := sha512.Sum512(f.whole)
		return "sha512:" + hex.EncodeToString(sum[:])
	}
	return f.sum512
}

// proves reports whether it is a proof of any kind: a key or a certificate alone proves nothing.
func (f file) proves() bool { return f.kind != none && f.kind != key && f.kind != certificate }

// of is how its bytes are named.
func (f file) of() string { return f.sum.String() }

// shown is its name in facts: none of the item, which is known by another way.
func (f file) shown() string {
	if f.item {
		return ""
	}
	return text(f.name)
}

// place is where facts of it stand.
func (f file) place() pipeline.Where { return pipeline.Where{Path: f.shown()} }

// in fills in which file a proof stands in.
func (f file) in(p pipeline.Proof) pipeline.Proof {
	if p.Name = f.shown(); !f.item {
		sum := f.sum
		p.Digest = &sum
	}
	return p
}

// held makes a file of bytes in memory.
func held(name string, b []byte) file {
	return file{name: name, size: int64(len(b)), whole: b, kind: kindOf(b), sum: pipeline.DigestOf(b), open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// desk is several files being held against each other.
type desk struct {
	ctx   context.Context //nolint:containedctx // lives as long as one Read
	say   pipeline.Say
	files []file
	known Known
	given openpgp.EntityList // keys that came with the files
	left  int64              // bytes that may still be hashed for signatures

	signed map[pipeline.Digest]signing // by the digest of what was signed
}

// signing is the best result of the signatures over some bytes.
type signing struct {
	result pipeline.ProofResult
	key    string
}

// order of results when several signatures are over one file: one that does not hold outweighs those that do, as it must be told.
var order = []pipeline.ProofResult{pipeline.ProofNotChecked, pipeline.ProofSignerUnknown, pipeline.ProofValid, pipeline.ProofInvalid}

// examine reads every proof among the files: signatures first, since statements are worth what is signed over them. It reports whether there was any.
func (d *desk) examine() (bool, error) {
	d.signed, d.left = map[pipeline.Digest]signing{}, maxHashed
	found := false
	for _, f := range d.files {
		found = found || f.proves()
		if f.kind == key {
			keys, err := readKeys(f.whole)
			if err == nil {
				d.given = few(append(d.given, keys...))
				keyTold(f, few(keys), d.say)
			}
		}
	}
	for _, f := range d.files {
		if f.kind != pgpSignature {
			continue
		}
		if err := d.signatures(f); err != nil {
			return found, err
		}
	}
	for _, f := range d.files {
		switch f.kind {
		case otsProof:
			d.stamped(f, "OpenTimestamps", func(say pipeline.Say) error { return (&ots{b: f.whole, say: say}).read() })
		case timeStamp:
			d.stamped(f, "RFC 3161", func(say pipeline.Say) error { return stamp(f.whole, say) })
		case statement:
			d.stated(f)
		case attestation:
			d.attested(f)
		case certificate:
			if err := certificatesTold(f, d.say); err != nil {
				return found, err
			}
		}
	}
	return found, d.ctx.Err()
}

// signatures checks those of one file.
func (d *desk) signatures(f file) error {
	all, err := readSignatures(f.whole)
	if err != nil {
		d.say(f.place(), f.in(pipeline.Proof{Form: "OpenPGP", Result: pipeline.ProofInvalid, Reason: text("it cannot be read: " + err.Error())}))
		return nil
	}
	for _, s := range all {
		p, err := d.signature(f, s)
		if err != nil {
			return err
		}
		d.say(f.place(), f.in(p))
		if of, err := pipeline.ParseDigest(p.Of); err == nil {
			if was := d.signed[of]; slices.Index(order, p.Result) >= slices.Index(order, was.result) {
				d.signed[of] = signing{p.Result, p.Key}
			}
		}
	}
	return nil
}

// signature looks for the bytes that one is over: those first whose name says so, then the others. Names decide nothing: the signature does.
func (d *desk) signature(in file, s signature) (pipeline.Proof, error) {
	p := s.fact()
	named, targets := d.targets(in)
	if len(targets) == 0 {
		p.Reason = "the bytes that it is over are not at hand"
	}
	var fault error
	for i, f := range targets {
		if d.left -= f.size; d.left < 0 || i > maxTargets {
			p.Reason = "there is too much to hold it against"
			return p, nil
		}
		done, err := d.try(&p, s, f)
		if err != nil || done {
			return p, err
		}
		if i == 0 && named {
			fault = errors.New(p.Reason)
		}
	}
	if p.Result != pipeline.ProofInvalid {
		return p, nil // no key
	}
	p.Reason = "it is over none of the files that came with it"
	if named {
		p.Of, p.About, p.Reason = targets[0].of(), targets[0].shown(), fault.Error()
	}
	return p, nil
}

// try holds a signature against one file; done says that the proof is complete.
func (d *desk) try(p *pipeline.Proof, s signature, f file) (done bool, err error) {
	for _, keys := range []struct {
		list   openpgp.EntityList
		result pipeline.ProofResult
	}{{d.known.keys, pipeline.ProofValid}, {d.given, pipeline.ProofSignerUnknown}} {
		at := s.CreationTime
		if keys.result == pipeline.ProofValid && at.Before(d.known.Date) {
			at = d.known.Date
		}
		r, err := f.open()
		if err != nil {
			return false, err
		}
		by, err := s.check(contextual{d.ctx, r}, keys.list, at)
		if cerr := r.Close(); cerr != nil && err == nil {
			err = cerr
		}
		if d.ctx.Err() != nil {
			return false, d.ctx.Err()
		}
		switch {
		case errors.Is(err, errNoKey):
			continue
		case errors.Is(err, errOther):
			p.Result, p.Reason = pipeline.ProofInvalid, errOther.Error()
			continue
		}
		p.Of, p.About, p.Trust = f.of(), f.shown(), d.known.String()
		if by != nil {
			p.By, p.Key = holder(by), fmt.Sprintf("%x", by.PrimaryKey.Fingerprint)
		}
		switch {
		case errors.Is(err, errTooWeak):
			p.Result, p.Reason, p.Of, p.About = pipeline.ProofNotChecked, err.Error(), "", ""
		case err != nil:
			p.Result, p.Reason = pipeline.ProofInvalid, against(err)
		default:
			p.Result, p.Reason = keys.result, ""
		}
		return true, nil
	}
	if p.Result == pipeline.ProofInvalid {
		return false, nil
	}
	p.Reason = errNoKey.Error()
	return d.fits(p, s, f)
}

// fits sees without a key whether a signature can be over a file.
func (d *desk) fits(p *pipeline.Proof, s signature, f file) (bool, error) {
	r, err := f.open()
	if err != nil {
		return false, err
	}
	same, err := s.over(contextual{d.ctx, r})
	if cerr := r.Close(); cerr != nil || d.ctx.Err() != nil {
		return false, errors.Join(cerr, d.ctx.Err())
	}
	if err != nil || !same {
		return false, nil //nolint:nilerr // what is wrong with one signature is told in its proof
	}
	p.Of, p.About, p.Reason = f.of(), f.shown(), errNoKey.Error()+"; two bytes of its digest are those of these bytes"
	return true, nil
}

// targets are the files that a signature can be over. named says that the first is the one that the signature's file is named after: NAME.asc, or the
// digest of the bytes as ProofMode writes it.
func (d *desk) targets(in file) (named bool, out []file) {
	base := path.Base(in.name)
	for _, end := range []string{".asc", ".sig", ".gpg", ".pgp"} {
		if short, ok := strings.CutSuffix(base, end); ok {
			base = short
			break
		}
	}
	for _, f := range d.files {
		if f.kind == pgpSignature {
			continue
		}
		out = append(out, f)
	}
	after := func(f file) bool { return path.Base(f.name) == base || f.sum.Hex() == strings.ToLower(base) }
	slices.SortStableFunc(out, func(a, b file) int { return cmp.Compare(rank(after(a), a.item), rank(after(b), b.item)) })
	return len(out) > 0 && after(out[0]), out
}

func rank(named, item bool) int {
	switch {
	case named:
		return 0
	case item:
		return 1
	}
	return 2
}

// stamped reads a proof of time and holds the digest it stamps against the files.
func (d *desk) stamped(f file, form string, read func(pipeline.Say) error) {
	d.say(f.place(), f.in(d.about(proofOf(form, read))))
}

// about names the file whose bytes a proof names.
func (d *desk) about(p pipeline.Proof) pipeline.Proof {
	for _, f := range d.files {
		if p.Of != "" && (f.of() == p.Of || f.of512() == p.Of) {
			p.About = f.shown()
			return p
		}
	}
	return p
}

// proofOf sums up a proof of time: what it stamps, who attests, and whether it holds.
func proofOf(form string, read func(pipeline.Say) error) pipeline.Proof {
	p := pipeline.Proof{Form: form, Result: pipeline.ProofNotChecked}
	var by, leads []string
	err := read(func(_ pipeline.Where, f pipeline.Fact) {
		switch f := f.(type) {
		case pipeline.Relation:
			p.Of = f.Value
		case pipeline.History:
			if f.Action == "stamped" {
				p.Time, p.Result = f.When, pipeline.ProofSignerUnknown
			}
			by = append(by, f.Software)
			leads = append(leads, f.Software+": "+f.Parameters)
		}
	})
	p.By = text(strings.Join(by, "; "))
	switch {
	case err != nil:
		p.Result, p.Reason = pipeline.ProofInvalid, text(err.Error())
	case form == "RFC 3161":
		p.Reason = "who stamped is held against no list"
	default:
		p.Reason = text("no network is asked whether the chain has it: " + strings.Join(leads, "; "))
	}
	return p
}

// contextual ends a reader with its context.
type contextual struct {
	ctx context.Context //nolint:containedctx // lives as long as one read
	io.Reader
}

func (c contextual) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(b)
}

// digested hashes what a reader gives, n bytes at most.
func digested(ctx context.Context, r io.Reader, n int64) (sum pipeline.Digest, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(h, io.LimitReader(contextual{ctx, r}, n+1))
	if err == nil && size > n {
		err = fmt.Errorf("%w: a file of more than %d bytes", pipeline.ErrRefused, n)
	}
	h.Sum(sum[:0])
	return sum, size, err
}
