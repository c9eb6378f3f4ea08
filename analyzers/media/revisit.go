package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"time"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

const (
	revisitSide = 320             // samples of a side that frames revisited have at most, where that is quicker
	farIn       = 5 * time.Minute // into a film that cannot be entered in the middle, at most
)

// errSeen ends a film of which all that was wanted is seen.
var errSeen = errors.New("all that was wanted is seen")

// revisit shows the frames of a film that are wanted once more, in whatever order of colours is quickest, and no others.
func (p *Projector) revisit(ctx context.Context, it pipeline.Item, o pipeline.Original, begin func(pipeline.Footage) error, frame func(pipeline.Frame) error) error {
	wanted := p.limits.Revisit.Stretches
	if len(wanted) == 0 {
		return nil
	}
	f, err := libav.Open(ctx, o, it.Size, it.Format, p.limits.Limits)
	if err != nil {
		return err
	}
	defer f.Close()
	index, err := f.Film()
	if err != nil {
		return err
	}
	from := since0(wanted[0][0])
	switch {
	case f.Enterable(index):
	case since0(wanted[len(wanted)-1][1]) > farIn:
		return libav.Over("film seconds without an index", int64(wanted[len(wanted)-1][1]), int64(farIn/time.Second))
	default:
		from = 0
	}
	stream := f.Streams()[index]
	r := revisiting{clock: newClock(stream), wanted: wanted, apart: since0(p.limits.Revisit.Apart), begin: begin, frame: frame,
		footage: pipeline.Footage{Decoder: libav.FilmDecoder(stream), Stream: index}}
	err = f.Frames(ctx, index, libav.FrameOptions{From: from}, r.show)
	if errors.Is(err, errSeen) || libav.Damage(err) != nil && r.shown > 0 {
		return nil
	}
	return err
}

// revisiting is one film being shown once more.
type revisiting struct {
	clock   *clock
	wanted  [][2]float64
	apart   time.Duration
	next    time.Duration // when the next frame is due
	footage pipeline.Footage
	begin   func(pipeline.Footage) error
	frame   func(pipeline.Frame) error
	shown   int
}

// show takes every decoded frame in turn. One with concealed errors shows what never was.
func (r *revisiting) show(f libav.Frame) error {
	t := r.clock.at(f.Time)
	seconds := t.Seconds()
	for len(r.wanted) > 0 && seconds > r.wanted[0][1] {
		r.wanted = r.wanted[1:]
	}
	if len(r.wanted) == 0 {
		return errSeen
	}
	if seconds < r.wanted[0][0] || t < r.next || f.Damaged {
		return nil
	}
	img, err := smaller(f)
	if errors.Is(err, pipeline.ErrUnsupported) {
		return nil // the next frame may have another pixel format
	}
	if err != nil {
		return err
	}
	if r.shown == 0 {
		if err := r.begin(r.footage); err != nil {
			return err
		}
	}
	full := image.Pt(f.Width, f.Height)
	if raster.Orientation(f.Orientation).Swaps() {
		full = image.Pt(f.Height, f.Width)
	}
	err = r.frame(pipeline.Frame{Picture: upright(img, f.Orientation), Full: full, Time: t, Index: r.shown, Key: f.Key})
	r.shown++
	r.next = t + r.apart
	return err
}

// smaller is a frame's picture, reduced and without colours where that is quicker.
func smaller(f libav.Frame) (image.Image, error) {
	if m, ok := f.Reduced(revisitSide); ok {
		return m, nil
	}
	img, err := f.Picture()
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	return img, nil
}

// since0 is seconds from the stream's start as a duration.
func since0(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
