package wire

import (
	"sync"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
	"dokaz/pipeline/compare"
)

// mostHalfway bounds the items that are remembered halfway; of one more, another begins anew.
const mostHalfway = 32

// halfway is an item that was examined, and of whose films those that could be looked at within the step were. It is no more than work saved:
// what comes of the item is the same without.
type halfway struct {
	wanted   int64 // the claim's: another revision begins anew
	examined catalog.Examined
	looks    compare.Looks
}

// halfways are the items that this process has brought halfway.
type halfways struct {
	mu sync.Mutex
	of map[pipeline.Digest]*halfway
}

// take returns what is done of a claim's item, nil where nothing is, and forgets it.
func (s *halfways) take(cl pipeline.Claim) *halfway {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.of[cl.Item]
	delete(s.of, cl.Item)
	if h == nil || h.wanted != cl.Wanted {
		return nil
	}
	return h
}

func (s *halfways) put(item pipeline.Digest, h *halfway) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[pipeline.Digest]*halfway{}
	}
	for d := range s.of {
		if len(s.of) < mostHalfway {
			break
		}
		delete(s.of, d)
	}
	s.of[item] = h
}
