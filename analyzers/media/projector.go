package media

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// Limits bound a projection. A zero field means its default.
type Limits struct {
	pipeline.Limits
	Keys bool // of a film keyframes alone are decoded and shown: a quick look
	Side int  // pixels that the longer side of a JPEG keeps at least when it is reduced while decoding; 800

	Revisit *pipeline.Revisit // of a film: these frames alone
}

// Projector shows items. It holds no state: one may be used by many at once.
type Projector struct{ limits Limits }

// New returns a projector with the default limits.
func New() *Projector { return NewWith(Limits{}) }

// Within returns a projector with these limits on files.
func Within(l pipeline.Limits) *Projector { return NewWith(Limits{Limits: l}) }

// NewWith returns a projector with limits.
func NewWith(l Limits) *Projector {
	l.Limits = l.Limits.OrDefaults()
	if l.Side == 0 {
		l.Side = leastSide
	}
	return &Projector{l}
}

// Parameters says in words what the pixels and times shown depend on, the builds of all decoders included.
func (p *Projector) Parameters() string {
	sampling := fmt.Sprintf("%d frames/s and keyframes (at most %d/s); between them those that changed by %.2f of the contrast, %s apart, at most %d, not deblocked where no frame refers to them",
		time.Second/every, keysPerSecond, changed, betweenApart, maxBetween)
	if p.limits.Keys {
		sampling = fmt.Sprintf("keyframes alone, at least %s apart", keysApart)
	}
	return fmt.Sprintf("%s, at most %d frames and %s of film, %d pixels a frame; first picture of animations; JPEG reduced while decoding to no less than %d pixels a side; %s",
		sampling, p.limits.Shown, p.limits.Film, p.limits.Pixels, p.limits.Side, Decoders())
}

// Decoders names every decoder of this build with its version: what all pixels depend on.
func Decoders() string {
	return fmt.Sprintf("%s; %s; x/image %s; HEIF items by libav; cut PNG as far as it goes", libav.Version(), runtime.Version(), imageVersion)
}

// Project decodes o and calls begin once, before the first frame, then frame for each picture, all from the
// calling goroutine. An error of begin or frame ends it and is returned as it is. ErrUnsupported says that this
// build has no decoder or that there are no pictures, ErrRefused that a limit was passed; these and a
// libav.DamageError can come after frames were shown, which then are all that could be.
func (p *Projector) Project(ctx context.Context, it pipeline.Item, o pipeline.Original, begin func(pipeline.Footage) error, frame func(pipeline.Frame) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch it.Kind {
	case pipeline.Photo:
		return p.photo(ctx, it, o, begin, frame)
	case pipeline.Video:
		if p.limits.Revisit != nil {
			return p.revisit(ctx, it, o, begin, frame)
		}
		return p.film(ctx, it, o, begin, frame)
	case pipeline.Audio:
		return fmt.Errorf("%w: no picture stream", pipeline.ErrUnsupported)
	default:
		return fmt.Errorf("%w: no pictures in a file of kind %q", pipeline.ErrUnsupported, it.Kind)
	}
}

// photo shows the one picture there is. A part of it, where no more decodes, is shown with its damage.
func (p *Projector) photo(ctx context.Context, it pipeline.Item, o pipeline.Original, begin func(pipeline.Footage) error, frame func(pipeline.Frame) error) error {
	s, damage := p.still(ctx, it, o)
	if s.picture == nil {
		if damage == nil {
			damage = errors.New("no picture came out")
		}
		return fmt.Errorf("%s: %w", it.Format, damage)
	}
	if err := begin(pipeline.Footage{Decoder: s.decoder, Still: true, Decoded: p.rows(it, o, s, damage)}); err != nil {
		return err
	}
	if err := frame(s.upright()); err != nil {
		return err
	}
	if damage != nil {
		return fmt.Errorf("%s: %w", it.Format, damage)
	}
	return nil
}
