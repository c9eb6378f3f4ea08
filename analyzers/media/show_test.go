package media

import (
	"bytes"
	"context"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// original is bytes as a vault hands them out.
type original struct{ *bytes.Reader }

func (original) Close() error { return nil }

// screen keeps what was shown.
type screen struct {
	footage []pipeline.Footage
	frames  []pipeline.Frame
}

func project(p *Projector, kind pipeline.Kind, format string, data []byte) (s screen, err error) {
	it := pipeline.Item{Kind: kind, Format: format, Size: int64(len(data))}
	err = p.Project(context.Background(), it, original{bytes.NewReader(data)},
		func(f pipeline.Footage) error {
			s.footage = append(s.footage, f)
			return nil
		},
		func(f pipeline.Frame) error {
			f.Picture = kept(f.Picture)
			s.frames = append(s.frames, f)
			return nil
		})
	return s, err
}

// kept copies what films lend for the time of a call only.
func kept(img image.Image) image.Image {
	if m, ok := img.(*image.YCbCr); ok {
		c := *m
		c.Y, c.Cb, c.Cr = slices.Clone(m.Y), slices.Clone(m.Cb), slices.Clone(m.Cr)
		return &c
	}
	return img
}

// photo projects a photo that must be shown whole.
func photo(t *testing.T, format string, data []byte) (image.Image, string) {
	t.Helper()
	s, err := project(New(), pipeline.Photo, format, data)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.footage) != 1 || !s.footage[0].Still || s.footage[0].Stream != 0 || len(s.frames) != 1 {
		t.Fatalf("shown: %+v, %d frames", s.footage, len(s.frames))
	}
	img := s.frames[0].Picture
	switch img.(type) {
	case *image.YCbCr, *image.Gray, *image.RGBA:
	default:
		t.Fatalf("a %T", img)
	}
	if img.Bounds().Min != (image.Point{}) {
		t.Fatalf("bounds %v", img.Bounds())
	}
	return img, s.footage[0].Decoder
}

// shared reads one of the real media beside the repository.
func shared(t *testing.T, name string) (data []byte, format string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	f, _ := pipeline.Sniff(data[:min(len(data), pipeline.SniffLength)])
	return data, f.Name
}
