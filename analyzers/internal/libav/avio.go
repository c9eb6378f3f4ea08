//go:build libav

package libav

// #include <stdint.h>
// #include <libavformat/avio.h>
// #include <libavformat/avformat.h>
// #include <libavutil/mem.h>
//
// extern int dokazRead(uintptr_t of, uint8_t *b, int n);
// extern int64_t dokazSeek(uintptr_t of, int64_t offset, int whence);
//
// static int dokaz_read(void *of, uint8_t *b, int n) { return dokazRead((uintptr_t)of, b, n); }
// static int64_t dokaz_seek(void *of, int64_t offset, int whence) { return dokazSeek((uintptr_t)of, offset, whence); }
//
// static AVIOContext *dokaz_avio(int size, uintptr_t of) {
// 	unsigned char *b = av_malloc(size);
// 	AVIOContext *c = b ? avio_alloc_context(b, size, 0, (void *)of, dokaz_read, NULL, dokaz_seek) : NULL;
// 	if (!c)
// 		av_free(b);
// 	return c;
// }
//
// static void dokaz_avio_free(AVIOContext *c) {
// 	av_freep(&c->buffer);
// 	avio_context_free(&c);
// }
import "C"

import (
	"errors"
	"runtime/cgo"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// avio lets the library read from a source. go-astiav has a binding of it that makes a new buffer for each reading; here the library's own is
// filled, however small the pieces it asks for.
type avio struct {
	c      *C.AVIOContext
	handle cgo.Handle
}

// newAVIO returns nil where there is no memory for it.
func newAVIO(s *source) *avio {
	a := &avio{handle: cgo.NewHandle(s)}
	if a.c = C.dokaz_avio(bufferSize, C.uintptr_t(a.handle)); a.c == nil {
		a.handle.Delete()
		return nil
	}
	return a
}

func (a *avio) free() {
	C.dokaz_avio_free(a.c)
	a.handle.Delete()
}

// under makes a format read through it.
func (a *avio) under(f *C.AVFormatContext) { f.pb = a.c }

//export dokazRead
func dokazRead(of C.uintptr_t, b *C.uint8_t, n C.int) C.int {
	got, err := cgo.Handle(of).Value().(*source).read(unsafe.Slice((*byte)(unsafe.Pointer(b)), int(n)))
	if err != nil {
		return C.int(number(err))
	}
	return C.int(got)
}

//export dokazSeek
func dokazSeek(of C.uintptr_t, offset C.int64_t, whence C.int) C.int64_t {
	at, err := cgo.Handle(of).Value().(*source).seek(int64(offset), int(whence))
	if err != nil {
		return C.int64_t(number(err))
	}
	return C.int64_t(at)
}

// number is the library's number of an error.
func number(err error) int {
	var e astiav.Error
	if errors.As(err, &e) {
		return int(e)
	}
	return int(astiav.ErrUnknown)
}
