package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/spf13/cobra"
)

func quarantineCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "quarantine",
		Short: "Items that killed the processes which examined them: list them, or examine them again",
		Long: `An item over which two child processes died is quarantined: it is not tried again by itself, its report says so and says
what was found before, and its original is as safe as any other.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(quarantineListCommand(t), quarantineRetryCommand(t))
	return c
}

func quarantineListCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the quarantined items and what their examination died of",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return looking(c, t, func(h *wire.House) error {
				rows, err := quarantined(c.Context(), h)
				if err != nil {
					return err
				}
				return t.listQuarantined(rows, exitOK)
			})
		},
	}
}

// retrying is which items are examined again, and who asks.
type retrying struct {
	all bool
	by  string
}

func quarantineRetryCommand(t *terminal) *cobra.Command {
	var o retrying
	c := &cobra.Command{
		Use:   "retry [ITEM…]",
		Short: "Examine quarantined items again, for instance under wider limits or with a mended version",
		Long: `Examine quarantined items again. What had been done is kept; what had failed is done anew, in children as disposable as before.
Who asks stands in the custody entries. Exit code 3 says that some are quarantined still.`,
		Example: `  dokaz quarantine retry --all
  DOKAZ_CHILD_WALL=2h dokaz quarantine retry film.mp4`,
		RunE: func(c *cobra.Command, names []string) error {
			if o.all == (len(names) > 0) {
				return usage(errors.New("name the items, or all of them with --all"))
			}
			return retry(c, t, names, o)
		},
	}
	c.Flags().BoolVar(&o.all, "all", false, "all quarantined items")
	c.Flags().StringVar(&o.by, "by", "", "who asks for it (default: the setting actor)")
	return c
}

// quarantined lists the items in quarantine in the order of arrival.
func quarantined(ctx context.Context, h *wire.House) ([]wire.Row, error) {
	rows, err := h.Rows(ctx, func(l catalog.Line) bool { return l.Quarantined })
	if rows == nil {
		rows = []wire.Row{}
	}
	return rows, err
}

// listQuarantined prints a result, and ends with the code given.
func (t *terminal) listQuarantined(rows []wire.Row, c code) error {
	switch {
	case t.flags.json:
		return t.document(map[string]any{"quarantined": rows})
	case t.flags.jsonl:
		for _, r := range rows {
			if err := t.event("item", map[string]any{"item": r}); err != nil {
				return err
			}
		}
		return t.event("summary", map[string]any{"quarantined": len(rows), "exit_code": c})
	}
	t.printf("%s in quarantine\n", count(len(rows), "item"))
	if len(rows) > 0 {
		t.printRows(rows)
	}
	return nil
}

func retry(c *cobra.Command, t *terminal, names []string, o retrying) error {
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	if _, err := os.Stat(cfg.Case); err != nil {
		return fmt.Errorf("%w in %s", wire.ErrNoCase, cfg.Case)
	}
	if o.by == "" {
		o.by = cfg.Actor
	}
	ctx, stop := interruptible(c.Context(), t)
	defer stop()
	h, err := wire.Open(ctx, cfg, wire.Toil, noticed(t))
	if err != nil {
		return err
	}
	left, err := retryIn(ctx, c, t, h, names, o)
	if err = errors.Join(err, h.Close()); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		t.say("dokaz: interrupted; the next run examines what is still to be examined\n")
		return exit{code: exitInterrupted, quiet: true}
	}
	out := exitOK
	if len(left) > 0 {
		out = exitSomeFailed
	}
	if err := t.listQuarantined(left, out); err != nil || out == exitOK {
		return err
	}
	return exit{code: out, quiet: true}
}

// retryIn has the items examined again and returns those asked for that are in quarantine still.
func retryIn(ctx context.Context, c *cobra.Command, t *terminal, h *wire.House, names []string, o retrying) ([]wire.Row, error) {
	rows, err := quarantined(ctx, h)
	if err != nil {
		return nil, err
	}
	in := map[pipeline.Digest]bool{}
	for _, r := range rows {
		in[r.Item.Digest] = o.all
	}
	for _, name := range names {
		d, err := one(c, h, name)
		if err != nil {
			return nil, err
		}
		if _, is := in[d]; !is {
			return nil, usage(fmt.Errorf("%q is not in quarantine", name))
		}
		in[d] = true
	}
	for _, r := range rows {
		if !in[r.Item.Digest] {
			continue
		}
		if err := (wire.Desk{House: h}).Retry(ctx, r.Item.Digest, pipeline.Actor(o.by)); err != nil {
			return nil, err
		}
	}
	if err := reportAnew(ctx, t, h); err != nil {
		return nil, err
	}
	if err := h.WriteIndex(context.WithoutCancel(ctx), nil); err != nil {
		return nil, err
	}
	return h.Rows(ctx, func(l catalog.Line) bool { return l.Quarantined && in[l.Item.Digest] })
}
