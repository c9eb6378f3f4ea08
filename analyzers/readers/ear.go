package readers

import (
	"context"
	"slices"
	"sync"

	"dokaz/pipeline"
)

// Ear stands before one of Dokaz's own readers and keeps the fields that it says of an item, so that who compares them after it, in the same
// process, need not read the file again. It reads and says as that reader does.
type Ear struct {
	pipeline.Reader
	as    string
	again pipeline.Reader

	mu   sync.Mutex
	of   pipeline.Digest
	said []remark
}

type remark struct {
	where pipeline.Where
	fact  pipeline.Fact
}

// Listen returns an ear before r, whose tags say that as read them. again says the same fields as r, and maybe no more than those: it is asked about an item
// that r has not read to its end.
func Listen(r pipeline.Reader, as string, again pipeline.Reader) *Ear {
	return &Ear{Reader: r, as: as, again: again}
}

// Read reads as the reader behind it. An item without a digest is not kept, since nobody could tell it from another.
func (e *Ear) Read(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	var said []remark
	err := e.Reader.Read(ctx, it, o, func(w pipeline.Where, f pipeline.Fact) {
		if e.wants(f) {
			said = append(said, remark{w, f})
		}
		say(w, f)
	})
	if ctx.Err() == nil && it.Digest != (pipeline.Digest{}) {
		e.mu.Lock()
		e.of, e.said = it.Digest, said
		e.mu.Unlock()
	}
	return err
}

// wants tells the facts that hold fields.
func (e *Ear) wants(f pipeline.Fact) bool {
	switch f := f.(type) {
	case pipeline.Tag:
		return f.Reader == e.as && !f.Cut
	case pipeline.Piece:
		return true
	}
	return false
}

// tell says the fields of an item: those that were heard, or what is read again.
func (e *Ear) tell(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) {
	if !slices.Contains(e.Spec().Kinds, it.Kind) {
		return
	}
	e.mu.Lock()
	said, heard := e.said, e.of == it.Digest && it.Digest != (pipeline.Digest{})
	e.mu.Unlock()
	if !heard {
		_ = e.again.Read(ctx, it, o, func(w pipeline.Where, f pipeline.Fact) { // that it fails is its own to tell
			if e.wants(f) {
				say(w, f)
			}
		})
		return
	}
	for _, s := range said {
		say(s.where, s.fact)
	}
}
