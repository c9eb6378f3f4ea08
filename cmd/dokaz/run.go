package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/receive"
	"dokaz/pipeline/report/page"
	"dokaz/pipeline/report/rules"

	"github.com/spf13/cobra"
)

// runOptions are the flags of dokaz run.
type runOptions struct {
	all, hidden bool
	absolute    bool
	filesFrom   string
	manifest    string
	stdinName   string
	profile     string
	failOn      []string
	sidecars    []string
}

func runCommand(t *terminal) *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run PATH…",
		Short: "Take files in, examine them, compare them, and write a report for each",
		Long: `Take files and folders in and leave a verification report for every item in CASE/reports.

Media by content or by extension is taken, and archives (zip, 7z, tar, gzip, bzip2, xz, zstd), whose members become items of their own;
everything else is listed with the reason, and taken too with --all. "-" reads one file from standard input. Sources are only ever read. A repeated run skips what is known.
Ctrl-C once finishes the items in work, twice stops at once; either way the same command goes on later.`,
		Example: `  dokaz run ~/evidence/2020-08-10
  dokaz run --manifest claims.csv
  dokaz run video.mp4 --sidecar video.mp4.asc --sidecar pubkey.asc
  find . -name '*.mp4' -print0 | dokaz run --files-from0 -`,
		RunE: func(c *cobra.Command, roots []string) error {
			if len(roots) == 0 && o.filesFrom == "" && o.manifest == "" {
				return usage(errors.New("name files or folders, --files-from0 or --manifest"))
			}
			if len(o.sidecars) > 0 && (len(roots) != 1 || o.filesFrom != "" || o.manifest != "") {
				return usage(errors.New("--sidecar is of one file: name it alone"))
			}
			return run(c.Context(), t, roots, o)
		},
	}
	f := c.Flags()
	f.BoolVar(&o.all, "all", false, "take in what is neither media nor an archive, too; what is named after a file, as its signature, is held against it")
	f.BoolVar(&o.hidden, "hidden", false, "look at hidden files and folders, too")
	f.StringVar(&o.filesFrom, "files-from0", "", "read paths separated by NUL from this file, or - for standard input")
	f.StringVar(&o.manifest, "manifest", "", "take in the files that a CSV of claims names (path,source,url,claimed_time,claimed_place,lat,lon,collector,consent,notes,sidecar)")
	f.BoolVar(&o.absolute, "manifest-absolute", false, "let the CSV name files anywhere by absolute paths")
	f.StringArrayVar(&o.sidecars, "sidecar", nil, "a file that was given with the one named, such as a signature or a proof; may be repeated")
	f.StringVar(&o.stdinName, "name", "stdin", "name of the file read from standard input")
	f.BoolVar(&t.flags.pdf, "pdf", false, "write each report as PDF, too")
	f.StringVar(&o.profile, "cpuprofile", "", "write a CPU profile of this process, without its children, to this file")
	f.Lookup("cpuprofile").Hidden = true
	f.StringSliceVar(&o.failOn, "fail-on", nil, "exit with 4 if a finding has this code or weight (questions, contradicts …)")
	return c
}

// check refuses a --fail-on that nothing can ever match: a misspelt one would pass every batch in silence.
func (o runOptions) check() error {
	known := []string{string(pipeline.Note), string(pipeline.Supports), string(pipeline.Questions), string(pipeline.Contradicts)}
	for _, rule := range rules.All() {
		known = append(known, string(rule.Code))
	}
	for _, name := range o.failOn {
		if !slices.Contains(known, name) {
			return usage(fmt.Errorf("--fail-on %q is no weight and no code of a finding: %s", name, strings.Join(known, ", ")))
		}
	}
	return nil
}

// run is the main job.
func run(ctx context.Context, t *terminal, roots []string, o runOptions) error {
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	if _, err := os.Stat(cfg.Case); errors.Is(err, os.ErrNotExist) {
		t.say("dokaz: making the case %s\n", plain(cfg.Case))
	}
	stop, err := profiled(o.profile)
	if err != nil {
		return err
	}
	r := &running{terminal: t, options: o, began: time.Now()}
	r.house, err = wire.Open(ctx, cfg, wire.Toil, r.came)
	if err != nil {
		return errors.Join(err, stop())
	}
	err = r.work(ctx, roots)
	return errors.Join(err, r.house.Close(), stop())
}

// running is one run under way.
type running struct {
	*terminal
	options  runOptions
	house    *wire.House
	began    time.Time
	progress *progress
	tally    tally
}

// tally counts what one run did.
type tally struct {
	Seen     int           `json:"files_seen"`
	New      int           `json:"new_items"`
	Known    int           `json:"known_items"`
	Receipts int           `json:"new_receipts"`
	Bytes    int64         `json:"bytes_received"`
	LeftOut  []leftOut     `json:"left_out"`
	Changed  []changed     `json:"changed_while_copied,omitempty"`
	Took     time.Duration `json:"-"`
}

type leftOut struct {
	Path   string      `json:"path"`
	Why    receive.Why `json:"why"`
	Reason string      `json:"reason"`
}

// left lists what was left out as the index shows it.
func (t tally) left() []page.LeftOut {
	var out []page.LeftOut
	for _, l := range t.LeftOut {
		out = append(out, page.LeftOut{Path: l.Path, Reason: l.Reason})
	}
	return out
}

// changed is a source that changed while it was copied; what counts is the sealed copy.
type changed struct {
	Path string          `json:"path"`
	Item pipeline.Digest `json:"item"`
	How  string          `json:"how"`
}

func (r *running) work(ctx context.Context, roots []string) error {
	ctx, stop := interruptible(ctx, r.terminal)
	defer stop()
	if err := r.house.Work(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	r.progress = newProgress(r.terminal, r.house)
	r.progress.start()
	err := r.takeAll(ctx, roots)
	if err == nil {
		err = r.house.Settle(ctx)
	}
	interrupted := errors.Is(err, context.Canceled)
	if interrupted {
		r.say("\ndokaz: finishing the items in work; Ctrl-C again stops at once\n")
		err = nil
	}
	err = errors.Join(err, r.house.Rest(context.WithoutCancel(ctx)))
	r.progress.stop()
	if err != nil {
		return err
	}
	if err := r.house.WriteIndex(context.WithoutCancel(ctx), r.tally.left()); err != nil {
		return err
	}
	r.tally.Took = time.Since(r.began)
	return r.summary(context.WithoutCancel(ctx), interrupted)
}

// takeAll takes in everything that was named.
func (r *running) takeAll(ctx context.Context, roots []string) error {
	station, err := r.house.Receiving(r.options.all)
	if err != nil {
		return err
	}
	for candidate, err := range r.candidates(ctx, roots) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		r.tally.Seen++
		all, err := r.take(ctx, station, candidate)
		if err != nil {
			return err
		}
		for _, got := range all {
			if err := r.count(got); err != nil {
				return err
			}
		}
		r.house.Pool.Kick()
	}
	return ctx.Err()
}

// take takes one file in, with those that were given with it.
func (r *running) take(ctx context.Context, station *receive.Station, c receive.Candidate) ([]receive.Result, error) {
	if len(r.options.sidecars) == 0 || c.LeftOut != nil {
		all, err := station.TakeTogether(ctx, c)
		r.tally.Seen += len(c.With)
		return all, err
	}
	var with []receive.Candidate
	for one, err := range receive.Walk(ctx, r.options.sidecars, receive.Options{Hidden: true, Except: []string{r.house.Case.Dir}}) {
		if err != nil {
			return nil, err
		}
		with = append(with, one)
	}
	r.tally.Seen += len(with)
	got, theirs, err := station.TakeWith(ctx, c, with)
	if err != nil {
		return nil, err
	}
	if got.Path != "" {
		theirs = append(theirs, got)
	}
	return theirs, nil
}

// candidates finds what was named: paths and standard input, then a list of names, then a table of claims.
func (r *running) candidates(ctx context.Context, roots []string) iter.Seq2[receive.Candidate, error] {
	except := []string{r.house.Case.Dir}
	o := receive.Options{Hidden: r.options.hidden, Except: except, Together: r.options.all}
	var sources []iter.Seq2[receive.Candidate, error]
	paths := slices.DeleteFunc(slices.Clone(roots), func(p string) bool { return p == "-" })
	if len(paths) < len(roots) {
		sources = append(sources, func(yield func(receive.Candidate, error) bool) { yield(receive.Stream(r.options.stdinName, r.in), nil) })
	}
	sources = append(sources, receive.Walk(ctx, paths, o))
	if r.options.filesFrom != "" {
		sources = append(sources, r.named(ctx, o))
	}
	if r.options.manifest != "" {
		sources = append(sources, receive.Manifest(ctx, r.options.manifest, receive.ManifestOptions{Except: except, Absolute: r.options.absolute}))
	}
	return func(yield func(receive.Candidate, error) bool) {
		for _, s := range sources {
			for c, err := range s {
				if !yield(c, err) {
					return
				}
			}
		}
	}
}

// named reads the list of --files-from0.
func (r *running) named(ctx context.Context, o receive.Options) iter.Seq2[receive.Candidate, error] {
	return func(yield func(receive.Candidate, error) bool) {
		list := r.in
		if r.options.filesFrom != "-" {
			f, err := os.Open(r.options.filesFrom)
			if err != nil {
				yield(receive.Candidate{}, err)
				return
			}
			defer f.Close()
			list = f
		}
		for c, err := range receive.Names(ctx, list, o) {
			if !yield(c, err) {
				return
			}
		}
	}
}

// count adds what came of one file.
func (r *running) count(got receive.Result) error {
	if got.LeftOut != nil {
		r.tally.LeftOut = append(r.tally.LeftOut, leftOut{got.Path, got.LeftOut.Why, got.LeftOut.Detail})
		return r.event("left_out", map[string]any{"path": got.Path, "why": got.LeftOut.Why, "reason": got.LeftOut.Detail})
	}
	if got.Changed != "" {
		r.tally.Changed = append(r.tally.Changed, changed{got.Path, got.Item.Digest, got.Changed})
	}
	r.tally.Bytes += got.Item.Size
	r.progress.received.Add(got.Item.Size)
	if got.Received.NewItem {
		r.tally.New++
	} else {
		r.tally.Known++
	}
	if got.Received.NewReceipt {
		r.tally.Receipts++
	}
	return r.event("item.received", map[string]any{"item": got.Item.Digest, "path": got.Path, "size": got.Item.Size, "kind": got.Item.Kind,
		"format": got.Item.Format, "new": got.Received.NewItem})
}

// came passes on what the workers did.
func (r *running) came(e wire.Event) {
	if e.Notice != nil {
		notices(r.terminal)(e.Notice)
		return
	}
	fields := map[string]any{"item": e.Item}
	if len(e.Trouble) > 0 {
		fields["trouble"] = e.Trouble
	}
	if err := r.event("item."+e.Type, fields); err != nil {
		r.say("dokaz: event stream: %v\n", err)
	}
}

// summary is the result of a run.
func (r *running) summary(ctx context.Context, interrupted bool) error {
	totals, err := r.house.Catalog.Totals(ctx)
	if err != nil {
		return err
	}
	resting := []catalog.Stuck{}
	if !interrupted {
		if resting, err = r.resting(ctx, r.house); err != nil {
			return err
		}
	}
	c, err := r.verdict(ctx, totals, interrupted)
	if err != nil {
		return err
	}
	if c == exitOK && len(resting) > 0 {
		c = exitSomeFailed
	}
	fields := map[string]any{"run": r.tally, "case": totals, "reports": r.house.Case.Path("reports"), "index": r.house.Case.Path("reports", "index.html"),
		"seconds": r.tally.Took.Seconds(), "resting": resting, "exit_code": c, "interrupted": interrupted}
	switch {
	case r.flags.jsonl:
		err = r.event("summary", fields)
	case r.flags.json:
		err = r.document(fields)
	default:
		r.print(totals, interrupted)
	}
	if err != nil || c == exitOK {
		return err
	}
	return exit{code: c, quiet: true}
}

func (r *running) verdict(ctx context.Context, totals catalog.Totals, interrupted bool) (code, error) {
	matched, err := r.matched(ctx)
	switch {
	case err != nil:
		return exitInternal, err
	case totals.Corrupt > 0:
		return exitIntegrity, nil
	case interrupted:
		return exitInterrupted, nil
	case matched:
		return exitFindings, nil
	case totals.Failed > 0 || totals.Quarantined > 0:
		return exitSomeFailed, nil
	}
	return exitOK, nil
}

// matched reports whether a finding has a code or weight named by --fail-on.
func (r *running) matched(ctx context.Context) (bool, error) {
	if len(r.options.failOn) == 0 {
		return false, nil
	}
	named := map[string]bool{}
	for _, n := range r.options.failOn {
		named[n] = true
	}
	found := false
	err := r.house.Catalog.Each(ctx, func(l catalog.Line) error {
		for w, n := range l.Revision.Findings {
			found = found || n > 0 && named[string(w)]
		}
		for _, c := range l.Revision.Codes {
			found = found || named[string(c)]
		}
		return nil
	})
	return found, err
}

// shownLeftOut bounds the list on a terminal; --json lists all.
const shownLeftOut = 20

func (r *running) print(totals catalog.Totals, interrupted bool) {
	t := r.tally
	r.printf("%s seen: %s new, %s known, %d left out; %s received in %s\n",
		count(t.Seen, "file"), count(t.New, "item"), count(t.Known, "item"), len(t.LeftOut), size(t.Bytes), t.Took.Round(100*time.Millisecond))
	for i, l := range t.LeftOut {
		if i == shownLeftOut {
			r.printf("  … and %d more: --json lists all\n", len(t.LeftOut)-i)
			break
		}
		r.printf("  left out: %s: %s\n", plain(l.Path), plain(l.Reason))
	}
	for _, c := range t.Changed {
		r.printf("  changed while it was copied: %s: %s; only the sealed copy counts\n", plain(c.Path), plain(c.How))
	}
	r.printf("The case holds %s (%s), %s, %s; %d with an analysis that failed or was refused, %d quarantined\n",
		count(totals.Items, "item"), size(totals.Bytes), count(totals.Reported, "report"), count(totals.Matches, "match"), totals.Failed, totals.Quarantined)
	r.printf("Reports: %s\n", r.house.Case.Path("reports", "index.html"))
	if interrupted {
		r.printf("Interrupted: the same command goes on where it stopped.\n")
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case noun == "match":
		return fmt.Sprintf("%d matches", n)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
