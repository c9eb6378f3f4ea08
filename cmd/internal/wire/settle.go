package wire

import (
	"context"
	"time"
)

// settled is how often Settle looks: the workers say when a step ends, the catalog whether all did.
const settled = 100 * time.Millisecond

// Settle waits until every step asked for is done. It ends early only with ctx.
func (h *House) Settle(ctx context.Context) error {
	tick := time.NewTicker(settled)
	defer tick.Stop()
	for {
		idle, err := h.Catalog.Idle(ctx)
		if err != nil || idle {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Rest lets the workers finish the items in work and stops them.
func (h *House) Rest(ctx context.Context) error {
	if err := h.Pool.Drain(ctx); err != nil {
		return err
	}
	return h.Pool.Stop()
}
