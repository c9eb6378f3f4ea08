package compare

import (
	"fmt"

	"dokaz/pipeline"
)

// coded returns same_media where two items of one kind hold the same coded picture, or a stream of the same packets: bytes that are equal
// under other metadata or in another container. Nothing coded anew keeps them. Turns that metadata prescribe are not
// looked at: they are what may differ.
func coded(a, b pipeline.Prints) []pipeline.Match {
	if a.Kind != b.Kind || !anyCoded(a.Coded, b.Coded) {
		return nil
	}
	return []pipeline.Match{{
		A: a.Item, B: b.Item, Basis: pipeline.SameMedia, Strength: pipeline.Confirmed,
		Method: fmt.Sprintf("compare %d: equal digests of what is coded", Version),
	}}
}

// anyCoded reports whether two ascending lists have a digest in common.
func anyCoded(a, b []pipeline.Digest) bool {
	for len(a) > 0 && len(b) > 0 {
		switch c := a[0].Compare(b[0]); {
		case c == 0:
			return true
		case c < 0:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}

// codedWords are the parts of coded digests by which an index finds them.
func codedWords(keys []pipeline.Digest) (out []uint32) {
	for _, k := range keys {
		out = append(out, pipeline.CodedWord(k))
	}
	return out
}
