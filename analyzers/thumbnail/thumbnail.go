package thumbnail

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"runtime"

	"dokaz/analyzers/internal/raster"
	"dokaz/analyzers/media"
	"dokaz/pipeline"
)

// Sizes in pixels of the longer side, and JPEG quality.
const (
	side        = 480
	blurredSide = 240
	stripSide   = 160
	quality     = 80
	greys       = 8 // of a blurred picture, along its longer side
)

// Analyzer makes thumbnails.
type Analyzer struct{ limits pipeline.Limits }

// New returns the analyzer with the default limits.
func New() *Analyzer { return Within(pipeline.Limits{}) }

// Within returns the analyzer of what is shown within these limits.
func Within(l pipeline.Limits) *Analyzer { return &Analyzer{l} }

// Spec declares it.
func (a *Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name: "thumbnail", Version: 2,
		Parameters: fmt.Sprintf("JPEG quality %d by %s; thumbnail %d px, blurred %d px of %d greys a side, film strip of %d at %d px; %s",
			quality, runtime.Version(), side, blurredSide, greys, stripLength, stripSide, media.Within(a.limits).Parameters()),
		Kinds:  []pipeline.Kind{pipeline.Photo, pipeline.Video},
		Yields: []pipeline.FactKind{pipeline.KindDerivative},
	}
}

// Watch begins on one stream.
func (*Analyzer) Watch(_ pipeline.Item, s pipeline.Footage, say pipeline.Say) (pipeline.Watch, error) {
	if s.Still {
		return photo{say}, nil
	}
	return &film{say: say}, nil
}

// photo shows the one picture there is.
type photo struct{ say pipeline.Say }

func (p photo) Frame(_ context.Context, f pipeline.Frame) error {
	return sayPair(p.say, pipeline.Where{}, shrink(f.Picture, side), "thumbnail", "thumbnail-blurred", blurredSide)
}

func (photo) End(context.Context) error { return nil }

// shrink reduces a picture to a longer side; one that is smaller stays as it is.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := raster.Fit(b.Dx(), b.Dy(), side)
	return raster.Shrink(img, w, h)
}

// sayPair says a picture and its blurred form.
func sayPair(say pipeline.Say, w pipeline.Where, img *image.RGBA, plain, blurred string, blurredSide int) error {
	if img.Rect.Empty() {
		return fmt.Errorf("%w: a picture without pixels", pipeline.ErrMalformed)
	}
	if err := sayPicture(say, w, img, plain); err != nil {
		return err
	}
	return sayPicture(say, w, blur(img, blurredSide), blurred)
}

func sayPicture(say pipeline.Say, w pipeline.Where, img *image.RGBA, role string) error {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("%s: %w", role, err)
	}
	say(w, pipeline.Derivative{
		Role: role, MediaType: "image/jpeg", Digest: pipeline.DigestOf(b.Bytes()),
		Width: img.Rect.Dx(), Height: img.Rect.Dy(), Bytes: b.Bytes(),
	})
	return nil
}

// blur keeps at most eight by eight mean greys of a picture (luma of ITU-R BT.601) and spreads them smoothly over a size of its own.
func blur(img *image.RGBA, side int) *image.RGBA {
	w, h := raster.Fit(img.Rect.Dx(), img.Rect.Dy(), side)
	few := shrink(img, greys)
	for p := few.Pix; len(p) >= 4; p = p[4:] {
		y := color.GrayModel.Convert(color.RGBA{p[0], p[1], p[2], 255}).(color.Gray).Y
		p[0], p[1], p[2] = y, y, y
	}
	out := raster.Shrink(few, w, h) // squares of grey
	raster.Blur(out, max(w, h)/(2*greys), 3)
	return out
}
