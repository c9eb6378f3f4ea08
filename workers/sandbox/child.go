package sandbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"dokaz/pipeline"
)

// ErrClosed says that Close was called.
var ErrClosed = errors.New("sandbox: closed")

// Child runs examinations, each in a process of its own. It is safe for concurrent use.
type Child struct {
	opt    Options
	layers []pipeline.Layer
	jobs   chan func()   // for the thread that starts processes
	spares chan *process // started, waiting for a request
	slots  chan struct{} // one for each spare there is or will be
	quit   chan struct{}

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // examinations and starts under way
}

// New returns a Child that has started nothing yet. It has to be closed.
func New(o Options) *Child {
	o = o.filled()
	c := &Child{
		opt:    o,
		layers: Layers(o.Limits),
		jobs:   make(chan func()),
		spares: make(chan *process, o.Spares),
		slots:  make(chan struct{}, o.Spares),
		quit:   make(chan struct{}),
	}
	go c.thread()
	return c
}

// Layers tells the walls round a child and their state on this machine.
func (c *Child) Layers() []pipeline.Layer { return slices.Clone(c.layers) }

// Warm starts the spare children now instead of at the first examination.
func (c *Child) Warm() {
	for range c.opt.Spares {
		c.refill()
	}
}

// Close dismisses the spare children and waits for the examinations under way, which their contexts can end.
func (c *Child) Close() error {
	c.mu.Lock()
	already := c.closed
	c.closed = true
	c.mu.Unlock()
	if already {
		return nil
	}
	c.running.Wait()
	close(c.quit)
	var err error
	for {
		select {
		case p := <-c.spares:
			err = errors.Join(err, p.dismiss())
		default:
			return err
		}
	}
}

// enter counts one more use, unless the Child is closed.
func (c *Child) enter() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	c.running.Add(1)
	return nil
}

// thread starts all processes on one thread, which lives as long as the Child: their parent in the eyes of
// PR_SET_PDEATHSIG.
func (c *Child) thread() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		select {
		case f := <-c.jobs:
			f()
		case <-c.quit:
			return
		}
	}
}

// start starts one child on the thread. Only between enter and running.Done.
func (c *Child) start() (*process, error) {
	type result struct {
		p   *process
		err error
	}
	out := make(chan result, 1)
	c.jobs <- func() {
		p, err := spawn(c.opt.Limits)
		out <- result{p, err}
	}
	r := <-out
	return r.p, r.err
}

// refill starts one spare in the background, if one is missing. A start that fails is no loss: take starts
// another and returns what is wrong.
func (c *Child) refill() {
	if c.enter() != nil {
		return
	}
	select {
	case c.slots <- struct{}{}:
	default:
		c.running.Done()
		return
	}
	go func() {
		defer c.running.Done()
		p, err := c.start()
		if err != nil {
			<-c.slots
			return
		}
		c.spares <- p
	}()
}

// take returns a child that is ready: a spare, or one started now.
func (c *Child) take(ctx context.Context) (*process, error) {
	for {
		p, spare, err := c.next()
		if err != nil {
			return nil, err
		}
		c.refill()
		if err = p.ready(ctx); err == nil && !p.gone() {
			return p, nil
		}
		err = errors.Join(err, p.dismiss())
		switch {
		case spare && ctx.Err() == nil: // it may have died of old age
		case err == nil:
			return nil, errors.New("sandbox: the child ended before its request")
		default:
			return nil, err
		}
	}
}

func (c *Child) next() (p *process, spare bool, err error) {
	select {
	case p = <-c.spares:
		<-c.slots
		return p, true, nil
	default:
		p, err = c.start()
		return p, false, err
	}
}

// attempt lets one child examine the item with some analyzers; members, where not nil, takes what it holds.
func (c *Child) attempt(ctx context.Context, it pipeline.Item, src *source, refs []pipeline.Ref, members *intake) (e examined, err error) {
	p, err := c.take(ctx)
	if err != nil {
		return examined{}, err
	}
	defer func() {
		if cerr := p.dismiss(); cerr != nil && err == nil {
			err = fmt.Errorf("sandbox: %w", cerr)
		}
	}()
	input, err := src.descriptor()
	if err != nil {
		return examined{}, err
	}
	defer input.Close()
	p.members = members
	return p.examine(ctx, request{Item: it, Analyzers: refs, Members: members != nil}, int(input.Fd()), c.opt.Limits)
}
