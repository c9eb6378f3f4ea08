package examine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// watching is one watcher before the screen.
type watching struct {
	*witness
	analyzer pipeline.Watcher
	watch    pipeline.Watch // nil before a stream begins, and for a watcher that does not want this one
	err      error          // why it watches no more
	gone     bool
	took     time.Duration // its own work; decoding is nobody's
}

// audience is all who watch one projection.
type audience struct {
	ctx   context.Context
	item  pipeline.Item
	seats []*watching
	begun bool
}

var (
	// errNobody ends a projection that nobody watches any more.
	errNobody = errors.New("nobody is watching any more")
	// errNoPictures is why watchers saw nothing where decoding went well and gave no stream of pictures.
	errNoPictures = fmt.Errorf("%w: no pictures in this item", pipeline.ErrUnsupported)
)

// show projects the item once before all watchers and gives each its outcome, in the order of the list.
func show(ctx context.Context, p Projector, seats []*watching, it pipeline.Item, o pipeline.Original) {
	a := &audience{ctx: ctx, item: it, seats: seats}
	h := seats[0].hearing
	err := context.Cause(ctx)
	if err == nil {
		for _, s := range seats {
			h.start(s.ref)
		}
		err = a.project(p, o)
	}
	for _, s := range seats {
		s.leave(ctx, err) // those who left before have a reason of their own
		h.end(s.outcome(because(ctx, s.err), s.took))
	}
}

// project shows all there is and returns why it broke off. A panic of the projector is an error like
// another to those who watch: what they said stays said.
func (a *audience) project(p Projector, o pipeline.Original) error {
	err := guard(func() error { return p.Project(a.ctx, a.item, o, a.begin, a.frame) })
	var broke panicked
	switch {
	case errors.As(err, &broke):
		return errors.New("decoding ended with " + broke.Error())
	case err == nil && !a.begun:
		return errNoPictures
	case errors.Is(err, errNobody):
		return nil
	}
	return because(a.ctx, err)
}

// begin seats every watcher still there before a stream; the stream shown before, if any, has ended for them.
func (a *audience) begin(f pipeline.Footage) error {
	a.begun = true
	return a.each(func(s *watching) error {
		if s.watch != nil {
			w := s.watch
			s.watch = nil
			if err := w.End(a.ctx); err != nil {
				return err
			}
		}
		w, err := s.analyzer.Watch(a.item, f, s.say)
		if err == nil {
			s.watch = w
		}
		return err
	})
}

// frame shows one frame to every watcher still there.
func (a *audience) frame(f pipeline.Frame) error {
	if !a.begun {
		return errors.New("a frame was shown before its stream began")
	}
	return a.each(func(s *watching) error {
		if s.watch == nil {
			return nil
		}
		return s.watch.Frame(a.ctx, f)
	})
}

// each lets every watcher still there do one thing; who fails or is full leaves, the others go on.
func (a *audience) each(do func(*watching) error) error {
	if a.ctx.Err() != nil {
		return context.Cause(a.ctx)
	}
	there := 0
	for _, s := range a.seats {
		if s.gone {
			continue
		}
		began := time.Now()
		err := guard(func() error { return do(s) })
		s.took += time.Since(began)
		if err != nil || s.done() {
			s.leave(a.ctx, err)
			continue
		}
		there++
	}
	if there == 0 {
		return errNobody
	}
	return nil
}

// leave ends one watcher's watching with the reason why. Its Watch is ended unless it panicked: what a
// panic leaves behind is not to be called again.
func (s *watching) leave(ctx context.Context, why error) {
	if s.gone {
		return
	}
	s.gone, s.err = true, why
	var p panicked
	if s.watch == nil || errors.As(why, &p) {
		return
	}
	began := time.Now()
	if err := guard(func() error { return s.watch.End(ctx) }); err != nil && s.err == nil {
		s.err = err
	}
	s.took += time.Since(began)
}
