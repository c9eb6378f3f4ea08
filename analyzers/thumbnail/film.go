package thumbnail

import (
	"context"
	"image"
	"slices"
	"time"

	"dokaz/analyzers/internal/raster"
	"dokaz/pipeline"
)

const (
	stripLength = 8  // pictures of a strip
	candidates  = 10 // frames among which the thumbnail is chosen
	calm        = 64 // luma variance, in levels squared, below which a frame is black, white or flat
	probeSide   = 64 // pixels of the longer side on which variance is measured
)

// seen is a frame kept small.
type seen struct {
	picture *image.RGBA
	at      time.Duration
}

// film keeps the frame that stands for a film, and a strip of frames along it whose number stays bounded: every
// stride-th frame is kept, and when there are twice as many as wanted, every other is dropped and the stride doubled.
type film struct {
	say    pipeline.Say
	best   *seen
	chosen bool // best is no longer only the first frame
	frames int
	stride int
	strip  []seen
}

// Frame looks at one sampled frame.
func (f *film) Frame(_ context.Context, fr pipeline.Frame) error {
	if fr.Between || fr.Picture == nil || fr.Picture.Bounds().Empty() {
		return nil
	}
	f.choose(fr)
	if f.stride == 0 {
		f.stride = 1
	}
	if f.frames%f.stride == 0 {
		if len(f.strip) == 2*stripLength {
			f.thin()
		}
		if f.frames%f.stride == 0 {
			f.strip = append(f.strip, seen{shrink(fr.Picture, stripSide), fr.Time})
		}
	}
	f.frames++
	return nil
}

// choose keeps the first frame, and in its place the first of ten that is not flat.
func (f *film) choose(fr pipeline.Frame) {
	if f.chosen || f.frames >= candidates {
		return
	}
	lively := variance(fr.Picture) > calm
	if f.best == nil || lively {
		f.best, f.chosen = &seen{shrink(fr.Picture, side), fr.Time}, lively
	}
}

// thin drops every other picture of the strip.
func (f *film) thin() {
	kept := f.strip[:0]
	for i, s := range f.strip {
		if i%2 == 0 {
			kept = append(kept, s)
		}
	}
	f.strip = kept
	f.stride *= 2
}

// End says the thumbnail and the strip. A strip of one picture would repeat the thumbnail and is left out.
func (f *film) End(context.Context) error {
	if f.best == nil {
		return nil
	}
	if err := sayPair(f.say, when(f.best.at), f.best.picture, "thumbnail", "thumbnail-blurred", blurredSide); err != nil {
		return err
	}
	if len(f.strip) < 2 {
		return nil
	}
	for _, s := range evenly(f.strip, stripLength) {
		if err := sayPair(f.say, when(s.at), s.picture, "keyframe", "keyframe-blurred", stripSide); err != nil {
			return err
		}
	}
	return nil
}

// evenly picks at most n of list, the first and the last among them.
func evenly(list []seen, n int) []seen {
	if len(list) <= n {
		return list
	}
	out := make([]seen, 0, n)
	for i := range n {
		out = append(out, list[i*(len(list)-1)/(n-1)])
	}
	return slices.Clip(out)
}

// variance is that of a picture's luma, in levels squared.
func variance(img image.Image) float64 {
	luma, _, _ := raster.Luma(img, probeSide)
	var sum, squares float64
	for _, v := range luma {
		sum += float64(v)
		squares += float64(float64(v) * float64(v))
	}
	n := float64(len(luma))
	mean := sum / n
	return squares/n - float64(mean*mean)
}

func when(t time.Duration) pipeline.Where {
	seconds := float64(t.Round(time.Millisecond).Milliseconds()) / 1000
	return pipeline.Where{Time: &seconds}
}
