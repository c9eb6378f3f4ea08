package index

import (
	"math"
	"slices"
)

const (
	freshWords = 1 << 13 // words from which on fresh lists become a run
	freshLists = 1 << 10 // or lists
	growth     = 4       // how much larger a level is than the one above
	pace       = 12      // words and lists that each level merges for one that is added: growth and 1 of each, and some more
)

// lists is a consistent view of which list has which words.
type lists struct {
	count int
	runs  []*run
	fresh [][]uint32 // the last ones: ascending words, each once
}

// inverted gathers lists of words as a log-structured merge tree does (P. O'Neil et al., "The Log-Structured Merge-Tree", 1996):
// each level has one run, growth times as large as that of the level above at most. A run that comes down is merged with
// the one there step by step, some for each word added, so that no addition has to do it all.
type inverted struct {
	fresh  [][]uint32
	words  int // in fresh
	levels []level
	full   []*run // as large as runs become
}

// level is a run, the one that is being merged into it, and that work.
type level struct {
	resident, guest *run
	work            *merging
}

// add adds one list, which x keeps, to those of the next view.
func (x *inverted) add(to *lists, words []uint32) {
	x.fresh = append(x.fresh, words)
	x.words += len(words)
	to.count++
	for i := range x.levels {
		x.advance(i, pace*len(words))
	}
	if x.words >= freshWords || len(x.fresh) >= freshLists {
		x.descend(0, runOf(x.fresh, to.count-len(x.fresh)))
		x.fresh, x.words = nil, 0
	}
	to.runs, to.fresh = x.runs(), x.fresh
}

func (x *inverted) runs() []*run {
	out := slices.Clone(x.full)
	for _, l := range x.levels {
		if l.resident != nil {
			out = append(out, l.resident)
		}
		if l.guest != nil {
			out = append(out, l.guest)
		}
	}
	return out
}

// descend gives a level a run, whose lists come after those of its own.
func (x *inverted) descend(i int, r *run) {
	if i == len(x.levels) {
		x.levels = append(x.levels, level{})
	}
	x.advance(i, math.MaxInt) // done already, unless a single list was larger than the level
	l := &x.levels[i]
	switch {
	case l.resident == nil:
		x.settle(i, r)
	case r.base+r.lists-l.resident.base > maxLists || int64(l.resident.size)+int64(r.size) > math.MaxUint32:
		x.full = append(x.full, l.resident)
		x.settle(i, r)
	default:
		l.guest, l.work = r, newMerging(l.resident, r)
	}
}

// most is from which size on a run goes down from a level.
func most(i int) int {
	n := freshWords
	for range i + 1 {
		n *= growth
	}
	return n
}

// settle makes r a level's only run, or gives it to the next level where it is too large.
func (x *inverted) settle(i int, r *run) {
	x.levels[i] = level{}
	if r.size >= most(i) {
		x.descend(i+1, r)
		return
	}
	x.levels[i].resident = r
}

// advance goes on with a level's merging by n steps.
func (x *inverted) advance(i, n int) {
	if w := x.levels[i].work; w != nil && w.step(n) {
		x.settle(i, w.into)
	}
}

// merging makes one run of two, the lists of the latter coming after those of the former.
type merging struct {
	former, latter *cursor
	apart          int // from the first list of the one to that of the other
	into           *run
}

func newMerging(former, latter *run) *merging {
	apart := latter.base - former.base
	into := begin(former.base, apart+latter.lists, former.count+latter.count, max(former.greatest(), latter.greatest()))
	return &merging{newCursor(former), newCursor(latter), apart, into}
}

// step merges until n words and lists are done, and reports whether all are.
func (m *merging) step(n int) bool {
	a, b := m.former, m.latter
	for word := min(a.word, b.word); word < noWord; word = min(a.word, b.word) {
		if n <= 0 {
			return false
		}
		before := m.into.size
		if a.word == word {
			a.give(m.into, 0)
		}
		if b.word == word {
			b.give(m.into, m.apart)
		}
		m.into.end(uint32(word))
		n -= 1 + m.into.size - before
	}
	return true
}

// cursor goes through the words of a run.
type cursor struct {
	run      *run
	i        int
	word     uint64 // the one at i; noWord beyond the last
	from, to int    // its lists
}

const noWord = math.MaxUint32 + 1

func newCursor(r *run) *cursor {
	c := &cursor{run: r, i: -1}
	c.next()
	return c
}

func (c *cursor) next() {
	if c.i++; c.i == c.run.count {
		c.word = noWord
		return
	}
	w := c.run.words.at(c.i)
	c.word, c.from, c.to = uint64(w.word), c.to, int(w.end)
}

// give adds what the run says of its word to that of another run, whose lists are counted from another list, and goes on to the next.
func (c *cursor) give(into *run, apart int) {
	for c.from < c.to {
		part := c.run.where.stretch(c.from, c.to)
		into.add(part, apart)
		c.from += len(part)
	}
	c.next()
}

// runOf makes a run of lists, of which there is at least one.
func runOf(fresh [][]uint32, base int) *run {
	var all []uint64 // the word above the list
	for i, words := range fresh {
		for _, w := range words {
			all = append(all, uint64(w)<<16|uint64(i))
		}
	}
	slices.Sort(all)
	greatest := uint32(0)
	if len(all) > 0 {
		greatest = uint32(all[len(all)-1] >> 16)
	}
	r := begin(base, len(fresh), len(all), greatest)
	for i, w := range all {
		r.add([]uint16{uint16(w)}, 0)
		if i+1 == len(all) || all[i+1]>>16 != w>>16 {
			r.end(uint32(w >> 16))
		}
	}
	return r
}
