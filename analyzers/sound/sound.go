// Package sound states the acoustic fingerprint of an item's main stream of sound.
//
// The words are those that fpcalc gives of the same samples. A sound of a few seconds has few such words or none, so
// what is short is stated a second time with words that follow each other three times as fast; those are our own and fit
// only each other. Silence has words too, all of them one: who compares knows it by that.
//
// The package knows streams of sound. It must not know pictures, or what a fingerprint is compared with.
package sound

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"dokaz/analyzers/internal/chromaprint"
	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// MaxShort is up to which length a sound gets fine words besides.
const MaxShort = 10 * time.Second

// Analyzer is the reader of sounds and videos.
type Analyzer struct{ limits pipeline.Limits }

// New returns the analyzer with the default limits.
func New() *Analyzer { return Within(pipeline.Limits{}) }

// Within returns the analyzer with these limits. Of a longer sound what comes later is left out, and the fact is marked as cut.
func Within(l pipeline.Limits) *Analyzer { return &Analyzer{l.OrDefaults()} }

// Spec declares the analyzer.
func (a *Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name:       "sound",
		Version:    2,
		Parameters: fmt.Sprintf("chromaprint2 as fpcalc 1.5.1; fine words up to %s; at most %s; %s", MaxShort, a.limits.Sound, libav.Version()),
		Kinds:      []pipeline.Kind{pipeline.Video, pipeline.Audio},
		Yields:     []pipeline.FactKind{pipeline.KindAudioPrint, pipeline.KindDamage},
	}
}

// errEnough ends decoding where the limit is reached.
var errEnough = errors.New("enough was heard")

// Read says the fingerprint of the main stream, as far as it could be decoded; damage is returned afterwards as a
// libav.DamageError. An item without sound, or with too little of it for one word, gives pipeline.ErrUnsupported.
func (a *Analyzer) Read(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	f, err := libav.Open(ctx, o, it.Size, it.Format, a.limits)
	if err != nil {
		return err
	}
	defer f.Close()
	stream, err := f.Sound()
	if err != nil {
		return err
	}
	h := newHearing(a.limits.Sound)
	err = f.Samples(ctx, stream, h.hear)
	if err != nil && !errors.Is(err, errEnough) && libav.Damage(err) == nil {
		return err
	}
	h.end()
	for _, p := range h.prints() {
		p.Decoder, p.Stream = libav.FilmDecoder(f.Streams()[stream]), stream
		say(pipeline.Where{}, p)
	}
	if fact, ok := f.Decoded().Damage("packets", stream); ok {
		say(pipeline.In(fmt.Sprintf("stream:%d", stream)), fact)
	}
	switch damage := libav.Damage(err); {
	case damage != nil:
		return damage
	case len(h.prints()) == 0:
		return fmt.Errorf("%w: %.1f s of sound are too few for a fingerprint", pipeline.ErrUnsupported, float64(h.heard)/chromaprint.Rate)
	}
	return a.stated(f.Container(), h.cut)
}

// stated refuses what comes after the time that is heard; where the sound itself ended before, it is known by its header alone.
func (a *Analyzer) stated(c libav.Container, cut bool) error {
	limit := a.limits.Sound
	switch s := c.Duration; {
	case s > limit.Seconds() && !c.Estimated:
		return pipeline.Over("sound seconds", int64(min(s, math.MaxInt64/2)), int64(limit/time.Second))
	case cut:
		return fmt.Errorf("%w: sound of more than %s: the rest was not heard", pipeline.ErrRefused, limit)
	}
	return nil
}

// hearing is one stream being heard.
type hearing struct {
	most, short int // samples at chromaprint.Rate: of all, and of what is short
	usual, fine *chromaprint.Printer
	resampler   *chromaprint.Resampler
	rate        int // that resampler was made for
	heard       int // samples at chromaprint.Rate
	cut         bool
}

func newHearing(most time.Duration) *hearing {
	return &hearing{
		most: samplesOf(most), short: samplesOf(MaxShort),
		usual: chromaprint.New(chromaprint.Usual), fine: chromaprint.New(chromaprint.Fine),
	}
}

func samplesOf(t time.Duration) int { return int(t / time.Second * chromaprint.Rate) }

// hear takes the next samples. Where their rate changes, the sound before is brought to its end and goes on at the new rate.
func (h *hearing) hear(s libav.Samples) error {
	if s.Rate != h.rate {
		next, err := chromaprint.NewResampler(s.Rate)
		if err != nil {
			return fmt.Errorf("%w: %w", pipeline.ErrUnsupported, err)
		}
		h.end()
		h.resampler, h.rate = next, s.Rate
	}
	h.feed(h.resampler.Feed(s.Mono))
	if h.cut {
		return errEnough
	}
	return nil
}

// end takes what the resampler still holds.
func (h *hearing) end() {
	if h.resampler != nil {
		h.feed(h.resampler.End())
	}
}

func (h *hearing) feed(samples []int16) {
	if left := h.most - h.heard; len(samples) > left {
		samples, h.cut = samples[:left], true
	}
	h.heard += len(samples)
	h.usual.Feed(samples)
	if h.heard <= h.short {
		h.fine.Feed(samples)
	}
}

// prints are the facts: usual words, and fine ones of what was short.
func (h *hearing) prints() (out []pipeline.AudioPrint) {
	if words := h.usual.Words(); len(words) > 0 {
		out = append(out, pipeline.AudioPrint{
			Algorithm: pipeline.Chromaprint, Step: chromaprint.Usual.Step(), Words: words, Cut: h.cut,
		})
	}
	if words := h.fine.Words(); len(words) > 0 && h.heard <= h.short {
		out = append(out, pipeline.AudioPrint{Algorithm: pipeline.FineChromaprint, Step: chromaprint.Fine.Step(), Words: words})
	}
	return out
}
