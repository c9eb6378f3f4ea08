// Package examine lets every analyzer see one item and keeps what each of them says, in order.
//
// Readers read the bytes one after another; then all watchers together watch one projection of the
// pictures, so that a video is decoded once for all of them. Whatever happens, every analyzer of the list
// gets exactly one Outcome. An analyzer that panics, errs or says too much costs nobody else anything.
//
// The package knows analyzers by their contract only. It must not know processes, queues, shelves or any
// format: it runs inside the disposable child, and what a panic cannot show it (a fatal error of the
// runtime, a crash in C, a loop that ignores its context) is for the child's parent to notice.
package examine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Limits on what one analyzer may say of one item, and on all derivatives of one item. Beyond them the
// analyzer's outcome is partial and its reason names the limit.
const (
	MaxMeasurements    = 20_000   // of one analyzer
	MaxFactBytes       = 32 << 20 // of one analyzer's facts in their JSON form
	MaxDerivatives     = 64       // of one item
	MaxDerivativeBytes = 4 << 20  // of one derivative
	MaxReason          = 500      // bytes of an outcome's reason
)

// Projector decodes an item's pictures once.
type Projector interface {
	// Project calls begin for a stream before its first frame, then frame for each of its pictures in the
	// order of presentation, all from one goroutine. It stops with the error that begin or frame returns.
	// ErrUnsupported says that this build has no decoder for the item, ErrRefused that a limit forbids
	// decoding it; both may come after frames were shown.
	Project(ctx context.Context, it pipeline.Item, o pipeline.Original, begin func(pipeline.Footage) error, frame func(pipeline.Frame) error) error
}

// Sink receives what happens, in order and never from two goroutines at once.
type Sink interface {
	// Start says that an analyzer is at work from now on. Several watchers are at work together.
	Start(ref pipeline.Ref)
	// Say takes one fact of an analyzer that was started. ErrRefused in the error's chain ends that
	// analyzer with a partial outcome; any other error ends the examination.
	Say(ref pipeline.Ref, where pipeline.Where, f pipeline.Fact) error
	// End takes an analyzer's outcome, once for each; it comes without Start where nothing was tried.
	End(out pipeline.Outcome) error
}

// Run examines one item with every analyzer of the list and tells sink. The error is that of a sink which
// takes no more, or of a list in which two analyzers share a Ref; failing analyzers are outcomes, not errors.
func Run(ctx context.Context, analyzers []pipeline.Analyzer, p Projector, it pipeline.Item, o pipeline.Original, sink Sink) error {
	if err := distinct(analyzers); err != nil {
		return err
	}
	h := &hearing{sink: sink}
	var watchers []*watching
	for _, a := range analyzers {
		w := newWitness(h, a.Spec())
		reader, reads := a.(pipeline.Reader)
		watcher, watches := a.(pipeline.Watcher)
		switch {
		case !examines(a.Spec(), it.Kind):
			h.end(pipeline.Outcome{By: w.ref, Status: pipeline.Skipped, Reason: "not for " + string(it.Kind)})
		case reads == watches:
			h.end(w.outcome(errors.New("an analyzer is either a reader or a watcher"), 0))
		case reads:
			read(ctx, reader, w, it, o)
		default:
			watchers = append(watchers, &watching{witness: w, analyzer: watcher})
		}
		if h.broken() != nil {
			return h.broken()
		}
	}
	if len(watchers) > 0 {
		show(ctx, p, watchers, it, o)
	}
	return h.broken()
}

// read lets one reader read.
func read(ctx context.Context, r pipeline.Reader, w *witness, it pipeline.Item, o pipeline.Original) {
	if ctx.Err() != nil {
		w.hearing.end(w.outcome(context.Cause(ctx), 0))
		return
	}
	ctx, w.stop = context.WithCancelCause(ctx)
	defer w.stop(nil)
	w.hearing.start(w.ref)
	began := time.Now()
	err := guard(func() error { return r.Read(ctx, it, o, w.say) })
	w.hearing.end(w.outcome(because(ctx, err), time.Since(began)))
}

func examines(s pipeline.Spec, k pipeline.Kind) bool {
	for _, of := range s.Kinds {
		if of == k {
			return true
		}
	}
	return false
}

func distinct(analyzers []pipeline.Analyzer) error {
	seen := make(map[pipeline.Ref]bool, len(analyzers))
	for _, a := range analyzers {
		ref := a.Spec().Ref()
		if seen[ref] {
			return fmt.Errorf("examine: two analyzers are %s version %d", ref.Analyzer, ref.Version)
		}
		seen[ref] = true
	}
	return nil
}
