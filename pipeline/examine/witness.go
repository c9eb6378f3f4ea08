package examine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"dokaz/pipeline"
)

// hearing passes what all analyzers say to one sink, one statement at a time.
type hearing struct {
	mu          sync.Mutex
	sink        Sink
	err         error // of a sink that takes no more
	derivatives int
}

func (h *hearing) start(ref pipeline.Ref) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.sink.Start(ref)
	}
}

func (h *hearing) end(out pipeline.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.err = h.sink.End(out)
	}
}

func (h *hearing) broken() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

// witness is one analyzer at work on one item: what it may say, and what became of what it said.
// Everything below hearing is guarded by hearing.mu.
type witness struct {
	hearing *hearing
	ref     pipeline.Ref
	yields  map[pipeline.FactKind]bool
	stop    context.CancelCauseFunc // ends the analyzer's context where it has one of its own

	said      int
	bytes     int64
	over      bool  // its outcome is given; what is still said is not heard
	full      error // the limit that ended it
	objection error // why a fact was dropped, the first time
	more      int   // how many facts were dropped after that
}

// errDropped marks an objection to one fact that leaves the others standing.
var errDropped = errors.New("dropped")

func newWitness(h *hearing, s pipeline.Spec) *witness {
	w := &witness{hearing: h, ref: s.Ref(), yields: make(map[pipeline.FactKind]bool, len(s.Yields))}
	for _, k := range s.Yields {
		w.yields[k] = true
	}
	return w
}

// say is the pipeline.Say of the witness. It may be called from any goroutine.
func (w *witness) say(where pipeline.Where, f pipeline.Fact) {
	h := w.hearing
	h.mu.Lock()
	defer h.mu.Unlock()
	if w.over || w.full != nil || h.err != nil {
		return
	}
	size, err := w.admit(where, f)
	switch {
	case errors.Is(err, pipeline.ErrRefused):
		w.fill(err)
		return
	case err != nil:
		w.object(err)
		return
	}
	err = h.sink.Say(w.ref, where, f)
	switch {
	case errors.Is(err, pipeline.ErrRefused):
		w.fill(err)
	case err != nil:
		h.err = err
		w.cancel(err)
	default:
		w.said++
		w.bytes += size
		if f, ok := f.(pipeline.Derivative); ok && len(f.Bytes) > 0 {
			h.derivatives++
		}
	}
}

// admit checks one statement and returns the length of its fact in JSON. ErrRefused means that a limit is
// reached; any other error is against this fact alone.
func (w *witness) admit(where pipeline.Where, f pipeline.Fact) (int64, error) {
	if f == nil || reflect.TypeOf(f).Kind() == reflect.Pointer {
		return 0, errors.New("said a fact that is not a value") // a pointer could change after it was said
	}
	kind := pipeline.KindOf(f)
	if !w.yields[kind] {
		return 0, fmt.Errorf("stated %s, which it does not declare", kind)
	}
	if d, ok := f.(pipeline.Derivative); ok {
		if err := w.admitDerivative(d); err != nil {
			return 0, err
		}
	}
	if _, err := json.Marshal(where); err != nil {
		return 0, fmt.Errorf("%w a %s whose place is not finite", errDropped, kind)
	}
	_, b, err := pipeline.MarshalFact(f) // encoding/json refuses what is not finite
	if err != nil {
		return 0, fmt.Errorf("%w a %s with a number that is not finite", errDropped, kind)
	}
	if w.said >= MaxMeasurements {
		return 0, fmt.Errorf("%w: limit of %d measurements reached", pipeline.ErrRefused, MaxMeasurements)
	}
	if w.bytes+int64(len(b)) > MaxFactBytes {
		return 0, fmt.Errorf("%w: limit of %d MiB of facts reached", pipeline.ErrRefused, MaxFactBytes>>20)
	}
	return int64(len(b)), nil
}

func (w *witness) admitDerivative(d pipeline.Derivative) error {
	switch {
	case len(d.Bytes) == 0:
		return fmt.Errorf("%w a %s without bytes", errDropped, d.Role)
	case len(d.Bytes) > MaxDerivativeBytes:
		return fmt.Errorf("%w a %s of %d bytes, the limit is %d", errDropped, d.Role, len(d.Bytes), MaxDerivativeBytes)
	case pipeline.DigestOf(d.Bytes) != d.Digest:
		return fmt.Errorf("%w a %s that does not have the digest it states", errDropped, d.Role)
	case w.hearing.derivatives >= MaxDerivatives:
		return fmt.Errorf("%w: limit of %d derivatives reached", pipeline.ErrRefused, MaxDerivatives)
	}
	return nil
}

// fill ends a witness at a limit: nothing more is heard, and its context ends if it is its own.
func (w *witness) fill(err error) {
	w.full = err
	w.cancel(err)
}

func (w *witness) cancel(err error) {
	if w.stop != nil {
		w.stop(err)
	}
}

// done reports whether nothing it says will be heard any more.
func (w *witness) done() bool {
	w.hearing.mu.Lock()
	defer w.hearing.mu.Unlock()
	return w.full != nil || w.hearing.err != nil
}

// object notes why a fact was dropped; the first reason is told, the others are counted.
func (w *witness) object(err error) {
	if w.objection == nil {
		w.objection = err
		return
	}
	w.more++
}

// outcome closes the witness: err is why it ended, nil where it came to its end.
func (w *witness) outcome(err error, took time.Duration) pipeline.Outcome {
	w.hearing.mu.Lock()
	defer w.hearing.mu.Unlock()
	w.over = true
	if w.full != nil {
		err = w.full
	}
	out := pipeline.Outcome{By: w.ref, Took: took, Status: w.status(err)}
	text := ""
	if err != nil {
		text = err.Error()
	}
	if w.objection != nil {
		if text != "" {
			text += "; "
		}
		text += w.objection.Error()
		if w.more > 0 {
			text += fmt.Sprintf("; %d more facts dropped", w.more)
		}
	}
	out.Reason = bounded(text)
	return out
}

func (w *witness) status(err error) pipeline.Status {
	var p panicked
	switch {
	case errors.As(err, &p):
		return pipeline.Failed
	case err == nil && w.objection == nil:
		return pipeline.Done
	case w.said > 0 || err == nil && errors.Is(w.objection, errDropped):
		return pipeline.Partial
	case errors.Is(err, pipeline.ErrUnsupported):
		return pipeline.Skipped
	case errors.Is(err, pipeline.ErrRefused):
		return pipeline.Refused
	}
	return pipeline.Failed
}
