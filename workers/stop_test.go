package workers

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func TestDrainFinishesWhatIsAtHandAndTakesNothingNew(t *testing.T) {
	transports(t, func(t *testing.T, s *server) {
		b := newBook()
		for i := range 20 {
			b.ask(report, item(i))
		}
		begun, goOn := make(chan struct{}, 20), make(chan struct{})
		o := options(b, s.address(), []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error {
			begun <- struct{}{}
			<-goOn
			return b.commit(c)
		})}})
		o.Concurrency = 2
		p := start(t, o)
		<-begun
		<-begun
		soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := p.Drain(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("drained while two are at hand: %v", err)
		}
		close(goOn)
		if err := p.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := b.undone(); n != 18 || len(begun) > 0 {
			t.Errorf("%d undone, %d more begun", n, len(begun))
		}
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
		if err := p.Drain(t.Context()); !errors.Is(err, ErrStopped) {
			t.Errorf("drained after Stop: %v", err)
		}
		again := options(b, s.address(), []Leg{{Step: report, Station: perform(func(_ context.Context, c pipeline.Claim) error { return b.commit(c) })}})
		start(t, again)
		eventually(t, 20*time.Second, "the rest, by the next pool", func() bool { return b.undone() == 0 })
		b.verify(t, 20, report)
	})
}

func TestStopGivesTasksBackAtOnce(t *testing.T) {
	transports(t, func(t *testing.T, s *server) {
		b := newBook()
		b.ask(report, item(0))
		begun := make(chan struct{}, 1)
		legs := []Leg{{Step: report, Station: perform(func(ctx context.Context, c pipeline.Claim) error {
			begun <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})}}
		p := start(t, options(b, s.address(), legs))
		<-begun
		if err := p.Stop(); err != nil {
			t.Fatal(err)
		}
		b.look(func() {
			if diff := cmp.Diff([]string{""}, b.causes[rowKey{report, item(0)}]); diff != "" {
				t.Error(diff)
			}
		})
		due, err := b.Due(t.Context(), time.Now(), 10)
		if err != nil || len(due) != 1 {
			t.Errorf("due %v, %v", due, err)
		}
	})
}

func TestTheEndOfStartsContextEndsTheStations(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.ask(report, item(0))
	begun, ended := make(chan struct{}), make(chan struct{})
	p, err := New(options(b, "", []Leg{{Step: report, Station: perform(func(ctx context.Context, c pipeline.Claim) error {
		close(begun)
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	})}}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	}()
	<-begun
	cancel(errors.New("interrupted"))
	<-ended
	eventually(t, 10*time.Second, "release", func() (is bool) {
		b.look(func() { is = cmp.Equal(b.causes[rowKey{report, item(0)}], []string{"interrupted"}) })
		return is
	})
}

func TestStopLeavesNothingRunning(t *testing.T) { // not parallel: it counts
	for name, address := range map[string]func() string{
		"embedded":     func() string { return "" },
		"redis-server": func() string { return serve(t).addr },
	} {
		t.Run(name, func(t *testing.T) {
			addr := address()
			before := runtime.NumGoroutine()
			b := newBook()
			for i := range 10 {
				b.ask(examine, item(i))
			}
			p, err := New(options(b, addr, journey(b)))
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			eventually(t, 20*time.Second, "done", func() bool { return b.undone() == 0 })
			if err := p.Stop(); err != nil {
				t.Fatal(err)
			}
			if err := p.Stop(); err != nil {
				t.Errorf("second Stop: %v", err)
			}
			end := time.Now().Add(10 * time.Second)
			for runtime.NumGoroutine() > before && time.Now().Before(end) {
				time.Sleep(10 * time.Millisecond)
			}
			if n := runtime.NumGoroutine(); n > before {
				buf := make([]byte, 1<<16)
				t.Errorf("%d goroutines, %d before\n%s", n, before, buf[:runtime.Stack(buf, true)])
			}
		})
	}
}
