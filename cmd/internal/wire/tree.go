package wire

import (
	"context"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/report/rules"
)

// maxTree bounds the copies of one tree.
const maxTree = 200

// CopyTree arranges the group that an item belongs to by what each copy kept; of an item without a group it is that item alone. cut
// says that the group is larger than what is arranged.
func (h *House) CopyTree(ctx context.Context, d pipeline.Digest) (tree []rules.Branch, cut bool, err error) {
	members, cut, err := h.members(ctx, d)
	if err != nil {
		return nil, false, err
	}
	tree, err = h.arranged(ctx, members)
	return tree, cut, err
}

// members lists the group that an item belongs to, its representative first.
func (h *House) members(ctx context.Context, d pipeline.Digest) ([]pipeline.Digest, bool, error) {
	cluster, err := h.Catalog.Cluster(ctx, d, compare.ClusterOf)
	if err != nil || cluster.Size < 2 {
		return []pipeline.Digest{d}, false, err
	}
	return h.star(ctx, cluster.Representative)
}

// arranged arranges copies by what each kept.
func (h *House) arranged(ctx context.Context, members []pipeline.Digest) ([]rules.Branch, error) {
	dossiers, err := h.Catalog.Group(ctx, members)
	if err != nil {
		return nil, err
	}
	return rules.Tree(dossiers), nil
}

// star lists an item and those that a match joins to it, at most maxTree.
func (h *House) star(ctx context.Context, middle pipeline.Digest) (out []pipeline.Digest, cut bool, err error) {
	ms, err := h.Catalog.MatchesOf(ctx, middle, pipeline.Confirmed)
	if err != nil {
		return nil, false, err
	}
	seen, err := h.Catalog.Parted(ctx, middle)
	if err != nil {
		return nil, false, err
	}
	seen[middle] = true
	out = []pipeline.Digest{middle}
	for _, m := range ms {
		other := m.A
		if other == middle {
			other = m.B
		}
		if seen[other] || !compare.Joins(m) {
			continue
		}
		if len(out) == maxTree {
			return out, true, nil
		}
		seen[other] = true
		out = append(out, other)
	}
	return out, false, nil
}
