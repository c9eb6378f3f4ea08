package compare

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"dokaz/pipeline"
)

// Index finds items by what it was given of them, exactly, each once, ascending. What Add was given is seen by every search that
// begins afterwards.
type Index interface {
	// Add makes an item findable; what was added of it before is forgotten.
	Add(p pipeline.Prints) error
	// NearPictures, NearViews and NearFrames return the items of which a published hash of the whole picture, a hash of a view
	// or a hash of a frame lies within radius bits of one of the queries.
	NearPictures(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	NearViews(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	NearFrames(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	// SharingWords returns the items with a picture that has at least so many of the words.
	SharingWords(words []pipeline.FeatureWord, atLeast int) ([]pipeline.Digest, error)
	// SharingSound returns the items with a stream that has at least so many of the keys.
	SharingSound(keys []uint32, atLeast int) ([]pipeline.Digest, error)
	// SharingCoded returns the items with a coded digest that has one of the words (pipeline.CodedWord).
	SharingCoded(words []uint32) ([]pipeline.Digest, error)
}

// Shelf keeps the prints of items whole. Of an item without any it says pipeline.ErrNotFound.
type Shelf interface {
	Prints(ctx context.Context, item pipeline.Digest) (pipeline.Prints, error)
}

// Station compares items with those in an index. It is as safe for concurrent use as the index and the shelf are.
type Station struct {
	index Index
	shelf Shelf
	set   Settings

	adding sync.Mutex
	seen   atomic.Int64
}

// New returns a station over an index that nobody else adds to, and the shelf where the prints of what is added are kept.
func New(x Index, kept Shelf, set Settings) *Station {
	return &Station{index: x, shelf: kept, set: set}
}

// Settings returns the thresholds.
func (s *Station) Settings() Settings { return s.set }

// Ref names the method and its thresholds.
func (s *Station) Ref() pipeline.Ref { return s.set.Ref() }

// Seen returns the greatest Seq that was added, 0 before any.
func (s *Station) Seen() int64 { return s.seen.Load() }

// Add makes items visible to those compared afterwards. Those whose Seq is not beyond Seen are there already and passed
// over, so whoever adds gives everything from what it last saw as Seen; Seq 0 is always added. Seen moves
// only when all of them are there.
func (s *Station) Add(ps ...pipeline.Prints) error {
	s.adding.Lock()
	defer s.adding.Unlock()
	seen := s.seen.Load()
	last := seen
	for _, p := range ps {
		if p.Seq != 0 && p.Seq <= seen {
			continue
		}
		if err := s.index.Add(s.set.findable(p)); err != nil {
			return fmt.Errorf("compare: %w", err)
		}
		last = max(last, p.Seq)
	}
	s.seen.Store(last)
	return nil
}

// Between returns the matches of two items: what Pair says of them, with films looked at once more (see Settings.Revisited).
func (s *Station) Between(ctx context.Context, p, q pipeline.Prints, films Films) ([]pipeline.Match, error) {
	return s.set.Revisited(ctx, Pair(p, q, s.set), p, q, films)
}

// Looks are the matches of one item with others, by the Seq of their prints, for which a film was looked at.
type Looks map[int64][]pipeline.Match

// Against returns all matches of p with the items in the index: what Between says of p and each of them, ordered by the
// other item. Of p itself, should it be there, it says nothing. What looks at films told is noted in looks, also where the rest
// ends with an error, and is not looked at again where it stands there; looks may be nil.
func (s *Station) Against(ctx context.Context, p pipeline.Prints, films Films, looks Looks) ([]pipeline.Match, error) {
	var out []pipeline.Match
	err := s.candidates(ctx, p, func(other pipeline.Prints) error {
		ms, known := looks[other.Seq]
		if !known {
			seen := &attended{Films: films}
			var err error
			if ms, err = s.set.Revisited(ctx, judge(p, other, s.set), p, other, seen.orNil()); err != nil {
				return err
			}
			if seen.asked && looks != nil {
				looks[other.Seq] = ms
			}
		}
		out = append(out, ms...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// attended notes whether any film was asked for.
type attended struct {
	Films
	asked bool
}

func (a *attended) orNil() Films {
	if a.Films == nil {
		return nil
	}
	return a
}

// Revisit implements Films.
func (a *attended) Revisit(ctx context.Context, film pipeline.Digest, r pipeline.Revisit) ([]pipeline.FeaturedFrame, error) {
	a.asked = true
	return a.Films.Revisit(ctx, film, r)
}

// candidates gives the prints of every item but p that p's question finds, ascending by item.
func (s *Station) candidates(ctx context.Context, p pipeline.Prints, do func(other pipeline.Prints) error) error {
	found, err := s.set.ask(p).of(s.index)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	for _, d := range found {
		if d == p.Item {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		other, err := s.shelf.Prints(ctx, d)
		if err != nil {
			return fmt.Errorf("compare: %w", err)
		}
		if err := do(other); err != nil {
			return err
		}
	}
	return nil
}
