// Package framehash states the PDQ hash of every sampled frame of a video with its presentation time, and where
// borders stand round the picture for a while, also those of the frames without them. With the hashes go miniatures of the
// frames' luma.
//
// Which frames are shown, four a second and the keyframes, is decided where the video is decoded.
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

// MaxFrames bounds the hashes stated of one stream and view: about two and three quarter hours of four frames a second.
// Frames beyond it are left out and the fact is marked as cut.
const MaxFrames = 40_000

// Analyzer is the watcher of videos.
type Analyzer struct{ limits pipeline.Limits }

// New returns the analyzer with the default limits.
func New() *Analyzer { return Within(pipeline.Limits{}) }

// Within returns the analyzer of what is shown within these limits.
func Within(l pipeline.Limits) *Analyzer { return &Analyzer{l} }

// Spec declares the analyzer.
func (a *Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name:    "framehash",
		Version: 5,
		Parameters: fmt.Sprintf("%s; borders agreed over %d frames, at most %d; at most %d frames a stream; miniatures of at most %d pixels, at most %d; %s",
			pdq.FrameParameters, stretch, maxBoxes, MaxFrames, miniatureArea, MaxMiniatures, media.Within(a.limits).Parameters()),
		Kinds:  []pipeline.Kind{pipeline.Video},
		Yields: []pipeline.FactKind{pipeline.KindFrameHashes, pipeline.KindLocalFeatures},
	}
}

// Watch begins on one stream.
func (*Analyzer) Watch(_ pipeline.Item, s pipeline.Footage, say pipeline.Say) (pipeline.Watch, error) {
	fact := pipeline.FrameHashes{Algorithm: "pdq", Decoder: s.Decoder, Stream: s.Stream}
	between := fact
	between.View = pipeline.ViewBetween
	return &watch{whole: fact, between: between, trimmed: trimming{like: fact}, small: newMiniatures(s), say: say}, nil
}

type watch struct {
	hasher  pdq.Hasher
	quick   pdq.Hasher // of frames between the samples, which are of another size
	room    []uint8    // memory for their luma
	whole   pipeline.FrameHashes
	between pipeline.FrameHashes
	trimmed trimming
	small   miniatures
	say     pipeline.Say
}

// Frame hashes one frame.
func (w *watch) Frame(ctx context.Context, f pipeline.Frame) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(w.whole.Frames) == MaxFrames {
		w.whole.Cut = true
		return nil
	}
	if f.Picture == nil || f.Picture.Bounds().Empty() {
		return fmt.Errorf("framehash: %w: frame %d is empty", pipeline.ErrMalformed, f.Index)
	}
	if f.Between {
		averages, hashed, err := hash(f, &w.quick, w.room)
		if w.room = averages.Pix; err == nil {
			w.between.Frames = append(w.between.Frames, hashed)
		}
		return err
	}
	averages, hashed, err := hash(f, &w.hasher, w.trimmed.room())
	if err != nil {
		return err
	}
	w.whole.Frames = append(w.whole.Frames, hashed)
	w.small.add(averages, hashed.Time)
	return w.trimmed.add(averages, hashed)
}

// hash hashes a frame, reduced into the memory of room.
func hash(f pipeline.Frame, by *pdq.Hasher, room []uint8) (pdq.Averages, pipeline.HashedFrame, error) {
	averages := pdq.Frame(room, f.Picture)
	bits, quality, err := by.OfAverages(averages)
	if err != nil {
		return averages, pipeline.HashedFrame{}, fmt.Errorf("framehash: frame %d: %w", f.Index, err)
	}
	ms := f.Time.Round(time.Millisecond).Milliseconds()
	return averages, pipeline.HashedFrame{Time: float64(ms) / 1000, Bits: bits, Quality: quality, Key: f.Key}, nil
}

// End says what was hashed, also of a video whose decoding broke off: whole frames first, then, in the order in which
// they came up, the frames within borders. Of a stream that showed no frame it says nothing.
func (w *watch) End(context.Context) error {
	if len(w.whole.Frames) == 0 {
		return nil
	}
	w.say(pipeline.Where{}, w.whole)
	facts, err := w.trimmed.end()
	for _, f := range facts {
		w.say(pipeline.Where{}, f)
	}
	if len(w.between.Frames) > 0 {
		w.say(pipeline.Where{}, w.between)
	}
	w.say(pipeline.Where{}, w.small.fact)
	return err
}
