package wire

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"dokaz/pipeline"
)

// OpenTrial opens an empty case of its own to measure in, whatever the configuration says of cases and queues: in the
// folder keep, which must be absent or empty, or, where that is "", in a temporary one. done closes it and removes what was
// temporary.
func OpenTrial(ctx context.Context, c Config, keep string, events func(Event)) (h *House, done func() error, err error) {
	dir, remove := keep, func() error { return nil }
	if keep == "" {
		if dir, err = os.MkdirTemp("", "dokaz-eval-*"); err != nil {
			return nil, nil, err
		}
		remove = func() error { return os.RemoveAll(dir) }
	} else if there, err := os.ReadDir(keep); err == nil && len(there) > 0 {
		return nil, nil, fmt.Errorf("%w: %s is not empty: an evaluation starts from an empty case", ErrConfig, keep)
	}
	c.Case, c.Redis = dir, ""
	if h, err = Open(ctx, c, Toil, events); err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return h, func() error { return errors.Join(h.Close(), remove()) }, nil
}

// SettleExamined waits until every item is examined and compared. Reports may still be due: whoever throws the case away
// need not wait for them.
func (h *House) SettleExamined(ctx context.Context) error {
	tick := time.NewTicker(settled)
	defer tick.Stop()
	for {
		pending, err := h.Catalog.Pending(ctx)
		if err != nil || pending.Examining == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Examined is what examining made of an item, as far as measuring wants it.
type Examined struct {
	Kind    pipeline.Kind
	Trouble string            // analyzers that did not finish and why, "" where all did
	PDQ     *pipeline.Hash256 // of the whole picture, where there is one
	PHash   *uint64           // goimagehash's, likewise
}

// Examined reads it from the catalog.
func (h *House) Examined(ctx context.Context, d pipeline.Digest) (Examined, error) {
	it, err := h.Catalog.Item(ctx, d)
	if err != nil {
		return Examined{}, err
	}
	e, err := h.Catalog.Examination(ctx, d)
	if err != nil {
		return Examined{}, err
	}
	out := Examined{Kind: it.Kind}
	var reasons []string
	for _, o := range trouble(e) {
		reasons = append(reasons, fmt.Sprintf("%s %s: %s", o.By.Analyzer, o.Status, o.Reason))
	}
	out.Trouble = strings.Join(reasons, "; ")
	for _, m := range e.Measurements {
		f, ok := m.Fact.(pipeline.PictureHash)
		if !ok || f.View != "" {
			continue
		}
		switch bits, err := hex.DecodeString(f.Bits); {
		case err != nil:
			return out, fmt.Errorf("%w: %s of %s: %w", pipeline.ErrCorrupt, f.Algorithm, d, err)
		case f.Algorithm == "pdq":
			hash, err := pipeline.ParseHash256(f.Bits)
			if err != nil {
				return out, err
			}
			out.PDQ = &hash
		case f.Algorithm == "phash" && len(bits) == 8:
			var v uint64
			for _, b := range bits {
				v = v<<8 | uint64(b)
			}
			out.PHash = &v
		}
	}
	return out, nil
}
