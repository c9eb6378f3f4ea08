// Package framehash states the PDQ hash of every sampled frame of a video with its presentation time.
//
// Which frames are shown, two a second and the keyframes, is decided where the video is decoded.
//
// The package knows upright pictures in time. It must not know files, decoders, or what a hash is compared with.
package framehash

import (
	"context"
	"fmt"
	"time"

	"dokaz/analyzers/internal/pdq"
	"dokaz/analyzers/media"
	"dokaz/pipeline"
)

// MaxFrames bounds the hashes stated of one stream: about two and three quarter hours of two frames a second.
// Frames beyond it are left out and the fact is marked as cut.
const MaxFrames = 20_000

// Analyzer is the watcher of videos.
type Analyzer struct{}

// New returns the analyzer.
func New() *Analyzer { return &Analyzer{} }

// Spec declares the analyzer.
func (*Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name:       "framehash",
		Version:    1,
		Parameters: fmt.Sprintf("%s; at most %d frames a stream; %s", pdq.Parameters, MaxFrames, media.New().Parameters()),
		Kinds:      []pipeline.Kind{pipeline.Video},
		Yields:     []pipeline.FactKind{pipeline.KindFrameHashes},
	}
}

// Watch begins on one stream.
func (*Analyzer) Watch(_ pipeline.Item, s pipeline.Footage, say pipeline.Say) (pipeline.Watch, error) {
	return &watch{fact: pipeline.FrameHashes{Algorithm: "pdq", Decoder: s.Decoder, Stream: s.Stream}, say: say}, nil
}

type watch struct {
	fact pipeline.FrameHashes
	say  pipeline.Say
}

// Frame hashes one frame.
func (w *watch) Frame(ctx context.Context, f pipeline.Frame) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(w.fact.Frames) == MaxFrames {
		w.fact.Cut = true
		return nil
	}
	if f.Picture == nil || f.Picture.Bounds().Empty() {
		return fmt.Errorf("framehash: %w: frame %d is empty", pipeline.ErrMalformed, f.Index)
	}
	bits, quality, err := pdq.OfPicture(f.Picture)
	if err != nil {
		return fmt.Errorf("framehash: frame %d: %w", f.Index, err)
	}
	ms := f.Time.Round(time.Millisecond).Milliseconds()
	w.fact.Frames = append(w.fact.Frames, pipeline.HashedFrame{
		Time: float64(ms) / 1000, Bits: bits, Quality: quality, Key: f.Key,
	})
	return nil
}

// End says what was hashed, also of a video whose decoding broke off. Of a stream that showed no frame it says nothing.
func (w *watch) End(context.Context) error {
	if len(w.fact.Frames) > 0 {
		w.say(pipeline.Where{}, w.fact)
	}
	return nil
}
