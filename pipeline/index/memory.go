package index

import (
	"cmp"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"dokaz/pipeline"
)

// Memory is an index in memory. It is safe for concurrent use; the zero value is an empty one.
type Memory struct {
	adding   sync.Mutex // held while the index is changed
	seen     atomic.Pointer[view]
	inverted [parts - tables]inverted

	mu    sync.RWMutex
	known roster

	segments [tables]segments

	scanning *kernel // nil for the quickest
	large    int     // rows from which on segments pay; 0 for manyRows
}

// New returns an empty index.
func New() *Memory { return new(Memory) }

func (m *Memory) view() *view {
	if v := m.seen.Load(); v != nil {
		return v
	}
	return new(view)
}

func (m *Memory) kernel() *kernel {
	if m.scanning != nil {
		return m.scanning
	}
	return &kernels[0]
}

func (m *Memory) many() int { return cmp.Or(m.large, manyRows) }

// Add makes an item's hashes and words visible to every search that begins afterwards. An item that is there already is
// replaced, and with empty prints it is removed. Qualities outside 0 to 100 and prints of no item are pipeline.ErrMalformed,
// more than 2^32 changes, hashes or lists of words pipeline.ErrRefused; then nothing is changed.
func (m *Memory) Add(p pipeline.Prints) error {
	if err := check(p); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	m.adding.Lock()
	defer m.adding.Unlock()
	next := *m.view()
	if err := next.grow(p); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.known.find(p.Item, &next.entries); ok {
		next.at(old).gone.Store(next.number)
	}
	if p.Empty() {
		m.known.remove(p.Item, &next.entries)
	} else {
		m.known.put(p.Item, next.count-1, &next.entries)
		for _, l := range p.Words {
			m.inverted[words-tables].add(&next.lists[words-tables], ascending(l))
		}
		for _, s := range p.Sound {
			m.inverted[sounds-tables].add(&next.lists[sounds-tables], pipeline.SoundKeys(s))
		}
		if len(p.Coded) > 0 {
			list := make([]uint32, len(p.Coded))
			for i, k := range p.Coded {
				list[i] = pipeline.CodedWord(k)
			}
			m.inverted[codes-tables].add(&next.lists[codes-tables], ascending(list))
		}
	}
	m.seen.Store(&next)
	return nil
}

// Known reports whether an item is there: added, and not removed since.
func (m *Memory) Known(item pipeline.Digest) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, ok := m.known.find(item, &m.view().entries)
	return ok
}

func check(p pipeline.Prints) error {
	if p.Item.IsZero() {
		return fmt.Errorf("%w: prints of no item", pipeline.ErrMalformed)
	}
	for _, pic := range p.Pictures {
		if pic.Quality < 0 || pic.Quality > 100 {
			return fmt.Errorf("%w: quality %d of %v", pipeline.ErrMalformed, pic.Quality, p.Item)
		}
	}
	for _, h := range p.Footage {
		for _, fr := range h.Frames {
			if fr.Quality < 0 || fr.Quality > 100 {
				return fmt.Errorf("%w: quality %d of a frame of %v", pipeline.ErrMalformed, fr.Quality, p.Item)
			}
		}
	}
	return nil
}

// grow makes v the next view, with the hashes of p, or leaves it as it is where there is no room for them.
func (v *view) grow(p pipeline.Prints) error {
	most := int64(v.number)
	for i := range parts {
		most = max(most, int64(v.size(i)))
	}
	most += 2 + int64(len(p.Pictures)+len(p.Words)+len(p.Sound))
	for _, h := range p.Footage {
		most += int64(len(h.Frames))
	}
	if most > math.MaxUint32 {
		return fmt.Errorf("%w: more than 2^32 changes, hashes or lists of words", pipeline.ErrRefused)
	}
	v.number++
	if p.Empty() {
		return nil
	}
	e := v.count
	var first [parts]uint32
	for i := range parts {
		first[i] = uint32(v.size(i))
	}
	v.entries.add(p.Item, first)
	for _, pic := range p.Pictures {
		if pic.View == "" {
			v.tables[pictures].add(e, pic.Bits)
		} else {
			v.tables[views].add(e, pic.Bits)
		}
	}
	for _, h := range p.Footage {
		for _, fr := range h.Frames {
			v.tables[frames].add(e, fr.Bits)
		}
	}
	return nil
}
