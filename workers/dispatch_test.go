package workers

import (
	"testing"
	"time"

	"dokaz/pipeline"
)

// lineless is a pool with an embedded Redis of its own that is not started, so that a test makes its lines.
func lineless(t *testing.T) *Pool {
	t.Helper()
	p := newPool(t, options(newBook(), "", journey(newBook())))
	p.embedded = embed()
	p.redis = p.embedded.client()
	t.Cleanup(func() {
		if err := p.redis.Close(); err != nil {
			t.Error(err)
		}
		p.embedded.close()
	})
	return p
}

func TestAShortLineAsksForMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sent int
		more bool
		want bool
	}{
		"empty":                       {0, false, true},
		"work for each hand and more": {2 * 4, false, false},
		"fewer":                       {2*4 - 1, false, true},
		"half a due list":             {dueAtOnce / 2, true, false},
		"less, with more to come":     {dueAtOnce/2 - 1, true, true},
	} {
		l := &line{pool: newPool(t, options(newBook(), "", journey(newBook()))), sent: map[pipeline.Task]*sending{}, more: c.more}
		for i := range c.sent + 1 {
			l.sent[pipeline.Task{Wanted: int64(i)}] = &sending{}
		}
		if got := l.served(pipeline.Task{}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What was lost with a wiped Redis is sent again at once, not only when it is looked for.
func TestAWipedRedisIsNoticed(t *testing.T) {
	t.Parallel()
	p := lineless(t)
	l := newLine(p)
	check := func(when string, want int) {
		t.Helper()
		l.sent[pipeline.Task{Step: report}] = &sending{}
		if err := l.checkMark(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(l.sent) != want {
			t.Errorf("%s: %d tasks are taken for sent", when, len(l.sent))
		}
	}
	check("at first", 0)
	check("unchanged", 1)
	p.embedded.now().FlushAll()
	check("wiped", 0)
	check("unchanged", 1)
	p.embedded.renew()
	check("replaced", 0)
}

// A name that is taken may be one that a dead process left: the task is looked for sooner than one that was sent.
func TestATakenNameIsLookedForSoon(t *testing.T) {
	t.Parallel()
	p := lineless(t)
	task, now := pipeline.Task{Step: examine, Item: item(1), Wanted: 1}, time.Now()
	for i, want := range []time.Duration{lookFirst, lookTaken} {
		l := newLine(p)
		if err := l.send(t.Context(), task, now); err != nil {
			t.Fatal(err)
		}
		if got := l.sent[task].look.Sub(now); got != want {
			t.Errorf("line %d looks after %v, want %v", i+1, got, want)
		}
	}
}
