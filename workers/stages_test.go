package workers

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dokaz/pipeline"
)

// book is a catalog in memory: rows with a fence, and the effects that were committed.
type book struct {
	mu      sync.Mutex
	rows    map[rowKey]*row
	order   []rowKey
	effects map[rowKey]int          // how often a result was committed
	trouble func(call string) error // what a call fails with, before it does anything
	causes  map[rowKey][]string     // of releases
	claims  map[string]int          // by worker
	changed chan struct{}           // has room for one: something was committed or released
}

type rowKey struct {
	step pipeline.Step
	item pipeline.Digest
}

type row struct {
	wanted, fence int64
	attempts      int // claims
	failed        int
	due, until    time.Time
	done          bool
}

func newBook() *book {
	return &book{rows: map[rowKey]*row{}, effects: map[rowKey]int{}, causes: map[rowKey][]string{},
		claims: map[string]int{}, changed: make(chan struct{}, 1), trouble: func(string) error { return nil }}
}

func item(n int) pipeline.Digest {
	return pipeline.DigestOf(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// ask asks for a step; asked again it is another asking.
func (b *book) ask(s pipeline.Step, d pipeline.Digest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.askLocked(s, d)
}

func (b *book) askLocked(s pipeline.Step, d pipeline.Digest) {
	k := rowKey{s, d}
	r := b.rows[k]
	if r == nil {
		r = &row{}
		b.rows[k] = r
		b.order = append(b.order, k)
	}
	r.wanted++
	r.attempts, r.failed, r.done, r.due = 0, 0, false, time.Time{}
}

func (b *book) fails(call string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.trouble(call)
}

func (b *book) Due(_ context.Context, now time.Time, limit int) ([]pipeline.Task, error) {
	if err := b.fails("due"); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []pipeline.Task
	for _, k := range b.order {
		r := b.rows[k]
		if len(out) < limit && !r.done && !r.due.After(now) && !r.until.After(now) {
			out = append(out, pipeline.Task{Step: k.step, Item: k.item, Wanted: r.wanted, Fence: r.fence})
		}
	}
	return out, nil
}

func (b *book) Claim(_ context.Context, t pipeline.Task, worker string, until time.Time) (pipeline.Claim, error) {
	if err := b.fails("claim"); err != nil {
		return pipeline.Claim{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rows[rowKey{t.Step, t.Item}]
	if r == nil {
		return pipeline.Claim{}, pipeline.ErrNotFound
	}
	if r.done || r.wanted != t.Wanted || r.fence != t.Fence || r.until.After(time.Now()) {
		return pipeline.Claim{}, pipeline.ErrSuperseded
	}
	r.fence++
	r.attempts++
	r.until = until
	b.claims[worker]++
	t.Fence = r.fence
	return pipeline.Claim{Task: t, Attempts: r.attempts, Failed: r.failed, Until: until}, nil
}

// held returns the claim's row, or ErrSuperseded.
func (b *book) held(c pipeline.Claim) (*row, error) {
	r := b.rows[rowKey{c.Step, c.Item}]
	if r == nil || r.done || r.wanted != c.Wanted || r.fence != c.Fence {
		return nil, pipeline.ErrSuperseded
	}
	return r, nil
}

func (b *book) Extend(_ context.Context, c pipeline.Claim, until time.Time) error {
	if err := b.fails("extend"); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.held(c)
	if err == nil {
		r.until = until
	}
	return err
}

func (b *book) Release(_ context.Context, c pipeline.Claim, cause string, due time.Time) error {
	if err := b.fails("release"); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.held(c)
	if err != nil {
		return err
	}
	r.until, r.due = time.Time{}, due
	if cause == "" {
		r.attempts--
	} else {
		r.failed++
	}
	k := rowKey{c.Step, c.Item}
	b.causes[k] = append(b.causes[k], cause)
	b.touched()
	return nil
}

// commit writes a result under the claim's fence and asks for the next step, in one transaction.
func (b *book) commit(c pipeline.Claim, next ...pipeline.Step) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.held(c)
	if err != nil {
		return err
	}
	r.done, r.until = true, time.Time{}
	b.effects[rowKey{c.Step, c.Item}]++
	for _, s := range next {
		b.askLocked(s, c.Item)
	}
	b.touched()
	return nil
}

func (b *book) touched() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// look calls f under the book's lock.
func (b *book) look(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

// undone counts rows that are not done.
func (b *book) undone() (n int) {
	b.look(func() {
		for _, r := range b.rows {
			if !r.done {
				n++
			}
		}
	})
	return n
}

// verify demands that each of n items has exactly one effect of each step.
func (b *book) verify(t *testing.T, n int, steps ...pipeline.Step) {
	t.Helper()
	b.look(func() {
		lost, doubled := 0, 0
		for i := range n {
			for _, s := range steps {
				switch b.effects[rowKey{s, item(i)}] {
				case 0:
					lost++
				case 1:
				default:
					doubled++
				}
			}
		}
		if lost > 0 || doubled > 0 || len(b.effects) != n*len(steps) {
			t.Errorf("%d lost, %d doubled, %d effects of %d", lost, doubled, len(b.effects), n*len(steps))
		}
	})
}

// perform is a station made of a function.
type perform func(ctx context.Context, c pipeline.Claim) error

func (f perform) Perform(ctx context.Context, c pipeline.Claim) error { return f(ctx, c) }

// heard collects what a pool notices.
type heard struct {
	mu   sync.Mutex
	errs []error
}

func (h *heard) notice(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.errs = append(h.errs, err)
}

func (h *heard) all() []error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.errs)
}

// eventually polls until is holds.
func eventually(t *testing.T, within time.Duration, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); ; time.Sleep(2 * time.Millisecond) {
		if is() {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited %v in vain for: %s", within, what)
		}
	}
}

const examine, report = pipeline.StepExamine, pipeline.StepReport

// journey commits both steps and nothing else.
func journey(b *book) []Leg {
	return []Leg{
		{Step: examine, Weight: 4, Station: perform(func(_ context.Context, c pipeline.Claim) error { return b.commit(c, report) })},
		{Step: report, Weight: 1, Station: perform(func(_ context.Context, c pipeline.Claim) error { return b.commit(c) })},
	}
}

// options are those of a quick pool.
func options(b *book, redis string, legs []Leg) Options {
	return Options{
		Redis: redis, Namespace: "case", Worker: "w1", Concurrency: 4, Stages: b, Journey: legs,
		Backoff: func(int) time.Duration { return 10 * time.Millisecond },
	}
}

// start starts a pool and stops it at the test's end.
func start(t *testing.T, o Options) *Pool {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, p)
	return p
}

func run(t *testing.T, p *Pool) {
	t.Helper()
	if err := p.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
}

var errInjected = errors.New("injected")

func injected(call string, n int) error { return fmt.Errorf("%w: %s %d", errInjected, call, n) }
