package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"dokaz/pipeline"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Event is something that came about in the case: a custody entry, as others are told of it.
type Event struct {
	Seq     int64           `json:"seq" doc:"Order in which they came about"`
	Type    string          `json:"type" enum:"item.received,item.examined,item.reported,item.quarantined,item.decided"`
	At      time.Time       `json:"at"`
	Item    pipeline.Digest `json:"item"`
	By      pipeline.Actor  `json:"by"`
	Subject string          `json:"subject,omitempty" doc:"Digest of what came about: the receipt, the report's document, the other item of a decision"`
	Detail  string          `json:"detail,omitempty"`
}

// eventPrefix begins the types of events, which are acts on items.
const eventPrefix = "item."

// EventOf makes an event of a custody entry.
func EventOf(e pipeline.Entry) Event {
	return Event{Seq: e.Seq, Type: eventPrefix + string(e.Act), At: e.At, Item: e.Item, By: e.By, Subject: e.Subject, Detail: e.Detail}
}

type eventsInput struct {
	Last  int64 `header:"Last-Event-ID" minimum:"0" doc:"Go on behind this event"`
	After int64 `query:"after" minimum:"-1" default:"-1" doc:"As Last-Event-ID, for the first time: 0 begins with the case, -1 with now"`
}

const (
	eventsAtOnce = 200
	heartbeat    = 15 * time.Second
)

func (a *API) registerEvents() {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(eventType, true, "Event")
	huma.Register(a.huma, describe(operation{
		id: "events", method: http.MethodGet, path: "/v1/events", summary: "What comes about, as it does", scopes: []string{ReportRead}, codes: []Code{TooMany, Draining},
		about: `Server-sent events. Each has the number of its custody entry as id, so that a client that was away goes on where it was: nothing
is lost and nothing comes twice.`,
		answers: map[string]*huma.Response{"200": {Description: "Events without end", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: schema}}}},
	}), a.askEvents)
}

func (a *API) askEvents(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	select {
	case <-a.Closing:
		return nil, problem(Draining, "the server is closing").after(retryBusy)
	default:
	}
	leave, p := enter(a.streams, "streams of events")
	if p != nil {
		return nil, p
	}
	after, err := a.firstEvent(ctx, in)
	if err != nil {
		leave()
		return nil, a.fault(ctx, err)
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer leave()
		r, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", "text/event-stream")
		s := stream{w: w, control: http.NewResponseController(w)}
		if err := a.tell(r.Context(), &s, after); err != nil && r.Context().Err() == nil {
			a.Notice(fmt.Errorf("api: events: %w", err))
		}
	}}, nil
}

// firstEvent finds behind which event a stream begins.
func (a *API) firstEvent(ctx context.Context, in *eventsInput) (int64, error) {
	switch {
	case in.Last > 0:
		return in.Last, nil
	case in.After >= 0:
		return in.After, nil
	}
	return a.Entries.LastEntry(ctx)
}

// tell writes events until the client goes away or the server closes.
func (a *API) tell(ctx context.Context, s *stream, after int64) error {
	if err := s.say(": dokaz\nretry: 2000\n\n"); err != nil {
		return nil //nolint:nilerr // the client went away
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	look := time.NewTicker(lookAgain)
	defer look.Stop()
	for {
		heard := a.Changes.Heard() // before looking, so that no change falls between
		es, err := a.Entries.Entries(ctx, after, eventsAtOnce)
		if err != nil {
			return err
		}
		for _, e := range es {
			if err := s.event(EventOf(e)); err != nil {
				return nil //nolint:nilerr // the client went away
			}
			after = e.Seq
		}
		if len(es) == eventsAtOnce {
			continue
		}
		select {
		case <-heard:
		case <-look.C:
		case <-beat.C:
			if err := s.say(": still here\n\n"); err != nil {
				return nil //nolint:nilerr // the client went away
			}
		case <-a.Closing:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// stream writes server-sent events (WHATWG HTML §9.2.6).
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *stream) event(e Event) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return s.say("id: " + strconv.FormatInt(e.Seq, 10) + "\nevent: " + e.Type + "\ndata: " + string(b) + "\n\n")
}

func (s *stream) say(text string) error {
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
