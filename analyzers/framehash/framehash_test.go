package framehash

import (
	"context"
	"errors"
	"image"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/pdq"
	"dokaz/pipeline"
)

// frame is grey tiles that depend on n.
func frame(n int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, 160, 90))
	for i := range m.Pix {
		x, y := i%160*8/160, i/160*6/90
		m.Pix[i] = uint8((x*53 + y*97 + x*y*n*29 + n*31) % 256)
	}
	return m
}

// begin starts a watch and returns a pointer to what it will say.
func begin(t *testing.T) (pipeline.Watch, *[]pipeline.Fact) {
	t.Helper()
	said := new([]pipeline.Fact)
	w, err := New().Watch(pipeline.Item{Kind: pipeline.Video}, pipeline.Footage{Decoder: "test 1", Stream: 3},
		func(_ pipeline.Where, f pipeline.Fact) { *said = append(*said, f) })
	if err != nil {
		t.Fatal(err)
	}
	return w, said
}

func show(t *testing.T, w pipeline.Watch, n int, at time.Duration, key bool) pipeline.HashedFrame {
	t.Helper()
	if err := w.Frame(t.Context(), pipeline.Frame{Picture: frame(n), Time: at, Index: n, Key: key}); err != nil {
		t.Fatal(err)
	}
	bits, quality, err := pdq.OfPicture(frame(n), image.Pt(160, 90))
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.HashedFrame{Bits: bits, Quality: quality, Key: key}
}

func TestFramesAreStatedAtTheEndWithTheirTimesInMilliseconds(t *testing.T) {
	t.Parallel()
	w, said := begin(t)
	a := show(t, w, 0, 0, true)
	b := show(t, w, 15, 500_500_001*time.Nanosecond, false)
	c := show(t, w, 31, 1_033_333_333*time.Nanosecond, true)
	a.Time, b.Time, c.Time = 0, 0.501, 1.033
	if len(*said) != 0 {
		t.Fatalf("said %d facts before the end", len(*said))
	}
	if err := w.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []pipeline.Fact{pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test 1", Stream: 3, Frames: []pipeline.HashedFrame{a, b, c}}}
	if d := cmp.Diff(want, (*said)[:len(*said)-1]); d != "" {
		t.Error(d)
	}
}

func TestWhatWasSeenBeforeABrokenFrameIsStated(t *testing.T) {
	t.Parallel()
	w, said := begin(t)
	show(t, w, 0, 0, true)
	if err := w.Frame(t.Context(), pipeline.Frame{Picture: image.NewGray(image.Rectangle{})}); !errors.Is(err, pipeline.ErrMalformed) {
		t.Fatalf("%v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := w.Frame(stopped, pipeline.Frame{Picture: frame(1)}); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if err := w.End(stopped); err != nil {
		t.Fatal(err)
	}
	if got := (*said)[0].(pipeline.FrameHashes); len(got.Frames) != 1 || got.Cut {
		t.Errorf("%+v", got)
	}
}

func TestFramesBeyondTheBoundAreCut(t *testing.T) {
	t.Parallel()
	w, said := begin(t)
	w.(*watch).whole.Frames = make([]pipeline.HashedFrame, MaxFrames-1)
	for i := range 3 {
		show(t, w, i, time.Hour, false)
	}
	if err := w.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := (*said)[0].(pipeline.FrameHashes); len(got.Frames) != MaxFrames || !got.Cut {
		t.Errorf("%d frames, cut %v", len(got.Frames), got.Cut)
	}
}

func TestAStreamWithoutFramesSaysNothing(t *testing.T) {
	t.Parallel()
	w, said := begin(t)
	if err := w.End(t.Context()); err != nil || len(*said) != 0 {
		t.Errorf("%v, %v", *said, err)
	}
}

func TestFramesBetweenTheSamplesAreAFactOfTheirOwn(t *testing.T) {
	t.Parallel()
	w, said := begin(t)
	a := show(t, w, 0, 0, true)
	if err := w.Frame(t.Context(), pipeline.Frame{Picture: frame(15), Time: 40 * time.Millisecond, Between: true}); err != nil {
		t.Fatal(err)
	}
	b := show(t, w, 31, 250*time.Millisecond, false)
	b.Time = 0.25
	if err := w.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	bits, quality, err := pdq.OfPicture(frame(15), image.Pt(160, 90))
	if err != nil {
		t.Fatal(err)
	}
	whole := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test 1", Stream: 3, Frames: []pipeline.HashedFrame{a, b}}
	between := whole
	between.View, between.Frames = pipeline.ViewBetween, []pipeline.HashedFrame{{Time: 0.04, Bits: bits, Quality: quality}}
	if d := cmp.Diff([]pipeline.Fact{whole, between}, (*said)[:2]); d != "" {
		t.Error(d)
	}
	if small := (*said)[2].(pipeline.LocalFeatures); len(small.Frames) != 2 {
		t.Errorf("%d miniatures, want those of the samples alone", len(small.Frames))
	}
}
