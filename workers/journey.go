package workers

import (
	"context"
	"errors"
	"time"

	"dokaz/pipeline"
)

// Stages is the catalog as the pool needs it: rows of asked-for steps, each waiting, leased or done.
type Stages interface {
	// Due returns at most limit tasks that are waiting, whose time has come and that nobody holds (no lease,
	// or one that ended before now), oldest first. Task.Fence is the row's count of claims.
	Due(ctx context.Context, now time.Time, limit int) ([]pipeline.Task, error)
	// Claim leases the task to worker until then and counts the claim. It succeeds only if the row's Wanted
	// and fence equal the task's and nobody holds it; otherwise ErrSuperseded, or ErrNotFound where there is
	// no such row. The claim's Fence is the row's new count.
	Claim(ctx context.Context, t pipeline.Task, worker string, until time.Time) (pipeline.Claim, error)
	// Extend moves the end of the claim's lease. ErrSuperseded says that the claim is no longer the row's.
	Extend(ctx context.Context, c pipeline.Claim, until time.Time) error
	// Release gives the task back for another try at due and records why. An empty cause is an interruption by
	// us: the claim does not count as an attempt. ErrSuperseded as with Extend.
	Release(ctx context.Context, c pipeline.Claim, cause string, due time.Time) error
}

// Causes that are the same at the next try, since they are the program's own.
var (
	// ErrPanic says that a station panicked.
	ErrPanic = errors.New("panic")
	// ErrEndless says that a task was claimed again and again, and that whoever claimed it ended over it.
	ErrEndless = errors.New("without an end")
)

// Station performs one step on one item.
type Station interface {
	// Perform does the work and commits its result under the claim's fence. ErrSuperseded says that the
	// fence no longer held: the result is dropped quietly. Any other error is passing or ours; failures of
	// the item are results, not errors. It must end soon after ctx does.
	Perform(ctx context.Context, c pipeline.Claim) error
}

// Leg is one step of the journey. The journey is a table of legs.
type Leg struct {
	Step    pipeline.Step
	Station Station
	Timeout time.Duration // of one Perform; 0 means 30 minutes
	Weight  int           // how often the step's queue is asked first, against the other legs; 0 means 1
	// Exhausted is called in place of another try when Perform failed on the last attempt, or when the task
	// was claimed again and again without an end. It commits what there is to say about the failure under
	// the claim's fence, so that the item goes on. Where it is nil or fails, the task rests for an hour; it
	// returns the cause itself where the cause may pass.
	Exhausted func(ctx context.Context, c pipeline.Claim, cause error) error
}
