package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"dokaz/analyzers/archive"
	"dokaz/pipeline"
	"dokaz/pipeline/receive"
	"dokaz/workers/sandbox"
)

// archiveRef names the analyzer that opens archives.
func (s examining) archiveRef() pipeline.Ref {
	return archive.Within(s.Config.Limits, nil).Spec().Ref()
}

// errFull says that taking a member would leave the disk with less than is to stay free.
var errFull = errors.New("the disk of the case is too full for what the archive holds")

// unpack has the child open an archive, and makes an item of each of its members: bytes hashed and made durable by us, and a receipt that
// names the archive. It may be done any number of times: the same members under the same names make no second receipts.
func (s examining) unpack(ctx context.Context, it pipeline.Item, o pipeline.Original) (sandbox.Result, error) {
	depth, err := s.depth(ctx, it.Digest)
	if err != nil {
		return sandbox.Result{}, err
	}
	limits := s.Config.Limits.OrDefaults().Archive
	if int64(depth) > limits.Depth { // what an archive at the limit holds was taken; archives among it are not opened
		return s.withheld(pipeline.Over("archive depth", int64(depth), limits.Depth)), nil
	}
	station, err := s.Receiving(true)
	if err != nil {
		return sandbox.Result{}, err
	}
	got, err := s.Child.Unpack(ctx, it, o, s.archiveRef(), sandbox.Bounds{Members: int(limits.Members), Bytes: limits.Bytes},
		func(ctx context.Context, m pipeline.Member, r io.Reader) error {
			defer s.Pool.Kick()
			return s.takeMember(ctx, station, it.Digest, depth, m, r)
		})
	if errors.Is(err, errFull) {
		return s.withheld(fmt.Errorf("%w: %w", pipeline.ErrRefused, errFull)), nil
	}
	return got, err
}

// withheld is the result of opening an archive that was refused.
func (s examining) withheld(why error) sandbox.Result {
	var out sandbox.Result
	out.Examination.Outcomes = []pipeline.Outcome{{By: s.archiveRef(), Status: pipeline.Refused, Reason: why.Error()}}
	return out
}

// depth is in how many archives the members of an item lie: one more than it lies in itself, by the receipt that says least.
func (s examining) depth(ctx context.Context, d pipeline.Digest) (int, error) {
	receipts, err := s.Catalog.Receipts(ctx, d)
	least := -1
	for _, r := range receipts {
		in, err := strconv.Atoi(r.Claims.Other[pipeline.ClaimArchiveDepth])
		if err != nil || r.Claims.Other[pipeline.ClaimArchive] == "" {
			in = 0 // it came by itself
		}
		if least < 0 || in < least {
			least = in
		}
	}
	return max(least, 0) + 1, err
}

// takeMember seals one member and records it.
func (s examining) takeMember(ctx context.Context, station *receive.Station, from pipeline.Digest, depth int, m pipeline.Member, r io.Reader) error {
	in := &member{r: r, room: s.House}
	sealed, err := station.Seal(ctx, receive.Stream(string(m.Name), in))
	switch {
	case in.err != nil:
		return in.err
	case err != nil:
		return err
	case sealed.LeftOut != nil:
		return fmt.Errorf("a member was left out: %w", sealed.LeftOut)
	}
	other := map[string]string{
		pipeline.ClaimArchive: from.String(), pipeline.ClaimArchiveMember: receive.Portable(string(m.Name)),
		pipeline.ClaimArchiveDepth: strconv.Itoa(depth),
	}
	if m.Modified != "" {
		other[pipeline.ClaimArchiveModified] = m.Modified
	}
	got, err := station.Record(ctx, sealed, pipeline.Claims{Other: other})
	if err == nil && got.Received.NewItem {
		s.events(Event{Type: "received", Item: got.Item.Digest})
	}
	return err
}

// member is a member's bytes while there is room for them. It keeps the error that ended it: the station tells it in words only.
type member struct {
	r    io.Reader
	room *House
	left int64 // bytes until the disk is looked at again
	err  error
}

// looksEvery is how many bytes are taken between two looks at the disk.
const looksEvery = 16 << 20

func (m *member) Read(p []byte) (int, error) {
	if m.left <= 0 {
		m.left = looksEvery
		free, err := (&Intake{house: m.room}).Free()
		if err == nil && free < m.room.Config.Serve.Free {
			err = errFull
		}
		if err != nil {
			m.err = err
			return 0, err
		}
	}
	n, err := m.r.Read(p)
	m.left -= int64(n)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}
