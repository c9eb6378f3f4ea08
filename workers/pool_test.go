package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func TestItemsTravelTheWholeJourney(t *testing.T) {
	transports(t, func(t *testing.T, s *server) {
		b := newBook()
		for i := range 50 {
			b.ask(examine, item(i))
		}
		var h heard
		o := options(b, s.address(), journey(b))
		o.Notice = h.notice
		start(t, o)
		eventually(t, 30*time.Second, "all done", func() bool { return b.undone() == 0 })
		b.verify(t, 50, examine, report)
		if errs := h.all(); len(errs) > 0 {
			t.Errorf("noticed %v", errs)
		}
	})
}

func TestWorkThatComesLaterIsDoneAfterAKick(t *testing.T) {
	t.Parallel()
	b := newBook()
	p := start(t, options(b, "", journey(b)))
	for i := range 20 {
		b.ask(examine, item(i))
		p.Kick()
		eventually(t, 10*time.Second, "done", func() bool { return b.undone() == 0 })
	}
	b.verify(t, 20, examine, report)
}

func TestMoreThanOneDueListFits(t *testing.T) {
	t.Parallel()
	b := newBook()
	const n = 3 * dueAtOnce
	for i := range n {
		b.ask(examine, item(i))
	}
	start(t, options(b, "", journey(b)))
	eventually(t, 60*time.Second, "all done", func() bool { return b.undone() == 0 })
	b.verify(t, n, examine, report)
}

// What a worker died over stands before what nobody began.
func TestWhatWasClaimedInVainDoesNotWaitInLine(t *testing.T) {
	t.Parallel()
	b := newBook()
	const n = 200
	for i := range n {
		b.ask(examine, item(i))
	}
	vain := b.rows[rowKey{examine, item(n - 1)}]
	vain.fence, vain.attempts = 1, 1
	var done, place atomic.Int32
	o := options(b, "", []Leg{{Step: examine, Station: perform(func(_ context.Context, c pipeline.Claim) error {
		if k := done.Add(1); c.Item == item(n-1) {
			place.Store(k)
		}
		return b.commit(c)
	})}})
	o.Concurrency = 1
	start(t, o)
	eventually(t, 60*time.Second, "all done", func() bool { return b.undone() == 0 })
	if k := place.Load(); k > n/2 {
		t.Errorf("it came at place %d of %d", k, n)
	}
}

func TestAStepAskedForAgainIsDoneAgain(t *testing.T) {
	t.Parallel()
	b := newBook()
	p := start(t, options(b, "", journey(b)))
	for range 3 {
		b.ask(report, item(0))
		p.Kick()
		eventually(t, 10*time.Second, "done", func() bool { return b.undone() == 0 })
	}
	b.look(func() {
		if n := b.effects[rowKey{report, item(0)}]; n != 3 {
			t.Errorf("done %d times", n)
		}
	})
}

func TestAPassingErrorIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.ask(report, item(0))
	var tries atomic.Int32
	legs := []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error {
		if n := tries.Add(1); int(n) != c.Attempts {
			t.Errorf("try %d is attempt %d", n, c.Attempts)
		}
		if c.Attempts < 4 {
			return injected("try", c.Attempts)
		}
		return b.commit(c)
	}), Exhausted: func(context.Context, pipeline.Claim, error) error { t.Error("exhausted"); return nil }}}
	start(t, options(b, "", legs))
	eventually(t, 20*time.Second, "done", func() bool { return b.undone() == 0 })
	want := []string{"injected: try 1", "injected: try 2", "injected: try 3"}
	b.look(func() {
		if diff := cmp.Diff(want, b.causes[rowKey{report, item(0)}]); diff != "" {
			t.Error(diff)
		}
	})
}

// A claim that could not be given back, to a disk that was full for instance, is given back when that goes, not when its lease lapses.
func TestAClaimThatIsOwedIsGivenBack(t *testing.T) {
	t.Parallel()
	b := newBook()
	for i := range 8 {
		b.ask(report, item(i))
	}
	var refused atomic.Int32
	b.trouble = func(call string) error {
		if call == "release" && refused.Add(1) <= 12 {
			return errInjected
		}
		return nil
	}
	var h heard
	o := options(b, "", []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error {
		if c.Attempts == 1 {
			return errors.New("no room")
		}
		return b.commit(c)
	})}})
	o.Notice = h.notice
	start(t, o)
	eventually(t, 15*time.Second, "all done", func() bool { return b.undone() == 0 })
	b.verify(t, 8, report)
	if len(h.all()) == 0 {
		t.Error("nobody was told")
	}
}

// A step that got on and is not finished is carried out again at once, however often, and is no failure.
func TestWhatIsUnfinishedGoesOn(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.ask(examine, item(1))
	const times = 2 * maxClaims
	var n atomic.Int64
	o := options(b, "", journey(b))
	o.Attempts, o.Backoff = 2, func(int) time.Duration { return time.Hour }
	o.Journey[0].Exhausted = func(context.Context, pipeline.Claim, error) error {
		t.Error("it was given up")
		return nil
	}
	o.Journey[0].Station = perform(func(_ context.Context, c pipeline.Claim) error {
		if n.Add(1) < times {
			return fmt.Errorf("%w: more to do", pipeline.ErrUnfinished)
		}
		return b.commit(c, report)
	})
	start(t, o)
	eventually(t, 20*time.Second, "its report", func() bool { return b.undone() == 0 })
	if n.Load() != times {
		t.Errorf("carried out %d times, want %d", n.Load(), times)
	}
	b.look(func() {
		for _, cause := range b.causes[rowKey{examine, item(1)}] {
			if cause != "" {
				t.Errorf("recorded as failed: %s", cause)
			}
		}
	})
}

func TestTheLastAttemptEndsInExhausted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fail func() error
		want string
	}{
		"an error": {func() error { return errInjected }, "injected"},
		"a panic":  {func() error { panic("at work") }, "panic: at work"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			b.ask(examine, item(0))
			var tries atomic.Int32
			legs := []Leg{{Step: examine,
				Station: perform(func(context.Context, pipeline.Claim) error { tries.Add(1); return c.fail() }),
				Exhausted: func(_ context.Context, cl pipeline.Claim, cause error) error {
					if cause.Error() != c.want || cl.Attempts != 5 {
						t.Errorf("attempt %d: %v", cl.Attempts, cause)
					}
					return b.commit(cl)
				}}}
			start(t, options(b, "", legs))
			eventually(t, 20*time.Second, "done", func() bool { return b.undone() == 0 })
			if n := tries.Load(); n != 5 {
				t.Errorf("%d tries", n)
			}
		})
	}
}

// Claims that ended with their process, however many, leave a task all its attempts.
func TestClaimsThatDiedAreNoFailures(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.ask(examine, item(0))
	b.rows[rowKey{examine, item(0)}].attempts = 10
	legs := []Leg{{Step: examine,
		Station: perform(func(_ context.Context, c pipeline.Claim) error {
			if c.Failed < 4 {
				return errInjected
			}
			return b.commit(c)
		}),
		Exhausted: func(_ context.Context, c pipeline.Claim, cause error) error {
			t.Errorf("given up after %d failures: %v", c.Failed+1, cause)
			return b.commit(c)
		}}}
	start(t, options(b, "", legs))
	eventually(t, 20*time.Second, "done", func() bool { return b.undone() == 0 })
}

func TestWhatCannotBeGivenUpRests(t *testing.T) {
	t.Parallel()
	for name, exhausted := range map[string]func(context.Context, pipeline.Claim, error) error{
		"no hook":            nil,
		"a hook that fails":  func(context.Context, pipeline.Claim, error) error { return errors.New("no ink") },
		"a hook that panics": func(context.Context, pipeline.Claim, error) error { panic("no ink") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			b.ask(examine, item(0))
			o := options(b, "", []Leg{{Step: examine, Exhausted: exhausted,
				Station: perform(func(context.Context, pipeline.Claim) error { return errInjected })}})
			o.Attempts = 2
			start(t, o)
			eventually(t, 20*time.Second, "rest", func() (rests bool) {
				b.look(func() { rests = time.Until(b.rows[rowKey{examine, item(0)}].due) > 50*time.Minute })
				return rests
			})
		})
	}
}

func TestATaskClaimedWithoutEndIsGivenUpUntried(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.ask(examine, item(0))
	b.rows[rowKey{examine, item(0)}].attempts = maxClaims
	legs := []Leg{{Step: examine,
		Station: perform(func(context.Context, pipeline.Claim) error { t.Error("performed"); return nil }),
		Exhausted: func(_ context.Context, c pipeline.Claim, cause error) error {
			if cause.Error() != "claimed 25 times without an end" {
				t.Error(cause)
			}
			return b.commit(c)
		}}}
	start(t, options(b, "", legs))
	eventually(t, 10*time.Second, "done", func() bool { return b.undone() == 0 })
}

func TestALegTakesNoLongerThanItsTime(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.ask(examine, item(0))
	legs := []Leg{{Step: examine, Timeout: 50 * time.Millisecond, Station: perform(func(ctx context.Context, c pipeline.Claim) error {
		if c.Attempts > 1 {
			return b.commit(c)
		}
		<-ctx.Done()
		return ctx.Err()
	})}}
	start(t, options(b, "", legs))
	eventually(t, 10*time.Second, "done", func() bool { return b.undone() == 0 })
	b.look(func() {
		if diff := cmp.Diff([]string{"examine took longer than 50ms"}, b.causes[rowKey{examine, item(0)}]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASupersededResultIsDroppedQuietly(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.ask(report, item(0))
	var h heard
	var once atomic.Bool
	legs := []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error {
		if once.CompareAndSwap(false, true) {
			b.ask(report, item(0)) // asked for again meanwhile: this claim's fence no longer holds
			b.look(func() { b.rows[rowKey{report, item(0)}].until = time.Time{} })
		}
		return b.commit(c)
	})}}
	o := options(b, "", legs)
	o.Notice = h.notice
	start(t, o)
	eventually(t, 10*time.Second, "done", func() bool { return b.undone() == 0 })
	b.look(func() {
		if len(b.causes) > 0 || b.effects[rowKey{report, item(0)}] != 1 {
			t.Errorf("releases %v, effects %v", b.causes, b.effects)
		}
	})
	if errs := h.all(); len(errs) > 0 {
		t.Errorf("noticed %v", errs)
	}
}

func TestNoMoreAtOnceThanAllowed(t *testing.T) {
	t.Parallel()
	b := newBook()
	for i := range 40 {
		b.ask(report, item(i))
	}
	var now, most atomic.Int32
	var reached sync.WaitGroup
	reached.Add(3)
	legs := []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if c.Item == item(0) || c.Item == item(1) || c.Item == item(2) {
			reached.Done()
			reached.Wait() // the first three meet: the bound is reached
		}
		return b.commit(c)
	})}}
	o := options(b, "", legs)
	o.Concurrency = 3
	start(t, o)
	eventually(t, 20*time.Second, "done", func() bool { return b.undone() == 0 })
	if m := most.Load(); m != 3 {
		t.Errorf("%d at once", m)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	t.Parallel()
	b := newBook()
	for name, change := range map[string]func(*Options){
		"no namespace":             func(o *Options) { o.Namespace = "" },
		"a namespace with a brace": func(o *Options) { o.Namespace = "a}b" },
		"no stages":                func(o *Options) { o.Stages = nil },
		"no journey":               func(o *Options) { o.Journey = nil },
		"a leg twice":              func(o *Options) { o.Journey = append(o.Journey, o.Journey[0]) },
		"a leg without station":    func(o *Options) { o.Journey = []Leg{{Step: examine}} },
	} {
		o := options(b, "", journey(b))
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestTroubleInTheCatalogIsToldAndOutlived(t *testing.T) {
	t.Parallel()
	b := newBook()
	for i := range 10 {
		b.ask(examine, item(i))
	}
	n := map[string]int{}
	b.trouble = func(call string) error {
		n[call]++
		if n[call] <= 3 {
			return injected(call, n[call])
		}
		return nil
	}
	var h heard
	o := options(b, "", journey(b))
	o.Notice = h.notice
	start(t, o)
	eventually(t, 30*time.Second, "done", func() bool { return b.undone() == 0 })
	b.verify(t, 10, examine, report)
	told := ""
	for _, err := range h.all() {
		told += err.Error() + "\n"
	}
	if !strings.Contains(told, "workers: dispatch: due: injected: due 1") || !strings.Contains(told, "workers: claim examine: injected: claim 1") {
		t.Errorf("told:\n%s", told)
	}
}

func TestEqualNoticesAreToldOnce(t *testing.T) {
	t.Parallel()
	var h heard
	n := noticer{tell: h.notice}
	for range 100 {
		n.notice(errInjected)
		n.notice(nil)
	}
	if got := len(h.all()); got != 1 {
		t.Errorf("told %d times", got)
	}
}

func TestBackoffDoublesAndIsBounded(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]time.Duration{-1: time.Second, 0: time.Second, 1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 7: 64 * time.Second, 1000: 64 * time.Second} {
		for range 50 {
			if d := backoff(attempt); d < want/2 || d >= want*3/2 {
				t.Fatalf("attempt %d: %v", attempt, d)
			}
		}
	}
}
