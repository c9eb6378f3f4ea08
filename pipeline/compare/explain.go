package compare

import (
	"dokaz/pipeline"
)

// Explanation says why two items are said to correspond, and what was looked at where they are not. It is for people: no match
// rests on it, but all of it is read off the same prints.
type Explanation struct {
	A       pipeline.Digest  `json:"a"` // as in the matches: the picture, of a picture and a video; else the lesser digest
	B       pipeline.Digest  `json:"b"`
	Matches []pipeline.Match `json:"matches"` // what Pair says
	Hashes  []HashPair       `json:"hashes"`  // nearest first
	Layout  *Layout          `json:"layout,omitempty"`
	Frames  *FrameMatrix     `json:"frames,omitempty"`
	Sound   *SoundLine       `json:"sound,omitempty"`
	Missing []Missing        `json:"missing"` // what could not be held against each other
}

// Missing says that a method had nothing to say of the pair.
type Missing struct {
	Method Method            `json:"method"`
	Why    Reason            `json:"why"`
	Of     []pipeline.Digest `json:"of,omitempty"` // the items it fails for, where it fails for one of them
}

// Method is one of the ways in which two items are held against each other.
type Method string

// The methods.
const (
	ByHash     Method = "picture_hash"
	ByFeatures Method = "local_features"
	ByFrames   Method = "frame_hashes"
	BySound    Method = "audio_print"
)

// Reason is why a method says nothing.
type Reason string

// The reasons.
const (
	NotStated  Reason = "not_stated"  // its analyzer stated nothing: another kind of item, or it failed
	LowQuality Reason = "low_quality" // too little structure: not hashable by this method
	NoMap      Reason = "no_map"      // no map of the plane carries enough features onto each other
	NoOffset   Reason = "no_offset"   // no alignment in time was found
)

// Explain holds two items against each other by every method that has something of both.
func Explain(a, b pipeline.Prints, set Settings) Explanation {
	return ExplainMatches(a, b, Pair(a, b, set), set)
}

// ExplainMatches is Explain for two items of which it is known what Pair says.
func ExplainMatches(a, b pipeline.Prints, ms []pipeline.Match, set Settings) Explanation {
	still := a.Kind == pipeline.Photo && video(b) || b.Kind == pipeline.Photo && video(a)
	if still && video(a) || !still && b.Item.Compare(a.Item) < 0 {
		a, b = b, a
	}
	e := Explanation{A: a.Item, B: b.Item, Matches: append([]pipeline.Match{}, ms...), Hashes: []HashPair{}, Missing: []Missing{}}
	e.hashes(a, b, set)
	e.frames(a, b, set)
	e.layout(a, b)
	e.sound(a, b)
	return e
}

func video(p pipeline.Prints) bool { return p.Kind == pipeline.Video }

// lacks notes that a method says nothing, and of which items.
func (e *Explanation) lacks(m Method, why Reason, has ...bool) {
	out := Missing{Method: m, Why: why}
	for i, d := range []pipeline.Digest{e.A, e.B} {
		if i < len(has) && !has[i] {
			out.Of = append(out.Of, d)
		}
	}
	e.Missing = append(e.Missing, out)
}

// match returns the match of a basis.
func (e *Explanation) match(of ...pipeline.Basis) (pipeline.Match, bool) {
	for _, basis := range of {
		for _, m := range e.Matches {
			if m.Basis == basis {
				return m, true
			}
		}
	}
	return pipeline.Match{}, false
}
