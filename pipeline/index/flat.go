package index

import (
	"fmt"
	"sync"
	"sync/atomic"

	"dokaz/pipeline"
)

// Flat is an index in memory. It is safe for concurrent use; the zero value is an empty one.
type Flat struct {
	adding sync.Mutex // held while an item is added
	seen   atomic.Pointer[view]

	mu    sync.RWMutex
	items map[pipeline.Digest]*entry // the present one of each
}

// view is what a reader works on. It is replaced, never changed.
type view struct {
	number           int64 // counts the items added
	pictures, frames table
	times            []*[blockRows]float64 // of the frames, block by block
}

// keyMark stands beside the quality of a keyframe.
const keyMark = 0x80

// entry is one item.
type entry struct {
	item     pipeline.Digest
	kind     pipeline.Kind
	seq      int64
	pictures [2]int // first row and count
	footage  []clip
	gone     atomic.Int64 // number of the view from which on another entry stands for the item; 0 for none
}

// clip is the hashes of one stream.
type clip struct {
	like         pipeline.FrameHashes // without the frames
	first, count int                  // rows
}

// New returns an empty index.
func New() *Flat { return new(Flat) }

func (f *Flat) view() *view {
	if v := f.seen.Load(); v != nil {
		return v
	}
	return new(view)
}

// Add makes an item's hashes visible to every search that begins afterwards. An item that is there already is
// replaced. Qualities outside 0 to 100 and prints of no item are pipeline.ErrMalformed, and nothing is added.
func (f *Flat) Add(p pipeline.Prints) error {
	if err := check(p); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	f.adding.Lock()
	defer f.adding.Unlock()
	next := *f.view()
	next.number++
	e := &entry{item: p.Item, kind: p.Kind, seq: p.Seq, pictures: [2]int{next.pictures.rows, len(p.Pictures)}}
	next.pictures = next.pictures.appended(e, len(p.Pictures), func(i int) row {
		return row{p.Pictures[i].Bits, uint8(p.Pictures[i].Quality)}
	})
	for _, h := range p.Footage {
		frames := h.Frames
		h.Frames = nil
		e.footage = append(e.footage, clip{h, next.frames.rows, len(frames)})
		next.appendFrames(e, frames)
	}
	f.seen.Store(&next)

	f.mu.Lock()
	defer f.mu.Unlock()
	if f.items == nil {
		f.items = make(map[pipeline.Digest]*entry)
	}
	if old := f.items[p.Item]; old != nil {
		old.gone.Store(next.number)
	}
	f.items[p.Item] = e
	return nil
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

func (v *view) appendFrames(e *entry, frames []pipeline.HashedFrame) {
	for i, fr := range frames {
		at := v.frames.rows + i
		if at/blockRows == len(v.times) {
			v.times = append(v.times, new([blockRows]float64))
		}
		v.times[at/blockRows][at%blockRows] = fr.Time
	}
	v.frames = v.frames.appended(e, len(frames), func(i int) row {
		r := row{frames[i].Bits, uint8(frames[i].Quality)}
		if frames[i].Key {
			r.mark |= keyMark
		}
		return r
	})
}

// Prints returns what was added of an item last, or pipeline.ErrNotFound.
func (f *Flat) Prints(item pipeline.Digest) (pipeline.Prints, error) {
	f.mu.RLock()
	e := f.items[item]
	f.mu.RUnlock()
	if e == nil {
		return pipeline.Prints{}, fmt.Errorf("index: %v: %w", item, pipeline.ErrNotFound)
	}
	v := f.view()
	p := pipeline.Prints{Item: e.item, Kind: e.kind, Seq: e.seq}
	for i := range e.pictures[1] {
		r := v.pictures.row(e.pictures[0] + i)
		p.Pictures = append(p.Pictures, pipeline.PrintedPicture{Bits: r.hash, Quality: int(r.mark)})
	}
	for _, c := range e.footage {
		h := c.like
		for i := c.first; i < c.first+c.count; i++ {
			h.Frames = append(h.Frames, v.frame(i))
		}
		p.Footage = append(p.Footage, h)
	}
	return p, nil
}

func (v *view) frame(i int) pipeline.HashedFrame {
	r := v.frames.row(i)
	return pipeline.HashedFrame{
		Time: v.times[i/blockRows][i%blockRows], Bits: r.hash, Quality: int(r.mark &^ keyMark), Key: r.mark&keyMark != 0,
	}
}
