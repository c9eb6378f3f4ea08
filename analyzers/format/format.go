package format

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// Analyzer tells formats and extents. It has no state.
type Analyzer struct{}

// New returns the analyzer.
func New() Analyzer { return Analyzer{} }

// Spec declares it.
func (Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name:       "format",
		Version:    3,
		Parameters: "signatures of the first 4096 bytes, mimetype 1.4.16 for the rest; own walks of jpeg, png, gif, riff, bmp, iso media, matroska",
		Kinds:      []pipeline.Kind{pipeline.Photo, pipeline.Video, pipeline.Audio, pipeline.Other},
		Yields:     []pipeline.FactKind{pipeline.KindFileType, pipeline.KindExtent, pipeline.KindRaster},
	}
}

// Read says the FileType, whose Extension, Declared and Agree are left to those who know the receipts; the
// Raster of a photo's header; and Extents. A structure that breaks in its middle is an error, behind whatever
// was said before it.
func (Analyzer) Read(ctx context.Context, _ pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	file := parts.Open(ctx, o, o.Size())
	defer file.Done()
	x := examination{file: file, size: o.Size(), say: say}
	if x.size == 0 {
		say(pipeline.At(0, 0), pipeline.FileType{Agree: true})
		say(pipeline.At(0, 0), pipeline.Extent{What: "empty"})
		return nil
	}
	head, err := x.peek(0, pipeline.SniffLength)
	if err != nil {
		return err
	}
	f, ok := pipeline.Sniff(head)
	t := pipeline.FileType{Detected: f.Name, MediaType: f.MediaType, Agree: true}
	if !ok {
		t.MediaType = guess(head)
	}
	say(pipeline.At(0, int64(len(head))), t)
	if f.Refers {
		return fmt.Errorf("%w: %s names other files or addresses, and none of them is opened", pipeline.ErrRefused, f.Name)
	}
	if err := x.structure(f.Name, head); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return nil
}

// guess names content that no signature of ours fits, "" where there is nothing to tell it by.
func guess(head []byte) (mediaType string) {
	defer func() {
		if recover() != nil {
			mediaType = ""
		}
	}()
	if m := mimetype.Detect(head); !m.Is("application/octet-stream") {
		return m.String()
	}
	return ""
}

// examination is one file being walked.
type examination struct {
	file io.ReaderAt
	size int64
	say  pipeline.Say
	mpf  bool    // the JPEG announced further pictures behind its end (CIPA DC-007)
	step float64 // mean step of the quantisation of luma, to go with the raster; 0 where not known
}

// structure walks the file as its format has it. Formats without a walk say nothing more.
func (x *examination) structure(name string, head []byte) error {
	switch name {
	case "jpeg":
		return x.jpeg()
	case "png":
		return x.png()
	case "gif":
		return x.gif()
	case "webp", "avi", "wav":
		return x.riff(name)
	case "bmp":
		return x.bmp(head)
	case "tiff", "cr2":
		return x.tiff()
	case "psd":
		return x.psd(head)
	case "heic", "avif":
		return errors.Join(x.boxes(name), x.heif())
	case "mp4", "mov", "3gp", "m4a", "cr3":
		return x.boxes(name)
	case "jp2", "jxl":
		if strings.HasPrefix(string(head[:min(len(head), 4)]), "\x00\x00\x00\x0c") {
			return errors.Join(x.boxes(name), x.jpeg2000())
		}
	case "matroska", "webm":
		return x.matroska()
	}
	return nil
}

// raster says the picture's size where it states one.
func (x *examination) raster(w pipeline.Where, path string, width, height, frames int) {
	if width <= 0 || height <= 0 {
		return
	}
	w.Path = path
	if w.Offset != nil {
		w.Length = min(w.Length, x.size-*w.Offset)
	}
	x.say(w, pipeline.Raster{Source: "header", Width: width, Height: height, Frames: frames, Step: x.step})
}

// missing says that the file ends too early; bytes is 0 where it does not tell by how much. Numbers that a
// report cannot hold exactly (pipeline.Canonical) stand in the note alone.
func (x *examination) missing(bytes int64, note string) {
	if bytes > 1<<53 {
		bytes = 0
	}
	x.say(pipeline.At(x.size, 0), pipeline.Extent{What: "truncated", Length: bytes, Note: note})
}

// ended turns the last word of a walk into an extent: a file cut off is a measurement, any other break an error.
func (x *examination) ended(err error) error {
	var cut *parts.Cut
	if errors.As(err, &cut) {
		x.missing(0, cut.Error())
		return nil
	}
	return err
}

// peek reads n bytes at offset at, or fewer where the file ends.
func (x *examination) peek(at, n int64) ([]byte, error) {
	n = max(0, min(n, x.size-at))
	b := make([]byte, n)
	if got, err := x.file.ReadAt(b, at); int64(got) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the file is shorter than it said
		}
		return nil, err
	}
	return b, nil
}
