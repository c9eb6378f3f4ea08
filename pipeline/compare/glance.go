package compare

import (
	"cmp"
	"context"
	"math"
	"slices"

	"dokaz/pipeline"
)

// Glimpse says that frames of a film of which few were looked at, its keyframes say, lie near frames or pictures of another item. It is a reason to
// look closer and no match: nothing was aligned in time, and nothing laid on each other.
type Glimpse struct {
	Other    pipeline.Digest `json:"other"`
	Near     int             `json:"near"`            // frames looked at that lie near something of the other
	Of       int             `json:"of"`              // frames looked at that show enough to be compared
	Distance int             `json:"distance"`        // of the nearest, in bits of 256
	At       float64         `json:"at"`              // seconds of the film where that one stands,
	There    *float64        `json:"there,omitempty"` // and of the other, where it is a film
}

// Glance returns what frames of p lie near, those with most such frames first. p itself, should it be there, is passed over.
func (s *Station) Glance(ctx context.Context, p pipeline.Prints) ([]Glimpse, error) {
	p.Words, p.Sound, p.Coded, p.Pictures = nil, nil, nil, nil
	frames := framesOf(s.set.findable(p))
	var out []Glimpse
	err := s.candidates(ctx, p, func(other pipeline.Prints) error {
		out = append(out, s.set.glimpse(frames, s.set.findable(other)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Glimpse) int {
		return cmp.Or(cmp.Compare(b.Near, a.Near), cmp.Compare(a.Distance, b.Distance))
	})
	return out, nil
}

// framesOf are the frames of a film's whole pictures and of those without borders, a moment after the other. What is said to stand at no possible time
// is passed over.
func framesOf(p pipeline.Prints) (out [][]pipeline.HashedFrame) {
	at := map[float64]int{}
	for _, f := range p.Footage {
		for _, fr := range f.Frames {
			if math.IsNaN(fr.Time) || math.IsInf(fr.Time, 0) {
				continue
			}
			i, known := at[fr.Time]
			if !known {
				i, at[fr.Time] = len(out), len(out)
				out = append(out, nil)
			}
			out[i] = append(out[i], fr)
		}
	}
	return out
}

// glimpse holds moments of a film against an item.
func (s Settings) glimpse(moments [][]pipeline.HashedFrame, other pipeline.Prints) Glimpse {
	g := Glimpse{Other: other.Item, Of: len(moments), Distance: 256}
	for _, views := range moments {
		near := false
		for _, f := range views {
			frame, there := nearestFrame(f.Bits, other)
			still := nearestPicture(f.Bits, other)
			near = near || frame <= s.Frame || still <= s.Still
			if frame <= s.Frame && frame < g.Distance {
				g.Distance, g.At, g.There = frame, f.Time, &there
			}
			if still <= s.Still && still < g.Distance {
				g.Distance, g.At, g.There = still, f.Time, nil
			}
		}
		if near {
			g.Near++
		}
	}
	return g
}

// nearestFrame is how near a frame, as it is or mirrored, lies to one of a film, and where that stands.
func nearestFrame(h pipeline.Hash256, of pipeline.Prints) (least int, at float64) {
	least = 256
	for _, form := range inForms(h, []pipeline.Dihedral{pipeline.AsItIs, pipeline.Mirrored}) {
		for _, f := range of.Footage {
			for _, fr := range f.Frames {
				if d := form.Distance(fr.Bits); d < least {
					least, at = d, fr.Time
				}
			}
		}
	}
	return least, at
}

// nearestPicture is how near a frame, in any form, lies to a photo or a part of it.
func nearestPicture(h pipeline.Hash256, of pipeline.Prints) int {
	least := 256
	for _, form := range inForms(h, pipeline.Dihedrals[:]) {
		for _, pic := range of.Pictures {
			least = min(least, form.Distance(pic.Bits))
		}
	}
	return least
}
