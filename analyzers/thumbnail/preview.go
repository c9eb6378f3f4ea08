package thumbnail

import (
	"context"
	"fmt"
	"runtime"

	"dokaz/analyzers/media"
	"dokaz/pipeline"
)

// previewSide is the longer side in pixels of a picture that is to be looked at closely.
const previewSide = 2048

// Preview makes a large picture of a photo, for people who look at it. It is made when somebody wants to see it, not when an item
// is examined, and takes no part in what a report says.
type Preview struct{ limits pipeline.Limits }

// Projector shows photos as large as a preview is.
func Projector(l pipeline.Limits) *media.Projector {
	return media.NewWith(media.Limits{Limits: l, Side: previewSide})
}

// NewPreview returns the analyzer.
func NewPreview(l pipeline.Limits) *Preview { return &Preview{l} }

// Spec declares it.
func (p *Preview) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name: "preview", Version: 1,
		Parameters: fmt.Sprintf("JPEG quality %d by %s; %d px; %s", quality, runtime.Version(), previewSide, Projector(p.limits).Parameters()),
		Kinds:      []pipeline.Kind{pipeline.Photo},
		Yields:     []pipeline.FactKind{pipeline.KindDerivative},
	}
}

// Watch begins on one picture.
func (*Preview) Watch(_ pipeline.Item, _ pipeline.Footage, say pipeline.Say) (pipeline.Watch, error) {
	return large{say}, nil
}

type large struct{ say pipeline.Say }

func (l large) Frame(_ context.Context, f pipeline.Frame) error {
	img := shrink(f.Picture, previewSide)
	if img.Rect.Empty() {
		return fmt.Errorf("%w: a picture without pixels", pipeline.ErrMalformed)
	}
	return sayPicture(l.say, pipeline.Where{}, img, "preview")
}

func (large) End(context.Context) error { return nil }
