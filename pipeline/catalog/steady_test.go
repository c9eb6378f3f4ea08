package catalog_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// machine is one with a clock of the day that can be set and one of its boot that cannot.
type machine struct {
	day  clock
	boot string
	up   time.Duration
}

// pass lets time pass on both.
func (m *machine) pass(d time.Duration) {
	m.day.move(d)
	m.up += d
}

func (m *machine) open(t *testing.T, path string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.OpenOn(t.Context(), path, catalog.Options{Clock: m.day.now, Actor: "tester"}, m.boot, func() time.Duration { return m.up })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// A clock of the day that is set hours forward ends no lease, and one that is set back neither lengthens one nor delays what is due.
func TestAClockThatIsSetMovesNoLease(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{5 * time.Hour, -5 * time.Hour} {
		m := &machine{day: clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}, boot: "first", up: 100 * time.Second}
		c := m.open(t, filepath.Join(t.TempDir(), "catalog.db"))
		a, _ := receive(t, c, "a", "/a")
		work := task(t, c, c.Steady(), pipeline.StepExamine, a.Digest)
		if _, err := c.Claim(t.Context(), work, "one", c.Steady().Add(30*time.Second)); err != nil {
			t.Fatal(err)
		}
		m.day.move(by)
		b, _ := receive(t, c, "b", "/b")
		due, err := c.Due(t.Context(), c.Steady(), 10)
		if err != nil || len(due) != 1 || due[0].Item != b.Digest {
			t.Errorf("clock set by %v: %v is due, %v; want b alone", by, due, err)
		}
		work.Fence++
		if _, err := c.Claim(t.Context(), work, "two", c.Steady().Add(30*time.Second)); !errors.Is(err, pipeline.ErrSuperseded) {
			t.Errorf("clock set by %v: what is held was claimed: %v", by, err)
		}
		m.pass(31 * time.Second)
		if _, err := c.Claim(t.Context(), work, "two", c.Steady().Add(30*time.Second)); err != nil {
			t.Errorf("clock set by %v: a lease that lapsed is held: %v", by, err)
		}
	}
}

// After another boot a lease holds no longer than leases do, whatever the clocks are, and no shorter, for its holder may live where the boot
// has another name. The clock of leases goes on from the clock of the day.
func TestAnotherBootBoundsLeases(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "catalog.db")
	m := &machine{day: clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}, boot: "first", up: 100 * time.Hour}
	c := m.open(t, path)
	a, _ := receive(t, c, "a", "/a")
	if _, err := c.Claim(t.Context(), task(t, c, c.Steady(), pipeline.StepExamine, a.Digest), "one", c.Steady().Add(30*time.Second)); err != nil {
		t.Fatal(err)
	}
	if held, err := c.Holders(t.Context()); err != nil || len(held) != 1 {
		t.Fatalf("%v %v", held, err)
	}
	m.boot, m.up = "second", time.Second
	m.day.move(-5 * time.Hour) // the clock of the hardware was wrong
	c = m.open(t, path)
	if off := c.Steady().Sub(m.day.now()); off.Abs() > time.Second {
		t.Errorf("the clock of leases is off by %v", off)
	}
	if due, err := c.Due(t.Context(), c.Steady(), 10); err != nil || len(due) != 0 {
		t.Errorf("at another boot %v is due, %v; want nothing: who holds it may live", due, err)
	}
	m.pass(31 * time.Second)
	task(t, c, c.Steady(), pipeline.StepExamine, a.Digest)
}

// lettered is a case on a machine, with a webhook that has one letter which was tried once and waits a day.
func lettered(t *testing.T, m *machine, path string) *catalog.Catalog {
	t.Helper()
	c := m.open(t, path)
	if _, err := c.PutWebhook(t.Context(), catalog.Webhook{ID: "w", URL: "https://example.org/", Secret: "s"}); err != nil {
		t.Fatal(err)
	}
	receive(t, c, "a", "/a")
	ls, err := c.ClaimLetters(t.Context(), "w", time.Minute, 1)
	if err == nil && len(ls) == 1 {
		err = c.Undelivered(t.Context(), ls[0], 24*time.Hour)
	}
	if err != nil || len(ls) != 1 {
		t.Fatal(ls, err)
	}
	return c
}

// A letter that waits a day waits a day, however the clock of the day is set, and who asks when is told by the clock as it is set.
func TestAClockThatIsSetMovesNoLetter(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{48 * time.Hour, -48 * time.Hour} {
		m := &machine{day: clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}, boot: "first", up: 100 * time.Second}
		c := lettered(t, m, filepath.Join(t.TempDir(), "catalog.db"))
		m.day.move(by)
		m.pass(23 * time.Hour)
		if due, err := c.LettersDue(t.Context(), "w"); err != nil || due {
			t.Errorf("clock set by %v: after 23 hours of a day's wait it is due: %v", by, err)
		}
		if ls, err := c.Letters(t.Context(), "w", false, 0, 1); err != nil || len(ls) != 1 || ls[0].Due.Sub(m.day.now()) != time.Hour {
			t.Errorf("clock set by %v: %+v, %v; want an hour from %v", by, ls, err, m.day.now())
		}
		m.pass(time.Hour)
		if due, err := c.LettersDue(t.Context(), "w"); err != nil || !due {
			t.Errorf("clock set by %v: after a day it is not due: %v", by, err)
		}
	}
}

// A machine whose clock lost years while it was off sends letters within a day of wait and a fifth.
func TestAnotherBootBoundsLetters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "catalog.db")
	m := &machine{day: clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}, boot: "first", up: 100 * time.Hour}
	lettered(t, m, path)
	m.boot, m.up, m.day = "second", time.Second, clock{at: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)}
	c := m.open(t, path)
	m.pass(28 * time.Hour)
	if due, err := c.LettersDue(t.Context(), "w"); err != nil || due {
		t.Errorf("due earlier than a letter may wait: %v", err)
	}
	m.pass(time.Hour)
	if due, err := c.LettersDue(t.Context(), "w"); err != nil || !due {
		t.Errorf("after another boot with another clock it is stuck: %v", err)
	}
}
