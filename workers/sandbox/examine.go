package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Result is what an examination brought.
type Result struct {
	Examination pipeline.Examination
	Derivatives map[pipeline.Digest][]byte // bytes of the derivatives in Examination, by digest, which was computed anew
	Deaths      []Death                    // of children over this item, in order
	Quarantined bool                       // it killed two children or more
	Layers      []pipeline.Layer           // the walls that stood round the children
	Use         Use                        // what the children took
}

// Use is what the children of an examination took of the machine.
type Use struct {
	CPU      time.Duration // of all together, their start included
	Resident int64         // bytes, the most that one had at once
}

func (u *Use) add(e end) {
	u.CPU += e.CPU
	u.Resident = max(u.Resident, e.Resident)
}

// Examine examines one item with the analyzers named, in the order of refs, which is the order of the result.
//
// A child that dies is an event of the item: it gets a second child with all analyzers. When that one dies
// too, the analyzers that were at work then have failed, what they had said stays said, and a third child
// runs those that had not come to their turn. Of several children that ran an analyzer the last one counts.
//
// The error is never the item's: no child could be started or walled in, the original could not be opened
// (ErrCorrupt, ErrRefused for one too large to copy), ctx ended (its cause), or the Child is closed.
func (c *Child) Examine(ctx context.Context, it pipeline.Item, o pipeline.Original, refs []pipeline.Ref) (Result, error) {
	return c.ExamineTold(ctx, it, o, refs, nil)
}

// ExamineTold is Examine with something that the analyzers are told besides the item, at most MaxAside bytes.
func (c *Child) ExamineTold(ctx context.Context, it pipeline.Item, o pipeline.Original, refs []pipeline.Ref, aside []byte) (res Result, err error) {
	if len(aside) > MaxAside {
		return Result{}, fmt.Errorf("sandbox: %d bytes told besides the item, the limit is %d", len(aside), MaxAside)
	}
	if err := c.enter(); err != nil {
		return Result{}, err
	}
	defer c.running.Done()
	if err := distinct(refs); err != nil {
		return Result{}, err
	}
	src, err := open(it, o, c.opt.Copy)
	if err != nil {
		return Result{}, err
	}
	defer func() {
		if cerr := src.close(); cerr != nil && err == nil {
			err = fmt.Errorf("sandbox: %w", cerr)
		}
	}()
	b := book{refs: refs, pages: make(map[pipeline.Ref]testimony, len(refs)), derivatives: map[pipeline.Digest][]byte{}}
	todo := refs
	for n := 1; len(todo) > 0; n++ {
		e, err := c.attempt(ctx, it, src, todo, aside, nil)
		if err != nil {
			return Result{}, err
		}
		if e.cause != "" {
			b.deaths = append(b.deaths, Death{Attempt: n, Cause: e.cause, Running: running(todo, e.heard), Stderr: e.stderr})
		}
		todo = b.enter(n, todo, e)
	}
	return b.result(c.Layers()), nil
}

func distinct(refs []pipeline.Ref) error {
	if len(refs) > maxAnalyzers {
		return fmt.Errorf("sandbox: %d analyzers, the limit is %d", len(refs), maxAnalyzers)
	}
	seen := make(map[pipeline.Ref]bool, len(refs))
	for _, r := range refs {
		if seen[r] {
			return errors.New("sandbox: analyzer " + r.Analyzer + " is named twice")
		}
		seen[r] = true
	}
	return nil
}

// running names the analyzers that had started and had no outcome.
func running(refs []pipeline.Ref, heard []testimony) []string {
	var out []string
	for i, t := range heard {
		if t.started && !t.ended {
			out = append(out, refs[i].Analyzer)
		}
	}
	return out
}

// book gathers what counts of all attempts.
type book struct {
	refs        []pipeline.Ref
	pages       map[pipeline.Ref]testimony
	derivatives map[pipeline.Digest][]byte
	deaths      []Death
	use         Use
}

// enter takes what attempt n brought and returns the analyzers that another child has to run.
func (b *book) enter(n int, refs []pipeline.Ref, e examined) (todo []pipeline.Ref) {
	b.use.add(e.end)
	if e.cause != "" && n == 1 {
		return refs // everything again; what the dead child said does not count
	}
	for i, t := range e.heard {
		switch {
		case t.ended:
		case !t.started && n == 2:
			todo = append(todo, refs[i])
			continue
		default:
			t.outcome = pipeline.Outcome{By: refs[i], Status: pipeline.Failed, Reason: epitaph(n, e.cause)}
		}
		b.pages[refs[i]] = t
		for _, m := range t.measurements {
			if d, ok := m.Fact.(pipeline.Derivative); ok {
				b.derivatives[d.Digest] = e.derivatives[d.Digest]
			}
		}
	}
	return todo
}

func epitaph(n int, cause string) string {
	times := "twice"
	if n > 2 {
		times = "three times"
	}
	return "process died " + times + ": " + cause + "; quarantined"
}

func (b *book) result(layers []pipeline.Layer) Result {
	r := Result{Derivatives: b.derivatives, Deaths: b.deaths, Quarantined: len(b.deaths) > 1, Layers: layers, Use: b.use}
	for _, ref := range b.refs {
		t := b.pages[ref]
		r.Examination.Outcomes = append(r.Examination.Outcomes, t.outcome)
		r.Examination.Measurements = append(r.Examination.Measurements, t.measurements...)
	}
	return r
}
