package main

import (
	"dokaz/cmd/internal/wire"

	"github.com/spf13/cobra"
)

func doctorCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Is everything here that the job needs, and what mends what is missing?",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := t.config()
			if err != nil {
				return err
			}
			checks, layers := wire.Examine(c.Context(), cfg)
			missing := false
			for _, k := range checks {
				missing = missing || k.State == "missing"
			}
			verdict := exitOK
			if missing {
				verdict = exitMissing
			}
			fields := map[string]any{"checks": checks, "isolation": layers, "exit_code": verdict}
			switch {
			case t.flags.jsonl:
				err = t.event("summary", fields)
			case t.flags.json:
				err = t.document(fields)
			default:
				for _, k := range checks {
					t.printf("%-8s %-22s %s\n", k.State, k.Name, plain(k.Detail))
					if k.Mend != "" {
						t.printf("         %-22s mend: %s\n", "", k.Mend)
					}
				}
				t.printf("\nIsolation of the child that examines:\n")
				for _, l := range layers {
					t.printf("  %-12s %-12s %s\n", l.Name, l.State, plain(l.Detail))
				}
			}
			if err != nil || verdict == exitOK {
				return err
			}
			return exit{code: verdict, quiet: true}
		},
	}
}
