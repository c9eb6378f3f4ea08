//go:build libav

package libav

// #cgo pkg-config: libavformat libavcodec libavutil
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"unsafe"

	"github.com/asticode/go-astiav"

	"dokaz/pipeline"
)

// bufferSize is how much the library asks for at once.
const bufferSize = 64 << 10

var quiet = sync.OnceFunc(func() { C.dokaz_quiet() })

// Version names the library build that all output depends on: "FFmpeg 7.1.5 libavcodec 61.19.101 libavformat 61.7.100".
func Version() string {
	return fmt.Sprintf("FFmpeg %s libavcodec %s libavformat %s", C.GoString(C.av_version_info()),
		codecVersion(), dotted(C.avformat_version()))
}

// codecVersion is that of libavcodec.
func codecVersion() string { return dotted(C.avcodec_version()) }

func dotted(v C.uint) string { return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xff, v&0xff) }

// File is an opened container. It is read once, by Packets or by Frames, from one goroutine.
type File struct {
	limits    Limits
	source    *source
	io        *avio
	format    *astiav.FormatContext
	container Container
	streams   []Stream
	spent     bool
	decoded   pipeline.Decoded // of the stream that was decoded
}

// Open reads the header of size bytes of src as the format that pipeline.Sniff named and probes its streams.
// A format without a demuxer gives pipeline.ErrUnsupported, a passed limit pipeline.ErrRefused. The File
// must be closed; ctx bounds this call only.
func Open(ctx context.Context, src io.ReaderAt, size int64, format string, limits Limits) (*File, error) {
	quiet()
	name, ok := demuxers[format]
	if !ok {
		return nil, fmt.Errorf("%w: format %q has no demuxer here", pipeline.ErrUnsupported, format)
	}
	input := astiav.FindInputFormat(name)
	if input == nil {
		return nil, fmt.Errorf("%w: demuxer %s is not in this build", pipeline.ErrUnsupported, name)
	}
	limits = limits.OrDefaults()
	if err := claimed(src, size, format, limits); err != nil {
		return nil, err
	}
	f := &File{limits: limits, source: &source{ctx: ctx, from: src, size: size}}
	if err := f.open(input); err != nil {
		f.Close()
		if errors.Is(err, pipeline.ErrRefused) {
			return nil, err
		}
		return nil, fmt.Errorf("libav %s: %w", name, err)
	}
	if err := f.describe(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) open(input *astiav.InputFormat) (err error) {
	if f.io = newAVIO(f.source); f.io == nil {
		return errors.New("no memory for reading")
	}
	if f.format = astiav.AllocFormatContext(); f.format == nil {
		return errors.New("no memory for a format context")
	}
	f.io.under(f.context())
	C.dokaz_open_nothing(f.context())
	options := astiav.NewDictionary()
	defer options.Free()
	for _, o := range [][2]string{
		{"protocol_whitelist", protocolWhitelist}, {"format_whitelist", formatWhitelist}, {"codec_whitelist", codecWhitelist()},
		{"enable_drefs", "0"}, {"use_absolute_path", "0"}, {"export_all", "1"},
	} {
		if err := options.Set(o[0], o[1], 0); err != nil {
			return fmt.Errorf("option %s: %w", o[0], err)
		}
	}
	if err := f.format.OpenInput("", input, options); err != nil {
		return f.cause(err)
	}
	if err := f.sizesAllowed(); err != nil { // probing forgets a size that it refuses
		return err
	}
	pixels := C.CString(fmt.Sprint(f.limits.Pixels))
	defer C.free(unsafe.Pointer(pixels))
	if ret := C.dokaz_find_stream_info(f.context(), pixels); ret < 0 {
		return f.cause(astiav.Error(ret))
	}
	return nil
}

// context is the C structure behind go-astiav's FormatContext, which has no accessor for it. The binding's type
// holds that pointer and nothing else; the constant does not compile should it ever hold more.
func (f *File) context() *C.AVFormatContext { return *(**C.AVFormatContext)(unsafe.Pointer(f.format)) }

const _ = -(unsafe.Sizeof(astiav.FormatContext{}) - unsafe.Sizeof(uintptr(0)))

// cause prefers our own reading error over the number the library made of it.
func (f *File) cause(err error) error {
	if f.source.err != nil {
		return f.source.err
	}
	return err
}

// Close frees what Open took. It may be called again.
func (f *File) Close() {
	if f.format != nil {
		f.format.CloseInput()
		f.format.Free()
		f.format = nil
	}
	if f.io != nil {
		f.io.free()
		f.io = nil
	}
}

// Container describes the file as a whole.
func (f *File) Container() Container { return f.container }

// Streams describes the streams that were known when the file was opened, in the order of their index.
func (f *File) Streams() []Stream { return f.streams }

// Film returns the index of the stream to watch: libav's own choice where we can decode it and it is no cover
// picture, else the decodable one with most pixels. Without any it returns pipeline.ErrUnsupported.
func (f *File) Film() (int, error) {
	fit := func(s Stream) bool { return s.Type == "video" && !s.Attached && s.Decoder != "" }
	if s, _, err := f.format.FindBestStream(astiav.MediaTypeVideo, -1, -1); err == nil && s.Index() < len(f.streams) {
		if best := f.streams[s.Index()]; fit(best) {
			return best.Index, nil
		}
	}
	best, seen := -1, ""
	for i, s := range f.streams {
		switch {
		case s.Type != "video" || s.Attached:
		case !fit(s):
			seen = s.Codec
		case best < 0 || s.FilmSize() > f.streams[best].FilmSize():
			best = i
		}
	}
	switch {
	case best >= 0:
		return best, nil
	case seen != "":
		return 0, fmt.Errorf("%w: no decoder for %s", pipeline.ErrUnsupported, seen)
	}
	return 0, fmt.Errorf("%w: no picture stream", pipeline.ErrUnsupported)
}

// begin marks the file as spent and hands it a context for one pass.
func (f *File) begin(ctx context.Context) error {
	if f.spent {
		return errors.New("libav: a file is read once")
	}
	f.spent, f.source.ctx = true, ctx
	return nil
}

// buildConfiguration is how the library was configured.
func buildConfiguration() string { return C.GoString(C.avcodec_configuration()) }
