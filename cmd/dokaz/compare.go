package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"

	"github.com/spf13/cobra"
)

func compareCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "compare A B",
		Short: "Do two files or items correspond, and how?",
		Long:  "Compare two items of the case or two files on disk. Files are examined in the child and not taken in.",
		Args:  args(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, a []string) error {
			cfg, _, err := t.config()
			if err != nil {
				return err
			}
			h, done, err := wire.OpenOrScratch(c.Context(), cfg)
			if err != nil {
				return err
			}
			return errors.Join(comparePair(c, t, h, a), done())
		},
	}
}

func comparePair(c *cobra.Command, t *terminal, h *wire.House, names []string) error {
	var sides [2]wire.Seen
	for i, name := range names {
		var err error
		if sides[i], err = side(c, h, name); err != nil {
			return err
		}
	}
	ms := h.Pair(sides[0], sides[1])
	switch {
	case t.flags.json, t.flags.jsonl:
		fields := map[string]any{"a": sides[0].Item, "b": sides[1].Item, "matches": append([]pipeline.Match{}, ms...), "exit_code": exitOK}
		if t.flags.jsonl {
			return t.event("summary", fields)
		}
		return t.document(fields)
	}
	for i, s := range sides {
		t.printf("%s %s\n", s.Item.Digest, plain(names[i]))
		if s.Prints.Empty() {
			t.printf("  no picture of it can be compared by the methods of this version\n")
		}
	}
	if len(ms) == 0 {
		t.printf("No correspondence was found. That does not show that there is none.\n")
	}
	for _, m := range ms {
		an, bn := names[0], names[1]
		if m.A != sides[0].Item.Digest {
			an, bn = bn, an
		}
		t.printf("%s\n", describe(m, an, bn))
	}
	return nil
}

// side finds one side of a comparison: a file on disk where there is one, an item of the case otherwise.
func side(c *cobra.Command, h *wire.House, name string) (wire.Seen, error) {
	if _, err := os.Stat(name); err == nil {
		return h.Look(c.Context(), name)
	}
	d, err := one(c, h, name)
	if err != nil {
		return wire.Seen{}, fmt.Errorf("%w (nor is there a file of that name)", err)
	}
	return remembered(c.Context(), h, d)
}

func remembered(ctx context.Context, h *wire.House, d pipeline.Digest) (wire.Seen, error) {
	it, err := h.Catalog.Item(ctx, d)
	if err != nil {
		return wire.Seen{}, err
	}
	e, err := h.Catalog.Examination(ctx, d)
	return wire.Seen{Item: it, Known: true, Examination: e, Prints: pipeline.PrintsOf(it, e.Measurements)}, err
}
