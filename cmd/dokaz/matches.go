package main

import (
	"encoding/json"
	"fmt"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"

	"github.com/spf13/cobra"
)

func matchesCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "matches [ITEM]",
		Short: "Which items correspond, on what basis and how strongly",
		Long: `List every match of the case, or of one item. With --jsonl one match is one line:
{"a":…,"b":…,"basis":…,"strength":…,"distance":…,"transform":…,"segments":[…]}
Times are seconds; crop is a fraction of a. A match does not say which item came first.`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return looking(c, t, func(h *wire.House) error { return matches(c, t, h, a) })
		},
	}
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
	switch {
	case t.flags.jsonl:
		// The contract of this verb: lines are matches and nothing else.
		e := json.NewEncoder(t.out)
		for _, m := range ms {
			if err := e.Encode(m); err != nil {
				return err
			}
		}
		return nil
	case t.flags.json:
		return t.document(map[string]any{"matches": append([]pipeline.Match{}, ms...)})
	}
	for _, m := range ms {
		an, err := h.Catalog.Name(c.Context(), m.A)
		if err != nil {
			return err
		}
		bn, err := h.Catalog.Name(c.Context(), m.B)
		if err != nil {
			return err
		}
		t.printf("%s\n", describe(m, an, bn))
	}
	return nil
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
	for _, s := range m.Segments {
		out += fmt.Sprintf("\n          %.1f–%.1f s of the first at %.1f–%.1f s of the second", s.AStart, s.AEnd, s.BStart, s.BEnd)
		if s.Ambiguous {
			out += " (still picture: the offset is not determined)"
		}
	}
	return out
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
