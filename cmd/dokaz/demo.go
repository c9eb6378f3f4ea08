package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/receive"

	"github.com/spf13/cobra"
)

func demoCommand(t *terminal) *cobra.Command {
	var set string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the main job on a set of real photographs and clips, and say where to look",
		Long: `Run the main job on the demonstration set that 'make demo' makes: real photographs and clips that Debian
packages and Go modules ship, copies of them as messengers deliver them, and a table of claims of which some
agree with the files and some do not. The case is dokaz-demo in the working folder unless --case says otherwise.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if set == "" {
				var err error
				if set, err = newestDemoSet(); err != nil {
					return err
				}
			}
			if t.flags.caseDir == "" {
				t.flags.caseDir = "dokaz-demo"
			}
			return demo(c.Context(), t, set)
		},
	}
	c.Flags().StringVar(&set, "set", "", "folder of the set (default: the newest one in the user's cache)")
	return c
}

// newestDemoSet finds the set that make demo left in the user's cache.
func newestDemoSet() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sets, err := filepath.Glob(filepath.Join(cache, "dokaz", "fixtures", "demo-*", "MANIFEST.csv"))
	if err != nil {
		return "", err
	}
	if len(sets) == 0 {
		return "", fault{Code: "DKZ-0007", What: "The demonstration set is not here", Why: "no set lies in the user's cache folder", Do: "make demo", Exit: exitMissing}
	}
	age := func(p string) int64 {
		info, err := os.Stat(p)
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	newest := slices.MaxFunc(sets, func(a, b string) int { return int(min(max(age(a)-age(b), -1), 1)) })
	return filepath.Dir(newest), nil
}

// demo takes in what the table of claims names, with the claims, and the other pictures of the set.
func demo(ctx context.Context, t *terminal, set string) error {
	claims := filepath.Join(set, "claims.csv")
	others, err := unclaimed(ctx, set, claims)
	if err != nil {
		return err
	}
	err = run(ctx, t, others, runOptions{manifest: claims})
	var ended exit
	if err != nil && (!errors.As(err, &ended) || ended.code != exitSomeFailed) {
		return err
	}
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	h, err := wire.Open(ctx, cfg, wire.Read, nil)
	if err != nil {
		return err
	}
	err = tour(ctx, t, h)
	return errors.Join(err, h.Close())
}

// unclaimed lists the files of the set that its table of claims does not name, leaving out tables and what is hidden.
func unclaimed(ctx context.Context, set, claims string) ([]string, error) {
	claimed := map[string]bool{}
	for c, err := range receive.Manifest(ctx, claims, receive.ManifestOptions{}) {
		if err != nil {
			return nil, err
		}
		claimed[filepath.Join(set, filepath.FromSlash(c.Path))] = true
	}
	var out []string
	err := filepath.WalkDir(set, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !claimed[p] && filepath.Ext(p) != ".csv" && e.Name()[0] != '.' {
			out = append(out, p)
		}
		return err
	})
	return out, err
}

// tour prints where to look: the index, and the reports with most to say.
func tour(ctx context.Context, t *terminal, h *wire.House) error {
	type stop struct {
		name, page string
		worth      int
		why        string
	}
	var stops []stop
	err := h.Catalog.Each(ctx, func(l catalog.Line) error {
		f := l.Revision.Findings
		stops = append(stops, stop{
			name:  l.Name,
			page:  h.Case.Path("reports", l.Item.Digest.Hex(), "report.html"),
			worth: 8*f["contradicts"] + 3*f["supports"] + 2*f["questions"] + min(l.Revision.Matches, 6) + 4*boolean(l.Revision.Cluster.Size > 1),
			why:   fmt.Sprintf("%d statements contradict, %d support, %s", f["contradicts"], f["supports"], count(l.Revision.Matches, "match")),
		})
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(stops, func(a, b stop) int { return b.worth - a.worth })
	t.printf("\nWhere to look first:\n")
	for _, s := range stops[:min(3, len(stops))] {
		t.printf("  %-34s %s\n    file://%s\n", plain(s.name), s.why, s.page)
	}
	t.printf("  %-34s\n    file://%s\n", "everything", h.Case.Path("reports", "index.html"))
	t.printf("\nRead, compare and decide in a browser. This prints a link to follow, and runs until Ctrl-C:\n  %s serve --case %s\n", plain(os.Args[0]), plain(h.Config.Case))
	t.printf("Above its list, \"copies\" leads to a street that was mirrored, \"footage in common\" to a clip that was used again;\n\"Compare\" beside a match lays the two on each other.\n")
	return nil
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
