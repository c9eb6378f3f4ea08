package wire

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/compare/draw"
)

// Drawing shows why two items are said to correspond.
type Drawing struct {
	Shows   string          // "correspondences", "overlay", "difference", "sheet", "frames" or "sound"
	Image   *image.RGBA     //
	Photo   bool            // it holds photographs, and not only lines and fields
	Regions []pipeline.Box  // of a difference: the largest regions that differ, in fractions of B
	A, B    pipeline.Digest // which item is A in it and which is B
}

// Encode writes the drawing in the form that suits it.
func (d Drawing) Encode() (b []byte, mediaType string, err error) {
	if d.Photo {
		b, err = draw.JPEG(d.Image)
		return b, "image/jpeg", err
	}
	b, err = draw.PNG(d.Image)
	return b, "image/png", err
}

// The sides of drawings, in pixels: of pictures on a leaf of their own and on a report's page, and of plots.
const (
	leafSide = 480
	pageSide = 300
	plotSide = 520
)

// Draw makes every drawing that an explanation gives, each on a leaf of its own.
func (h *House) Draw(ctx context.Context, e compare.Explanation, a, b Seen) ([]Drawing, error) {
	var out []Drawing
	laid, pictures, err := h.laid(ctx, e, a, b, leafSide)
	if err != nil {
		return nil, err
	}
	if e.Layout != nil && len(e.Layout.Points) > 0 {
		out = append(out, Drawing{Shows: "correspondences", Image: draw.Correspondences(laid), Photo: pictures})
	}
	if e.Layout != nil && pictures {
		img, regions := draw.Difference(laid)
		out = append(out, Drawing{Shows: "overlay", Image: draw.Overlay(laid), Photo: true}, Drawing{Shows: "difference", Image: img, Photo: true, Regions: regions})
	}
	return named(append(out, plots(e)...), e), nil
}

// drawForPage makes the one drawing that says most, nil where there is none.
func (h *House) drawForPage(ctx context.Context, e compare.Explanation, a, b Seen) (*Drawing, error) {
	all := plots(e)
	laid, pictures, err := h.laid(ctx, e, a, b, pageSide)
	if err != nil {
		return nil, err
	}
	if e.Layout != nil && pictures && len(e.Layout.Points)+len(e.Matches) > 0 {
		all = append([]Drawing{{Shows: "sheet", Image: draw.Sheet(laid), Photo: true}}, all...)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return &named(all[:1], e)[0], nil
}

// plots are the drawings of media in time.
func plots(e compare.Explanation) (out []Drawing) {
	if e.Frames != nil {
		out = append(out, Drawing{Shows: "frames", Image: draw.Frames(*e.Frames, plotSide)})
	}
	if e.Sound != nil {
		out = append(out, Drawing{Shows: "sound", Image: draw.Sound(*e.Sound, plotSide)})
	}
	return out
}

func named(all []Drawing, e compare.Explanation) []Drawing {
	for i := range all {
		all[i].A, all[i].B = e.A, e.B
	}
	return all
}

// laid gathers what drawings of two pictures are made of. pictures is false where one of them is not at hand: then a field of the
// same shape stands for it.
func (h *House) laid(ctx context.Context, e compare.Explanation, a, b Seen, side int) (l draw.Laid, pictures bool, err error) {
	if e.Layout == nil {
		return l, false, nil
	}
	if a.Item.Digest != e.A {
		a, b = b, a
	}
	l = draw.Laid{By: e.Layout.By, Points: e.Layout.Points, Side: side}
	pictures = true
	for _, s := range []struct {
		to   **image.RGBA
		of   Seen
		time float64
	}{{&l.A, a, e.Layout.ATime}, {&l.B, b, e.Layout.BTime}} {
		if *s.to, err = h.small(ctx, s.of, s.time); err != nil {
			return l, false, err
		}
		if *s.to == nil {
			*s.to, pictures = draw.Blank(shape(s.of)), false
		}
	}
	return l, pictures, nil
}

// near is how far, in seconds, a small picture of a video may be from the moment it is to show.
const near = 0.3

// small finds a small picture of an item: of a video the one of the moment, of a photo the thumbnail or else its miniature. It is nil
// where there is none.
func (h *House) small(ctx context.Context, s Seen, at float64) (*image.RGBA, error) {
	best, found := math.Inf(1), (*pipeline.Derivative)(nil)
	for _, m := range s.Examination.Measurements {
		d, ok := m.Fact.(pipeline.Derivative)
		if !ok || d.Role != "thumbnail" && d.Role != "keyframe" {
			continue
		}
		away := 0.0
		if m.Where.Time != nil {
			away = math.Abs(*m.Where.Time - at)
		}
		if away <= near && away < best {
			best, found = away, &d
		}
	}
	if found != nil {
		p, err := h.decoded(ctx, s, found.Digest)
		if p != nil || err != nil {
			return p, err
		}
	}
	for _, l := range s.Prints.Features {
		for _, f := range l.Frames {
			if p := draw.Grey(f.Miniature); p != nil && math.Abs(f.Time-at) <= near {
				return p, nil
			}
		}
	}
	return nil, nil
}

// decoded reads a derivative of what was looked at, or of an item of the case; nil where it is gone or no picture: what a child made
// of a hostile file must not cost the report.
func (h *House) decoded(ctx context.Context, s Seen, d pipeline.Digest) (*image.RGBA, error) {
	b, ok := s.derivatives[d]
	if !ok {
		var err error
		if b, err = h.derived(ctx, d); errors.Is(err, pipeline.ErrNotFound) {
			return nil, nil
		} else if err != nil {
			return nil, fmt.Errorf("small picture of %s: %w", s.Item.Digest, err)
		}
	}
	p, err := draw.Decode(b)
	if errors.Is(err, pipeline.ErrMalformed) {
		return nil, nil
	}
	return p, err
}

// shape is the width and height of an item's picture.
func shape(s Seen) (w, h int) {
	for _, l := range s.Prints.Features {
		if l.Width > 0 && l.Height > 0 {
			return l.Width, l.Height
		}
	}
	return 4, 3
}
