package main

import (
	"cmp"
	"context"
	"slices"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/compare"

	"github.com/spf13/cobra"
)

func findCommand(t *terminal) *cobra.Command {
	var out string
	var quick bool
	c := &cobra.Command{
		Use:   "find FILE",
		Short: "What does the case already hold that is like this file, and why? Nothing is taken in",
		Long: `Look for what corresponds with a file that need not be part of the case. Every match is listed; of the nearest
it is said why they correspond, and with --out that is drawn as well. Nothing is taken in.

With --quick a film is looked at by its keyframes alone, some ten times sooner: that names items to look at more closely, and says
nothing of parts, offsets and sound.`,
		Example: `  dokaz find picture.jpg
  dokaz find film.mp4 --quick
  dokaz find film.mp4 --out reasons`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return looking(c, t, func(h *wire.House) error { return find(c, t, h, a[0], out, quick) })
		},
	}
	c.Flags().StringVar(&out, "out", "", "write drawings of the reasons for the nearest matches into this folder")
	c.Flags().BoolVar(&quick, "quick", false, "look at the keyframes of a film alone, and name what they are near")
	return c
}

// maxExplained is how many of the nearest items a search explains.
const maxExplained = 5

// found is one item that corresponds, and why.
type found struct {
	Item        pipeline.Item       `json:"item"`
	Name        string              `json:"name"`
	Explanation compare.Explanation `json:"explanation"`
	Pictures    []picture           `json:"pictures"`
}

func find(c *cobra.Command, t *terminal, h *wire.House, path, out string, quick bool) error {
	ctx := c.Context()
	if err := h.Recall(ctx); err != nil {
		return err
	}
	look := h.Look
	if quick {
		look = h.Glance
	}
	seen, err := look(ctx, path)
	if err != nil {
		return err
	}
	if quick && seen.Item.Kind == pipeline.Video {
		return glance(c, t, h, seen, path)
	}
	ms, err := h.Compare.Against(ctx, seen.Prints)
	if err != nil {
		return err
	}
	why, err := explainNearest(ctx, h, seen, ms, out)
	if err != nil {
		return err
	}
	if seen.Known {
		ms = append([]pipeline.Match{{A: seen.Item.Digest, B: seen.Item.Digest, Basis: pipeline.SameBytes, Strength: pipeline.Confirmed, Method: "sha256"}}, ms...)
	}
	if t.flags.json || t.flags.jsonl {
		fields := map[string]any{"item": seen.Item, "known": seen.Known, "outcomes": seen.Examination.Outcomes,
			"matches": append([]pipeline.Match{}, ms...), "nearest": why, "exit_code": exitOK}
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
	names := map[pipeline.Digest]string{seen.Item.Digest: "this file"}
	for _, m := range ms {
		for _, d := range []pipeline.Digest{m.A, m.B} {
			if _, known := names[d]; known {
				continue
			}
			if names[d], err = h.Catalog.Name(ctx, d); err != nil {
				return err
			}
		}
		t.printf("%s\n", describe(m, names[m.A], names[m.B]))
	}
	for _, f := range why {
		t.printf("Why %s %s:\n", f.Item.Digest.Hex()[:12], plain(f.Name))
		printWhy(t, f.Explanation, names)
		printPictures(t, f.Pictures)
	}
	return nil
}

// explainNearest says of the nearest items why they correspond, and draws it into a folder where one is named.
func explainNearest(ctx context.Context, h *wire.House, seen wire.Seen, ms []pipeline.Match, out string) ([]found, error) {
	all := []found{}
	for _, d := range nearestItems(ms, seen.Item.Digest) {
		other, err := h.Remember(ctx, d)
		if err != nil {
			return nil, err
		}
		f := found{Item: other.Item, Explanation: h.Explain(seen, other), Pictures: []picture{}}
		if f.Name, err = h.Catalog.Name(ctx, d); err != nil {
			return nil, err
		}
		if out != "" {
			if f.Pictures, err = drawTo(ctx, h, out, d.Hex()[:12]+"-", f.Explanation, seen, other); err != nil {
				return nil, err
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// nearestItems lists the other items of matches: confirmed ones first, then the strongest basis, then the least distance.
func nearestItems(ms []pipeline.Match, self pipeline.Digest) []pipeline.Digest {
	rank := func(m pipeline.Match) int {
		return slices.Index([]pipeline.Basis{
			pipeline.SameMedia, pipeline.NearPicture, pipeline.PartialPicture, pipeline.PictureInVideo, pipeline.SharedFootage, pipeline.SharedAudio,
		}, m.Basis)
	}
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(p, q pipeline.Match) int {
		return cmp.Or(cmp.Compare(p.Strength, q.Strength), cmp.Compare(rank(p), rank(q)), cmp.Compare(p.Distance, q.Distance))
	})
	var out []pipeline.Digest
	for _, m := range ms {
		other := m.A
		if other == self {
			other = m.B
		}
		if other != self && !slices.Contains(out, other) && len(out) < maxExplained {
			out = append(out, other)
		}
	}
	return out
}
