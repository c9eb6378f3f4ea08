package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// keepReplies is how long an answer under an Idempotency-Key is kept.
const keepReplies = 24 * time.Hour

// keysInWork are the keys of requests that are not answered yet. They are of this process only: that the same bytes are the
// same item holds across processes and crashes, keys or no keys.
type keysInWork struct {
	mu sync.Mutex
	in map[[2]string]bool
}

// begin reports whether a token's key was free, and takes it.
func (k *keysInWork) begin(token, key string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.in == nil {
		k.in = map[[2]string]bool{}
	}
	if k.in[[2]string{token, key}] {
		return false
	}
	k.in[[2]string{token, key}] = true
	return true
}

func (k *keysInWork) end(token, key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.in, [2]string{token, key})
}

// once receives a form under a key (draft-ietf-httpapi-idempotency-key-header-06): the same again is answered as before, another
// request under the key is refused. Errors are not kept, so that what failed can be repeated.
func (a *API) once(ctx context.Context, in *intakeInput) (*intakeOutput, error) {
	token := caller(ctx).ID
	if !a.keys.begin(token, in.Key) {
		return nil, problem(KeyInFlight, "%q", in.Key).after(retryBusy)
	}
	defer a.keys.end(token, in.Key)
	kept, err := a.Replies.Reply(ctx, token, in.Key)
	if err == nil {
		return a.replay(ctx, in, kept)
	}
	if !errors.Is(err, pipeline.ErrNotFound) {
		return nil, a.fault(ctx, err)
	}
	g, err := a.receive(in.r, a.Intake.Seal)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	request, err := g.digest()
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out, err := a.record(ctx, g)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	body, err := json.Marshal(answered{out.Location, out.Body})
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	err = a.Replies.KeepReply(ctx, catalog.Reply{Token: token, Key: in.Key, Request: request, Status: out.Status, Body: string(body)}, keepReplies)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	return out, nil
}

// answered is an answer as it is kept.
type answered struct {
	Location string `json:"location"`
	Body     Taken  `json:"body"`
}

// replay answers as before, if the request is the same. Its bytes are hashed and not kept.
func (a *API) replay(ctx context.Context, in *intakeInput, kept catalog.Reply) (*intakeOutput, error) {
	g, err := readForm(in.r, hashed, a.limits.Upload)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	request, err := g.digest()
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	if request != kept.Request {
		return nil, problem(KeyReused, "%q", in.Key)
	}
	var was answered
	if err := json.Unmarshal([]byte(kept.Body), &was); err != nil {
		return nil, a.fault(ctx, fmt.Errorf("reply kept: %w: %w", pipeline.ErrCorrupt, err))
	}
	return &intakeOutput{Status: kept.Status, Location: was.Location, Replayed: "true", Body: was.Body}, nil
}

// digest is over all that a form says.
func (g given) digest() (pipeline.Digest, error) {
	type named struct {
		Name string          `json:"name"`
		Item pipeline.Digest `json:"item"`
	}
	all := struct {
		File     named           `json:"file"`
		Sidecars []named         `json:"sidecars"`
		Claims   pipeline.Claims `json:"claims"`
	}{File: named{g.file.name, g.file.sealed.Item.Digest}, Sidecars: []named{}, Claims: g.claims}
	for _, s := range g.sidecars {
		all.Sidecars = append(all.Sidecars, named{s.name, s.sealed.Item.Digest})
	}
	b, err := pipeline.Canonical(all)
	return pipeline.DigestOf(b), err
}
