package api

import (
	"context"
	"net/http"
	"time"

	"dokaz/cmd/internal/webhook"
	"dokaz/pipeline/catalog"

	"github.com/danielgtaylor/huma/v2"
)

// Letters are what webhooks are still to be told.
type Letters interface {
	Letters(ctx context.Context, webhook string, dead bool, after int64, limit int) ([]catalog.Letter, error)
	Redeliver(ctx context.Context, webhook string, seq int64) (int, error)
}

// Letter is an event that did not come through yet.
type Letter struct {
	ID       string    `json:"id" doc:"As in webhook-id"`
	Event    Event     `json:"event"`
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next,omitzero" doc:"When it is tried again; absent for a dead one"`
	Status   int       `json:"status,omitempty" doc:"Of the last answer"`
	Cause    string    `json:"cause,omitempty" doc:"Of the last failure"`
}

type lettersInput struct {
	WebhookPath
	State string `query:"state" enum:"dead,waiting" default:"dead"`
	After int64  `query:"after" minimum:"0" doc:"Go on behind the event with this number"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// Redelivered is how many letters are tried again.
type Redelivered struct {
	Letters int `json:"letters"`
}

type redeliverInput struct {
	WebhookPath
	Seq int64 `query:"seq" minimum:"0" doc:"Number of the one event; 0 is all that are dead"`
}

func (a *API) registerLetters() {
	huma.Register(a.huma, describe(operation{
		id: "letters", method: http.MethodGet, path: "/v1/webhooks/{id}/letters", summary: "What a webhook was not told: dead letters, or those that are tried again",
		scopes: []string{WebhookWrite}, codes: []Code{WebhookUnknown},
	}), a.askLetters)
	huma.Register(a.huma, describe(operation{
		id: "redeliver", method: http.MethodPost, path: "/v1/webhooks/{id}/redeliver", summary: "Try dead letters again, as if for the first time",
		scopes: []string{WebhookWrite}, status: http.StatusAccepted, codes: []Code{WebhookUnknown},
	}), a.redeliver)
}

func (a *API) askLetters(ctx context.Context, in *lettersInput) (*struct{ Body []Letter }, error) {
	if _, err := a.webhook(ctx, in.ID); err != nil {
		return nil, err
	}
	ls, err := a.Letters.Letters(ctx, in.ID, in.State == "dead", in.After, in.Limit)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out := []Letter{}
	for _, l := range ls {
		shown := Letter{ID: webhook.MessageID(l), Event: EventOf(l.Entry), Attempts: l.Attempts, Status: l.Status, Cause: l.Cause}
		if !l.Dead {
			shown.Next = l.Due
		}
		out = append(out, shown)
	}
	return &struct{ Body []Letter }{out}, nil
}

func (a *API) redeliver(ctx context.Context, in *redeliverInput) (*struct{ Body Redelivered }, error) {
	if _, err := a.webhook(ctx, in.ID); err != nil {
		return nil, err
	}
	n, err := a.Letters.Redeliver(ctx, in.ID, in.Seq)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	a.Changes.Ring()
	return &struct{ Body Redelivered }{Redelivered{n}}, nil
}
