package main

import (
	"context"
	"errors"
	"fmt"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline/catalog"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func statusCommand(t *terminal) *cobra.Command {
	var items, failed bool
	c := &cobra.Command{
		Use:   "status",
		Short: "What the case holds, what still runs, and what failed and why",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return looking(c, t, func(h *wire.House) error { return status(c, t, h, items, failed) })
		},
	}
	c.Flags().BoolVar(&items, "items", false, "list all items")
	c.Flags().BoolVar(&failed, "failed", false, "list items with an analysis that failed, was refused or stopped early")
	return c
}

// looking opens the case for reading, does, and closes it.
func looking(c *cobra.Command, t *terminal, do func(*wire.House) error) error {
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	h, err := wire.Open(c.Context(), cfg, wire.Read, nil)
	if err != nil {
		return err
	}
	return errors.Join(do(h), h.Close())
}

func status(c *cobra.Command, t *terminal, h *wire.House, items, failed bool) error {
	ctx := c.Context()
	totals, err := h.Catalog.Totals(ctx)
	if err != nil {
		return err
	}
	loads, err := h.Catalog.Loads(ctx)
	if err != nil {
		return err
	}
	retrying, err := h.Catalog.Retrying(ctx, 50)
	if err != nil {
		return err
	}
	var rows []wire.Row
	if items || failed {
		if rows, err = h.Rows(ctx, func(l catalog.Line) bool { return items || len(l.Failed) > 0 || l.Quarantined || l.Revision.Short }); err != nil {
			return err
		}
	}
	switch {
	case t.flags.json:
		return t.document(map[string]any{"case": h.Case.ID, "totals": totals, "steps": loads, "retrying": retrying, "items": rows})
	case t.flags.jsonl:
		for _, r := range rows {
			if err := t.event("item", map[string]any{"item": r}); err != nil {
				return err
			}
		}
		return t.event("summary", map[string]any{"case": h.Case.ID, "totals": totals, "steps": loads, "retrying": retrying, "exit_code": exitOK})
	}
	t.printf("Case %s: %s (%s), %s, %s, %s\n", h.Case.ID, count(totals.Items, "item"), size(totals.Bytes), count(totals.Receipts, "receipt"),
		count(totals.Reported, "report"), count(totals.Matches, "match"))
	t.printf("%d with an analysis that failed or was refused, %d quarantined\n", totals.Failed, totals.Quarantined)
	for _, l := range loads {
		t.printf("  %-8s %d done, %d waiting, %d in work\n", l.Step, l.Done, l.Waiting-l.Leased, l.Leased)
	}
	for _, s := range retrying {
		t.printf("  tried %d times: %s of %s: %s\n", s.Attempts, s.Step, s.Item, plain(s.Cause))
	}
	if items || failed {
		t.printRows(rows)
	}
	return nil
}

// printRows draws items as a table.
func (t *terminal) printRows(rows []wire.Row) {
	tw := table.NewWriter()
	tw.SetStyle(table.StyleLight)
	tw.Style().Options.DrawBorder = false
	tw.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: 40}, {Number: 4, Align: text.AlignRight}, {Number: 7, WidthMax: 60}})
	tw.AppendHeader(table.Row{"item", "name", "kind", "size", "matches", "state", "why"})
	for _, r := range rows {
		why := ""
		for i, o := range r.Trouble {
			if i > 0 {
				why += "\n"
			}
			why += fmt.Sprintf("%s %s: %s", o.By.Analyzer, o.Status, plain(o.Reason))
		}
		tw.AppendRow(table.Row{r.Item.Digest.Hex()[:12], plain(r.Name), r.Item.Kind, size(r.Item.Size), r.Matches, r.State, why})
	}
	t.printf("%s\n", tw.Render())
}

// resting tells of what failed at every try and is not waited for, which the next run takes up again, and returns it.
func (t *terminal) resting(ctx context.Context, h *wire.House) ([]catalog.Stuck, error) {
	list, err := h.Resting(ctx)
	for _, s := range list {
		t.say("dokaz: not done: %s of %s, which failed each time: %s\n", s.Step, s.Item, plain(s.Cause))
	}
	if len(list) > 0 {
		t.say("dokaz: what was received is kept; mend the cause, and run the same command again\n")
	}
	return list, err
}
