package compare

import (
	"fmt"
	"sync"
	"sync/atomic"

	"dokaz/pipeline"
)

// Index finds items by their hashes, exactly: a search returns an item if and only if one of its hashes lies within
// radius bits of one of the queries, each item once. What Add was given is seen by every search that begins afterwards.
type Index interface {
	Add(p pipeline.Prints) error
	// Prints returns what was added of an item, or pipeline.ErrNotFound.
	Prints(item pipeline.Digest) (pipeline.Prints, error)
	NearPictures(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	NearFrames(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
}

// Station compares items with those in an index. It is as safe for concurrent use as the index is.
type Station struct {
	index Index
	set   Settings

	adding sync.Mutex
	seen   atomic.Int64
}

// New returns a station over an index that nobody else adds to.
func New(x Index, set Settings) *Station { return &Station{index: x, set: set} }

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
		if err := s.index.Add(p); err != nil {
			return fmt.Errorf("compare: %w", err)
		}
		last = max(last, p.Seq)
	}
	s.seen.Store(last)
	return nil
}

// Against returns all matches of p with the items in the index: what Pair says of p and each of them, ordered by the
// other item. Of p itself, should it be there, Pair says nothing.
func (s *Station) Against(p pipeline.Prints) ([]pipeline.Match, error) {
	pictures, frames := s.set.queries(p)
	byPicture, err := s.index.NearPictures(pictures, s.set.Suggested)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	byFrame, err := s.index.NearFrames(frames, s.set.Frame)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	var out []pipeline.Match
	for _, d := range union(byPicture, byFrame) {
		other, err := s.index.Prints(d)
		if err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		out = append(out, Pair(p, other, s.set)...)
	}
	return out, nil
}

// queries returns the hashes of p that may take part in a match.
func (s Settings) queries(p pipeline.Prints) (pictures, frames []pipeline.Hash256) {
	for _, pic := range p.Pictures {
		if pic.Quality >= s.Quality {
			pictures = append(pictures, pic.Bits)
		}
	}
	for _, f := range p.Footage {
		for _, v := range s.voters(f) {
			frames = append(frames, v.hash)
		}
	}
	return pictures, frames
}
