package index

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// skewed draws words of which a few are in very many lists and most in hardly any.
func skewed(r *rand.Rand, n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(math.Exp(math.Log(50)+r.Float64()*(math.Log(1<<22)-math.Log(50)))) * 2654435761 >> 10
	}
	return ascending(out)
}

// Runs hold what lists they were made of say, however often they were merged, in few runs and, a list at a time, never all at once.
func TestInvertedListsByHand(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 9))
	var x inverted
	var at lists
	var all [][]uint32
	for n := range 6000 {
		words := skewed(r, r.IntN(120))
		all = append(all, words)
		before := x.pending()
		x.add(&at, words)
		if left := x.pending(); before > 0 && len(words) > 0 && left == before {
			t.Fatalf("list %d: nothing is merged", n)
		}
		if len(at.runs) > 2*len(x.levels) || at.count != n+1 {
			t.Fatalf("%d lists in %d runs of %d levels", at.count, len(at.runs), len(x.levels))
		}
	}
	if len(x.levels) < 3 {
		t.Errorf("only %d levels", len(x.levels))
	}
	held := make([][]uint32, len(all))
	copy(held[at.count-len(at.fresh):], at.fresh)
	for _, run := range at.runs {
		last := -1
		for c := newCursor(run); c.word != noWord; c.next() {
			if int(c.word) <= last {
				t.Fatalf("word %d after %d", c.word, last)
			}
			last = int(c.word)
			if from, to := run.find(uint32(c.word)); from != c.from || to != c.to {
				t.Fatalf("word %d is found at %d–%d, not %d–%d", c.word, from, to, c.from, c.to)
			}
			for i := c.from; i < c.to; i++ {
				l := run.base + int(run.where.at(i))
				held[l] = append(held[l], uint32(c.word))
			}
		}
	}
	for i, words := range all {
		if !slices.Equal(held[i], words) {
			t.Fatalf("list %d: %v, not %v", i, held[i], words)
		}
	}
}

// pending counts the words and lists that merging still has to take.
func (x *inverted) pending() (n int) {
	for _, l := range x.levels {
		if w := l.work; w != nil {
			n += l.resident.size + l.guest.size - w.into.size
		}
	}
	return n
}

// No addition does more of a merging than its share: every level is done before it is given the next run.
func TestMergingKeepsPace(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(10, 10))
	var x inverted
	var at lists
	for n := range 8000 {
		words := make([]uint32, 128)
		for i := range words {
			words[i] = r.Uint32() // hardly any in common: as many words as lists, the most to merge
		}
		begun := map[*merging]int{}
		for _, l := range x.levels {
			if l.work != nil {
				begun[l.work] = l.work.into.size
			}
		}
		x.add(&at, ascending(words))
		for w, before := range begun {
			if did := w.into.size - before; did > pace*len(words) {
				t.Fatalf("list %d: %d lists of words merged for %d words", n, did, len(words))
			}
		}
	}
}

// Words that are in none of the runs, or beyond them, are not found.
func TestRunsWithoutAWord(t *testing.T) {
	t.Parallel()
	for _, words := range [][]uint32{nil, {5}, {0, math.MaxUint32}} {
		r := runOf([][]uint32{words}, 0)
		for _, w := range []uint32{0, 1, 5, 6, 1 << 31, math.MaxUint32} {
			if from, to := r.find(w); (to > from) != slices.Contains(words, w) {
				t.Errorf("%v: word %d at %d–%d", words, w, from, to)
			}
		}
	}
}

// A run has no more lists than sixteen bits can number; the next begin another.
func TestRunsEndAtMaxLists(t *testing.T) {
	t.Parallel()
	var x inverted
	var at lists
	for n := range 3 * maxLists {
		x.add(&at, []uint32{uint32(n % 7), 100 + uint32(n)})
	}
	if len(x.full) == 0 {
		t.Fatal("no run is full")
	}
	counted := 0
	for _, r := range at.runs {
		if r.lists > maxLists {
			t.Errorf("a run of %d lists", r.lists)
		}
		from, to := r.find(3)
		counted += to - from
	}
	for _, words := range at.fresh {
		if slices.Contains(words, 3) {
			counted++
		}
	}
	if want := (at.count + 3) / 7; counted != want {
		t.Errorf("word 3 is in %d lists, not %d", counted, want)
	}
}
