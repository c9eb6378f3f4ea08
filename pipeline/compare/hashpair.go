package compare

import (
	"cmp"
	"slices"

	"dokaz/pipeline"
)

// HashPair is two hashes held against each other: of views of two photos, or of a photo and a frame.
type HashPair struct {
	Algorithm string    `json:"algorithm"`      // "pdq" of whole pictures and frames, "pdq0" of views
	Views     [2]string `json:"views"`          // of A and of B, "" the whole picture
	Time      *float64  `json:"time,omitempty"` // of B's frame, seconds
	Rotate    int       `json:"rotate"`         // how A was turned, then mirrored, as in pipeline.Transform
	Mirror    bool      `json:"mirror"`
	Distance  int       `json:"distance"` // bits of 256
	Quality   [2]int    `json:"quality"`  // of A's and B's, 0 to 100
	Counts    bool      `json:"counts"`   // both are of enough quality to take part in a match
}

const (
	maxHashPairs = 8       // told of two items
	maxPictures  = 64      // hashes of a photo
	maxFrames    = 1 << 17 // of a video
)

// held is a hash of one item, of a frame where it has a time.
type held struct {
	pipeline.PrintedPicture
	time *float64
}

// hashes holds two photos' hashes against each other, or a photo's against the frames of a video. Two videos are for frames.
func (e *Explanation) hashes(a, b pipeline.Prints, set Settings) {
	if video(a) || len(a.Pictures)+len(b.Pictures) == 0 {
		return
	}
	as, bs := holding(a), holding(b)
	if len(as) == 0 || len(bs) == 0 {
		e.lacks(ByHash, NotStated, len(as) > 0, len(bs) > 0)
		return
	}
	for _, p := range as {
		for _, q := range bs {
			if (p.View == "") == (q.View == "") { // one algorithm
				e.Hashes = append(e.Hashes, nearestForm(p, q, set))
			}
		}
		e.Hashes = nearestPairs(e.Hashes)
	}
	enough := func(h held) bool { return h.Quality >= set.Quality }
	if hasA, hasB := slices.ContainsFunc(as, enough), slices.ContainsFunc(bs, enough); !hasA || !hasB {
		e.lacks(ByHash, LowQuality, hasA, hasB)
	}
}

// nearestPairs keeps the nearest: that of the whole photos first, then those that count.
func nearestPairs(all []HashPair) []HashPair {
	rank := func(p HashPair) int {
		switch {
		case p.Views == [2]string{} && p.Time == nil:
			return 0
		case p.Counts:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(p, q HashPair) int {
		return cmp.Or(cmp.Compare(rank(p), rank(q)), cmp.Compare(p.Distance, q.Distance))
	})
	return all[:min(len(all), maxHashPairs)]
}

// holding lists the hashes of a photo, or those of a video's whole frames.
func holding(p pipeline.Prints) (out []held) {
	for _, pic := range p.Pictures[:min(len(p.Pictures), maxPictures)] {
		out = append(out, held{PrintedPicture: pic})
	}
	for _, f := range p.Footage {
		if f.Algorithm != "pdq" || f.View != "" && f.View != pipeline.ViewBetween {
			continue
		}
		for _, fr := range f.Frames[:min(len(f.Frames), max(maxFrames-len(out), 0))] {
			out = append(out, held{pipeline.PrintedPicture{Bits: fr.Bits, Quality: fr.Quality}, &fr.Time})
		}
	}
	return out
}

// nearestForm turns and mirrors A's hash to where it is nearest to B's.
func nearestForm(p, q held, set Settings) HashPair {
	out := HashPair{
		Algorithm: "pdq", Views: [2]string{p.View, q.View}, Time: q.time, Distance: 257,
		Quality: [2]int{p.Quality, q.Quality}, Counts: min(p.Quality, q.Quality) >= set.Quality,
	}
	if p.View != "" {
		out.Algorithm = "pdq0"
	}
	for _, form := range pipeline.Dihedrals {
		if d := p.Bits.Turned(form).Distance(q.Bits); d < out.Distance {
			out.Distance, out.Rotate, out.Mirror = d, form.Rotate(), form.Mirror()
		}
	}
	return out
}
