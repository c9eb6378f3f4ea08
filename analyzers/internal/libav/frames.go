//go:build libav

package libav

// #include "shim.h"
// #include "sketch.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"

	"dokaz/pipeline"
)

// Frames decodes one stream and shows its frames in presentation order. Pixels are copied only when Picture is
// called. An error of show ends it and is returned as it is. Packets that do not decode are counted and passed
// over; they, and frames with concealed errors, give a *DamageError after all frames were shown.
func (f *File) Frames(ctx context.Context, stream int, opts FrameOptions, show func(Frame) error) error {
	if err := f.begin(ctx); err != nil {
		return err
	}
	if stream < 0 || stream >= len(f.streams) {
		return fmt.Errorf("libav: no stream %d", stream)
	}
	d, err := f.decoder(stream, opts)
	if err != nil {
		return err
	}
	defer d.free()
	d.got = func() error { return d.showFrame(show) }
	if opts.KeysOnly {
		d.passes = d.thinned(opts.Apart)
	}
	d.glanced = opts.Glanced
	if err := d.enter(opts.From); err != nil {
		return err
	}
	return d.run(ctx)
}

// thinned passes over the packets of keyframes that follow the last one let through by less than apart.
func (d *decoding) thinned(apart time.Duration) func(*astiav.Packet) bool {
	last := math.Inf(-1)
	return func(p *astiav.Packet) bool {
		at := d.file.seconds(d.stream.Index, p.Pts())
		if !p.Flags().Has(astiav.PacketFlagKey) || math.IsNaN(at) {
			return false // the decoder knows what is a keyframe, and skips the rest
		}
		if at >= last && at-last < apart.Seconds() {
			return true
		}
		last = at
		return false
	}
}

// run decodes the stream to its end.
func (d *decoding) run(ctx context.Context) error {
	err := d.file.each(ctx, d.damage, func(p *astiav.Packet) error {
		if p.StreamIndex() != d.stream.Index || (d.passes != nil && d.passes(p)) {
			return nil
		}
		if d.glanced != nil {
			d.sparing(d.glanced(p.Pts()))
		}
		return d.feed(ctx, p)
	})
	if err == nil {
		err = d.feed(ctx, nil) // what the decoder still holds
	}
	if d.damage.Ended != nil && d.file.decoded.Errors == 0 {
		d.file.decoded.Errors++
	}
	d.file.decoded.Limited = err != nil
	return errors.Join(err, d.damage.orNil())
}

// sparing has the decoder leave out the filter that smooths the borders of blocks (ITU-T H.264 §8.7) in frames to come that no other
// refers to, or not. A decoder on one thread asks when it begins a frame.
func (d *decoding) sparing(yes bool) {
	c := (*C.AVCodecContext)(d.codec.UnsafePointer())
	c.skip_loop_filter = C.AVDISCARD_DEFAULT
	if yes {
		c.skip_loop_filter = C.AVDISCARD_NONREF
	}
}

// Decoded is what Frames or Samples came to, of the stream that it was asked for. A decoder that was asked for keyframes alone has
// passed over the others: then the numbers say nothing of the file.
func (f *File) Decoded() pipeline.Decoded { return f.decoded }

// expect notes what the header says of a stream.
func (d *decoding) expect() {
	s, out := d.stream, pipeline.Decoded{}
	if s.Type == "video" { // what counts as one piece of sound differs between containers
		out.Stated = s.Frames
		if d.file.format.InputFormat().Name() == movNames {
			out.Stated = d.file.Beyond(s.Index).Of // without those that an edit list leaves out
		}
	}
	switch {
	case s.Duration != NoTime && s.Duration > 0:
		out.Duration = s.TimeBase.Seconds(s.Duration)
	case !d.file.container.Estimated && len(d.file.streams) == 1: // others may go on longer
		out.Duration = d.file.container.Duration
	}
	d.file.decoded = out
}

// sinceStart is a time stamp in seconds from the stream's start; NaN where it has none.
func (d *decoding) sinceStart(ticks int64) float64 {
	at := d.file.seconds(d.stream.Index, ticks)
	if d.stream.Start != NoTime {
		at -= d.file.seconds(d.stream.Index, d.stream.Start)
	}
	return at
}

// movNames is how libav calls its demuxer of ISO base media.
const movNames = "mov,mp4,m4a,3gp,3g2,mj2"

// lasting is how many seconds a frame is shown, as its packet says or as frames do on the average.
func (d *decoding) lasting(ticks int64) float64 {
	if r := d.stream.AverageRate; ticks <= 0 && r.Stated() && r.Num > 0 {
		return float64(r.Den) / float64(r.Num)
	}
	return d.stream.TimeBase.Seconds(max(ticks, 0))
}

// counted notes a decoded frame that lasts so many seconds.
func (d *decoding) counted(ticks int64, lasts float64) {
	out := &d.file.decoded
	out.Read++
	if at := d.sinceStart(ticks) + lasts; at > out.Until {
		out.Until = at
	}
}

// failed notes a packet that does not decode, concealed a frame that decodes with errors.
func (d *decoding) failed(ticks int64) {
	d.damage.packet(d.file.seconds(d.stream.Index, ticks))
	d.file.decoded.Errors++
	d.file.decoded.Times.Add(d.sinceStart(ticks))
}

func (d *decoding) concealed(ticks int64) {
	d.damage.frame(d.file.seconds(d.stream.Index, ticks))
	d.file.decoded.Concealed++
	d.file.decoded.Times.Add(d.sinceStart(ticks))
}

// decoding is one stream at work.
type decoding struct {
	file    *File
	stream  Stream
	codec   *astiav.CodecContext
	frame   *astiav.Frame
	got     func() error              // shows the frame that was decoded
	passes  func(*astiav.Packet) bool // says which packets not to decode; may be nil
	damage  *DamageError
	glanced func(ticks int64) bool // see FrameOptions; may be nil
	shown   int64
	spare   *image.YCbCr // the last picture copied out
}

func (f *File) decoder(stream int, opts FrameOptions) (*decoding, error) {
	streams := f.format.Streams()
	for i, s := range streams {
		if i != stream {
			s.SetDiscard(astiav.DiscardAll)
		}
	}
	parameters := streams[stream].CodecParameters()
	codec := astiav.FindDecoder(parameters.CodecID())
	if codec == nil {
		return nil, fmt.Errorf("%w: no decoder for %s", pipeline.ErrUnsupported, f.streams[stream].Codec)
	}
	d := &decoding{file: f, stream: f.streams[stream], codec: astiav.AllocCodecContext(codec), frame: astiav.AllocFrame(), damage: newDamage()}
	if d.codec == nil || d.frame == nil {
		d.free()
		return nil, errors.New("libav: no memory for a decoder")
	}
	if err := parameters.ToCodecContext(d.codec); err != nil {
		d.free()
		return nil, fmt.Errorf("libav %s: %w", codec.Name(), err)
	}
	options := map[string]string{}
	if opts.KeysOnly {
		options["skip_frame"] = "nokey"
	}
	d.expect()
	if err := openCodec(d.codec, codec, f.limits.Pixels, options); err != nil {
		d.free()
		return nil, err
	}
	return d, nil
}

// openCodec opens for one thread and bit-exact output.
func openCodec(c *astiav.CodecContext, codec *astiav.Codec, pixels int64, more map[string]string) error {
	c.SetThreadCount(1)
	c.SetFlags(c.Flags().Add(astiav.CodecContextFlagBitexact))
	options := astiav.NewDictionary()
	defer options.Free()
	more["max_pixels"], more["codec_whitelist"] = fmt.Sprint(pixels), codecWhitelist()
	for key, value := range more {
		if err := options.Set(key, value, 0); err != nil {
			return fmt.Errorf("libav %s: option %s: %w", codec.Name(), key, err)
		}
	}
	if err := c.Open(codec, options); err != nil {
		return fmt.Errorf("libav %s: %w", codec.Name(), err)
	}
	return nil
}

func (d *decoding) free() {
	if d.frame != nil {
		d.frame.Free()
	}
	if d.codec != nil {
		d.codec.Free()
	}
}

// feed gives the decoder one packet, nil for the end, and has shown what comes out.
func (d *decoding) feed(ctx context.Context, p *astiav.Packet) error {
	at := int64(NoTime)
	if p != nil {
		at = p.Pts()
	}
	err := d.codec.SendPacket(p)
	if err != nil && !errors.Is(err, astiav.ErrEof) {
		d.failed(at)
		if err := PixelsAllowed(int64(d.codec.Width()), int64(d.codec.Height()), d.file.limits.Pixels); err != nil {
			return err
		}
	}
	for failures := 0; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := d.codec.ReceiveFrame(d.frame)
		switch {
		case err == nil:
		case errors.Is(err, astiav.ErrEagain), errors.Is(err, astiav.ErrEof):
			return nil
		default: // the next frame may come out all the same; while draining, each failure is one packet's
			d.failed(at)
			if failures++; p != nil || failures > maxFailures {
				return nil
			}
			continue
		}
		if d.shown++; d.shown > d.file.limits.Frames {
			return Over("frames", d.shown, d.file.limits.Frames)
		}
		err = d.got()
		d.frame.Unref()
		if err != nil {
			return err
		}
	}
}

// maxFailures ends draining a decoder that only ever fails.
const maxFailures = 1000

func (d *decoding) showFrame(show func(Frame) error) error {
	raw := (*C.AVFrame)(d.frame.UnsafePointer())
	out := Frame{
		Time: int64(raw.best_effort_timestamp), Key: raw.flags&C.AV_FRAME_FLAG_KEY != 0, Damaged: C.dokaz_frame_damaged(raw) != 0,
		Width: int(raw.width), Height: int(raw.height), Orientation: orientation(C.dokaz_frame_matrix(raw), d.stream.Orientation),
		picture: d.picture, sketch: d.sketch, reduced: d.reduced,
	}
	d.counted(out.Time, d.lasting(int64(raw.duration)))
	if out.Damaged {
		d.concealed(out.Time)
	}
	return show(out)
}

// picture copies the frame out. Pictures of one shape share their memory.
func (d *decoding) picture() (image.Image, error) {
	img, err := picture(d.frame.UnsafePointer(), d.spare)
	if m, ok := img.(*image.YCbCr); ok {
		d.spare = m
	}
	return img, err
}

// sketch reads the frame in a few places.
func (d *decoding) sketch() (s pipeline.Sketch, ok bool) {
	ok = C.dokaz_sketch(rawFrame(d.frame.UnsafePointer()), pipeline.SketchColumns, pipeline.SketchRows, (*C.uint8_t)(&s[0])) != 0
	return s, ok
}

// reduced averages the frame's first component.
func (d *decoding) reduced(side int) (*image.Gray, bool) {
	raw := rawFrame(d.frame.UnsafePointer())
	w, h := int(raw.width), int(raw.height)
	if w < 1 || h < 1 || side < 1 {
		return nil, false
	}
	box := (max(w, h) + side - 1) / side
	if w /= box; w == 0 {
		return nil, false
	}
	if h /= box; h == 0 {
		return nil, false
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	sums, means := make([]uint16, int(raw.width)), make([]uint8, int(raw.width))
	ok := C.dokaz_reduce(raw, C.int(box), C.int(w), C.int(h), (*C.uint16_t)(&sums[0]), (*C.uint8_t)(&means[0]), (*C.uint8_t)(&out.Pix[0])) != 0
	return out, ok
}

// rawFrame gives this file's C type to a pointer of go-astiav's.
func rawFrame(p unsafe.Pointer) *C.AVFrame { return (*C.AVFrame)(p) }
