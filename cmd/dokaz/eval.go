package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dokaz/cmd/internal/evaluate"
	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"
	"dokaz/pipeline/receive"

	"github.com/spf13/cobra"
)

// evalOptions are the flags of dokaz eval.
type evalOptions struct {
	keep        string
	crossSource bool
	shown       int
}

func evalCommand(t *terminal) *cobra.Command {
	var o evalOptions
	c := &cobra.Command{
		Use:   "eval MANIFEST.csv",
		Short: "Measure how well copies are found among files of which the truth is known",
		Long: `Take in every file that a manifest names, in a case of its own, hold the matches against the truth, and print recall
and precision per basis, transform and source, with counts and 95 % intervals. This is how the thresholds are set and
how you see what to expect of them on material like yours.

The manifest is a CSV with the columns a,b,relation,transform; paths are relative to it. Optional columns:
  a_start,a_end,b_start,b_end,speed  seconds of a that show in b, and seconds of a that pass in one of b; several rows of
                                     one pair are several stretches; of a still, its moment on the side of the video
  source                             the scene that both show; a row without b and relation names that of a
  steady                             "yes" where the camera stands still: times of such are counted apart
Other columns are ignored. Relations:
  exact-bytes               the same bytes
  same-essence              the same coded picture or packets, other metadata or container
  near-duplicate            the same content after recompression, scaling, edits, borders
  near-duplicate-dihedral   … mirrored or turned
  partial, crop             one shows a part of the other, or the other within itself
  clip, same-content-longer the same footage for some of the time
  still                     one is a picture out of the other
  same-audio                the same sound under other pictures
  same-scene, same-place-different-photo, unrelated-lookalike, unrelated
                            nothing is to be found; of the first two, "the same scene, other shot" is right

Found is any match on a basis that answers the relation; confirmed is counted beside it. Two peers are counted on the same
pairs of photos: PDQ of the whole picture at most 31 bits apart, and goimagehash's pHash at most 10.`,
		Example: `  dokaz eval ../shared/media/image-neardup/pairs.csv
  dokaz eval battery/manifest.csv --cross-source --json > result.json`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error { return eval(c.Context(), t, a[0], o) },
	}
	f := c.Flags()
	f.StringVar(&o.keep, "keep", "", "keep the case in this new folder instead of removing it")
	f.BoolVar(&o.crossSource, "cross-source", false, "count every pair of files of different sources as one of which nothing is to be found")
	f.IntVar(&o.shown, "misses", 20, "misses and false matches listed on a terminal; --json lists all")
	return c
}

func eval(ctx context.Context, t *terminal, manifest string, o evalOptions) error {
	truth, err := readTruth(manifest)
	if err != nil {
		return err
	}
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	e := &evaluating{terminal: t, truth: truth, dir: filepath.Dir(manifest), keep: o.keep != "", files: map[string]evaluate.File{}}
	var done func() error
	if e.house, done, err = wire.OpenTrial(ctx, cfg, o.keep, e.came); err != nil {
		return err
	}
	seen, err := e.work(ctx)
	if err = errors.Join(err, done()); err != nil {
		return err
	}
	return e.tell(evaluate.Score(truth, seen, o.crossSource), o.shown)
}

func readTruth(path string) (evaluate.Truth, error) {
	f, err := os.Open(path)
	if err != nil {
		return evaluate.Truth{}, err
	}
	defer f.Close()
	return evaluate.Read(f)
}

// evaluating is one evaluation under way.
type evaluating struct {
	*terminal
	truth    evaluate.Truth
	dir      string
	keep     bool // the case outlives the evaluation, so its reports are wanted
	house    *wire.House
	progress *progress
	files    map[string]evaluate.File
}

// work runs the pipeline over every file of the manifest and reads what came of it.
func (e *evaluating) work(ctx context.Context) (evaluate.Observed, error) {
	ctx, stop := interruptible(ctx, e.terminal)
	defer stop()
	if err := e.house.Work(context.WithoutCancel(ctx)); err != nil {
		return evaluate.Observed{}, err
	}
	e.progress = newProgress(e.terminal, e.house)
	e.progress.start()
	err := e.takeAll(ctx)
	switch {
	case err != nil:
	case e.keep:
		err = e.house.Settle(ctx)
	default:
		err = e.house.SettleExamined(ctx)
	}
	err = errors.Join(err, e.house.Rest(context.WithoutCancel(ctx)))
	e.progress.stop()
	if errors.Is(err, context.Canceled) {
		return evaluate.Observed{}, fault{Code: "DKZ-0012", What: "The evaluation was interrupted", Why: "a part of the files says nothing of the whole",
			Do: "run it again", Exit: exitInterrupted, err: err}
	}
	if err != nil {
		return evaluate.Observed{}, err
	}
	return e.observe(ctx)
}

// takeAll takes in every file of the manifest. One that cannot be is remembered with its reason.
func (e *evaluating) takeAll(ctx context.Context) error {
	station, err := e.house.Receiving(true)
	if err != nil {
		return err
	}
	for _, name := range e.truth.Files {
		path := filepath.Join(e.dir, filepath.FromSlash(name))
		e.files[name] = evaluate.File{Missing: "it is a folder without a file, or nothing at all"}
		for candidate, err := range receive.Walk(ctx, []string{path}, receive.Options{Hidden: true}) {
			if err != nil {
				return err
			}
			got, err := station.Take(ctx, candidate)
			if err != nil {
				return err
			}
			if got.LeftOut != nil {
				e.files[name] = evaluate.File{Missing: string(got.LeftOut.Why) + ": " + got.LeftOut.Detail}
				continue
			}
			e.progress.received.Add(got.Item.Size)
			e.files[name] = evaluate.File{Item: got.Item.Digest}
		}
		e.house.Pool.Kick()
	}
	return ctx.Err()
}

// observe reads what examining and comparing made of the files.
func (e *evaluating) observe(ctx context.Context) (evaluate.Observed, error) {
	matches, err := e.house.Catalog.Matches(ctx)
	if err != nil {
		return evaluate.Observed{}, err
	}
	for _, name := range e.truth.Files {
		f := e.files[name]
		if f.Missing != "" {
			continue
		}
		x, err := e.house.Examined(ctx, f.Item)
		if err != nil {
			return evaluate.Observed{}, err
		}
		f.Kind, f.Trouble, f.PDQ, f.PHash = x.Kind, x.Trouble, x.PDQ, x.PHash
		e.files[name] = f
	}
	return evaluate.Observed{Files: e.files, Matches: matches}, nil
}

// came passes on what the workers did.
func (e *evaluating) came(ev wire.Event) {
	if ev.Notice != nil {
		notices(e.terminal)(ev.Notice)
		return
	}
	if err := e.event("item."+ev.Type, map[string]any{"item": ev.Item}); err != nil {
		e.say("dokaz: event stream: %v\n", err)
	}
}

// tell prints the result. Files that are missing or could not be examined whole end it with 3.
func (e *evaluating) tell(r evaluate.Report, shown int) error {
	code := exitOK
	if len(r.Missing)+len(r.Troubled) > 0 {
		code = exitSomeFailed
	}
	fields := map[string]any{"result": r, "method": e.method(), "exit_code": code}
	var err error
	switch {
	case e.flags.jsonl:
		err = e.event("summary", fields)
	case e.flags.json:
		err = e.document(fields)
	default:
		r.Write(e.out, shown, plain)
		e.printf("Method: %s\n", strings.Join(e.method(), "; "))
	}
	if err != nil || code == exitOK {
		return err
	}
	return exit{code: code, quiet: true}
}

// method names the analyzers and the comparison that the figures hold for.
func (e *evaluating) method() []string {
	var out []string
	for _, ref := range append(analyzerRefs(), e.house.Compare.Ref()) {
		out = append(out, fmt.Sprintf("%s %d", ref.Analyzer, ref.Version))
	}
	return out
}

func analyzerRefs() []pipeline.Ref {
	var out []pipeline.Ref
	for _, s := range wire.Specs(pipeline.Limits{}) {
		out = append(out, s.Ref())
	}
	return out
}
