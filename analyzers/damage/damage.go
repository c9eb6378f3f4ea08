// Package damage states how much of a photo or of a film's pictures decodes, where that is not all of it.
//
// It knows what decoding came to, which whoever decodes counts. It must not know formats or decoders, nor why something is missing: a
// header may state more than there ever was.
package damage

import (
	"context"
	"fmt"

	"dokaz/analyzers/media"
	"dokaz/pipeline"
)

// Analyzer is the watcher of photos and videos.
type Analyzer struct{ limits pipeline.Limits }

// New returns the analyzer with the default limits.
func New() *Analyzer { return Within(pipeline.Limits{}) }

// Within returns the analyzer of what is shown within these limits.
func Within(l pipeline.Limits) *Analyzer { return &Analyzer{l} }

// Spec declares the analyzer.
func (a *Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name: "damage", Version: 1,
		Parameters: fmt.Sprintf("errors, or less than stated by more than one in 20 frames or 2 s; at most %d stretches; %s",
			pipeline.MaxStretches, media.Within(a.limits).Parameters()),
		Kinds:  []pipeline.Kind{pipeline.Photo, pipeline.Video},
		Yields: []pipeline.FactKind{pipeline.KindDamage},
	}
}

// Watch begins on a photo or on one stream.
func (*Analyzer) Watch(_ pipeline.Item, s pipeline.Footage, say pipeline.Say) (pipeline.Watch, error) {
	return watch{s, say}, nil
}

type watch struct {
	footage pipeline.Footage
	say     pipeline.Say
}

func (watch) Frame(context.Context, pipeline.Frame) error { return nil }

// End says what is not whole.
func (w watch) End(context.Context) error {
	if w.footage.Decoded == nil {
		return nil
	}
	of := "frames"
	if w.footage.Still {
		of = "rows"
	}
	if f, ok := w.footage.Decoded.Damage(of, w.footage.Stream); ok {
		where := pipeline.Where{}
		if !w.footage.Still {
			where = pipeline.In(fmt.Sprintf("stream:%d", w.footage.Stream))
		}
		w.say(where, f)
	}
	return nil
}
