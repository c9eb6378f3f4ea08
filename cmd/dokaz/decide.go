package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"

	"github.com/spf13/cobra"
)

// decide records a person's word on two items of the case and has their reports made anew.
func decide(c *cobra.Command, t *terminal, names []string, ask comparing) error {
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	if _, err := os.Stat(cfg.Case); err != nil {
		return fmt.Errorf("%w in %s", wire.ErrNoCase, cfg.Case)
	}
	ctx, stop := interruptible(c.Context(), t)
	defer stop()
	h, err := wire.Open(ctx, cfg, wire.Toil, noticed(t))
	if err != nil {
		return err
	}
	d, err := decided(ctx, c, h, names, ask)
	if err == nil {
		err = reportAnew(ctx, t, h)
	}
	interrupted := errors.Is(err, context.Canceled)
	if interrupted {
		t.say("dokaz: the decision is kept; the next run makes the reports that are still to be made\n")
		err = nil
	}
	if err = errors.Join(err, h.Close()); err != nil {
		return err
	}
	code := exitOK
	if interrupted {
		code = exitInterrupted
	}
	t.printf("%s\n%s\n%s\n", d.A, d.B, decisionLine(d))
	fields := map[string]any{"decision": d, "exit_code": code}
	switch {
	case t.flags.jsonl:
		err = t.event("summary", fields)
	case t.flags.json:
		err = t.document(fields)
	}
	if err == nil && interrupted {
		return exit{code: code, quiet: true}
	}
	return err
}

// reportAnew lets the workers make what the decision calls for.
func reportAnew(ctx context.Context, t *terminal, h *wire.House) error {
	if err := h.Work(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if err := errors.Join(h.Settle(ctx), h.Rest(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	_, err := t.resting(context.WithoutCancel(ctx), h)
	return err
}

func decided(ctx context.Context, c *cobra.Command, h *wire.House, names []string, ask comparing) (pipeline.PairDecision, error) {
	var ds [2]pipeline.Digest
	for i, name := range names {
		var err error
		if ds[i], err = one(c, h, name); err != nil {
			return pipeline.PairDecision{}, fmt.Errorf("%w (a decision is about two items of the case)", err)
		}
	}
	d, err := pipeline.DecisionOn(ds[0], ds[1], pipeline.Verdict(ask.decide), pipeline.Actor(ask.by), ask.why)
	if err != nil {
		return d, usage(err)
	}
	return h.Decide(ctx, d)
}

// decisionLine says who decided what and when.
func decisionLine(d pipeline.PairDecision) string {
	out := fmt.Sprintf("decided %s by %s at %s", d.Verdict, plain(string(d.By)), d.At.Format(time.RFC3339))
	if d.Why != "" {
		out += ": " + plain(d.Why)
	}
	return out
}
