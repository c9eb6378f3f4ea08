package index

import (
	"math"
	"math/bits"
)

// run says which of some consecutive lists have which words. It is never changed.
type run struct {
	base  int // number of its first list
	lists int // at most maxLists
	words paged[wordEnd]
	count int           // of words
	where paged[uint16] // for each word, the lists that have it, counted from base, ascending
	size  int           // of where
	top   []uint32      // the first of words whose value shifted right is at least the index
	shift int
}

// wordEnd is a word and where its lists end. They begin where those of the word before end.
type wordEnd struct{ word, end uint32 }

const maxLists = math.MaxUint16 + 1

// wordsPerTop is about how many words share an entry of top, where words are spread evenly.
const wordsPerTop = 8

// begin prepares an empty run for at most so many words, none above greatest.
func begin(base, lists, words int, greatest uint32) *run {
	r := &run{base: base, lists: lists, shift: max(0, bits.Len32(greatest)-bits.Len(uint(words/wordsPerTop)))}
	r.top = make([]uint32, 0, greatest>>r.shift+2)
	return r
}

// add says that these lists, counted from another list, have the next word. They are ascending and follow those that it has already.
func (r *run) add(lists []uint16, from int) {
	for _, l := range lists {
		r.where.append(l + uint16(from))
	}
	r.size += len(lists)
}

// end says that all lists that have the next word are added, and which word it is.
func (r *run) end(word uint32) {
	for len(r.top) <= int(word>>r.shift) {
		r.top = append(r.top, uint32(r.count))
	}
	r.words.append(wordEnd{word, uint32(r.size)})
	r.count++
}

// greatest returns the last word, 0 without one.
func (r *run) greatest() uint32 {
	if r.count == 0 {
		return 0
	}
	return r.words.at(r.count - 1).word
}

// find returns where the lists of a word begin and end.
func (r *run) find(word uint32) (from, to int) {
	slot := int(word >> r.shift)
	if slot >= len(r.top) {
		return 0, 0
	}
	lo, hi := int(r.top[slot]), r.count
	if slot+1 < len(r.top) {
		hi = int(r.top[slot+1])
	}
	for lo < hi {
		if mid := lo + (hi-lo)/2; r.words.at(mid).word < word {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == r.count || r.words.at(lo).word != word {
		return 0, 0
	}
	if lo > 0 {
		from = int(r.words.at(lo - 1).end)
	}
	return from, int(r.words.at(lo).end)
}

// tally counts in how many of the words each list stands, which counts holds zeros for, and adds to found those that
// reach atLeast, by their number.
func (r *run) tally(words []uint32, counts []uint32, atLeast uint32, found set) {
	for _, word := range words {
		from, to := r.find(word)
		for from < to {
			part := r.where.stretch(from, to)
			for _, l := range part {
				if counts[l]++; counts[l] == atLeast {
					found.add(r.base + int(l))
				}
			}
			from += len(part)
		}
	}
}
