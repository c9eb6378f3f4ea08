package wire

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"dokaz/cmd/internal/api"
	"dokaz/pipeline"
)

// maxLike is how many matches of a known item are told.
const maxLike = 200

// FindFile looks for what the case holds that is like a file. Nothing of it is taken in.
func (h *House) FindFile(ctx context.Context, name string, r io.Reader) (api.Likeness, error) {
	seen, err := h.lookAt(ctx, name, r, h.refs(), h.settings)
	if err != nil {
		return api.Likeness{}, err
	}
	out := api.Likeness{Item: seen.Item, Known: seen.Known, Comparable: !seen.Prints.Empty(), Outcomes: seen.Examination.Outcomes}
	out.Matches, err = h.Against(ctx, seen)
	if err = errors.Join(err, seen.Close()); err != nil {
		return out, err
	}
	if seen.Known {
		d := seen.Item.Digest
		same := pipeline.Match{A: d, B: d, Basis: pipeline.SameBytes, Strength: pipeline.Confirmed, Method: "sha256"}
		out.Matches = append([]pipeline.Match{same}, out.Matches...)
	}
	return out, nil
}

// FindItem looks for what an item of the case is like; of bytes that it does not hold a digest says nothing more.
func (h *House) FindItem(ctx context.Context, d pipeline.Digest) (api.Likeness, error) {
	it, err := h.Catalog.Item(ctx, d)
	if errors.Is(err, pipeline.ErrNotFound) {
		return api.Likeness{}, nil
	}
	if err != nil {
		return api.Likeness{}, err
	}
	out := api.Likeness{Item: it, Known: true}
	if _, err := h.Catalog.Prints(ctx, d); err == nil {
		out.Comparable = true
	} else if !errors.Is(err, pipeline.ErrNotFound) {
		return out, err
	}
	out.Matches, err = h.Catalog.NearestMatches(ctx, d, maxLike)
	return out, err
}

// FindHash looks for pictures by their PDQ hash, which is taken for one of full quality.
func (h *House) FindHash(ctx context.Context, pdq pipeline.Hash256) (api.Likeness, error) {
	p := pipeline.Prints{Kind: pipeline.Photo, Pictures: []pipeline.PrintedPicture{{Bits: pdq, Quality: 100}}}
	ms, err := h.Against(ctx, Seen{Prints: p})
	return api.Likeness{Comparable: true, Matches: ms}, err
}

// Against compares with all items of the case, those included that other processes examined meanwhile, nearest first.
func (h *House) Against(ctx context.Context, s Seen) ([]pipeline.Match, error) {
	if err := h.Recall(ctx); err != nil {
		return nil, err
	}
	ms, err := h.Compare.Against(ctx, s.Prints, h.films(s), nil)
	sortNearest(ms)
	return ms, err
}

// bases are in the order of what they say, strongest first.
var bases = []pipeline.Basis{
	pipeline.SameBytes, pipeline.SameMedia, pipeline.NearPicture, pipeline.PartialPicture, pipeline.PictureInVideo, pipeline.SharedFootage, pipeline.SharedAudio,
}

// sortNearest puts confirmed matches first, then the strongest basis, then the least distance, and keeps the order of digests among equals.
func sortNearest(ms []pipeline.Match) {
	slices.SortStableFunc(ms, func(p, q pipeline.Match) int {
		return cmp.Or(cmp.Compare(p.Strength, q.Strength), cmp.Compare(slices.Index(bases, p.Basis), slices.Index(bases, q.Basis)), cmp.Compare(p.Distance, q.Distance))
	})
}
