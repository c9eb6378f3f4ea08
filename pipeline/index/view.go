package index

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
	"sync/atomic"

	"dokaz/pipeline"
)

// view is what a reader works on. It is replaced, never changed.
type view struct {
	number uint32 // counts the changes
	entries
	tables [tables]table
	lists  [parts - tables]lists
}

// entries are all items ever added, in that order.
type entries struct {
	chunks []*[chunkEntries]entry
	count  uint32
}

// entry is an item as it was added once.
type entry struct {
	item  pipeline.Digest
	first [parts]uint32 // rows and lists from here on, up to the next entry's first, are its own
	gone  atomic.Uint32 // number of the view from which on it is replaced or removed; 0 for none
}

const chunkEntries = 1024

func (e *entries) at(i uint32) *entry { return &e.chunks[i/chunkEntries][i%chunkEntries] }

// add appends an entry. Only one goroutine adds.
func (e *entries) add(item pipeline.Digest, first [parts]uint32) {
	if e.count%chunkEntries == 0 {
		e.chunks = append(e.chunks, new([chunkEntries]entry))
	}
	at := e.at(e.count)
	at.item, at.first = item, first
	e.count++
}

// shows reports whether an entry stands for its item in this view. A view taken before an item was replaced
// keeps the replaced entry, so that no search loses the item.
func (v *view) shows(e uint32) bool {
	gone := v.at(e).gone.Load()
	return gone == 0 || gone > v.number
}

// size returns how many rows or lists there are.
func (v *view) size(p part) int {
	if p < tables {
		return v.tables[p].rows
	}
	return v.lists[p-tables].count
}

// end returns the row or list beyond an entry's last.
func (v *view) end(p part, e uint32) int {
	if e+1 < v.count {
		return int(v.at(e + 1).first[p])
	}
	return v.size(p)
}

// owner returns the entry that a row or list belongs to, which is lo or one after it but not beyond hi.
func (v *view) owner(p part, i int, lo, hi uint32) uint32 {
	n := sort.Search(int(hi-lo), func(n int) bool { return int(v.at(lo + 1 + uint32(n)).first[p]) > i })
	return lo + uint32(n)
}

// rowOwner returns the entry that a row belongs to.
func (v *view) rowOwner(p part, row int) uint32 {
	first, b, hi := v.tables[p].first, row/blockRows, v.count-1
	if b+1 < len(first) {
		hi = first[b+1]
	}
	return v.owner(p, row, first[b], hi)
}

// listOwners returns the entries of lists.
func (v *view) listOwners(p part, found set) set {
	out := newSet(int(v.count))
	e, passed := uint32(0), 0
	for i := range found.all {
		if i < passed {
			continue
		}
		step := uint32(1)
		for e+step < v.count && int(v.at(e + step).first[p]) <= i {
			step *= 2
		}
		e = v.owner(p, i, e, min(e+step, v.count-1))
		passed = v.end(p, e)
		out.add(int(e))
	}
	return out
}

// named returns the items of those entries that this view shows, ascending.
func (v *view) named(found set) []pipeline.Digest {
	type named struct {
		begins uint64 // the item's first bytes, by which nearly all of the sorting is done
		entry  uint32
	}
	var all []named
	for e := range found.all {
		if v.shows(uint32(e)) {
			all = append(all, named{binary.BigEndian.Uint64(v.at(uint32(e)).item[:]), uint32(e)})
		}
	}
	slices.SortFunc(all, func(a, b named) int {
		if a.begins != b.begins {
			return cmp.Compare(a.begins, b.begins)
		}
		return v.at(a.entry).item.Compare(v.at(b.entry).item)
	})
	var out []pipeline.Digest
	for _, n := range all {
		out = append(out, v.at(n.entry).item)
	}
	return out
}

// set is a set of entries or lists by their numbers.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 != 0 }

// all gives the numbers in the set, ascending.
func (s set) all(yield func(int) bool) {
	for w, left := range s {
		for ; left != 0; left &= left - 1 {
			if !yield(w*64 + bits.TrailingZeros64(left)) {
				return
			}
		}
	}
}
