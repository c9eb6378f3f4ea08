package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"

	"github.com/spf13/cobra"
)

func matchesCommand(t *terminal) *cobra.Command {
	var tree bool
	c := &cobra.Command{
		Use:   "matches [ITEM]",
		Short: "Which items correspond, on what basis and how strongly",
		Long: `List every match of the case, or of one item. With --jsonl one match is one line:
{"a":…,"b":…,"basis":…,"strength":…,"distance":…,"transform":…,"segments":[…]}
Times are seconds; crop is a fraction of a. A match does not say which item came first. A pair that a person decided on
has "decided" as well: different pairs are listed and join nothing.`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			if tree && len(a) != 1 {
				return usage(errors.New("--tree arranges the copies of one item: name it"))
			}
			return looking(c, t, func(h *wire.House) error {
				if tree {
					return copies(c, t, h, a[0])
				}
				return matches(c, t, h, a)
			})
		},
	}
	c.Flags().BoolVar(&tree, "tree", false, "arrange an item and its copies by what each kept of the recording")
	return c
}

// copies prints the tree of an item's copies.
func copies(c *cobra.Command, t *terminal, h *wire.House, name string) error {
	d, err := one(c, h, name)
	if err != nil {
		return err
	}
	tree, cut, err := h.CopyTree(c.Context(), d)
	if err != nil {
		return err
	}
	if t.flags.json || t.flags.jsonl {
		fields := map[string]any{"tree": tree, "cut": cut, "exit_code": exitOK}
		if t.flags.jsonl {
			return t.event("summary", fields)
		}
		return t.document(fields)
	}
	for _, b := range tree {
		line := strings.Repeat("  ", b.Depth) + b.Item.Hex()[:12] + " " + plain(b.Name)
		if b.Above != nil {
			line += fmt.Sprintf("  (the one above kept more: %d signs for it, %d against)", b.For, b.Against)
		}
		t.printf("%s\n", line)
	}
	if cut {
		t.printf("The group is larger: only its nearest %d are arranged.\n", len(tree))
	}
	t.printf("Arranged by what each kept. This does not say which was made from which.\n")
	return nil
}

func matches(c *cobra.Command, t *terminal, h *wire.House, a []string) error {
	var ms []pipeline.Match
	var err error
	if len(a) == 0 {
		ms, err = h.Catalog.Matches(c.Context())
	} else {
		var d pipeline.Digest
		if d, err = one(c, h, a[0]); err == nil {
			ms, err = h.Catalog.MatchesOf(c.Context(), d, "")
		}
	}
	if err != nil {
		return err
	}
	all, err := withDecisions(c.Context(), h, ms)
	if err != nil {
		return err
	}
	switch {
	case t.flags.jsonl:
		// The contract of this verb: lines are matches and nothing else.
		for _, m := range all {
			if err := t.encode(m, ""); err != nil {
				return err
			}
		}
		return nil
	case t.flags.json:
		return t.document(map[string]any{"matches": all})
	}
	for _, m := range all {
		an, err := h.Catalog.Name(c.Context(), m.A)
		if err != nil {
			return err
		}
		bn, err := h.Catalog.Name(c.Context(), m.B)
		if err != nil {
			return err
		}
		t.printf("%s\n", describe(m.Match, an, bn))
		if m.decision != nil {
			t.printf("          %s\n", decisionLine(*m.decision))
		}
	}
	return nil
}

// listed is a match with a person's last word on its pair.
type listed struct {
	pipeline.Match
	Decided   pipeline.Verdict `json:"decided,omitempty"`
	DecidedBy pipeline.Actor   `json:"decided_by,omitempty"`
	DecidedAt time.Time        `json:"decided_at,omitzero"`

	decision *pipeline.PairDecision
}

// withDecisions adds to matches what people decided on their pairs.
func withDecisions(ctx context.Context, h *wire.House, ms []pipeline.Match) ([]listed, error) {
	ds, err := h.Catalog.Decisions(ctx)
	if err != nil {
		return nil, err
	}
	on := make(map[[2]pipeline.Digest]pipeline.PairDecision, 2*len(ds))
	for _, d := range ds {
		on[[2]pipeline.Digest{d.A, d.B}], on[[2]pipeline.Digest{d.B, d.A}] = d, d
	}
	out := []listed{}
	for _, m := range ms {
		l := listed{Match: m}
		if d, ok := on[[2]pipeline.Digest{m.A, m.B}]; ok {
			l.Decided, l.DecidedBy, l.DecidedAt, l.decision = d.Verdict, d.By, d.At, &d
		}
		out = append(out, l)
	}
	return out, nil
}

// describe puts a match in a line or more for people.
func describe(m pipeline.Match, a, b string) string {
	out := fmt.Sprintf("%-9s %-14s distance %-3d %s %s ~ %s %s", m.Strength, m.Basis, m.Distance, m.A.Hex()[:12], plain(a), m.B.Hex()[:12], plain(b))
	if m.Transform.Mirror {
		out += " mirrored"
	}
	if m.Transform.Rotate != 0 {
		out += fmt.Sprintf(" rotated %d°", m.Transform.Rotate)
	}
	if m.OtherShot {
		out += " (another shot of the scene)"
	}
	for _, s := range m.Segments {
		out += fmt.Sprintf("\n          %.1f–%.1f s of the first at %.1f–%.1f s of the second", s.AStart, s.AEnd, s.BStart, s.BEnd)
		if s.Ambiguous {
			out += " (still picture: the offset is not determined)"
		}
	}
	if m.Moment != nil {
		out += "\n          " + momentLine(*m.Moment)
	}
	return out
}

// momentLine says what decoding a film once more told of when a picture was taken.
func momentLine(o pipeline.Moment) string {
	switch {
	case o.Not == pipeline.FilmAbsent:
		return "the film was not looked at once more: it is not at hand"
	case o.Not != "":
		return "the film was not looked at once more: it does not decode"
	case !o.Told:
		return fmt.Sprintf("decoded once more, none of %d frames tells the moment better", o.Frames)
	case !o.Distinct:
		return fmt.Sprintf("decoded once more, the frame at %.3f s is nearest, and other moments come as near", o.Time)
	}
	return fmt.Sprintf("decoded once more, the frame at %.3f s is nearest, and no other moment comes near", o.Time)
}

// one resolves text to exactly one item.
func one(c *cobra.Command, h *wire.House, text string) (pipeline.Digest, error) {
	ds, err := h.Catalog.Resolve(c.Context(), text)
	switch {
	case err != nil:
		return pipeline.Digest{}, err
	case len(ds) == 0:
		return pipeline.Digest{}, fmt.Errorf("%q: %w", text, pipeline.ErrNotFound)
	case len(ds) > 1:
		list := ""
		for _, d := range ds {
			list += "\n       " + d.String()
		}
		return pipeline.Digest{}, usage(fmt.Errorf("%q fits %d items:%s", text, len(ds), list))
	}
	return ds[0], nil
}
