package framehash

import (
	"fmt"
	"image"

	"dokaz/analyzers/internal/pdq"
	"dokaz/analyzers/internal/views"
	"dokaz/pipeline"
)

const (
	stretch  = 60 // frames over which a border is agreed: a quarter of a minute
	some     = 15 // frames of a stretch that can agree on another border than stood before
	least    = 3  // frames of a short clip that can agree on one
	maxBoxes = 4  // different borders of one video
)

// trimming hashes frames without the borders that stand round them. It keeps the luma of one stretch of frames, until it is known
// which borders stand over it: at most 16 MB.
type trimming struct {
	like    pipeline.FrameHashes // what all facts have in common
	pending []waiting
	border  views.Standing
	last    image.Rectangle // the picture within the borders in the stretch before
	found   []within
	spare   [][]uint8 // memory of frames that were settled
	part    []uint8   // of one that is hashed
}

// waiting is a frame whose borders are not known yet.
type waiting struct {
	luma  pdq.Averages
	frame pipeline.HashedFrame
}

func (w waiting) gray() views.Gray { return views.Gray{W: w.luma.W, H: w.luma.H, Pix: w.luma.Pix} }

// within is what was hashed within one box.
type within struct {
	bounds, box image.Rectangle
	fact        pipeline.FrameHashes
	hasher      pdq.Hasher
}

// room is memory for the luma of one frame; none where no frame left any.
func (t *trimming) room() []uint8 {
	if len(t.spare) == 0 {
		return nil
	}
	last := len(t.spare) - 1
	room := t.spare[last]
	t.spare = t.spare[:last]
	return room
}

// add takes one frame, whose luma is the trimming's own from then on.
func (t *trimming) add(luma pdq.Averages, f pipeline.HashedFrame) error {
	w := waiting{luma, f}
	t.pending = append(t.pending, w)
	t.border.Add(w.gray())
	if len(t.pending) < stretch {
		return nil
	}
	return t.settle()
}

// settle decides on the borders of the stretch and hashes its frames.
func (t *trimming) settle() error {
	pending, border := t.pending, t.border
	defer func() {
		for _, w := range pending {
			t.spare = append(t.spare, w.luma.Pix)
		}
	}()
	t.pending, t.border = nil, views.Standing{}
	box := border.Box()
	switch {
	case border.Frames() >= some, t.last.Empty() && border.Frames() >= least:
		t.last = box
	case t.last.In(border.Bounds()): // a short rest, or black for long: what stood still stands
		box = t.last
	}
	if box.Empty() || box == border.Bounds() {
		return nil
	}
	into := t.within(border.Bounds(), box)
	if into == nil {
		return nil
	}
	for _, w := range pending {
		if w.gray().Bounds() != into.bounds {
			continue
		}
		if err := into.hash(w, &t.part); err != nil {
			return fmt.Errorf("framehash: at %.3f s: %w", w.frame.Time, err)
		}
	}
	return nil
}

// within finds what was hashed within nearly this box, or begins it; nil where there are too many others.
func (t *trimming) within(bounds, box image.Rectangle) *within {
	for i, w := range t.found {
		if w.bounds == bounds && w.box.Inset(-1).Intersect(box) == box && box.Inset(-1).Intersect(w.box) == w.box {
			return &t.found[i]
		}
	}
	if len(t.found) == maxBoxes {
		return nil
	}
	fact := t.like
	fact.View = "trimmed"
	place := views.Gray{W: bounds.Dx(), H: bounds.Dy()}.Fractions(box)
	fact.Box = &place
	t.found = append(t.found, within{bounds: bounds, box: box, fact: fact})
	return &t.found[len(t.found)-1]
}

// hash adds one frame's part within the box, for which it takes the memory of room.
func (w *within) hash(f waiting, room *[]uint8) error {
	if len(w.fact.Frames) == MaxFrames {
		w.fact.Cut = true
		return nil
	}
	a, box := f.luma, w.box
	part := pdq.Averages{W: box.Dx(), H: box.Dy(), Box: a.Box}
	part.Full = image.Pt(min(box.Max.X*a.Box, a.Full.X)-box.Min.X*a.Box, min(box.Max.Y*a.Box, a.Full.Y)-box.Min.Y*a.Box)
	part.Pix = (*room)[:0]
	for y := box.Min.Y; y < box.Max.Y; y++ {
		part.Pix = append(part.Pix, a.Pix[y*a.W+box.Min.X:][:box.Dx()]...)
	}
	*room = part.Pix
	bits, quality, err := w.hasher.OfAverages(part)
	f.frame.Bits, f.frame.Quality = bits, quality
	w.fact.Frames = append(w.fact.Frames, f.frame)
	return err
}

// end settles the last stretch and returns what was hashed.
func (t *trimming) end() (facts []pipeline.FrameHashes, err error) {
	if len(t.pending) > 0 {
		err = t.settle()
	}
	for _, w := range t.found {
		if len(w.fact.Frames) > 0 {
			facts = append(facts, w.fact)
		}
	}
	return facts, err
}
