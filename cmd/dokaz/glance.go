package main

import (
	"fmt"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline/compare"

	"github.com/spf13/cobra"
)

// maxGlimpses is how many items a quick look prints.
const maxGlimpses = 20

// glimpse is one item that keyframes of a film lie near.
type glimpse struct {
	compare.Glimpse
	Name string `json:"name"`
}

// glance says what the keyframes of a film lie near.
func glance(c *cobra.Command, t *terminal, h *wire.House, seen wire.Seen, path string) error {
	ctx := c.Context()
	all, err := h.Compare.Glance(ctx, seen.Prints)
	if err != nil {
		return err
	}
	out := []glimpse{}
	for _, g := range all {
		one := glimpse{Glimpse: g}
		if one.Name, err = h.Catalog.Name(ctx, g.Other); err != nil {
			return err
		}
		out = append(out, one)
	}
	if t.flags.json || t.flags.jsonl {
		fields := map[string]any{"item": seen.Item, "known": seen.Known, "outcomes": seen.Examination.Outcomes, "glimpses": out, "exit_code": exitOK}
		if t.flags.jsonl {
			return t.event("summary", fields)
		}
		return t.document(fields)
	}
	t.printf("%s %s: %s, %s; its keyframes alone, at least 1.75 s apart\n", seen.Item.Digest, plain(path), seen.Item.Kind, size(seen.Item.Size))
	if seen.Known {
		t.printf("The case holds these bytes.\n")
	}
	if seen.Prints.Empty() {
		t.printf("It has no keyframe that can be compared (see its outcomes with --json), so this says nothing.\n")
	}
	for i, g := range out {
		if i == maxGlimpses {
			t.printf("… and %d more (--json lists them)\n", len(out)-i)
			break
		}
		t.printf("%s %s: %d of %d keyframes near, nearest %d of 256 bits, %s\n", g.Other.Hex()[:12], plain(g.Name), g.Near, g.Of, g.Distance, where(g.Glimpse))
	}
	t.printf("This is a quick look, not a match: without --quick the whole film is compared, parts, offsets and sound included.\n")
	return nil
}

// where tells where the nearest frames stand.
func where(g compare.Glimpse) string {
	if g.There == nil {
		return fmt.Sprintf("at %.1f s", g.At)
	}
	return fmt.Sprintf("at %.1f s like the other at %.1f s", g.At, *g.There)
}
