package workers

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"dokaz/pipeline"
)

func TestALongTaskKeepsItsLease(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := newBook()
	b.ask(report, item(0))
	var performed atomic.Int32
	goOn := make(chan struct{})
	legs := []Leg{{Step: report, Station: perform(func(ctx context.Context, c pipeline.Claim) error {
		performed.Add(1)
		select {
		case <-goOn:
			return b.commit(c)
		case <-ctx.Done():
			return ctx.Err()
		}
	})}}
	extended := 0
	b.trouble = func(call string) error {
		if call == "extend" {
			if extended++; extended == 12 { // four leases long
				close(goOn)
			}
		}
		return nil
	}
	for _, w := range []string{"w1", "w2"} { // a second worker stands ready to take it over
		o := options(b, s.addr, legs)
		o.Worker, o.Lease = w, time.Second
		start(t, o)
	}
	eventually(t, 30*time.Second, "done", func() bool { return b.undone() == 0 })
	if n := performed.Load(); n != 1 {
		t.Errorf("performed %d times", n)
	}
}

func TestALostLeaseEndsTheStation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ answer error }{
		"another holds it":         {pipeline.ErrSuperseded},
		"the row is gone":          {pipeline.ErrNotFound},
		"it could not be extended": {errInjected},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			b.ask(report, item(0))
			var why atomic.Value
			var performed atomic.Int32
			legs := []Leg{{Step: report, Station: perform(func(ctx context.Context, cl pipeline.Claim) error {
				if performed.Add(1) > 1 {
					b.look(func() { b.trouble = func(string) error { return nil } })
					return b.commit(cl)
				}
				<-ctx.Done()
				why.Store(context.Cause(ctx))
				return ctx.Err()
			})}}
			b.trouble = func(call string) error {
				if call == "extend" {
					return c.answer
				}
				return nil
			}
			o := options(b, "", legs)
			o.Lease = 600 * time.Millisecond
			start(t, o)
			eventually(t, 20*time.Second, "done after the lease lapsed", func() bool { return b.undone() == 0 })
			if err, _ := why.Load().(error); !errors.Is(err, pipeline.ErrSuperseded) {
				t.Errorf("cause %v", err)
			}
			b.look(func() {
				if len(b.causes) > 0 {
					t.Errorf("released %v", b.causes)
				}
			})
		})
	}
}

// cut is a catalog as seen by a worker whose line to it is cut.
type cut struct {
	*book
	off atomic.Bool
}

func (c *cut) Extend(ctx context.Context, cl pipeline.Claim, until time.Time) error {
	if c.off.Load() {
		return errInjected
	}
	return c.book.Extend(ctx, cl, until)
}

func (c *cut) Release(ctx context.Context, cl pipeline.Claim, cause string, due time.Time) error {
	if c.off.Load() {
		return errInjected
	}
	return c.book.Release(ctx, cl, cause, due)
}

func (c *cut) Due(ctx context.Context, now time.Time, n int) ([]pipeline.Task, error) {
	if c.off.Load() {
		return nil, errInjected
	}
	return c.book.Due(ctx, now, n)
}

func (c *cut) Claim(ctx context.Context, t pipeline.Task, w string, until time.Time) (pipeline.Claim, error) {
	if c.off.Load() {
		return pipeline.Claim{}, errInjected
	}
	return c.book.Claim(ctx, t, w, until)
}

func TestADeadWorkersTasksAreTakenOver(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := newBook()
	for i := range 20 {
		b.ask(report, item(i))
	}
	dying := &cut{book: b}
	begun := make(chan struct{}, 20)
	o := options(b, s.addr, []Leg{{Step: report, Station: perform(func(ctx context.Context, c pipeline.Claim) error {
		begun <- struct{}{}
		<-ctx.Done()
		return b.commit(c) // comes back too late, like a process that was stopped for a while
	})}})
	o.Stages, o.Worker, o.Lease, o.Concurrency = dying, "dying", time.Second, 2
	start(t, o)
	<-begun
	<-begun
	dying.off.Store(true)
	o = options(b, s.addr, []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error { return b.commit(c) })}})
	o.Worker = "living"
	start(t, o)
	eventually(t, 30*time.Second, "all done", func() bool { return b.undone() == 0 })
	b.verify(t, 20, report)
}

func TestSeveralCasesShareOneRedis(t *testing.T) {
	t.Parallel()
	s := serve(t)
	books := map[string]*book{"case-a": newBook(), "case-b": newBook()}
	for name, b := range books {
		for i := range 30 {
			b.ask(examine, item(i)) // the same items in both
		}
		o := options(b, s.addr, journey(b))
		o.Namespace = name
		start(t, o)
	}
	for _, b := range books {
		eventually(t, 30*time.Second, "all done", func() bool { return b.undone() == 0 })
		b.verify(t, 30, examine, report)
	}
}
