package container

import (
	"context"
	"fmt"

	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// Bounds of what is said of one file.
const (
	maxTags      = 1000
	maxKeyframes = 100_000 // times per stream
)

// Analyzer reads containers.
type Analyzer struct{ limits pipeline.Limits }

// New returns the analyzer with the default limits.
func New() *Analyzer { return Within(pipeline.Limits{}) }

// Within returns the analyzer with these limits.
func Within(l pipeline.Limits) *Analyzer { return &Analyzer{l.OrDefaults()} }

// Spec declares it.
func (a *Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name: "container", Version: 3,
		Parameters: fmt.Sprintf("%s; at most %d tags, %d keyframe times per stream, %d streams, %d samples, %d pixels",
			libav.Version(), maxTags, maxKeyframes, a.limits.Streams, a.limits.Samples, a.limits.Pixels),
		Kinds: []pipeline.Kind{pipeline.Video, pipeline.Audio},
		Yields: []pipeline.FactKind{
			pipeline.KindContainer, pipeline.KindStream, pipeline.KindKeyframes, pipeline.KindTag, pipeline.KindExtent,
			pipeline.KindCaptureTime, pipeline.KindPosition, pipeline.KindDevice, pipeline.KindEncoderTrace,
			pipeline.KindCodedDigest, pipeline.KindDamage,
		},
	}
}

// Fields returns an analyzer that says a container's fields alone, as libav gives them, and reads no packets. It is for holding them
// against another reader's.
func Fields(l pipeline.Limits) pipeline.Reader { return fieldsOnly{Within(l)} }

type fieldsOnly struct{ *Analyzer }

// Read says the fields and what stands in them.
func (a fieldsOnly) Read(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	f, err := libav.Open(ctx, o, it.Size, it.Format, a.limits)
	if err != nil {
		return err
	}
	defer f.Close()
	sayFields(it.Format, f.Container(), f.Streams(), say)
	return nil
}

// Read says where a box is cut off, the container, its fields and what stands in them, then reads all packets and says
// the streams and their keyframes. What could not be read to its end is said all the same, and a libav.DamageError
// returned.
func (a *Analyzer) Read(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	cut, err := sayCutBox(it, o, say)
	if err != nil {
		return err
	}
	f, err := libav.Open(ctx, o, it.Size, it.Format, a.limits)
	if err != nil {
		return err
	}
	defer f.Close()
	c := f.Container()
	say(pipeline.In("format"), pipeline.Container{
		Format: c.Format, Brand: valueOf(c.Metadata, "major_brand"), Duration: c.Duration, Start: c.Start, BitRate: c.BitRate,
	})
	sayFields(it.Format, c, f.Streams(), say)

	count := newCounts(f.Streams())
	err = f.Packets(ctx, count.packet)
	for i, s := range f.Streams() {
		say(pipeline.In(group(i)), streamOf(s, count.streams[i]))
	}
	for i, s := range f.Streams() {
		if n := count.streams[i]; s.Type == "video" && !s.Attached && len(n.times) > 0 {
			say(pipeline.In(group(i)), pipeline.Keyframes{Stream: i, Times: n.ascending(), Cut: n.keys > int64(len(n.times))})
		}
	}
	if damage := libav.Damage(err); err == nil || damage != nil && damage.Ended == nil {
		for i, n := range count.streams {
			if n.coded == nil {
				continue
			}
			if f, ok := n.coded.fact(i, n.stream.Codec); ok {
				say(pipeline.In(group(i)), f)
			}
		}
	}
	for i := range f.Streams() {
		sayBeyond(f, i, say)
	}
	if !cut {
		sayEnd(it, c, count, libav.Damage(err), say)
	}
	return err
}

// sayBeyond says how many of a stream's samples the header places beyond the end of the file.
func sayBeyond(f *libav.File, stream int, say pipeline.Say) {
	b := f.Beyond(stream)
	if b.Samples == 0 {
		return
	}
	fact := pipeline.Damage{Of: "samples", Stream: stream, Read: b.Of - b.Samples, Stated: b.Of, Until: micro(b.Until), Missing: b.Bytes}
	if s := f.Streams()[stream]; s.Duration != libav.NoTime {
		fact.Duration = micro(s.TimeBase.Seconds(s.Duration))
	}
	say(pipeline.In(group(stream)), fact)
}

func group(stream int) string { return fmt.Sprintf("stream:%d", stream) }

func streamOf(s libav.Stream, n *counted) pipeline.Stream {
	out := pipeline.Stream{
		Index: s.Index, Type: s.Type, Codec: s.Codec, Profile: s.Profile, CodecTag: s.CodecTag, Width: s.Width, Height: s.Height,
		PixelFormat: s.PixelFormat, Rotation: rotation(s.Orientation), SampleRate: s.SampleRate, Channels: s.Channels,
		SampleFormat: s.SampleFormat, BitRate: s.BitRate, Frames: s.Frames, Language: valueOf(s.Metadata, "language"),
		Handler: valueOf(s.Metadata, "handler_name"), Packets: n.packets, Keyframes: n.keys, Decodable: s.Decoder != "",
	}
	if s.Duration != libav.NoTime {
		out.Duration = micro(s.TimeBase.Seconds(s.Duration))
	}
	if s.Start != libav.NoTime {
		out.Start = micro(s.TimeBase.Seconds(s.Start))
	}
	if s.FrameRate.Stated() {
		out.FrameRate = s.FrameRate.String()
	}
	if s.AverageRate.Stated() {
		out.AverageRate = s.AverageRate.String()
	}
	if s.Aspect.Stated() && s.Aspect.Num != s.Aspect.Den {
		out.Aspect = s.Aspect.String()
	}
	return out
}

// rotation is the clockwise turn of an Exif orientation; what it mirrors besides is not in the fact.
func rotation(orientation int) int {
	switch orientation {
	case 3, 4:
		return 180
	case 6, 7:
		return 90
	case 5, 8:
		return 270
	}
	return 0
}

func valueOf(entries []libav.Entry, key string) string {
	for _, e := range entries {
		if e.Key == key {
			return e.Value
		}
	}
	return ""
}
