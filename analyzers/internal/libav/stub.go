//go:build !libav

package libav

import (
	"context"
	"fmt"
	"image"
	"io"

	"dokaz/pipeline"
)

// errNoDecoder is what a build without FFmpeg answers.
var errNoDecoder = fmt.Errorf("%w: no decoder in this build: built without the libav tag", pipeline.ErrUnsupported)

// Version names the decoder build: here, that there is none.
func Version() string { return "no FFmpeg" }

// File is an opened container. This build opens none.
type File struct{}

// Open returns pipeline.ErrUnsupported in this build.
func Open(context.Context, io.ReaderAt, int64, string, Limits) (*File, error) {
	return nil, errNoDecoder
}

// Container describes the file as a whole.
func (*File) Container() Container { return Container{} }

// Streams describes the streams.
func (*File) Streams() []Stream { return nil }

// Film returns the index of the stream to watch.
func (*File) Film() (int, error) { return 0, errNoDecoder }

// Packets demultiplexes the file.
func (*File) Packets(context.Context, func(Packet) error) error { return errNoDecoder }

// Enterable reports whether decoding can begin in the middle.
func (*File) Enterable(int) bool { return false }

// Frames decodes one stream.
func (*File) Frames(context.Context, int, FrameOptions, func(Frame) error) error { return errNoDecoder }

// Sound returns the index of the stream to hear.
func (*File) Sound() (int, error) { return 0, errNoDecoder }

// Samples decodes one stream of sound.
func (*File) Samples(context.Context, int, func(Samples) error) error { return errNoDecoder }

// Decoded is what Frames or Samples came to.
func (*File) Decoded() pipeline.Decoded { return pipeline.Decoded{} }

// Beyond counts the samples that the header places beyond the end of the file.
func (*File) Beyond(int) Beyond { return Beyond{} }

// Close frees what Open took.
func (*File) Close() {}

// DecodeStill returns pipeline.ErrUnsupported in this build.
func DecodeStill(context.Context, io.ReaderAt, int64, string, int, Limits) (image.Image, error) {
	return nil, errNoDecoder
}

// StillDecoder names the decoder of a picture format with its version; "" where this build has none.
func StillDecoder(string) string { return "" }

// Coded decodes pictures that were each coded alone. This build has none.
type Coded struct{}

// CodedDecoder names the decoder of a coding with its version; "" where this build has none.
func CodedDecoder(Coding) string { return "" }

// OpenCoded returns pipeline.ErrUnsupported in this build.
func OpenCoded(Coding, []byte, Limits) (*Coded, error) { return nil, errNoDecoder }

// Decode decodes one picture.
func (*Coded) Decode([]byte, Range, *image.YCbCr) (image.Image, error) { return nil, errNoDecoder }

// Close frees the decoder.
func (*Coded) Close() {}

func codecVersion() string { return "" }
