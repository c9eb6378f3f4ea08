package wire

import (
	"context"
	"fmt"
	"io"

	"dokaz/pipeline"
	"dokaz/pipeline/receive"

	"golang.org/x/sys/unix"
)

// Intake takes in what comes by other ways than files of this machine.
type Intake struct {
	house        *House
	media, other *receive.Station
}

// Intake returns the way to take in what comes over the network.
func (h *House) Intake() (*Intake, error) {
	media, err := h.Receiving(false)
	if err != nil {
		return nil, err
	}
	other, err := h.Receiving(true)
	return &Intake{h, media, other}, err
}

// Seal makes bytes durable without recording them. Of a sidecar everything is taken, of others media only.
func (i *Intake) Seal(ctx context.Context, name string, r io.Reader, sidecar bool) (receive.Sealed, error) {
	s := i.media
	if sidecar {
		s = i.other
	}
	return s.Seal(ctx, receive.Stream(name, r))
}

// Record makes what was sealed an item with a receipt, and has it examined.
func (i *Intake) Record(ctx context.Context, by pipeline.Actor, s receive.Sealed, claims pipeline.Claims) (receive.Result, error) {
	station := *i.media
	station.By = by
	got, err := station.Record(ctx, s, claims)
	if err != nil {
		return got, err
	}
	i.house.Pool.Kick()
	i.house.events(Event{Type: "received", Item: s.Item.Digest})
	return got, nil
}

// Free says how many bytes the disk of the case has left for us.
func (i *Intake) Free() (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(i.house.Case.Dir, &s); err != nil {
		return 0, fmt.Errorf("the disk of the case: %w", err)
	}
	return int64(s.Bavail) * s.Bsize, nil
}
