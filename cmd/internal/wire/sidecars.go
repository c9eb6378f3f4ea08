package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"dokaz/analyzers/proof"
	"dokaz/pipeline"
)

// maxSidecars bounds the files given with one item that are held against it.
const maxSidecars = 32

// sidecars names what was given with an item, in the order of the digests, without the bytes. A claim alone does not do: whoever names a file must have given
// its bytes as this item's sidecar, or a claim could have any file of the case read and told in this item's report.
func (s examining) sidecars(ctx context.Context, d pipeline.Digest) ([]proof.Sidecar, error) {
	receipts, err := s.Catalog.Receipts(ctx, d)
	if err != nil {
		return nil, err
	}
	var out []proof.Sidecar
	for sum, name := range pipeline.Sidecars(receipts) {
		theirs, err := s.Catalog.Receipts(ctx, sum)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(theirs, func(r pipeline.Receipt) bool { return r.Claims.Other[pipeline.ClaimSidecarOf] == d.String() }) {
			out = append(out, proof.Sidecar{Name: name, Digest: sum})
		}
	}
	slices.SortFunc(out, func(a, b proof.Sidecar) int { return a.Digest.Compare(b.Digest) })
	return out[:min(len(out), maxSidecars)], nil
}

// fetch reads the bytes of sidecars, as many as are looked at together.
func (s examining) fetch(ctx context.Context, with []proof.Sidecar) error {
	left := int64(proof.MaxSidecars)
	for i, w := range with {
		o, err := s.Vault.OpenVerified(ctx, w.Digest)
		if errors.Is(err, pipeline.ErrCorrupt) || errors.Is(err, pipeline.ErrNotFound) {
			with[i].Left = "its sealed copy is gone or changed"
			continue
		}
		if err != nil {
			return err
		}
		if o.Size() > left {
			with[i].Left = fmt.Sprintf("not held against it: the sidecars of an item are read up to %d bytes together", proof.MaxSidecars)
		} else if with[i].Bytes, err = io.ReadAll(io.NewSectionReader(o, 0, o.Size())); err == nil {
			left -= o.Size()
		}
		if err = errors.Join(err, o.Close()); err != nil {
			return err
		}
	}
	return nil
}

// toldOf reports whether an earlier examination was told of the same sidecars.
func toldOf(known pipeline.Examination, with []proof.Sidecar) bool {
	was := map[string]bool{}
	for _, m := range known.Measurements {
		if r, is := m.Fact.(pipeline.Relation); is && m.By.Analyzer == "proof" && r.What == "sidecar" {
			was[r.Value] = true
		}
	}
	for _, w := range with {
		if !was[w.Digest.String()] {
			return false
		}
	}
	return len(was) == len(with)
}

// provenAnew moves the analyzer of proofs from what stays to what is to be done.
func (s examining) provenAnew(kept pipeline.Examination, todo []pipeline.Ref) (pipeline.Examination, []pipeline.Ref) {
	ref := s.settings.Proving()
	if slices.Contains(todo, ref) {
		return kept, todo
	}
	return pipeline.Examination{
		Outcomes:     slices.DeleteFunc(slices.Clone(kept.Outcomes), func(o pipeline.Outcome) bool { return o.By == ref }),
		Measurements: slices.DeleteFunc(slices.Clone(kept.Measurements), func(m pipeline.Measurement) bool { return m.By == ref }),
	}, append(todo, ref)
}
