package main

import (
	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"

	"github.com/spf13/cobra"
)

func findCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "find FILE",
		Short: "What does the case already hold that is like this file? Nothing is taken in",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return looking(c, t, func(h *wire.House) error { return find(c, t, h, a[0]) })
		},
	}
}

func find(c *cobra.Command, t *terminal, h *wire.House, path string) error {
	ctx := c.Context()
	if err := h.Recall(ctx); err != nil {
		return err
	}
	seen, err := h.Look(ctx, path)
	if err != nil {
		return err
	}
	ms, err := h.Compare.Against(seen.Prints)
	if err != nil {
		return err
	}
	if seen.Known {
		ms = append([]pipeline.Match{{A: seen.Item.Digest, B: seen.Item.Digest, Basis: pipeline.SameBytes, Strength: pipeline.Confirmed, Method: "sha256"}}, ms...)
	}
	switch {
	case t.flags.json, t.flags.jsonl:
		fields := map[string]any{"item": seen.Item, "known": seen.Known, "outcomes": seen.Examination.Outcomes, "matches": append([]pipeline.Match{}, ms...), "exit_code": exitOK}
		if t.flags.jsonl {
			return t.event("summary", fields)
		}
		return t.document(fields)
	}
	t.printf("%s %s: %s, %s\n", seen.Item.Digest, plain(path), seen.Item.Kind, size(seen.Item.Size))
	if len(ms) == 0 {
		t.printf("Nothing in the case corresponds to it by the methods of this version.\n")
	}
	if seen.Prints.Empty() {
		t.printf("It has no picture that can be compared (see its outcomes with --json), so this says nothing.\n")
	}
	for _, m := range ms {
		other := m.B
		if other == seen.Item.Digest {
			other = m.A
		}
		name, err := h.Catalog.Name(ctx, other)
		if err != nil {
			return err
		}
		an, bn := "this file", name
		if m.B == seen.Item.Digest && m.A != m.B {
			an, bn = name, "this file"
		}
		t.printf("%s\n", describe(m, an, bn))
	}
	return nil
}
