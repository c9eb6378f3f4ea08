package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"dokaz/analyzers"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// Preview returns a large picture of a photo of the case as a JPEG. It is made in a child when it is first wanted, and kept. What has
// none is pipeline.ErrNotFound; what the child could not do, pipeline.ErrUnsupported.
func (h *House) Preview(ctx context.Context, d pipeline.Digest) ([]byte, error) {
	wanted := analyzers.Preview(h.Config.Limits).Spec()
	ref := wanted.Ref()
	it, err := h.Catalog.Item(ctx, d)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(wanted.Kinds, it.Kind) {
		return nil, fmt.Errorf("preview of %s: %w", it.Kind, pipeline.ErrNotFound)
	}
	doc, err := pipeline.Canonical([]any{d, ref})
	if err != nil {
		return nil, err
	}
	key := pipeline.DigestOf(doc)
	if known, err := h.Catalog.Drawn(ctx, key); err == nil {
		if b, err := h.derived(ctx, known.Digest); !errors.Is(err, pipeline.ErrNotFound) {
			return b, err
		}
	} else if !errors.Is(err, pipeline.ErrNotFound) {
		return nil, err
	}
	return h.preview(ctx, it, ref, key)
}

func (h *House) preview(ctx context.Context, it pipeline.Item, ref pipeline.Ref, key pipeline.Digest) ([]byte, error) {
	child, err := h.Examiner()
	if err != nil {
		return nil, err
	}
	o, err := h.Vault.OpenVerified(ctx, it.Digest)
	if err != nil {
		return nil, err
	}
	got, err := child.Examine(ctx, it, o, []pipeline.Ref{ref})
	if err = errors.Join(err, o.Close()); err != nil {
		return nil, err
	}
	for _, m := range got.Examination.Measurements {
		if f, ok := m.Fact.(pipeline.Derivative); ok && f.MediaType == "image/jpeg" {
			b := got.Derivatives[f.Digest]
			sums, err := h.Derived.Put(ctx, bytes.NewReader(b))
			if err != nil {
				return nil, err
			}
			return b, h.Catalog.Draw(ctx, key, catalog.Drawing{Digest: sums.SHA256, MediaType: f.MediaType, Shows: "preview"})
		}
	}
	for _, out := range got.Examination.Outcomes {
		return nil, fmt.Errorf("preview: %w: %s", pipeline.ErrUnsupported, out.Reason)
	}
	return nil, fmt.Errorf("preview: %w", pipeline.ErrUnsupported)
}
