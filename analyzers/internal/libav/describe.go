//go:build libav

package libav

// #include "shim.h"
import "C"

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Bounds of what is taken from metadata.
const (
	maxEntries  = 1000
	maxChapters = 1000
	maxKey      = 256
	maxValue    = 4096

	maxConfiguration = 1 << 20
)

// describe takes over what the header and the probing say, and holds it against the limits.
func (f *File) describe() error {
	fc := f.context()
	f.container = Container{
		Format: f.format.InputFormat().Name(), Duration: micros(f.format.Duration()), Start: micros(f.format.StartTime()),
		BitRate: f.format.BitRate(), Metadata: entries(fc.metadata),
		Estimated: fc.duration_estimation_method == C.AVFMT_DURATION_FROM_BITRATE,
	}
	if n := int64(f.format.NbStreams()); n > f.limits.Streams {
		return Over("streams", n, f.limits.Streams)
	}
	for i := range min(int(fc.nb_chapters), maxChapters) {
		c := C.dokaz_chapter(fc, C.uint(i))
		base := ratio(c.time_base)
		f.container.Chapters = append(f.container.Chapters, Chapter{
			Start: base.Seconds(int64(c.start)), End: base.Seconds(int64(c.end)), Metadata: entries(c.metadata),
		})
	}
	for i, s := range f.format.Streams() {
		f.streams = append(f.streams, describeStream(s, C.dokaz_stream(fc, C.uint(i))))
	}
	return f.sizesAllowed()
}

// sizesAllowed holds the streams' stated sizes against the limit.
func (f *File) sizesAllowed() error {
	for i, s := range f.format.Streams() {
		p := s.CodecParameters()
		if err := PixelsAllowed(int64(p.Width()), int64(p.Height()), f.limits.Pixels); err != nil {
			return fmt.Errorf("stream %d: %w", i, err)
		}
	}
	return nil
}

func describeStream(s *astiav.Stream, st *C.AVStream) Stream {
	p := s.CodecParameters()
	out := Stream{
		Index: s.Index(), Type: typeName(p.MediaType()), Codec: codecName(st.codecpar.codec_id),
		CodecTag: tagName(uint32(p.CodecTag())), TimeBase: ratio(st.time_base), Duration: s.Duration(), Start: s.StartTime(),
		BitRate: p.BitRate(), Frames: s.NbFrames(), Default: s.DispositionFlags().Has(astiav.DispositionFlagDefault),
		Attached: s.DispositionFlags().Has(astiav.DispositionFlagAttachedPic), Metadata: entries(st.metadata), Orientation: 1,
	}
	if n := int(st.codecpar.extradata_size); n > 0 && n <= maxConfiguration && st.codecpar.extradata != nil {
		out.Configuration = C.GoBytes(unsafe.Pointer(st.codecpar.extradata), C.int(n))
	}
	if name := C.avcodec_profile_name(st.codecpar.codec_id, st.codecpar.profile); name != nil {
		out.Profile = C.GoString(name)
	}
	if d := astiav.FindDecoder(p.CodecID()); d != nil {
		out.Decoder = d.Name()
	}
	switch p.MediaType() {
	case astiav.MediaTypeVideo:
		out.Width, out.Height = p.Width(), p.Height()
		out.PixelFormat = p.PixelFormat().Name()
		out.FrameRate, out.AverageRate = ratio(st.r_frame_rate), ratio(st.avg_frame_rate)
		out.Aspect = ratio(st.sample_aspect_ratio)
		if !out.Aspect.Stated() {
			out.Aspect = ratio(st.codecpar.sample_aspect_ratio)
		}
		out.Orientation = orientation(C.dokaz_stream_matrix(st), 1)
	case astiav.MediaTypeAudio:
		out.SampleRate, out.Channels = p.SampleRate(), int(st.codecpar.ch_layout.nb_channels)
		out.SampleFormat = p.SampleFormat().Name()
	default: // subtitles and data have neither size nor rate
	}
	return out
}

// codecName is libav's name of a codec; "" where the container's own is unknown to it.
func codecName(id uint32) string {
	if id == C.AV_CODEC_ID_NONE {
		return ""
	}
	return C.GoString(C.avcodec_get_name(id))
}

// orientation reads a display matrix; without one it is otherwise.
func orientation(m *C.int32_t, otherwise int) int {
	if m == nil {
		return otherwise
	}
	v := unsafe.Slice(m, 9)
	return orientationOf(int64(v[0]), int64(v[1]), int64(v[3]), int64(v[4]))
}

// entries copies a dictionary, bounded in count and length.
func entries(d *C.AVDictionary) (out []Entry) {
	for e := C.av_dict_iterate(d, nil); e != nil && len(out) < maxEntries; e = C.av_dict_iterate(d, e) {
		key, cutKey := bounded(e.key, maxKey)
		value, cutValue := bounded(e.value, maxValue)
		out = append(out, Entry{key, value, cutKey || cutValue})
	}
	return out
}

func bounded(s *C.char, limit int) (string, bool) {
	n := int(C.dokaz_length(s, C.int(limit+1)))
	text := strings.ToValidUTF8(C.GoStringN(s, C.int(min(n, limit))), "\uFFFD")
	return text, n > limit
}

func typeName(t astiav.MediaType) string {
	switch t {
	case astiav.MediaTypeVideo:
		return "video"
	case astiav.MediaTypeAudio:
		return "audio"
	case astiav.MediaTypeSubtitle:
		return "subtitle"
	case astiav.MediaTypeData:
		return "data"
	case astiav.MediaTypeAttachment:
		return "attachment"
	default:
		return "unknown"
	}
}

// tagName writes a four-character code as ffprobe does: printable bytes as they are, others as [n].
func tagName(tag uint32) string {
	if tag == 0 {
		return ""
	}
	var b strings.Builder
	for range 4 {
		switch c := byte(tag); {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == ' ', c == '-', c == '_', c == '.':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "[%d]", c)
		}
		tag >>= 8
	}
	return b.String()
}

func ratio(r C.AVRational) Ratio { return Ratio{int64(r.num), int64(r.den)} }

// micros converts the container's microseconds; not stated is 0.
func micros(v int64) float64 {
	if v == NoTime {
		return 0
	}
	return float64(v) / 1e6
}
