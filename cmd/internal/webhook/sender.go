package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// Outbox is what is still to be told, and to whom.
type Outbox interface {
	Webhooks(ctx context.Context) ([]catalog.Webhook, error)
	LettersDue(ctx context.Context, webhook string) (bool, error)
	ClaimLetters(ctx context.Context, webhook string, hold time.Duration, limit int) ([]catalog.Letter, error)
	Delivered(ctx context.Context, l catalog.Letter) error
	Undelivered(ctx context.Context, l catalog.Letter, after time.Duration) error
	DisableWebhook(ctx context.Context, id, why string) error
}

// Sender delivers letters.
type Sender struct {
	Outbox  Outbox
	Guard   Guard
	Payload func(pipeline.Entry) ([]byte, error) // equal for equal entries, however often it is asked
	Notice  func(error)
	Clock   func() time.Time // of the day: it is signed. When letters are due is a matter of the outbox's clock

	delays  []time.Duration // of tests
	once    sync.Once
	clients [2]*http.Client // in the clear, encrypted
	mu      sync.Mutex
	flying  map[string]int
	all     sync.WaitGroup
}

const (
	perWebhook = 4                // letters under way to one address
	answerIn   = 20 * time.Second // specification, "Request timeouts": 15 to 30 s
	claimFor   = time.Minute
	lookEvery  = time.Second
	maxAnswer  = 64 << 10 // bytes read of an answer, so that the connection can be used again
	maxCause   = 300      // bytes
	mostWait   = 24 * time.Hour
)

// schedule is when a letter is tried again after each failure (specification, "Deliverability and reliability"); after the last it
// is dead.
var schedule = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Run delivers until ctx ends, then waits for what is under way. wake tells of new letters at once; they are found without it too.
func (s *Sender) Run(ctx context.Context, wake func() <-chan struct{}) {
	s.prepare()
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		heard := wake()
		if err := s.round(ctx); err != nil && ctx.Err() == nil {
			s.Notice(fmt.Errorf("webhooks: %w", err))
		}
		select {
		case <-ctx.Done():
			s.all.Wait()
			return
		case <-heard:
		case <-t.C:
		}
	}
}

func (s *Sender) prepare() {
	s.once.Do(func() {
		s.flying = map[string]int{}
		if s.delays == nil {
			s.delays = schedule
		}
		for i := range s.clients {
			s.clients[i] = &http.Client{Transport: s.Guard.transport(i == 1), Timeout: answerIn, CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			}}
		}
	})
}

// round sends off what is due and has a free place.
func (s *Sender) round(ctx context.Context) error {
	ws, err := s.Outbox.Webhooks(ctx)
	if err != nil {
		return err
	}
	for _, w := range ws {
		s.mu.Lock()
		free := perWebhook - s.flying[w.ID]
		s.mu.Unlock()
		if w.Disabled != "" || free <= 0 {
			continue
		}
		if due, err := s.Outbox.LettersDue(ctx, w.ID); err != nil || !due {
			if err != nil {
				return err
			}
			continue
		}
		ls, err := s.Outbox.ClaimLetters(ctx, w.ID, claimFor, free)
		if err != nil {
			return err
		}
		for _, l := range ls {
			s.fly(w.ID, 1)
			s.all.Go(func() {
				defer s.fly(w.ID, -1)
				s.deliver(ctx, w, l)
			})
		}
	}
	return nil
}

func (s *Sender) fly(id string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[id] += n
}

// deliver tries once and settles the letter. What ctx interrupts stays claimed and is tried again when the claim is over.
func (s *Sender) deliver(ctx context.Context, w catalog.Webhook, l catalog.Letter) {
	status, after, err := s.try(ctx, w, l)
	if ctx.Err() != nil && err != nil {
		return
	}
	settle := context.WithoutCancel(ctx)
	switch {
	case err == nil && status/100 == 2:
		err = s.Outbox.Delivered(settle, l)
	case status == http.StatusGone:
		err = s.Outbox.DisableWebhook(settle, w.ID, "it answered 410 Gone")
	default:
		l.Status, l.Cause = status, cause(status, err)
		l.Dead = l.Attempts > len(s.delays)
		if !l.Dead {
			after = max(jittered(s.delays[l.Attempts-1]), after)
		}
		err = s.Outbox.Undelivered(settle, l, after)
	}
	if err != nil {
		s.Notice(fmt.Errorf("webhooks: %w", err))
	}
}

// jittered is d, up to a fifth more or less, so that what failed together does not come back together.
func jittered(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d - d/5 + rand.N(2*d/5+1)
}

func cause(status int, err error) string {
	text := fmt.Sprintf("it answered %d", status)
	if err != nil {
		text = err.Error()
	}
	return strings.ToValidUTF8(text[:min(len(text), maxCause)], "")
}

// MessageID names a message to a webhook, the same however often it is tried.
func MessageID(l catalog.Letter) string {
	return "msg_" + l.Webhook + "_" + strconv.FormatInt(l.Entry.Seq, 10)
}

// try sends a letter once and returns the answer's status and how long it asks to wait.
func (s *Sender) try(ctx context.Context, w catalog.Webhook, l catalog.Letter) (int, time.Duration, error) {
	payload, err := s.Payload(l.Entry)
	if err != nil {
		return 0, 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(payload))
	if err != nil {
		return 0, 0, err
	}
	now, id := s.Clock(), MessageID(l)
	signatures, err := s.sign(w, id, now, payload)
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "dokaz")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("Webhook-Signature", signatures)
	encrypted := 0
	if r.URL.Scheme == "https" {
		encrypted = 1
	}
	a, err := s.clients[encrypted].Do(r)
	if err != nil {
		return 0, 0, err
	}
	_, err = io.CopyN(io.Discard, a.Body, maxAnswer)
	if errors.Is(err, io.EOF) || a.StatusCode/100 == 2 {
		err = nil // what it says besides is not needed
	}
	return a.StatusCode, retryAfter(a.Header), errors.Join(err, a.Body.Close())
}

// sign signs with the secret, and with the one before while it lasts.
func (s *Sender) sign(w catalog.Webhook, id string, at time.Time, payload []byte) (string, error) {
	out, err := Sign(w.Secret, id, at, payload)
	if err == nil && w.Prior != "" && at.Before(w.PriorUntil) {
		var prior string
		prior, err = Sign(w.Prior, id, at, payload)
		out += " " + prior
	}
	return out, err
}

// retryAfter reads how many seconds an answer asks to wait, a day at most.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 || n > int(mostWait/time.Second) {
		return 0
	}
	return time.Duration(n) * time.Second
}
