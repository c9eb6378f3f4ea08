package main

import (
	"errors"
	"fmt"

	"dokaz/cmd/internal/api"
	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/report"

	"github.com/spf13/cobra"
)

//go:generate sh -c "go run -tags 'libav nodynamic' . schema openapi > ../../docs/openapi.yaml"

// schemas are the published documents that dokaz schema prints.
var schemas = map[string]func() ([]byte, error){
	"report":  func() ([]byte, error) { return report.Schema(), nil },
	"openapi": api.Document,
}

func schemaCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:       "schema report|openapi",
		Short:     "Print a published schema: the JSON Schema of a report, or the OpenAPI document of the intake API",
		Args:      args(cobra.ExactArgs(1)),
		ValidArgs: []string{"report", "openapi"},
		RunE: func(_ *cobra.Command, a []string) error {
			document, known := schemas[a[0]]
			if !known {
				return usage(fmt.Errorf("no schema is called %q: report, openapi", a[0]))
			}
			b, err := document()
			if err != nil {
				return err
			}
			_, err = t.out.Write(b)
			return err
		},
	}
}

func versionCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program and of every analyzer in it",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			specs := wire.Specs(pipeline.Limits{})
			if t.flags.json || t.flags.jsonl {
				refs := []any{}
				for _, s := range specs {
					refs = append(refs, s.Ref())
				}
				fields := map[string]any{"tool": wire.Tool(), "analyzers": refs, "exit_code": exitOK}
				if t.flags.jsonl {
					return t.event("summary", fields)
				}
				return t.document(fields)
			}
			t.printf("%s\n", wire.Tool())
			for _, s := range specs {
				t.printf("  %-12s version %d  %s\n", s.Name, s.Version, s.Parameters)
			}
			return nil
		},
	}
}

func configCommand(t *terminal) *cobra.Command {
	var origin bool
	show := &cobra.Command{
		Use:   "show",
		Short: "Print the effective settings",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, settings, err := t.config()
			if err != nil {
				return err
			}
			switch {
			case t.flags.json:
				return t.document(map[string]any{"settings": settings})
			case t.flags.jsonl:
				return t.event("summary", map[string]any{"settings": settings, "exit_code": exitOK})
			}
			for _, s := range settings {
				from := ""
				if origin {
					from = "  # " + s.Origin
				}
				t.printf("%s: %s%s\n", s.Key, plain(s.Value), from)
			}
			return nil
		},
	}
	show.Flags().BoolVar(&origin, "origin", false, "say where each value comes from")
	c := &cobra.Command{
		Use:   "config",
		Short: "Settings: file dokaz.yaml (or DOKAZ_CONFIG) < environment DOKAZ_… < flags",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("say 'dokaz config show'"))
		},
	}
	c.AddCommand(show)
	return c
}
