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

// film shows the sampled frames of a file's main stream.
func (p *Projector) film(ctx context.Context, it pipeline.Item, o pipeline.Original, begin func(pipeline.Footage) error, frame func(pipeline.Frame) error) error {
	f, err := libav.Open(ctx, o, it.Size, it.Format, p.limits.Limits)
	if err != nil {
		return err
	}
	defer f.Close()
	index, err := f.Film()
	if err != nil {
		return err
	}
	stream := f.Streams()[index]
	s := screening{
		limits: p.limits, clock: newClock(stream), sampler: sampler{keysOnly: p.limits.Keys}, moving: moving{off: p.limits.Keys}, begin: begin, frame: frame, stated: f.Container(),
		footage: pipeline.Footage{Decoder: libav.FilmDecoder(stream), Stream: index, Decoded: &pipeline.Decoded{}},
	}
	err = f.Frames(ctx, index, libav.FrameOptions{KeysOnly: p.limits.Keys, Apart: keysApart, Glanced: newQuarters(stream).passed}, s.show)
	*s.footage.Decoded = f.Decoded()
	s.footage.Decoded.Limited = s.footage.Decoded.Limited || p.limits.Keys
	switch {
	case s.shown == 0 && err == nil:
		return errors.New("no frame could be decoded")
	case s.shown == 0 && libav.Damage(err) != nil:
		return fmt.Errorf("no frame could be decoded: %w", err)
	case err == nil && s.unreadable != nil:
		return s.unreadable
	case err == nil:
		return stated(f.Container(), p.limits.Film)
	}
	return err
}

// stated refuses what a container says to come after the time that is shown; where the film itself ended before, it is known by its
// header alone.
func stated(c libav.Container, limit time.Duration) error {
	if s := c.Duration; s > limit.Seconds() && !c.Estimated {
		return libav.Over("film seconds", int64(min(s, math.MaxInt64/2)), int64(limit/time.Second))
	}
	return nil
}

// screening is one film being shown.
type screening struct {
	limits     Limits
	clock      *clock
	sampler    sampler
	moving     moving
	footage    pipeline.Footage
	begin      func(pipeline.Footage) error
	frame      func(pipeline.Frame) error
	shown      int
	stated     libav.Container
	unreadable error // why sampled frames could not be shown
}

// show takes every decoded frame in turn and shows those that are sampled.
func (s *screening) show(f libav.Frame) error {
	t := s.clock.at(f.Time)
	if t > s.limits.Film {
		if err := stated(s.stated, s.limits.Film); err != nil {
			return err
		}
		return libav.Over("film seconds", int64(t/time.Second)+1, int64(s.limits.Film/time.Second))
	}
	between := false
	if !s.sampler.wants(t, f.Key) {
		if between = s.moving.wants(t, f); !between {
			return nil
		}
	}
	if int64(s.shown) == s.limits.Shown {
		return libav.Over("frames shown", int64(s.shown)+1, s.limits.Shown)
	}
	img, err := pictureOf(f, between)
	if errors.Is(err, pipeline.ErrUnsupported) {
		s.unreadable = err // the next frame may have another pixel format
		return nil
	}
	if err != nil {
		return err
	}
	if s.shown == 0 {
		if err := s.begin(s.footage); err != nil {
			return err
		}
	}
	var full image.Point
	if between {
		if full = image.Pt(f.Width, f.Height); raster.Orientation(f.Orientation).Swaps() {
			full = image.Pt(f.Height, f.Width)
		}
	}
	sketch := sketchOf(f)
	s.moving.saw(t, sketch, between)
	err = s.frame(pipeline.Frame{Picture: upright(img, f.Orientation), Full: full, Time: t, Index: s.shown, Key: f.Key, Between: between, Sketch: sketch})
	if !between {
		s.shown++
	}
	return err
}

// pictureOf is a frame's picture, of one between others a reduction where that is quicker.
func pictureOf(f libav.Frame, between bool) (image.Image, error) {
	if between {
		if m, ok := f.Reduced(betweenSide); ok {
			return m, nil
		}
	}
	return f.Picture()
}

func sketchOf(f libav.Frame) *pipeline.Sketch {
	if s, ok := f.Sketch(); ok {
		return &s
	}
	return nil
}

func upright(img image.Image, orientation int) image.Image {
	return raster.Orient(raster.Plain(img), raster.Orientation(orientation))
}
