package compare

import (
	"fmt"

	"dokaz/pipeline"
)

// sound compares the fingerprints of two items' sound: at most one shared_audio. It never says anything of pictures.
func (s Settings) sound(a, b pipeline.Prints) []pipeline.Match {
	f := s.Sound.Align(a.Sound, b.Sound)
	if len(f.Segments) == 0 {
		return nil
	}
	return []pipeline.Match{{
		A: a.Item, B: b.Item, Basis: pipeline.SharedAudio, Strength: f.Strength, Distance: f.Distance,
		Segments: f.Segments, Share: &f.Share, Method: fmt.Sprintf("compare %d: %s", Version, s.Sound.Method()),
	}}
}
