package workers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"dokaz/pipeline"
)

// carry is asynq's handler. It returns nil whatever happened: what is to be known of a task stands in the
// catalog, and asynq's own retries and archive would only keep names occupied.
func (p *Pool) carry(ctx context.Context, a *asynq.Task) error {
	t, err := readTicket(a.Payload())
	leg, ok := p.legs[t.Step]
	switch {
	case err != nil:
		p.notices.notice(err)
		return nil
	case !ok:
		p.notices.notice(fmt.Errorf("workers: %w: the journey has no leg %q", pipeline.ErrMalformed, t.Step))
		return nil
	}
	select {
	case p.hands <- struct{}{}:
	case <-ctx.Done():
		return nil
	case <-p.life.Done():
		return nil
	}
	defer func() { <-p.hands }()
	if p.draining.Load() || p.life.Err() != nil {
		return nil // not claimed: it is due still, for others and for the next run
	}
	c, err := p.opt.Stages.Claim(p.life, t, p.opt.Worker, p.opt.Clock().Add(p.opt.Lease))
	switch {
	case errors.Is(err, pipeline.ErrSuperseded), errors.Is(err, pipeline.ErrNotFound):
		return nil // a second delivery, a late one, or a forged one
	case err != nil:
		p.notices.notice(fmt.Errorf("workers: claim %s: %w", t.Step, err))
		return nil
	}
	p.perform(leg, c)
	if p.line.served(t) {
		p.Kick()
	}
	return nil
}

// perform lets the station perform a claim and keeps the claim alive until that is settled. It does not
// listen to asynq's context, which ends when Redis is away for a while: the catalog's lease is what counts.
func (p *Pool) perform(leg Leg, c pipeline.Claim) {
	ctx, cancel := context.WithCancelCause(p.life)
	defer cancel(nil)
	release := p.keep(ctx, c, cancel)
	defer release()
	var err error
	if c.Attempts > maxClaims && leg.Exhausted != nil {
		err = fmt.Errorf("claimed %d times %w", c.Attempts-1, ErrEndless)
	} else {
		err = p.try(ctx, leg, c)
	}
	if err != nil {
		p.settle(ctx, leg, c, err)
	}
}

// try performs once, within the leg's time and without panics.
func (p *Pool) try(ctx context.Context, leg Leg, c pipeline.Claim) error {
	late := fmt.Errorf("%s took longer than %v", leg.Step, leg.Timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, leg.Timeout, late)
	defer cancel()
	err := guard(func() error { return leg.Station.Perform(ctx, c) })
	if err != nil && ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return context.Cause(ctx)
	}
	return err
}

// guard turns a panic of our own code into an error; the item's share of panics stays in the child.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v", ErrPanic, v)
		}
	}()
	return f()
}

// settle decides what becomes of a claim that was not committed.
func (p *Pool) settle(ctx context.Context, leg Leg, c pipeline.Claim, cause error) {
	if errors.Is(cause, pipeline.ErrSuperseded) || errors.Is(context.Cause(ctx), pipeline.ErrSuperseded) {
		return
	}
	now := p.opt.Clock()
	if errors.Is(cause, pipeline.ErrUnfinished) {
		p.release(c, cause, now)
		return
	}
	if p.life.Err() != nil {
		p.release(c, context.Cause(p.life), now) // no fault of the task: at once, by whoever runs next
		return
	}
	if failed := c.Failed + 1; failed < p.opt.Attempts && c.Attempts <= maxClaims { // claims that ended with their process are no failures of the task
		p.release(c, cause, now.Add(p.opt.Backoff(failed)))
		return
	}
	p.notices.notice(fmt.Errorf("workers: %s of %s failed %d times: %w", leg.Step, c.Item, c.Failed+1, cause))
	if leg.Exhausted == nil {
		p.release(c, cause, now.Add(rest))
		return
	}
	hookCtx, cancel := context.WithTimeout(ctx, leg.Timeout)
	defer cancel()
	err := guard(func() error { return leg.Exhausted(hookCtx, c, cause) })
	if err == nil || errors.Is(err, pipeline.ErrSuperseded) || errors.Is(context.Cause(ctx), pipeline.ErrSuperseded) {
		return
	}
	if !errors.Is(err, cause) {
		p.notices.notice(fmt.Errorf("workers: %s could not be given up: %w", leg.Step, err))
		cause = errors.Join(cause, err)
	}
	p.release(c, cause, p.opt.Clock().Add(rest))
}

// release gives a claim back. Where that fails too, it is owed: the dispatcher tries again until the lease has lapsed, when the task is
// due by itself.
func (p *Pool) release(c pipeline.Claim, cause error, due time.Time) {
	o := owed{claim: c, cause: cause.Error(), due: due, until: p.opt.Clock().Add(p.opt.Lease)}
	if errors.Is(cause, ErrStopped) || errors.Is(cause, pipeline.ErrUnfinished) {
		o.cause = ""
	}
	if !p.repaid(o) && p.life.Err() == nil {
		p.debts.add(o)
	}
}

// repaid gives a claim back and reports whether nothing is left to be done about it.
func (p *Pool) repaid(o owed) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.life), catalogWithin)
	defer cancel()
	err := p.opt.Stages.Release(ctx, o.claim, o.cause, o.due)
	if err == nil || errors.Is(err, pipeline.ErrSuperseded) {
		return true
	}
	p.notices.notice(fmt.Errorf("workers: release %s: %w", o.claim.Step, err))
	return false
}

// repay gives back what is owed, as far as it can be.
func (p *Pool) repay() {
	all := p.debts.take()
	for i, o := range all {
		if p.opt.Clock().Before(o.until) && !p.repaid(o) {
			p.debts.add(all[i:]...) // what ails the catalog ails it for the rest as well
			return
		}
	}
}

// owed is a claim that could not be given back.
type owed struct {
	claim pipeline.Claim
	cause string
	due   time.Time
	until time.Time // when its lease has lapsed at the latest
}

// debts are the claims that are owed.
type debts struct {
	mu  sync.Mutex
	all []owed
}

func (d *debts) add(o ...owed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, o...)
}

func (d *debts) take() []owed {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.all
	d.all = nil
	return all
}

// keep extends the claim's lease until the returned function is called, which waits for the last extension.
// A claim that is lost, or that could not be extended until its lease was over, ends ctx with ErrSuperseded.
func (p *Pool) keep(ctx context.Context, c pipeline.Claim, lost context.CancelCauseFunc) (stop func()) {
	beat := p.opt.Lease / 3
	done := make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		t := time.NewTicker(beat)
		defer t.Stop()
		until := c.Until
		for {
			select {
			case <-done:
				return
			case <-t.C:
			}
			next := p.opt.Clock().Add(p.opt.Lease)
			once, cancel := context.WithTimeout(context.WithoutCancel(ctx), beat)
			err := p.opt.Stages.Extend(once, c, next)
			cancel()
			switch {
			case err == nil:
				until = next
			case errors.Is(err, pipeline.ErrSuperseded), errors.Is(err, pipeline.ErrNotFound):
				lost(pipeline.ErrSuperseded)
				return
			case !p.opt.Clock().Before(until):
				lost(fmt.Errorf("%w: the lease could not be extended: %w", pipeline.ErrSuperseded, err))
				p.notices.notice(fmt.Errorf("workers: extend %s: %w", c.Step, err))
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		close(done)
		over.Wait()
	})
}
