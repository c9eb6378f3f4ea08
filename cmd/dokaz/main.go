// Command dokaz takes photos and videos in, examines each in a disposable child, finds copies among them
// and leaves one verification report per item.
//
// One file per verb; a verb translates between what a person typed and what the house can do, and holds
// no logic of its own. Results go to stdout, progress and messages to stderr.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline/report/words"
	"dokaz/workers/sandbox"

	"github.com/spf13/cobra"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Verb {
		os.Exit(wire.ChildMain())
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(parentGC)
	}
	os.Exit(Main(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// parentGC lets the heap grow to two and a half times what lives before it is collected: what lives is small here, the
// pictures are decoded in children.
const parentGC = 150

// Main runs one command line and returns its exit code.
func Main(ctx context.Context, args []string, in io.Reader, out, messages io.Writer) int {
	t := &terminal{in: in, out: out, messages: messages}
	root := rootCommand(t)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(messages)
	err := root.ExecuteContext(ctx)
	var code exit
	if err == nil || errors.As(err, &code) && code.quiet {
		return int(code.code)
	}
	f := explain(err)
	t.fault(f)
	return int(f.Exit)
}

func rootCommand(t *terminal) *cobra.Command {
	root := &cobra.Command{
		Use:   "dokaz",
		Short: "Verification reports for photos and videos, with every copy found and every original kept untouched",
		Long: `Dokaz takes photos and videos in, keeps every original untouched, examines each in a disposable
child process, finds which items are the same or share footage, and writes one verification report per
item: what the file says about itself, where its statements contradict each other, and how all of that
was measured. It judges nothing to be real or false; that is for people to decide.

` + exitTable,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          args(cobra.NoArgs),
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	f := root.PersistentFlags()
	f.StringVar(&t.flags.caseDir, "case", "", "folder of the case (default ./dokaz-case, or DOKAZ_CASE)")
	f.StringVar(&t.flags.redis, "redis", "", "queue in a real Redis: redis://host:port/db or unix:///path (default: inside this process)")
	f.IntVar(&t.flags.workers, "workers", 0, "items examined at once (default: the number of processors)")
	f.StringVar(&t.flags.language, "language", "",
		"language of report pages: "+strings.Join(words.Languages(), ", ")+" (default en, or DOKAZ_LANGUAGE)")
	f.BoolVar(&t.flags.unsafe, "unsafe-no-sandbox", false,
		"examine files even where this machine cannot wall in the process that does; every report and custody entry says so")
	f.BoolVar(&t.flags.json, "json", false, "print one JSON document")
	f.BoolVar(&t.flags.jsonl, "jsonl", false, "print a stream of JSON events, one a line; the last is \"summary\"")
	root.MarkFlagsMutuallyExclusive("json", "jsonl")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.AddCommand(
		runCommand(t), statusCommand(t), quarantineCommand(t), showCommand(t), reportCommand(t), matchesCommand(t), compareCommand(t), findCommand(t), evalCommand(t),
		serveCommand(t), tokenCommand(t), doctorCommand(t), demoCommand(t), schemaCommand(t), configCommand(t), versionCommand(t), referenceCommand(t),
	)
	return root
}

// args checks the number of arguments as a usage error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if err := check(c, a); err != nil {
			return usage(fmt.Errorf("%w; see 'dokaz %s --help'", err, c.Name()))
		}
		return nil
	}
}
