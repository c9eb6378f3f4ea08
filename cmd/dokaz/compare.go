package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/compare"

	"github.com/spf13/cobra"
)

// comparing is what compare was asked for beside its two names.
type comparing struct {
	out    string // folder for drawings
	decide string // verdict
	by     string
	why    string
}

func compareCommand(t *terminal) *cobra.Command {
	var ask comparing
	c := &cobra.Command{
		Use:   "compare A B",
		Short: "Do two files or items correspond, how, and why?",
		Long: `Compare two items of the case or two files on disk, and say why they correspond or what was looked at.
Files are examined in the child and not taken in. With --out the reasons are drawn as well.

A person who looked can decide: --decide different --by NAME keeps two items apart in this case for good, whatever
matches say now or later; --decide same takes that back. Every decision is kept with its name and time.`,
		Args: args(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, a []string) error {
			if err := ask.check(); err != nil {
				return err
			}
			if ask.decide != "" {
				return decide(c, t, a, ask)
			}
			cfg, _, err := t.config()
			if err != nil {
				return err
			}
			h, done, err := wire.OpenOrScratch(c.Context(), cfg)
			if err != nil {
				return err
			}
			return errors.Join(comparePair(c, t, h, a, ask), done())
		},
	}
	f := c.Flags()
	f.StringVar(&ask.out, "out", "", "write drawings of the reasons into this folder")
	f.StringVar(&ask.decide, "decide", "", "record a person's decision on the two items: different, same_scene (two recordings of it), same, or unsure")
	f.StringVar(&ask.by, "by", "", "with --decide: who decides")
	f.StringVar(&ask.why, "why", "", "with --decide: the reason, in that person's words")
	return c
}

func (a comparing) check() error {
	switch {
	case a.decide == "" && (a.by != "" || a.why != ""):
		return usage(errors.New("--by and --why belong to --decide"))
	case a.decide != "" && !slices.Contains(pipeline.Verdicts(), pipeline.Verdict(a.decide)):
		return usage(fmt.Errorf("--decide %q: different, same_scene, same or unsure", a.decide))
	case a.decide != "" && a.by == "":
		return usage(errors.New("--decide needs --by NAME: a decision is somebody's"))
	case a.decide != "" && a.out != "":
		return usage(errors.New("--out and --decide are two questions: ask one after the other"))
	}
	return nil
}

func comparePair(c *cobra.Command, t *terminal, h *wire.House, names []string, ask comparing) error {
	var sides [2]wire.Seen
	for i, name := range names {
		var err error
		if sides[i], err = side(c, h, name); err != nil {
			return err
		}
	}
	a, b := sides[0], sides[1]
	ms, err := h.Pair(c.Context(), a, b)
	if err = errors.Join(err, a.Close(), b.Close()); err != nil {
		return err
	}
	e := h.Explain(a, b, ms)
	if a.Item.Digest == b.Item.Digest {
		e.Missing = nil
	}
	said, err := h.Catalog.DecisionsOn(c.Context(), a.Item.Digest, b.Item.Digest)
	if err != nil {
		return err
	}
	kept, err := keptBy(c, h, e, a, b)
	if err != nil {
		return err
	}
	drawn := []picture{}
	if ask.out != "" {
		if drawn, err = drawTo(c.Context(), h, ask.out, "", e, a, b); err != nil {
			return err
		}
	}
	if t.flags.json || t.flags.jsonl {
		fields := map[string]any{
			"a": a.Item, "b": b.Item, "matches": append([]pipeline.Match{}, ms...), "explanation": e, "kept": kept,
			"decisions": append([]pipeline.PairDecision{}, said...), "pictures": drawn, "exit_code": exitOK,
		}
		if t.flags.jsonl {
			return t.event("summary", fields)
		}
		return t.document(fields)
	}
	by := map[pipeline.Digest]string{a.Item.Digest: names[0], b.Item.Digest: names[1]}
	for i, s := range sides {
		t.printf("%s %s\n", s.Item.Digest, plain(names[i]))
	}
	if len(ms) == 0 {
		t.printf("No correspondence was found. That does not show that there is none.\n")
	}
	for _, m := range ms {
		t.printf("%s\n", describe(m, by[m.A], by[m.B]))
	}
	printWhy(t, e, by)
	printKept(t, kept)
	for _, d := range said {
		t.printf("  %s\n", decisionLine(d))
	}
	printPictures(t, drawn)
	return nil
}

// keptBy compares what two copies kept, nil where they are none.
func keptBy(c *cobra.Command, h *wire.House, e compare.Explanation, a, b wire.Seen) (*wire.Kept, error) {
	if a.Item.Digest != e.A {
		a, b = b, a
	}
	k, ok, err := h.Kept(c.Context(), a, b, e.Matches)
	if err != nil || !ok {
		return nil, err
	}
	return &k, nil
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
	return h.Remember(c.Context(), d)
}
