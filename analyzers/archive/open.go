package archive

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"time"

	"github.com/bodgit/sevenzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"dokaz/pipeline"
)

// openers unfold an archive of a format.
var openers = map[string]func(*unfolding, pipeline.Original) error{
	"zip":   (*unfolding).zip,
	"7z":    (*unfolding).sevenZip,
	"tar":   func(x *unfolding, o pipeline.Original) error { return x.tar(stream(o)) },
	"gzip":  (*unfolding).gzip,
	"bzip2": func(x *unfolding, o pipeline.Original) error { return x.packed(bzip2.NewReader(stream(o)), "") },
	"xz":    (*unfolding).xz,
	"zstd":  (*unfolding).zstd,
}

func stream(o pipeline.Original) io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(o, 0, o.Size()), piece)
}

// zip reads by the directory at the end (PKWARE APPNOTE 4.3.12), in its order. Names are bytes.
func (x *unfolding) zip(o pipeline.Original) error {
	z, err := zip.NewReader(o, o.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	if err := x.announced(len(z.File)); err != nil {
		return err
	}
	for _, f := range z.File {
		e := entry{name: f.Name, locked: f.Flags&1 != 0, note: peculiar(f.Mode()), open: f.Open}
		if !f.Modified.IsZero() {
			e.modified = f.Modified.Format("2006-01-02T15:04:05") // the MS-DOS field, which has no zone
		}
		if err := x.take(e); err != nil {
			return err
		}
	}
	return nil
}

// peculiar says what an entry is that is no file; "" for files.
func peculiar(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return ""
	case m.IsDir():
		return "folder"
	case m&fs.ModeSymlink != 0:
		return "symbolic link, not followed"
	}
	return "no regular file"
}

func (x *unfolding) sevenZip(o pipeline.Original) error {
	x.watchSevenZip()
	z, err := sevenzip.NewReader(o, o.Size())
	if err != nil {
		var read *sevenzip.ReadError
		if errors.As(err, &read) && read.Encrypted {
			return errors.New("the archive's directory is encrypted, not opened")
		}
		return err
	}
	if err := x.announced(len(z.File)); err != nil {
		return err
	}
	for _, f := range z.File {
		e := entry{name: f.Name, note: peculiar(f.Mode()), open: f.Open}
		if !f.Modified.IsZero() {
			e.modified = f.Modified.UTC().Format(time.RFC3339)
		}
		if e.note == "" && locked(f) {
			e.locked = true
		}
		if err := x.take(e); err != nil {
			return err
		}
	}
	return nil
}

// locked tries whether a member of a 7z archive is encrypted: the format says it of the stream only, and without a password
// the first bytes do not decode.
func locked(f *sevenzip.File) bool {
	if f.UncompressedSize == 0 {
		return false
	}
	r, err := f.Open()
	if err == nil {
		_, err = r.Read(make([]byte, 1))
		err = errors.Join(err, r.Close())
	}
	var read *sevenzip.ReadError
	return errors.As(err, &read) && read.Encrypted
}

// tar reads entries as they come (POSIX.1-2001 pax and its elders).
func (x *unfolding) tar(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("tar, behind entry %d: %w", x.entries, err)
		}
		e := entry{name: h.Name, open: func() (io.ReadCloser, error) { return io.NopCloser(t), nil }}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse, '\x00', tar.TypeCont:
		case tar.TypeDir:
			e.note = "folder"
		case tar.TypeSymlink:
			e.note = "symbolic link, not followed"
		case tar.TypeLink:
			e.note = "hard link, not followed"
		default:
			e.note = "no regular file"
		}
		if !h.ModTime.IsZero() {
			e.modified = h.ModTime.UTC().Format(time.RFC3339)
		}
		if err := x.take(e); err != nil {
			return err
		}
	}
}

func (x *unfolding) gzip(o pipeline.Original) error {
	z, err := gzip.NewReader(stream(o))
	if err != nil {
		return err
	}
	return x.packed(z, z.Name)
}

func (x *unfolding) xz(o pipeline.Original) error {
	if err := x.xzWindow(o); err != nil {
		return err
	}
	z, err := xz.NewReader(stream(o))
	if err != nil {
		return err
	}
	return x.packed(z, "")
}

func (x *unfolding) zstd(o pipeline.Original) error {
	var head zstd.Header
	first := make([]byte, min(o.Size(), zstd.HeaderMaxSize))
	if n, err := o.ReadAt(first, 0); n == len(first) || errors.Is(err, io.EOF) {
		if head.Decode(first[:n]) == nil {
			if err := x.windowed(int64(min(head.WindowSize, math.MaxInt64))); err != nil {
				return err
			}
		}
	}
	z, err := zstd.NewReader(stream(o), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(uint64(x.limits.Window)))
	if err != nil {
		return err
	}
	defer z.Close()
	return x.packed(z, "")
}

// unnamed is what a compressed file is called that does not say.
const unnamed = "unnamed"

// packed unfolds what was one compressed stream: a tar archive, or one file.
func (x *unfolding) packed(r io.Reader, name string) error {
	b := bufio.NewReaderSize(r, piece)
	head, err := b.Peek(512)
	if err != nil && len(head) == 0 && err != io.EOF {
		return err
	}
	if f, ok := pipeline.Sniff(head); ok && f.Name == "tar" {
		return x.tar(b)
	}
	if name == "" {
		name = unnamed
	}
	return x.take(entry{name: name, open: func() (io.ReadCloser, error) { return io.NopCloser(b), nil }})
}
