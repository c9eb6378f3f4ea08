package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dokaz/cmd/internal/webhook"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/danielgtaylor/huma/v2"
)

// Webhooks are addresses that are told of what comes about, and what they are still to be told.
type Webhooks interface {
	PutWebhook(ctx context.Context, w catalog.Webhook) (catalog.Webhook, error)
	Webhook(ctx context.Context, id string) (catalog.Webhook, error)
	Webhooks(ctx context.Context) ([]catalog.Webhook, error)
	ChangeWebhook(ctx context.Context, w catalog.Webhook) (catalog.Webhook, error)
	RemoveWebhook(ctx context.Context, w catalog.Webhook) error
}

// Wanted is what a webhook is to be.
type Wanted struct {
	URL   string   `json:"url" maxLength:"2048" doc:"Where to POST events to: https, at a public address or one that the configuration allows"`
	Types []string `json:"types,omitempty" maxItems:"10" enum:"item.received,item.examined,item.reported,item.quarantined,item.decided" doc:"Of the events it is told; none is all"`
}

// Webhook is an address that is told of what comes about.
type Webhook struct {
	ID       string    `json:"id"`
	URL      string    `json:"url"`
	Types    []string  `json:"types"`
	Created  time.Time `json:"created"`
	Disabled string    `json:"disabled,omitempty" doc:"Why nothing is sent; to set it anew enables it"`
	Secret   string    `json:"secret,omitempty" doc:"Signs what is sent (Standard Webhooks); shown once, when it is made"`
}

type webhookOutput struct {
	ETag     string `header:"ETag" doc:"Changes with the webhook; If-Match asks for it"`
	Location string `header:"Location"`
	Body     Webhook
}

// WebhookPath names a webhook in a path.
type WebhookPath struct {
	ID string `path:"id" maxLength:"100"`
}

// Matching names a webhook and the version of it that the client saw.
type Matching struct {
	WebhookPath
	IfMatch string `header:"If-Match" doc:"The ETag that it was seen with"`
}

// keepPrior is how long a secret that was replaced signs too.
const keepPrior = 24 * time.Hour

// maxWebhooks bounds how many there are: each entry is posted to each.
const maxWebhooks = 100

// ofJSON is what may be wrong with a body of JSON.
var ofJSON = []Code{RequestMalformed, BodyCut, TooSlow, TooLarge, MediaType}

func (a *API) registerWebhooks() {
	admin := []string{WebhookWrite}
	at, one := "/v1/webhooks", "/v1/webhooks/{id}"
	huma.Register(a.huma, describe(operation{
		id: "makeWebhook", method: http.MethodPost, path: at, summary: "Be told of what comes about", scopes: admin, status: http.StatusCreated,
		about: `Events are POSTed by the Standard Webhooks specification: webhook-id, webhook-timestamp and webhook-signature in the header, type, timestamp and
data in the body, data as in /v1/events. Each is put into an outbox by the transaction of what it tells, and tried for three days.`,
		codes: append([]Code{AddressRefused, TooMany}, ofJSON...),
	}), a.makeWebhook)
	huma.Register(a.huma, describe(operation{
		id: "webhooks", method: http.MethodGet, path: at, summary: "All webhooks, without their secrets", scopes: admin,
	}), a.listWebhooks)
	huma.Register(a.huma, describe(operation{
		id: "webhook", method: http.MethodGet, path: one, summary: "One webhook", scopes: admin, codes: []Code{WebhookUnknown},
	}), a.askWebhook)
	huma.Register(a.huma, describe(operation{
		id: "changeWebhook", method: http.MethodPut, path: one, summary: "Set a webhook anew", scopes: admin,
		codes: append([]Code{WebhookUnknown, AddressRefused, PreconditionMissing, PreconditionFailed}, ofJSON...),
	}), a.changeWebhook)
	huma.Register(a.huma, describe(operation{
		id: "removeWebhook", method: http.MethodDelete, path: one, summary: "Remove a webhook and what it was still to be told", scopes: admin,
		status: http.StatusNoContent, codes: []Code{WebhookUnknown, PreconditionMissing, PreconditionFailed},
	}), a.removeWebhook)
	huma.Register(a.huma, describe(operation{
		id: "renewSecret", method: http.MethodPost, path: one + "/secret", summary: "Make a webhook a new secret; the old one signs too for a day", scopes: admin,
		codes: []Code{WebhookUnknown, PreconditionMissing, PreconditionFailed},
	}), a.renewSecret)
}

func (a *API) makeWebhook(ctx context.Context, in *struct{ Body Wanted }) (*webhookOutput, error) {
	if p := a.fitURL(in.Body.URL); p != nil {
		return nil, p
	}
	all, err := a.Webhooks.Webhooks(ctx)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	if len(all) >= maxWebhooks {
		p := problem(TooMany, "there are %d webhooks already", len(all)).after(retryFull)
		p.Limit = maxWebhooks
		return nil, p
	}
	w, err := a.Webhooks.PutWebhook(ctx, catalog.Webhook{ID: strings.ToLower(rand.Text()), URL: in.Body.URL, Acts: acts(in.Body.Types), Secret: webhook.NewSecret()})
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out := shown(w)
	out.Location, out.Body.Secret = "/v1/webhooks/"+w.ID, w.Secret
	return out, nil
}

func (a *API) fitURL(url string) *Problem {
	if err := a.Guard.CheckURL(url); err != nil {
		return problem(AddressRefused, "%v", err)
	}
	return nil
}

// shown is a webhook as answers show it, without its secret.
func shown(w catalog.Webhook) *webhookOutput {
	out := &webhookOutput{ETag: `"` + strconv.Itoa(w.Version) + `"`}
	out.Body = Webhook{ID: w.ID, URL: w.URL, Types: []string{}, Created: w.Created, Disabled: w.Disabled}
	for _, act := range w.Acts {
		out.Body.Types = append(out.Body.Types, eventPrefix+string(act))
	}
	return out
}

// acts are the acts of event types, each once.
func acts(types []string) []pipeline.Act {
	var out []pipeline.Act
	for _, t := range types {
		out = append(out, pipeline.Act(strings.TrimPrefix(t, eventPrefix)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *API) listWebhooks(ctx context.Context, _ *struct{}) (*struct{ Body []Webhook }, error) {
	all, err := a.Webhooks.Webhooks(ctx)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out := []Webhook{}
	for _, w := range all {
		out = append(out, shown(w).Body)
	}
	return &struct{ Body []Webhook }{out}, nil
}

func (a *API) askWebhook(ctx context.Context, in *WebhookPath) (*webhookOutput, error) {
	w, err := a.webhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return shown(w), nil
}

func (a *API) webhook(ctx context.Context, id string) (catalog.Webhook, error) {
	w, err := a.Webhooks.Webhook(ctx, id)
	if errors.Is(err, pipeline.ErrNotFound) {
		return w, problem(WebhookUnknown, "%q", id)
	}
	if err != nil {
		return w, a.fault(ctx, err)
	}
	return w, nil
}

// seen returns a webhook if it is still the one that the client saw.
func (a *API) seen(ctx context.Context, in Matching) (catalog.Webhook, error) {
	w, err := a.webhook(ctx, in.ID)
	if err != nil {
		return w, err
	}
	etag := shown(w).ETag
	switch {
	case in.IfMatch == "":
		return w, problem(PreconditionMissing, "If-Match is asked for").with("ETag", etag)
	case !slices.Contains(strings.Split(strings.ReplaceAll(in.IfMatch, " ", ""), ","), etag):
		return w, problem(PreconditionFailed, "it is %s now", etag).with("ETag", etag)
	}
	return w, nil
}

// stale makes a problem of a change that somebody else was quicker with.
func (a *API) stale(ctx context.Context, err error) error {
	if errors.Is(err, pipeline.ErrSuperseded) {
		return problem(PreconditionFailed, "somebody else was quicker")
	}
	return a.fault(ctx, err)
}

type changeInput struct {
	Matching
	Body Wanted
}

func (a *API) changeWebhook(ctx context.Context, in *changeInput) (*webhookOutput, error) {
	w, err := a.seen(ctx, in.Matching)
	if err != nil {
		return nil, err
	}
	if p := a.fitURL(in.Body.URL); p != nil {
		return nil, p
	}
	w.URL, w.Acts, w.Disabled = in.Body.URL, acts(in.Body.Types), ""
	if w, err = a.Webhooks.ChangeWebhook(ctx, w); err != nil {
		return nil, a.stale(ctx, err)
	}
	return shown(w), nil
}

func (a *API) removeWebhook(ctx context.Context, in *Matching) (*struct{}, error) {
	w, err := a.seen(ctx, *in)
	if err != nil {
		return nil, err
	}
	if err := a.Webhooks.RemoveWebhook(ctx, w); err != nil {
		return nil, a.stale(ctx, err)
	}
	return nil, nil
}

func (a *API) renewSecret(ctx context.Context, in *Matching) (*webhookOutput, error) {
	w, err := a.seen(ctx, *in)
	if err != nil {
		return nil, err
	}
	w.Prior, w.PriorUntil, w.Secret = w.Secret, time.Now().Add(keepPrior), webhook.NewSecret()
	if w, err = a.Webhooks.ChangeWebhook(ctx, w); err != nil {
		return nil, a.stale(ctx, err)
	}
	out := shown(w)
	out.Body.Secret = w.Secret
	return out, nil
}

// Message is what a webhook is sent: the same bytes for the same entry, whenever and however often.
func Message(e pipeline.Entry) ([]byte, error) {
	event := EventOf(e)
	return json.Marshal(struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      Event     `json:"data"`
	}{event.Type, event.At, event})
}
