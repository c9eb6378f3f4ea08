package index

import (
	"slices"

	"dokaz/pipeline"
)

// SharingWords returns the items that have a picture with at least so many of the given words of local features, each word
// counting once, ascending. Fewer than one is taken for one.
func (m *Memory) SharingWords(of []pipeline.FeatureWord, atLeast int) ([]pipeline.Digest, error) {
	return m.view().sharing(words, ascending(of), atLeast), nil
}

// SharingSound returns the items that have a stream of sound with at least so many of the given keys (pipeline.SoundKeys), each
// counting once, ascending. Fewer than one is taken for one.
func (m *Memory) SharingSound(of []uint32, atLeast int) ([]pipeline.Digest, error) {
	return m.view().sharing(sounds, ascending(of), atLeast), nil
}

// SharingCoded returns the items with a coded digest that has one of the given words (pipeline.CodedWord), ascending.
func (m *Memory) SharingCoded(of []uint32) ([]pipeline.Digest, error) {
	return m.view().sharing(codes, ascending(of), 1), nil
}

func (v *view) sharing(p part, words []uint32, atLeast int) []pipeline.Digest {
	in := &v.lists[p-tables]
	atLeast = max(atLeast, 1)
	if atLeast > len(words) || in.count == 0 {
		return nil
	}
	found := newSet(in.count)
	var counts [maxLists]uint32
	for _, r := range in.runs {
		clear(counts[:r.lists])
		r.tally(words, counts[:r.lists], uint32(atLeast), found)
	}
	for i, list := range in.fresh {
		if common(list, words, atLeast) {
			found.add(in.count - len(in.fresh) + i)
		}
	}
	return v.named(v.listOwners(p, found))
}

// common reports whether two ascending lists have at least so many words in common.
func common(a, b []uint32, atLeast int) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for i, w := range a {
		if n+len(a)-i < atLeast {
			return false
		}
		at, ok := slices.BinarySearch(b, w)
		if b = b[at:]; ok {
			if n++; n == atLeast {
				return true
			}
		}
	}
	return false
}

// ascending returns words in ascending order, each once.
func ascending[W ~uint32](words []W) []uint32 {
	out := make([]uint32, len(words))
	for i, w := range words {
		out[i] = uint32(w)
	}
	if !slices.IsSorted(out) {
		slices.Sort(out)
	}
	return slices.Compact(out)
}
