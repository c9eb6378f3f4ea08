package wire

import (
	"context"
	"time"

	"dokaz/pipeline/catalog"
)

// settled is how often Settle looks: the workers say when a step ends, the catalog whether all did.
const settled = 100 * time.Millisecond

// Settle waits until every step asked for is done, or failed again and again so that it rests: Resting tells of those. It ends early only
// with ctx.
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

// Resting lists what Settle did not wait for.
func (h *House) Resting(ctx context.Context) ([]catalog.Stuck, error) {
	return h.Catalog.Retrying(ctx, maxResting)
}

// maxResting bounds how much of it is told.
const maxResting = 50

// Rest lets the workers finish the items in work and stops them.
func (h *House) Rest(ctx context.Context) error {
	if err := h.Pool.Drain(ctx); err != nil {
		return err
	}
	return h.Pool.Stop()
}
