package main

import (
	"fmt"

	"dokaz/cmd/internal/wire"

	"github.com/spf13/cobra"
)

func reportCommand(t *terminal) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "report ITEM",
		Short: "Print an item's latest report",
		Long:  "Print the latest report of an item: by its digest, the first digits of it, or a name it was received under.",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return looking(c, t, func(h *wire.House) error {
				d, err := one(c, h, a[0])
				if err != nil {
					return err
				}
				switch format {
				case "json":
					_, doc, _, err := h.Report(c.Context(), d)
					if err != nil {
						return err
					}
					_, err = t.out.Write(append(doc, '\n'))
					return err
				case "html":
					return h.Page(c.Context(), t.out, d)
				}
				return usage(fmt.Errorf("--format %q: json or html", format))
			})
		},
	}
	c.Flags().StringVar(&format, "format", "json", "json or html")
	return c
}
