package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report/page"
)

// drawings is bumped whenever the same match can be drawn otherwise.
const drawings = 1

// album gives a report's page its pictures. Drawings are made from fingerprints and small pictures when a page first wants them and
// kept among the derivatives; keep is false for those who only look at a case and write nothing into it.
func (h *House) album(ctx context.Context, keep bool) page.Album {
	return page.Album{Pictures: h.picture(ctx), Drawings: func(m pipeline.Match) (*page.Drawing, error) {
		out, err := h.drawn(ctx, m, keep)
		if err != nil {
			return nil, fmt.Errorf("drawing of %s and %s: %w", m.A, m.B, err)
		}
		return out, nil
	}}
}

// drawn returns the drawing of a match, nil where there is none.
func (h *House) drawn(ctx context.Context, m pipeline.Match, keep bool) (*page.Drawing, error) {
	key, err := h.drawingKey(m)
	if err != nil {
		return nil, err
	}
	known, err := h.Catalog.Drawn(ctx, key)
	if err == nil {
		b, err := h.derived(ctx, known.Digest)
		if err == nil {
			return &page.Drawing{Shows: known.Shows, A: m.A, MediaType: known.MediaType, Bytes: b}, nil
		}
		if !errors.Is(err, pipeline.ErrNotFound) {
			return nil, err
		}
	} else if !errors.Is(err, pipeline.ErrNotFound) {
		return nil, err
	}
	d, err := h.drawMatch(ctx, m)
	if err != nil || d == nil {
		return nil, err
	}
	b, mediaType, err := d.Encode()
	if err != nil {
		return nil, err
	}
	if keep {
		sums, err := h.Derived.Put(ctx, bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		if err := h.Catalog.Draw(ctx, key, catalog.Drawing{Digest: sums.SHA256, MediaType: mediaType, Shows: d.Shows}); err != nil {
			return nil, err
		}
	}
	return &page.Drawing{Shows: d.Shows, A: m.A, MediaType: mediaType, Bytes: b}, nil
}

// drawingKey is a digest over what a drawing depends on: the match, whose items' bytes their digests name, and how both were examined,
// compared and drawn.
func (h *House) drawingKey(m pipeline.Match) (pipeline.Digest, error) {
	b, err := pipeline.Canonical(struct {
		Match   pipeline.Match `json:"match"`
		Methods []pipeline.Ref `json:"methods"`
		Drawing int            `json:"drawing"`
	}{m, h.methods, drawings})
	return pipeline.DigestOf(b), err
}

// drawMatch makes the drawing of a match of two items of the case.
func (h *House) drawMatch(ctx context.Context, m pipeline.Match) (*Drawing, error) {
	a, err := h.Remember(ctx, m.A)
	if err != nil {
		return nil, err
	}
	b, err := h.Remember(ctx, m.B)
	if err != nil {
		return nil, err
	}
	ms, err := h.Catalog.MatchesBetween(ctx, m.A, m.B)
	if err != nil {
		return nil, err
	}
	return h.drawForPage(ctx, compare.ExplainMatches(a.Prints, b.Prints, ms, h.Compare.Settings()), a, b)
}
