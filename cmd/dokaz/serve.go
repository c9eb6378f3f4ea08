package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"dokaz/cmd/internal/api"
	"dokaz/cmd/internal/door"
	"dokaz/cmd/internal/ui"
	"dokaz/cmd/internal/upload"
	"dokaz/cmd/internal/webhook"
	"dokaz/cmd/internal/wire"

	"github.com/spf13/cobra"
)

func serveCommand(t *terminal) *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Review in a browser, and take files in over HTTP",
		Long: `Open the case on one address, by default of this machine only: the review pages behind the link that is printed, which lets one
browser in, once, within an hour; the intake API for other programs, where nothing answers without a token but /livez and /readyz; and
the workers that examine what comes. The pages are described in docs/review.md, the API in docs/api.md and docs/openapi.yaml. Ctrl-C or
SIGTERM once finishes requests and items in work, twice stops at once.`,
		Example: `  dokaz token create --name desk --scope intake:write --scope report:read
  dokaz serve`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return serve(c.Context(), t, listen) },
	}
	c.Flags().StringVar(&listen, "listen", "", "address and port (default 127.0.0.1:8344; port 0 is any free one)")
	return c
}

// givingWay is how far the children that examine give way to the door, whose clients wait.
const givingWay = 10

// heap is the memory, bytes, from which on the collector works hard in a server: it lives long and has neighbours.
const heap = 128 << 20

// serve opens the case, the workers and the door, and closes them in the other order.
func serve(ctx context.Context, t *terminal, listen string) error {
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	if listen != "" {
		cfg.Serve.Listen = listen
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heap)
	}
	cfg.Child.Nice = max(cfg.Child.Nice, givingWay)
	l, err := net.Listen("tcp", cfg.Serve.Listen)
	if err != nil {
		return fault{Code: "DKZ-0012", What: "The address to listen on cannot be used", Why: err.Error(), Do: "name another with --listen", Exit: exitUsage, err: err}
	}
	changes := new(api.Bell)
	h, err := wire.Open(ctx, cfg, wire.Toil, func(e wire.Event) {
		noticed(t)(e)
		changes.Ring()
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	err = serveHouse(ctx, t, h, l, changes)
	return errors.Join(err, h.Close())
}

func serveHouse(ctx context.Context, t *terminal, h *wire.House, l net.Listener, changes *api.Bell) error {
	ctx, stop := interruptible(ctx, t)
	defer stop()
	whole := context.WithoutCancel(ctx)
	if err := h.Work(whole); err != nil {
		return errors.Join(err, l.Close())
	}
	sessions := ui.NewSessions(nil)
	d, err := furnished(t, h, changes, sessions)
	if err != nil {
		return errors.Join(err, l.Close(), h.Rest(whole))
	}
	if err := tellAddress(t, l.Addr(), sessions.Link()); err != nil {
		return errors.Join(err, l.Close(), h.Rest(whole))
	}
	var sending sync.WaitGroup
	sending.Go(func() { sender(t, h).Run(ctx, changes.Heard) })
	sending.Go(func() { sweep(ctx, t, staging(h)) })
	err = d.Serve(ctx, l)
	sending.Wait()
	t.say("dokaz: the door is closed; finishing the items in work, Ctrl-C again stops at once\n")
	if err := errors.Join(err, h.Rest(whole)); err != nil {
		return err
	}
	return h.WriteIndex(whole, nil)
}

// maxStreams is how many clients may listen to events at once.
const maxStreams = 256

// staging is where uploads wait until they are whole.
func staging(h *wire.House) *upload.Store {
	return &upload.Store{Dir: h.Case.Path("uploads"), Records: h.Catalog, Clock: time.Now}
}

// sweepEvery is how often uploads whose time is over are removed.
const sweepEvery = 10 * time.Minute

func sweep(ctx context.Context, t *terminal, s *upload.Store) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			notices(t)(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// notices is where errors go that nobody waits for.
func notices(t *terminal) func(error) {
	return func(err error) { t.say("dokaz: %s %s\n", time.Now().UTC().Format(time.RFC3339), plain(err.Error())) }
}

// noticed passes on what went wrong while workers worked, and nothing else of what they do.
func noticed(t *terminal) func(wire.Event) {
	return func(e wire.Event) {
		if e.Notice != nil {
			notices(t)(e.Notice)
		}
	}
}

// sender delivers what the webhooks are to be told.
func sender(t *terminal, h *wire.House) *webhook.Sender {
	return &webhook.Sender{
		Outbox: h.Catalog, Guard: webhook.Guard{Allowed: h.Config.Serve.Prefixes()}, Payload: api.Message, Notice: notices(t), Clock: time.Now,
	}
}

// furnished is the door with everything that answers behind it.
func furnished(t *terminal, h *wire.House, changes *api.Bell, sessions *ui.Sessions) (*door.Door, error) {
	notice := notices(t)
	d := door.New(notice)
	intake, err := h.Intake()
	if err != nil {
		return nil, err
	}
	s := h.Config.Serve
	a := api.New(api.Rooms{
		Tokens: h.Catalog, Intake: intake, Replies: h.Catalog, Records: h.Catalog, Reports: h, Lists: h.Catalog, Entries: h.Catalog,
		Finder: h, Staging: staging(h), Webhooks: h.Catalog, Letters: h.Catalog, Guard: webhook.Guard{Allowed: s.Prefixes()}, Changes: changes,
		Metrics: d.Metrics(), Closing: d.Draining(), Notice: notice,
	}, api.Limits{
		Upload: s.Upload, Uploads: s.Uploads, Lookups: h.Config.Workers, Streams: maxStreams, Queue: s.Queue, Free: s.Free, Rate: s.Rate,
	})
	for _, pattern := range api.Patterns() {
		d.Mount(pattern, a)
	}
	pages, err := ui.New(wire.NewDesk(h), sessions, notice)
	if err != nil {
		return nil, err
	}
	d.Mount("/", pages)
	return d, nil
}

// tellAddress says where the door is, on stdout, so that a script can wait for it.
func tellAddress(t *terminal, at net.Addr, link string) error {
	address := "http://" + at.String()
	if tcp, is := at.(*net.TCPAddr); is && !tcp.IP.IsLoopback() {
		t.say("dokaz: %s answers other machines over plain HTTP: put TLS in front of it\n", address)
	}
	switch {
	case t.flags.jsonl:
		return t.event("serving", map[string]any{"address": address, "review": address + link})
	case t.flags.json:
		return t.document(map[string]any{"address": address, "review": address + link})
	}
	_, err := fmt.Fprintf(t.out, "dokaz serves on %s until Ctrl-C\nReview pages: open this link in a browser; it works once, within an hour:\n  %s%s\n", address, address, link)
	return err
}
