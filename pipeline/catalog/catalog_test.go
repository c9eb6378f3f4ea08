package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// clock is a clock that a test moves.
type clock struct {
	sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.Lock()
	defer c.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.Lock()
	defer c.Unlock()
	c.at = c.at.Add(d)
}

func open(t *testing.T) (*catalog.Catalog, *clock) {
	t.Helper()
	cl := &clock{at: time.Date(2020, 8, 12, 20, 0, 0, 0, time.UTC)}
	c, err := catalog.Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{
		Clock: cl.now, Actor: "tester", Quiet: 5 * time.Second, Featuring: []string{featuring.Analyzer},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, cl
}

func item(name string) pipeline.Item {
	return pipeline.Item{Digest: pipeline.DigestOf([]byte(name)), Size: int64(len(name)), Kind: pipeline.Photo, Format: "jpeg"}
}

func receive(t *testing.T, c *catalog.Catalog, name, path string) (pipeline.Item, pipeline.Received) {
	t.Helper()
	it := item(name)
	got, err := catalog.Receiver{Catalog: c, Plan: "plan"}.Receive(t.Context(), it, pipeline.Receipt{Item: it.Digest, Name: name, Path: path, By: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	return it, got
}

// task returns the one due task of a step for an item.
func task(t *testing.T, c *catalog.Catalog, now time.Time, step pipeline.Step, d pipeline.Digest) pipeline.Task {
	t.Helper()
	due, err := c.Due(t.Context(), now, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range due {
		if x.Step == step && x.Item == d {
			return x
		}
	}
	t.Fatalf("%s of %s is not due; due are %v", step, d, due)
	return pipeline.Task{}
}

func claim(t *testing.T, c *catalog.Catalog, cl *clock, step pipeline.Step, d pipeline.Digest) pipeline.Claim {
	t.Helper()
	got, err := c.Claim(t.Context(), task(t, c, cl.now(), step, d), "w", cl.now().Add(30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

var (
	by        = pipeline.Ref{Analyzer: "pixelhash", Version: 1}
	featuring = pipeline.Ref{Analyzer: "features", Version: 1}
)

// examine commits an examination that has fingerprints, comparing with none.
func examine(t *testing.T, c *catalog.Catalog, cl *clock, it pipeline.Item, ms ...pipeline.Match) {
	t.Helper()
	x := catalog.Examined{
		Examination: pipeline.Examination{Outcomes: []pipeline.Outcome{{By: by, Status: pipeline.Done}}},
		Prints:      pipeline.Prints{Item: it.Digest, Kind: it.Kind, Pictures: []pipeline.PrintedPicture{{Quality: 90}}},
		Matches:     ms,
		Seen:        1 << 40,
		Joins:       func(pipeline.Match) bool { return true },
	}
	if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), x, none); err != nil {
		t.Fatal(err)
	}
}

func none([]pipeline.Prints) ([]pipeline.Match, error) { return nil, nil }

func TestSameBytesGiveAReceiptNotAnItem(t *testing.T) {
	t.Parallel()
	c, _ := open(t)
	for _, step := range []struct {
		path string
		want pipeline.Received
	}{
		{"a/1.jpg", pipeline.Received{NewItem: true, NewReceipt: true}},
		{"b/2.jpg", pipeline.Received{NewReceipt: true}},
		{"a/1.jpg", pipeline.Received{}}, // the same act, repeated after an interruption
	} {
		if _, got := receive(t, c, "x", step.path); got != step.want {
			t.Errorf("%s: got %+v, want %+v", step.path, got, step.want)
		}
	}
	custody, err := c.Custody(t.Context(), item("x").Digest)
	if err != nil || len(custody) != 2 {
		t.Errorf("custody %v, %v: want one entry for each receipt", custody, err)
	}
}

func TestAClaimIsExclusiveUntilItsLeaseEnds(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	first := task(t, c, cl.now(), pipeline.StepExamine, it.Digest)
	held := claim(t, c, cl, pipeline.StepExamine, it.Digest)
	if _, err := c.Claim(t.Context(), first, "other", cl.now().Add(time.Minute)); !errors.Is(err, pipeline.ErrSuperseded) {
		t.Errorf("a second claim of a delivered-twice task: %v, want ErrSuperseded", err)
	}
	cl.move(31 * time.Second)
	again := claim(t, c, cl, pipeline.StepExamine, it.Digest)
	if again.Fence != held.Fence+1 || again.Attempts != 2 || again.Failed != 0 {
		t.Errorf("claim after the lease ended: %+v after %+v", again, held)
	}
	if _, err := c.CommitExamined(t.Context(), held, catalog.Examined{}, none); !errors.Is(err, pipeline.ErrSuperseded) {
		t.Errorf("commit of the lost claim: %v, want ErrSuperseded", err)
	}
	if err := c.Extend(t.Context(), held, cl.now().Add(time.Hour)); !errors.Is(err, pipeline.ErrSuperseded) {
		t.Errorf("extending the lost claim: %v, want ErrSuperseded", err)
	}
	if _, err := c.CommitExamined(t.Context(), again, catalog.Examined{}, none); err != nil {
		t.Errorf("commit of the living claim: %v", err)
	}
	if _, err := c.CommitExamined(t.Context(), again, catalog.Examined{}, none); !errors.Is(err, pipeline.ErrSuperseded) {
		t.Errorf("the same commit twice: %v, want ErrSuperseded", err)
	}
}

func TestALostCommitLeavesNothing(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	held := claim(t, c, cl, pipeline.StepExamine, it.Digest)
	cl.move(time.Minute)
	claim(t, c, cl, pipeline.StepExamine, it.Digest)
	_, err := c.CommitExamined(t.Context(), held, catalog.Examined{
		Examination: pipeline.Examination{Outcomes: []pipeline.Outcome{{By: by, Status: pipeline.Done}}},
		Prints:      pipeline.Prints{Item: it.Digest, Pictures: []pipeline.PrintedPicture{{}}},
	}, none)
	if !errors.Is(err, pipeline.ErrSuperseded) {
		t.Fatalf("got %v, want ErrSuperseded", err)
	}
	ex, err := c.Examination(t.Context(), it.Digest)
	ps, err2 := c.PrintsSince(t.Context(), 0)
	if len(ex.Outcomes) != 0 || len(ps) != 0 || err != nil || err2 != nil {
		t.Errorf("left behind: %v, %v (%v, %v)", ex, ps, err, err2)
	}
}

func TestReleasedTasksComeBackWhenDue(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	held := claim(t, c, cl, pipeline.StepExamine, it.Digest)
	if err := c.Release(t.Context(), held, "disk full", cl.now().Add(10*time.Second)); err != nil {
		t.Fatal(err)
	}
	if due, err := c.Due(t.Context(), cl.now(), 10); len(due) != 0 || err != nil {
		t.Errorf("due at once: %v, %v", due, err)
	}
	stuck, err := c.Retrying(t.Context(), 10)
	if diff := cmp.Diff([]catalog.Stuck{{Step: pipeline.StepExamine, Item: it.Digest, Attempts: 1, Cause: "disk full"}}, stuck); diff != "" || err != nil {
		t.Error(diff, err)
	}
	cl.move(11 * time.Second)
	if again := claim(t, c, cl, pipeline.StepExamine, it.Digest); again.Attempts != 2 || again.Failed != 1 {
		t.Errorf("attempts %d, failed %d, want 2 and 1", again.Attempts, again.Failed)
	}
}

// What failed again and again is not waited for while it rests, and is due at once for whoever starts to work.
func TestWhatRestsIsNotWaitedForAndIsWoken(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	idle := func(want bool) {
		t.Helper()
		if got, err := c.Idle(t.Context()); got != want || err != nil {
			t.Errorf("idle %t, %v; want %t", got, err, want)
		}
	}
	idle(false)
	held := claim(t, c, cl, pipeline.StepExamine, it.Digest)
	if err := c.Release(t.Context(), held, "disk full", cl.now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	idle(false) // it is tried again soon
	cl.move(time.Minute)
	held = claim(t, c, cl, pipeline.StepExamine, it.Digest)
	if err := c.Release(t.Context(), held, "disk full", cl.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	idle(true)
	if err := c.Wake(t.Context()); err != nil {
		t.Fatal(err)
	}
	idle(false)
	if again := claim(t, c, cl, pipeline.StepExamine, it.Digest); again.Failed != 0 || again.Attempts != 3 {
		t.Errorf("failed %d, claimed %d; want 0 and 3", again.Failed, again.Attempts)
	}
}

func TestWaitingReportsFoldAndOnesInWorkAreRepeated(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	examine(t, c, cl, it)
	ask := func() {
		if err := c.Want(t.Context(), pipeline.StepReport, it.Digest); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	ask()
	held := claim(t, c, cl, pipeline.StepReport, it.Digest)
	if held.Wanted != 1 {
		t.Errorf("three equal waiting askings became %d", held.Wanted)
	}
	ask() // while it is being made: it may be stale
	if err := c.Finish(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if err := c.Finish(t.Context(), claim(t, c, cl, pipeline.StepReport, it.Digest)); err != nil {
		t.Fatal(err)
	}
	due, err := c.Due(t.Context(), cl.now().Add(time.Hour), 10)
	if len(due) != 0 || err != nil {
		t.Errorf("still due: %v, %v", due, err)
	}
}

func TestNeighboursWaitForTheQuietPeriod(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	examine(t, c, cl, a)
	if err := c.Finish(t.Context(), claim(t, c, cl, pipeline.StepReport, a.Digest)); err != nil {
		t.Fatal(err)
	}
	examine(t, c, cl, b, near(a, b))
	due, err := c.Due(t.Context(), cl.now(), 10)
	want := []pipeline.Task{{Step: pipeline.StepReport, Item: b.Digest, Wanted: 1}}
	if diff := cmp.Diff(want, due); diff != "" || err != nil {
		t.Errorf("at once: %s %v", diff, err)
	}
	cl.move(5*time.Second + 20*time.Millisecond)
	task(t, c, cl.now(), pipeline.StepReport, a.Digest)
}

func near(a, b pipeline.Item) pipeline.Match {
	if a.Digest.Compare(b.Digest) > 0 {
		a, b = b, a
	}
	return pipeline.Match{A: a.Digest, B: b.Digest, Basis: pipeline.NearPicture, Strength: pipeline.Confirmed, Distance: 4}
}

// Of any number of items examined at once by workers that saw nothing of each other, every pair is compared exactly once.
func TestEveryPairMeetsOnceHoweverManyAreInFlight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, cl := open(t)
		n := rapid.IntRange(2, 6).Draw(rt, "items")
		var claims []pipeline.Claim
		for i := range n {
			it, _ := receive(t, c, fmt.Sprint(i), fmt.Sprint(i))
			claims = append(claims, claim(t, c, cl, pipeline.StepExamine, it.Digest))
		}
		met := map[[2]pipeline.Digest]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, i := range rapid.Permutation(claims).Draw(rt, "order") {
			wg.Go(func() {
				self := pipeline.Prints{Item: i.Item, Pictures: []pipeline.PrintedPicture{{Quality: 1}}}
				_, err := c.CommitExamined(context.Background(), i, catalog.Examined{Prints: self}, func(newer []pipeline.Prints) ([]pipeline.Match, error) {
					mu.Lock()
					defer mu.Unlock()
					for _, p := range newer {
						pair := [2]pipeline.Digest{i.Item, p.Item}
						if pair[0].Compare(pair[1]) > 0 {
							pair[0], pair[1] = pair[1], pair[0]
						}
						met[pair]++
					}
					return nil, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(met) != n*(n-1)/2 {
			rt.Errorf("%d of %d pairs met", len(met), n*(n-1)/2)
		}
		for p, k := range met {
			if k != 1 {
				rt.Errorf("%v met %d times", p, k)
			}
		}
	})
}

func TestExaminationSurvivesTheShelf(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	other := pipeline.Ref{Analyzer: "exif", Version: 2, Parameters: "p"}
	want := pipeline.Examination{
		Outcomes: []pipeline.Outcome{{By: other, Status: pipeline.Partial, Reason: "cut", Took: 3 * time.Millisecond}, {By: by, Status: pipeline.Done}},
		Measurements: []pipeline.Measurement{
			{By: other, Where: pipeline.At(12, 4), Fact: pipeline.Tag{Reader: "goexif", Group: "IFD0", ID: "271", Name: "Make", Value: "a\u202eb"}},
			{By: other, Where: pipeline.In("APP1"), Fact: pipeline.Position{Source: "GPS", Latitude: 53.9, Longitude: 27.56}},
			{By: by, Fact: pipeline.PictureHash{Algorithm: "pdq", Bits: pipeline.Hash256{1}.String(), Quality: 80}},
		},
	}
	if _, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), catalog.Examined{Examination: want}, none); err != nil {
		t.Fatal(err)
	}
	got, err := c.Examination(t.Context(), it.Digest)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAMeasurementWithoutAnOutcomeIsRefused(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	e := pipeline.Examination{Measurements: []pipeline.Measurement{{By: by, Fact: pipeline.Extent{What: "empty"}}}}
	_, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), catalog.Examined{Examination: e}, none)
	if !errors.Is(err, pipeline.ErrMalformed) {
		t.Errorf("got %v, want ErrMalformed: silence must never read as absence", err)
	}
}

func TestResolveByDigestPrefixAndName(t *testing.T) {
	t.Parallel()
	c, _ := open(t)
	a, _ := receive(t, c, "a.jpg", "in/a.jpg")
	for _, text := range []string{a.Digest.String(), a.Digest.Hex(), a.Digest.Hex()[:6], "a.jpg", "in/a.jpg"} {
		got, err := c.Resolve(t.Context(), text)
		if diff := cmp.Diff([]pipeline.Digest{a.Digest}, got); diff != "" || err != nil {
			t.Errorf("%s: %s %v", text, diff, err)
		}
	}
	if got, err := c.Resolve(t.Context(), "nothing"); len(got) != 0 || err != nil {
		t.Errorf("nothing resolved to %v, %v", got, err)
	}
}

func TestReexaminationReplacesWhatWasSaid(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	examine(t, c, cl, a)
	examine(t, c, cl, b, near(a, b))
	got, err := catalog.Receiver{Catalog: c, Plan: "newer plan"}.Receive(t.Context(), b, pipeline.Receipt{Item: b.Digest, Name: "b", Path: "b"})
	if err != nil || got != (pipeline.Received{}) {
		t.Fatalf("%+v, %v", got, err)
	}
	examine(t, c, cl, b)
	ms, err := c.Matches(t.Context())
	ps, err2 := c.PrintsSince(t.Context(), 0)
	if len(ms) != 0 || len(ps) != 2 || err != nil || err2 != nil {
		t.Errorf("%d matches, %d prints (%v, %v): want 0 and 2", len(ms), len(ps), err, err2)
	}
	got2, err := c.Gather(t.Context(), a.Digest, func(own pipeline.Degree, _ []pipeline.Degree) pipeline.Cluster {
		return pipeline.Cluster{Representative: own.Item, Size: 1}
	})
	if err != nil || got2.Degree != 0 {
		t.Errorf("degree %d after the only neighbour was forgotten, %v", got2.Degree, err)
	}
	cl.move(time.Minute)
	task(t, c, cl.now(), pipeline.StepReport, a.Digest) // its neighbour is gone: it must say so
}

func TestInterruptionsAreNoAttempts(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	it, _ := receive(t, c, "x", "x")
	for range 3 {
		if err := c.Release(t.Context(), claim(t, c, cl, pipeline.StepExamine, it.Digest), "", cl.now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := claim(t, c, cl, pipeline.StepExamine, it.Digest); got.Attempts != 1 || got.Failed != 0 || got.Fence != 4 {
		t.Errorf("attempt %d, fence %d after three interruptions: want 1 and 4", got.Attempts, got.Fence)
	}
}
