package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/danielgtaylor/huma/v2"
)

// Job is how far the work on an item is. There is one for each item, under the item's own name.
type Job struct {
	ID       pipeline.Digest `json:"id"`
	Address  string          `json:"address" example:"/v1/jobs/sha256:0f…" doc:"Where to ask again"`
	State    string          `json:"state" enum:"waiting,examining,reporting,done" doc:"done: examined and reported at least once"`
	Ahead    int             `json:"ahead" doc:"Items that are examined before it, while it waits"`
	Pending  []string        `json:"pending" doc:"Steps that are asked for and not finished: of an item that is done, a further revision is on its way"`
	Revision int             `json:"revision" doc:"Number of the newest report, 0 before any"`
	Attempts int             `json:"attempts,omitempty" doc:"How often a pending step was tried"`
	Cause    string          `json:"cause,omitempty" doc:"Why the last try failed; the fault is ours, and it will be tried again"`
	Item     string          `json:"item" doc:"Address of the item"`
}

// The states of a job.
const (
	jobWaiting   = "waiting"
	jobExamining = "examining"
	jobReporting = "reporting"
	jobDone      = "done"
)

type jobInput struct {
	ID   string `path:"id" doc:"The item's name, sha256:…"`
	Wait string `query:"wait" example:"30s" doc:"Answer when the job is done, or after so long at most: up to 60s"`
}

type jobOutput struct {
	RetryAfter string `header:"Retry-After" doc:"Seconds, while it is not done"`
	Body       Job
}

const (
	maxWait = time.Minute
	// lookAgain is how long a change by another process may stay unseen.
	lookAgain = time.Second
)

func (a *API) registerJobs() {
	huma.Register(a.huma, describe(operation{
		id: "job", method: http.MethodGet, path: "/v1/jobs/{id}", summary: "How far the work on an item is", scopes: []string{IntakeWrite, ReportRead},
		codes: []Code{ItemUnknown},
	}), a.askJob)
}

func (a *API) askJob(ctx context.Context, in *jobInput) (*jobOutput, error) {
	d, err := pipeline.ParseDigest(in.ID)
	if err != nil {
		return nil, problem(ItemUnknown, "%q names no item", in.ID)
	}
	wait, p := readWait(in.Wait)
	if p != nil {
		return nil, p
	}
	j, err := a.awaited(ctx, d, wait)
	if errors.Is(err, pipeline.ErrNotFound) {
		return nil, problem(ItemUnknown, "%s", d)
	}
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out := &jobOutput{Body: j}
	if j.State != jobDone {
		out.RetryAfter = "1"
	}
	return out, nil
}

// readWait reads a time to wait.
func readWait(text string) (time.Duration, *Problem) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxWait {
		return 0, problem(Invalid, "wait is %q: from 0s to %s", text, maxWait)
	}
	return d, nil
}

// awaited returns a job when it is done, or when the wait is over.
func (a *API) awaited(ctx context.Context, d pipeline.Digest, wait time.Duration) (Job, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		heard := a.Changes.Heard() // before looking, so that no change falls between
		j, err := a.job(ctx, d)
		if err != nil || j.State == jobDone || wait == 0 {
			return j, err
		}
		again := time.NewTimer(lookAgain)
		select {
		case <-heard:
		case <-again.C:
		case <-over.C:
			wait = 0
		case <-a.Closing:
			wait = 0
		case <-ctx.Done():
			wait = 0
		}
		again.Stop()
		if ctx.Err() != nil {
			return j, ctx.Err()
		}
	}
}

// job tells how far an item is.
func (a *API) job(ctx context.Context, d pipeline.Digest) (Job, error) {
	p, err := a.Records.Progress(ctx, d)
	if err != nil {
		return Job{}, err
	}
	j := Job{ID: d, Address: "/v1/jobs/" + d.String(), State: stateOf(p), Ahead: p.Ahead, Pending: []string{}, Revision: p.Latest, Item: "/v1/items/" + d.String()}
	for _, step := range []pipeline.Step{pipeline.StepExamine, pipeline.StepReport, pipeline.StepPublish} {
		s := p.Stages[step]
		if !s.Pending {
			continue
		}
		j.Pending = append(j.Pending, string(step))
		if s.Cause != "" {
			j.Attempts, j.Cause = s.Attempts, s.Cause
		}
	}
	return j, nil
}

func stateOf(p catalog.Progress) string {
	examine := p.Stages[pipeline.StepExamine]
	switch {
	case examine.Pending && examine.Leased:
		return jobExamining
	case examine.Pending:
		return jobWaiting
	case p.Latest == 0 || !p.Stages[pipeline.StepPublish].Finished:
		return jobReporting
	}
	return jobDone
}
