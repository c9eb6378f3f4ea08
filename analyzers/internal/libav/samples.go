//go:build libav

package libav

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"dokaz/pipeline"
)

// blockLength bounds how many samples are shown at once.
const blockLength = 8192

// Sound returns the index of the stream to hear: libav's own choice where we can decode it, else the first that we
// can. Without any it returns pipeline.ErrUnsupported.
func (f *File) Sound() (int, error) {
	fit := func(s Stream) bool { return s.Type == "audio" && s.Decoder != "" }
	if s, _, err := f.format.FindBestStream(astiav.MediaTypeAudio, -1, -1); err == nil && s.Index() < len(f.streams) && fit(f.streams[s.Index()]) {
		return s.Index(), nil
	}
	seen := ""
	for i, s := range f.streams {
		if fit(s) {
			return i, nil
		}
		if s.Type == "audio" {
			seen = s.Codec
		}
	}
	if seen != "" {
		return 0, fmt.Errorf("%w: no decoder for %s", pipeline.ErrUnsupported, seen)
	}
	return 0, fmt.Errorf("%w: no sound stream", pipeline.ErrUnsupported)
}

// Samples decodes one stream of sound and shows it in order, in blocks of at most 8,192 samples. Time stamps are not
// looked at: what was decoded is shown without gaps. Errors are those of Frames.
func (f *File) Samples(ctx context.Context, stream int, show func(Samples) error) error {
	if err := f.begin(ctx); err != nil {
		return err
	}
	if stream < 0 || stream >= len(f.streams) || f.streams[stream].Type != "audio" {
		return fmt.Errorf("libav: no stream of sound %d", stream)
	}
	d, err := f.decoder(stream, FrameOptions{})
	if err != nil {
		return err
	}
	defer d.free()
	block := make([]float32, blockLength)
	d.got = func() error { return d.showSamples(block, show) }
	return d.run(ctx)
}

// showSamples shows the decoded frame block by block.
func (d *decoding) showSamples(block []float32, show func(Samples) error) error {
	raw := (*C.AVFrame)(d.frame.UnsafePointer())
	at := int64(raw.best_effort_timestamp)
	if raw.sample_rate > 0 {
		d.counted(at, float64(raw.nb_samples)/float64(raw.sample_rate))
	}
	if C.dokaz_frame_damaged(raw) != 0 {
		d.concealed(at)
	}
	channels := make([]int, int(raw.ch_layout.nb_channels))
	for i := range channels {
		channels[i] = int(C.dokaz_channel(raw, C.int(i)))
	}
	weights := monoWeights(channels)
	for from := 0; from < int(raw.nb_samples); from += blockLength {
		mono := block[:min(blockLength, int(raw.nb_samples)-from)]
		clear(mono)
		for c, w := range weights {
			if w == 0 {
				continue
			}
			if err := mixChannel(mono, raw, from, c, w); err != nil {
				return err
			}
		}
		if err := show(Samples{Rate: int(raw.sample_rate), Mono: mono}); err != nil {
			return err
		}
	}
	return nil
}

// mixChannel adds the samples of channel c from the from-th on.
func mixChannel(mono []float32, raw *C.AVFrame, from, c int, weight float32) error {
	switch raw.format {
	case C.AV_SAMPLE_FMT_U8, C.AV_SAMPLE_FMT_U8P:
		src, step := plane[uint8](raw, from, c, len(mono))
		for i := range mono { // unsigned: the difference is taken as a signed number
			mono[i] += float32(float32(int(src[i*step])-0x80) / 0x80 * weight)
		}
	case C.AV_SAMPLE_FMT_S16, C.AV_SAMPLE_FMT_S16P:
		src, step := plane[int16](raw, from, c, len(mono))
		mixIn(mono, src, step, weight, 1.0/(1<<15))
	case C.AV_SAMPLE_FMT_S32, C.AV_SAMPLE_FMT_S32P:
		src, step := plane[int32](raw, from, c, len(mono))
		mixIn(mono, src, step, weight, 1.0/(1<<31))
	case C.AV_SAMPLE_FMT_S64, C.AV_SAMPLE_FMT_S64P:
		src, step := plane[int64](raw, from, c, len(mono))
		mixIn(mono, src, step, weight, 1.0/(1<<63))
	case C.AV_SAMPLE_FMT_FLT, C.AV_SAMPLE_FMT_FLTP:
		src, step := plane[float32](raw, from, c, len(mono))
		mixIn(mono, src, step, weight, 1)
	case C.AV_SAMPLE_FMT_DBL, C.AV_SAMPLE_FMT_DBLP:
		src, step := plane[float64](raw, from, c, len(mono))
		mixIn(mono, src, step, weight, 1)
	default:
		return fmt.Errorf("%w: sample format %d", pipeline.ErrUnsupported, int(raw.format))
	}
	return nil
}

// plane gives n samples of channel c from the from-th on: every step-th of the slice.
func plane[T any](raw *C.AVFrame, from, c, n int) (src []T, step int) {
	data := unsafe.Slice(raw.extended_data, max(c+1, 1))
	if C.av_sample_fmt_is_planar(int32(raw.format)) != 0 {
		return unsafe.Slice((*T)(unsafe.Pointer(data[c])), from+n)[from:], 1
	}
	step = int(raw.ch_layout.nb_channels)
	return unsafe.Slice((*T)(unsafe.Pointer(data[0])), (from+n)*step)[from*step+c:], step
}
