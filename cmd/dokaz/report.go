package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"dokaz/cmd/internal/wire"

	"github.com/spf13/cobra"
)

func reportCommand(t *terminal) *cobra.Command {
	var format, out string
	var clear bool
	c := &cobra.Command{
		Use:   "report ITEM",
		Short: "Print an item's latest report",
		Long: "Print the latest report of an item: by its digest, the first digits of it, or a name it was received under.\n\n" +
			"A PDF has its pictures blurred and leaves the drawings of matches out, unless --clear asks for them.",
		Example: `  dokaz report IMG_2041.jpg --format pdf --language uk --out IMG_2041.pdf`,
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return looking(c, t, func(h *wire.House) error {
				d, err := one(c, h, a[0])
				if err != nil {
					return err
				}
				var b bytes.Buffer
				switch {
				case clear && format != "pdf":
					return usage(errors.New("--clear is for --format pdf: in the HTML report pictures are unveiled one by one"))
				case format == "json":
					var doc []byte
					_, doc, _, err = h.Report(c.Context(), d)
					b.Write(append(doc, '\n'))
				case format == "html":
					err = h.Page(c.Context(), &b, d, "")
				case format == "pdf" && out == "" && isTerminal(t.out):
					return usage(errors.New("a PDF is not for a terminal: name a file with --out, or - to insist"))
				case format == "pdf":
					err = h.Paper(c.Context(), &b, d, "", clear)
				default:
					return usage(fmt.Errorf("--format %q: json, html or pdf", format))
				}
				if err != nil {
					return err
				}
				if out == "" || out == "-" {
					_, err = t.out.Write(b.Bytes())
					return err
				}
				return os.WriteFile(out, b.Bytes(), 0o600)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&format, "format", "json", "json, html or pdf")
	f.StringVar(&out, "out", "", "write into this file instead of to stdout")
	f.BoolVar(&clear, "clear", false, "pictures and drawings in a PDF as they are")
	return c
}
