package libav

import (
	"errors"
	"fmt"
	"image"
	"math"
	"strings"
	"time"

	"dokaz/pipeline"
)

// NoTime stands where a time stamp is absent: AV_NOPTS_VALUE.
const NoTime = math.MinInt64

// Ratio is a fraction as the container states it. A zero denominator means that it is not stated.
type Ratio struct{ Num, Den int64 }

// Stated reports whether the ratio has a value other than zero.
func (r Ratio) Stated() bool { return r.Num != 0 && r.Den != 0 }

// String gives "a/b".
func (r Ratio) String() string { return fmt.Sprintf("%d/%d", r.Num, r.Den) }

// Seconds converts ticks of a time base to seconds; without a time base it is 0.
func (r Ratio) Seconds(ticks int64) float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(ticks) * float64(r.Num) / float64(r.Den)
}

// Entry is one field of metadata. Key and Value are valid UTF-8: other bytes become U+FFFD.
type Entry struct {
	Key, Value string
	Cut        bool // the value was longer than 4,096 bytes, or the key longer than 256
}

// Container is the file as a whole.
type Container struct {
	Format    string  // libav's name of the demuxer
	Duration  float64 // seconds as stated; 0 where not
	Estimated bool    // Duration is not stated: it follows from size and bit rate
	Start     float64 // seconds
	BitRate   int64   // bits per second
	Metadata  []Entry // at most 1,000
	Chapters  []Chapter
}

// Chapter is a named stretch.
type Chapter struct {
	Start, End float64 // seconds
	Metadata   []Entry
}

// Stream is one elementary stream.
type Stream struct {
	Index        int
	Type         string // "video", "audio", "subtitle", "data", "attachment", or "unknown"
	Codec        string
	Profile      string
	CodecTag     string // four characters; others as [n]
	Width        int    // as stored
	Height       int
	PixelFormat  string
	FrameRate    Ratio // lowest rate that can name all time stamps (r_frame_rate)
	AverageRate  Ratio
	Aspect       Ratio // of one sample
	Orientation  int   // Exif value 1 to 8 that makes a frame upright
	SampleRate   int
	Channels     int
	SampleFormat string
	TimeBase     Ratio
	Duration     int64 // ticks of TimeBase; NoTime where not stated
	Start        int64 // ticks; NoTime where not stated
	BitRate      int64
	Frames       int64 // as stated; 0 where not
	Attached     bool  // a cover picture, not film
	Default      bool
	Decoder      string // name of this build's decoder; "" where it has none
	Metadata     []Entry

	Configuration []byte // what the container holds beside the packets for the decoder, at most 1 MiB; nil where nothing or more
}

// Packet is one coded packet, valid during the call that shows it.
type Packet struct {
	Stream   int
	PTS, DTS int64 // ticks of the stream's time base, or NoTime
	Duration int64 // ticks; 0 where unknown
	Size     int   // bytes
	Offset   int64 // in the file; -1 where unknown
	Data     []byte
	Key      bool
	Corrupt  bool // shorter than the container says, or marked so by the demuxer
}

// Frame is one decoded frame, valid during the call that shows it.
type Frame struct {
	Time        int64 // libav's best effort at the presentation time, in ticks of the stream's time base, or NoTime
	Key         bool
	Damaged     bool // errors were concealed in it
	Width       int  // as coded, before Orientation
	Height      int
	Orientation int // Exif value 1 to 8 that makes it upright
	picture     func() (image.Image, error)
	sketch      func() (pipeline.Sketch, bool)
	reduced     func(side int) (*image.Gray, bool)
}

// Picture copies the frame out as *image.YCbCr (full range), *image.Gray, *image.RGBA (opaque) or
// *image.NRGBA, not yet turned upright. It is valid until the next frame's is asked for. A pixel format with no such form gives pipeline.ErrUnsupported.
func (f Frame) Picture() (image.Image, error) { return f.picture() }

// Reduced is the first component of a frame whose format keeps it as a plane of bytes, as coded, averaged over boxes of whole samples to at most
// side on either side; not yet turned upright. It costs a fraction of Picture. It is valid as long as that.
func (f Frame) Reduced(side int) (m *image.Gray, ok bool) {
	if f.reduced == nil {
		return nil, false
	}
	return f.reduced(side)
}

// Sketch reads the frame in a few places: the first component's mean over eight samples of a row, as coded, of 8 bits. ok is false of a
// pixel format that has no plain samples: palettes, bits, floats. It may be called until the next frame is decoded.
func (f Frame) Sketch() (s pipeline.Sketch, ok bool) {
	if f.sketch == nil {
		return s, false
	}
	return f.sketch()
}

// Samples are a stretch of decoded sound, valid during the call that shows them.
type Samples struct {
	Rate int       // hertz
	Mono []float32 // all channels mixed into one as libswresample does, finite; full scale is 1, more occurs
}

// FrameOptions say what to decode.
type FrameOptions struct {
	KeysOnly bool          // skip all frames that are not keyframes
	Apart    time.Duration // with KeysOnly: skip keyframes that follow the last one decoded by less

	// Glanced reports of a packet's presentation time, in ticks of the stream's time base or NoTime, that its frame will be glanced at,
	// if at all. It is called in the order of decoding. Such a frame is not deblocked where no other refers to it; all else is as always.
	Glanced func(ticks int64) bool

	// From is when, after the stream's start, the first frame that is wanted is shown. What comes long before it is passed over without
	// being decoded, where File.Enterable says that this can be done.
	From time.Duration
}

// Coding is how a picture outside a stream was coded.
type Coding string

// The codings of HEIF items.
const (
	HEVC     Coding = "HEVC"
	AVC      Coding = "AVC"
	AV1      Coding = "AV1"
	JPEG     Coding = "JPEG"
	JPEG2000 Coding = "JPEG 2000"
)

// Range is the range of samples.
type Range int

// The ranges.
const (
	RangeCoded   Range = iota // as the coded picture says of itself
	RangeFull                 // 0 to 255
	RangeLimited              // 16 to 235, chroma 16 to 240
)

// Beyond is what a header's index places beyond the end of the file.
type Beyond struct {
	Samples int64   // that end beyond it
	Of      int64   // all that the index has
	Bytes   int64   // of them that are not there
	Until   float64 // seconds from the stream's start, in the order of decoding, of the first of them
}

// DamageError says what in a stream could not be read. All frames that could be decoded were shown.
type DamageError struct {
	Packets int64   // that the decoder rejected or the container cut short
	Frames  int64   // shown with concealed errors
	First   float64 // seconds, container time, of the first of these; NaN where it has no time
	Ended   error   // why reading or decoding ended early; nil where it did not
}

// Error tells the counts and the first place in one line.
func (e *DamageError) Error() string {
	var parts []string
	if e.Packets > 0 {
		parts = append(parts, "packets that did not decode: "+pipeline.Grouped(e.Packets))
	}
	if e.Frames > 0 {
		parts = append(parts, "frames with concealed errors: "+pipeline.Grouped(e.Frames))
	}
	if len(parts) > 0 && !math.IsNaN(e.First) {
		parts = append(parts, fmt.Sprintf("the first at %.3f s", e.First))
	}
	if e.Ended != nil {
		parts = append(parts, e.Ended.Error())
	}
	return "damaged: " + strings.Join(parts, "; ")
}

// Unwrap gives the error that ended reading, or nil.
func (e *DamageError) Unwrap() error { return e.Ended }

// Damage returns the DamageError in err's chain, or nil.
func Damage(err error) *DamageError {
	var d *DamageError
	if errors.As(err, &d) {
		return d
	}
	return nil
}

// FilmSize returns what decides between streams of pictures: pixels per frame.
func (s Stream) FilmSize() int64 { return int64(s.Width) * int64(s.Height) }

// FilmDecoder names the decoder of a stream with its version: "libav h264 61.19.101".
func FilmDecoder(s Stream) string { return "libav " + s.Decoder + " " + codecVersion() }
