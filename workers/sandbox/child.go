package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"dokaz/pipeline"
)

// ErrClosed says that Close was called.
var ErrClosed = errors.New("sandbox: closed")

// Child runs examinations, each in a process of its own. It is safe for concurrent use.
type Child struct {
	opt     Options
	layers  []pipeline.Layer
	starter *starter
	groups  *groups // nil where the machine gives none
	orders  orders
	spares  chan *process // started, waiting for a request
	slots   chan struct{} // one for each spare there is or will be

	mu      sync.Mutex
	closed  bool
	foreign []*Foreign
	running sync.WaitGroup // examinations and starts under way
}

// New tries which walls stand on this machine by starting a child, which becomes the first spare. Too few of them are
// ErrUnwalled. What it returns has to be closed.
func New(o Options) (*Child, error) {
	o = o.filled()
	s, first, f, err := probe(o)
	if err != nil {
		return nil, err
	}
	c := &Child{
		opt:     o,
		starter: s,
		groups:  f.groups,
		orders:  orders{Limits: o.Limits, Plan: f.plan},
		spares:  make(chan *process, max(o.Spares, 1)),
		slots:   make(chan struct{}, max(o.Spares, 1)),
	}
	c.layers = f.layers(o)
	if !f.plan.holds() && !o.Unsafe {
		return nil, errors.Join(UnwalledError{c.layers}, first.dismiss(), s.stop(), c.disband())
	}
	c.slots <- struct{}{}
	c.spares <- first
	return c, nil
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
	var err error
	for _, f := range c.foreign {
		err = errors.Join(err, f.close())
	}
	for {
		select {
		case p := <-c.spares:
			err = errors.Join(err, p.dismiss())
		default:
			c.mu.Lock()
			defer c.mu.Unlock()
			return errors.Join(err, c.starter.stop(), c.disband())
		}
	}
}

// disband removes the control groups.
func (c *Child) disband() error {
	if c.groups == nil {
		return nil
	}
	return c.groups.close()
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

// start starts one child, after a new nursery where the old one was killed. Only between enter and running.Done.
func (c *Child) start() (*process, error) {
	c.mu.Lock()
	s := c.starter
	if s.lost() {
		fresh, err := newStarter(s.plan)
		if err != nil {
			c.mu.Unlock()
			return nil, err
		}
		if err := s.stop(); err != nil {
			c.mu.Unlock()
			return nil, errors.Join(err, fresh.stop())
		}
		c.starter, s = fresh, fresh
	}
	c.mu.Unlock()
	p, err := s.start(c.orders)
	if err != nil {
		return nil, err
	}
	if err := p.join(c.groups); err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: %w", wallError{layerCgroup, err}), p.dismiss())
	}
	return p, nil
}

// refill starts one spare in the background, if one is missing. A start that fails is no loss: take starts
// another and returns what is wrong.
func (c *Child) refill() {
	if c.opt.Spares == 0 || c.enter() != nil {
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
func (c *Child) attempt(ctx context.Context, it pipeline.Item, src *source, refs []pipeline.Ref, aside []byte, members *intake) (e examined, err error) {
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
	return p.examine(ctx, request{Item: it, Analyzers: refs, Limits: c.opt.Files, Members: members != nil, Aside: aside}, int(input.Fd()), c.opt.Limits)
}
