// Package revisit states small copies of frames of a film that are wanted once more, larger than the fingerprints keep them, by those
// who hold a picture against the film and want to know which moment it shows.
//
// The package knows upright pictures in time. It must not know files, decoders, what frames are wanted for, or any other item.
package revisit

import (
	"context"
	"fmt"
	"time"

	"dokaz/analyzers/internal/raster"
	"dokaz/analyzers/media"
	"dokaz/pipeline"
)

const (
	side    = 160 // pixels of the longer side of a miniature
	perFact = 128 // frames that are said at once: a fact is one bounded line of the child's reply

	// MaxFrames bounds what one revisit states: as text 26 million bytes.
	MaxFrames = 720
)

// Analyzer is the watcher of films revisited. An examination never asks it.
type Analyzer struct {
	limits pipeline.Limits
	wanted pipeline.Revisit
}

// New returns the analyzer of the frames wanted.
func New(l pipeline.Limits, wanted pipeline.Revisit) *Analyzer { return &Analyzer{l, wanted} }

// Projector shows the frames wanted and no others.
func (a *Analyzer) Projector() *media.Projector {
	return media.NewWith(media.Limits{Limits: a.limits, Revisit: &a.wanted})
}

// Spec declares the analyzer. Which frames are wanted is no parameter: it is asked about one film at a time.
func (a *Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name: "revisit", Version: 1,
		Parameters: fmt.Sprintf("luma area-averaged to at most %d pixels a side, at most %d frames; %s", side, MaxFrames, media.Decoders()),
		Kinds:      []pipeline.Kind{pipeline.Video},
		Yields:     []pipeline.FactKind{pipeline.KindLocalFeatures},
	}
}

// Watch begins on one stream.
func (a *Analyzer) Watch(_ pipeline.Item, s pipeline.Footage, say pipeline.Say) (pipeline.Watch, error) {
	return &watch{say: say, fact: pipeline.LocalFeatures{Algorithm: pipeline.Plain, Decoder: s.Decoder, Stream: s.Stream}}, nil
}

type watch struct {
	say  pipeline.Say
	fact pipeline.LocalFeatures
	seen int
}

// Frame keeps a small copy of one frame.
func (w *watch) Frame(ctx context.Context, f pipeline.Frame) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.Picture == nil || f.Picture.Bounds().Empty() {
		return fmt.Errorf("revisit: %w: frame %d is empty", pipeline.ErrMalformed, f.Index)
	}
	if w.seen++; w.seen > MaxFrames {
		return pipeline.Over("frames revisited", int64(w.seen), MaxFrames)
	}
	luma, width, height := raster.Luma(f.Picture, side)
	m := &pipeline.Miniature{Width: width, Height: height, Luma: make([]byte, len(luma))}
	for i, v := range luma {
		m.Luma[i] = byte(min(max(v+0.5, 0), 255))
	}
	size := f.Size()
	w.fact.Width, w.fact.Height = size.X, size.Y
	w.fact.Frames = append(w.fact.Frames, pipeline.FeaturedFrame{Time: float64(f.Time.Round(time.Millisecond).Milliseconds()) / 1000, Miniature: m})
	if len(w.fact.Frames) == perFact {
		w.tell()
	}
	return nil
}

func (w *watch) tell() {
	w.say(pipeline.Where{}, w.fact)
	w.fact.Frames = nil
}

// End says what is left to say.
func (w *watch) End(context.Context) error {
	if len(w.fact.Frames) > 0 {
		w.tell()
	}
	return nil
}
