//go:build libav

package media

import (
	"bytes"
	"context"
	"errors"
	"image"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/pipeline"
)

// greys is a film of flat frames, every one a keyframe, whose level is its number.
func greys(rate, n int) avitest.File {
	f := avitest.File{Width: 32, Height: 16, Rate: rate, FourCC: "MJPG"}
	for i := range n {
		f.Frames = append(f.Frames, avitest.Grey(32, 16, uint8(i)))
	}
	return f
}

type sampled struct {
	Level uint8
	Time  time.Duration
	Index int
	Key   bool
}

func levelsOf(s screen) (out []sampled) {
	for _, f := range s.frames {
		m := f.Picture.(*image.YCbCr)
		out = append(out, sampled{m.Y[0], f.Time, f.Index, f.Key})
	}
	return out
}

func TestFilmIsSampled(t *testing.T) {
	t.Parallel()
	s, err := project(New(), pipeline.Video, "avi", greys(10, 16).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	ms := time.Millisecond
	want := []sampled{
		{0, 0, 0, true}, {1, 100 * ms, 1, true}, {2, 200 * ms, 2, true}, {3, 300 * ms, 3, true}, // four keyframes of the first second
		{5, 500 * ms, 4, true}, {8, 800 * ms, 5, true}, // its third and last quarters
		{10, 1000 * ms, 6, true}, {11, 1100 * ms, 7, true}, {12, 1200 * ms, 8, true}, {13, 1300 * ms, 9, true},
		{15, 1500 * ms, 10, true},
	}
	if d := cmp.Diff(want, levelsOf(s)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(s.footage) != 1 || s.footage[0].Still || !strings.HasPrefix(s.footage[0].Decoder, "libav mjpeg 6") {
		t.Errorf("footage %+v", s.footage)
	}
}

func TestFilmLimits(t *testing.T) {
	t.Parallel()
	data := greys(1, 10).Bytes()
	s, err := project(Within(pipeline.Limits{Shown: 3}), pipeline.Video, "avi", data)
	if !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), "frames shown 4 over 3") || len(s.frames) != 3 {
		t.Errorf("frames: %d, %v", len(s.frames), err)
	}
	s, err = project(Within(pipeline.Limits{Film: 5 * time.Second}), pipeline.Video, "avi", data)
	if !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), "film seconds 10 over 5") || len(s.frames) != 6 {
		t.Errorf("time: %d, %v", len(s.frames), err)
	}
	if _, err = project(Within(pipeline.Limits{Pixels: 100}), pipeline.Video, "avi", data); !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("pixels: %v", err)
	}
}

func TestDamagedFilmIsShownInPart(t *testing.T) {
	t.Parallel()
	file := greys(2, 6)
	file.Frames[3] = []byte("no picture at all")
	s, err := project(New(), pipeline.Video, "avi", file.Bytes())
	if len(s.frames) != 5 || libav.Damage(err) == nil {
		t.Errorf("%d frames, %v", len(s.frames), err)
	}
	for i := range file.Frames {
		file.Frames[i] = []byte("no picture at all")
	}
	s, err = project(New(), pipeline.Video, "avi", file.Bytes())
	if len(s.footage) != 0 || err == nil || !strings.HasPrefix(err.Error(), "no frame could be decoded") {
		t.Errorf("%d begun, %v", len(s.footage), err)
	}
}

func TestSoundOnly(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "containers/exoplayer-mp4/sample_ac3.mp4")
	if _, err := project(New(), pipeline.Video, format, data); !errors.Is(err, pipeline.ErrUnsupported) || !strings.Contains(err.Error(), "no picture stream") {
		t.Error(err)
	}
}

// A phone clip stored in landscape whose matrix turns it upright, as ffprobe says: rotation -90.
func TestFilmIsUpright(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "containers/exoplayer-mp4/sample_with_color_info.mp4")
	s, err := project(New(), pipeline.Video, format, data)
	if err != nil {
		t.Fatal(err)
	}
	if b := s.frames[0].Picture.Bounds(); b != image.Rect(0, 0, 1080, 1920) {
		t.Errorf("bounds %v", b)
	}
}

// The first 60 % of a phone's clip, whose index stands in front, show the clip's beginning.
func TestTruncatedClip(t *testing.T) {
	t.Parallel()
	data, format := shared(t, "video-scenes/VID_20191220_170832.mp4")
	whole, err := project(New(), pipeline.Video, format, data)
	if err != nil {
		t.Fatal(err)
	}
	part, err := project(New(), pipeline.Video, format, data[:len(data)*6/10])
	n := len(part.frames)
	if libav.Damage(err) == nil || n == 0 || n >= len(whole.frames) {
		t.Fatalf("%d frames of %d, %v", n, len(whole.frames), err)
	}
	for i, f := range part.frames {
		if f.Time != whole.frames[i].Time {
			t.Errorf("frame %d at %v, in the whole at %v", i, f.Time, whole.frames[i].Time)
		}
	}
}

func TestCancelledFilm(t *testing.T) {
	t.Parallel()
	data := greys(1, 10).Bytes()
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	it := pipeline.Item{Kind: pipeline.Video, Format: "avi", Size: int64(len(data))}
	err := New().Project(ctx, it, original{bytes.NewReader(data)}, func(pipeline.Footage) error { return nil }, func(pipeline.Frame) error {
		n++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("%d frames, %v", n, err)
	}
}
