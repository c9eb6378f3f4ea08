package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dokaz/pipeline"
)

// Take keeps one member of an archive. It reads r to its end; an error of r, which is ErrBroken or ctx's, means that the member
// is not whole and must not be kept, and is returned. Any other error is ours and ends the unfolding.
type Take func(ctx context.Context, m pipeline.Member, r io.Reader) error

// ErrBroken says that a member of an archive could not be read to its end.
var ErrBroken = errors.New("the member is not whole")

// Bounds are what an archive may hold at most. The child keeps within them of itself and says so in its outcome; a reply beyond
// them is a violation.
type Bounds struct {
	Members int
	Bytes   int64
}

// Unpack has a child open an archive with one analyzer, and gives its members out as they come, one after another. What came
// before a child died came; the second child begins anew, so that members come again. When that one dies too the analyzer has failed,
// and the item is quarantined. Errors are those of Examine and of take.
func (c *Child) Unpack(ctx context.Context, it pipeline.Item, o pipeline.Original, by pipeline.Ref, b Bounds, take Take) (res Result, err error) {
	if err := c.enter(); err != nil {
		return Result{}, err
	}
	defer c.running.Done()
	src, err := open(it, o, c.opt.Copy)
	if err != nil {
		return Result{}, err
	}
	defer func() {
		if cerr := src.close(); cerr != nil && err == nil {
			err = fmt.Errorf("sandbox: %w", cerr)
		}
	}()
	refs := []pipeline.Ref{by}
	pages := book{refs: refs, pages: map[pipeline.Ref]testimony{}, derivatives: map[pipeline.Digest][]byte{}}
	for n := 1; n <= 2; n++ {
		members := &intake{ctx: ctx, bounds: b, take: take}
		e, err := c.attempt(ctx, it, src, refs, nil, members)
		if err = errors.Join(err, members.ours); err != nil {
			return Result{}, err
		}
		if e.cause != "" {
			pages.deaths = append(pages.deaths, Death{Attempt: n, Cause: e.cause, Running: running(refs, e.heard), Stderr: e.stderr})
		}
		if e.cause != "" && n == 2 && !e.heard[0].started {
			e.heard[0].started = true // there is nobody left to try it
		}
		if len(pages.enter(n, refs, e)) == 0 {
			break
		}
	}
	return pages.result(c.Layers()), nil
}

// hear reads a child's reply.
func (p *process) hear(r request) (reply, error) {
	if p.members == nil {
		return listen(p.lines, r.Analyzers)
	}
	return p.members.listen(p.lines, r.Analyzers)
}

// intake takes the members out of one child's reply.
type intake struct {
	ctx    context.Context
	bounds Bounds
	take   Take

	members int
	bytes   int64
	pipe    *io.PipeWriter // of the member begun; nil between members
	kept    chan error     // what take made of it
	ours    error
}

// listen is listen for a reply with members in it.
func (x *intake) listen(l *lines, refs []pipeline.Ref) (reply, error) {
	r := reply{heard: make([]testimony, len(refs)), derivatives: map[pipeline.Digest][]byte{}}
	// Base64 makes four bytes of three, and each member has lines of its own.
	l.more = x.bounds.Bytes/3*4 + x.bounds.Bytes/16 + int64(x.bounds.Members)*maxNaming/16
	defer func() {
		if x.pipe != nil {
			_ = x.close(false) // the child ended inside a member
		}
	}()
	for {
		e, err := l.event()
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return r, err
		case r.complete:
			return r, violates("an event after bye")
		case e.Member != nil, e.Piece != nil, e.Ended != nil:
			err = x.event(e)
		case x.pipe != nil:
			err = violates("another event inside a member")
		default:
			err = r.take(e, refs)
		}
		if err != nil {
			return r, err
		}
	}
}

func (x *intake) event(e event) error {
	switch {
	case e.Member != nil && x.pipe == nil:
		return x.begin(*e.Member)
	case e.Piece != nil && x.pipe != nil:
		if x.bytes += int64(len(e.Piece.Bytes)); x.bytes > x.bounds.Bytes {
			return violates("members of more than %d bytes", x.bounds.Bytes)
		}
		if len(e.Piece.Bytes) > maxPiece {
			return violates("a piece of %d bytes", len(e.Piece.Bytes))
		}
		if _, err := x.pipe.Write(e.Piece.Bytes); err != nil {
			return x.close(false) // take gave up: it says why
		}
		return nil
	case e.Ended != nil && x.pipe != nil:
		return x.close(e.Ended.Whole)
	}
	return violates("members out of order")
}

func (x *intake) begin(m pipeline.Member) error {
	if x.members++; x.members > x.bounds.Members {
		return violates("more than %d members", x.bounds.Members)
	}
	if len(m.Name)+len(m.Modified) > maxNaming {
		return violates("a member's name of %d bytes", len(m.Name))
	}
	r, w := io.Pipe()
	x.pipe, x.kept = w, make(chan error, 1)
	go func() {
		err := x.take(x.ctx, m, r)
		_ = r.CloseWithError(errors.Join(errGaveUp, err))
		x.kept <- err
	}()
	return nil
}

var errGaveUp = errors.New("sandbox: what takes members does not read on")

// close ends the member begun and waits until it is kept, or not.
func (x *intake) close(whole bool) error {
	var end error
	if !whole {
		end = ErrBroken
	}
	_ = x.pipe.CloseWithError(end) // it never fails
	err := <-x.kept
	x.pipe = nil
	if err == nil || !whole && errors.Is(err, ErrBroken) {
		return nil
	}
	x.ours = fmt.Errorf("sandbox: member %d: %w", x.members, err)
	return x.ours
}
