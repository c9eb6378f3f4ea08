package features

import (
	"context"
	"errors"
	"image"
	"image/color"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// drawn is tiles of many greys that depend on n.
func drawn(w, h, n int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		x, y := i%w*24/w, i/w*18/h
		m.Pix[i] = uint8((x*x*53 + y*97 + x*y*(29+n*7) + n*31) % 256)
	}
	return m
}

func begin(t *testing.T, still bool) (pipeline.Watch, *[]pipeline.Fact) {
	t.Helper()
	said := new([]pipeline.Fact)
	w, err := New().Watch(pipeline.Item{}, pipeline.Footage{Decoder: "test 1", Stream: 3, Still: still},
		func(_ pipeline.Where, f pipeline.Fact) { *said = append(*said, f) })
	if err != nil {
		t.Fatal(err)
	}
	return w, said
}

func show(t *testing.T, w pipeline.Watch, frames ...pipeline.Frame) {
	t.Helper()
	for _, f := range frames {
		if err := w.Frame(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
}

func end(t *testing.T, w pipeline.Watch, said *[]pipeline.Fact) pipeline.LocalFeatures {
	t.Helper()
	if err := w.End(t.Context()); err != nil || len(*said) != 1 {
		t.Fatalf("%d facts, %v", len(*said), err)
	}
	return (*said)[0].(pipeline.LocalFeatures)
}

// times of the frames taken.
func times(l pipeline.LocalFeatures) (out []float64) {
	for _, f := range l.Frames {
		out = append(out, f.Time)
	}
	return out
}

func TestAPhotoHasFeaturesAndAMiniature(t *testing.T) {
	t.Parallel()
	w, said := begin(t, true)
	show(t, w, pipeline.Frame{Picture: drawn(600, 300, 0), Full: image.Pt(2400, 1200)}, pipeline.Frame{Picture: drawn(90, 90, 1), Time: time.Hour})
	got := end(t, w, said)
	if len(got.Frames) != 1 {
		t.Fatalf("%d frames", len(got.Frames))
	}
	f := got.Frames[0]
	if f.Count < 200 || f.Count > perPhoto || len(f.Points) != f.Count || f.Time != 0 {
		t.Errorf("%d of %d features at %v s", len(f.Points), f.Count, f.Time)
	}
	if m := f.Miniature; m == nil || m.Width != 256 || m.Height != 128 || len(m.Luma) != 256*128 {
		t.Fatalf("%+v", m)
	}
	got.Frames = nil
	want := pipeline.LocalFeatures{Algorithm: "orb-m1", Decoder: "test 1", Stream: 3, Width: 2400, Height: 1200}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAMiniatureIsTheMeanOfWhatItsPixelsCover(t *testing.T) {
	t.Parallel()
	m := image.NewGray(image.Rect(0, 0, 512, 2))
	for x := range 512 {
		m.SetGray(x, 0, color.Gray{Y: uint8(x / 2)})
		m.SetGray(x, 1, color.Gray{Y: uint8(x / 2)})
	}
	got := small(m)
	for i, v := range got.Luma {
		if int(v) != i { // of four pixels
			t.Fatalf("pixel %d is %d", i, v)
		}
	}
}

func TestFramesOfAVideoAreTakenWhenThePictureChanges(t *testing.T) {
	t.Parallel()
	at := func(s float64, n int) pipeline.Frame {
		return pipeline.Frame{Picture: drawn(320, 180, n), Time: time.Duration(s * float64(time.Second))}
	}
	every := func(from, to float64, n int) (out []pipeline.Frame) {
		for s := from; s <= to; s++ {
			out = append(out, at(s, n))
		}
		return out
	}
	for name, c := range map[string]struct {
		frames []pipeline.Frame
		want   []float64
	}{
		"the first always":              {[]pipeline.Frame{at(3.5, 0)}, []float64{3.5}},
		"what stays, ever more rarely":  {every(0, 37, 0), []float64{0, 2, 6, 14, 24, 34}},
		"what stays anew":               {append(every(0, 7, 0), every(8, 12, 1)...), []float64{0, 2, 6, 8, 10}},
		"what changes, once a second":   {[]pipeline.Frame{at(0, 0), at(0.25, 1), at(0.99, 2), at(1, 3), at(1.5, 4), at(2.04, 5)}, []float64{0, 1, 2.04}},
		"a change that is missed comes": {[]pipeline.Frame{at(0, 0), at(0.5, 1), at(1, 1), at(2, 1)}, []float64{0, 1}},
		"times in milliseconds":         {[]pipeline.Frame{at(0.3333333, 0), at(1.6666666, 1)}, []float64{0.333, 1.667}},
		"one a second is looked at":     {[]pipeline.Frame{at(0, 0), at(1, 0), at(1.5, 1), at(2, 1)}, []float64{0, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, said := begin(t, false)
			show(t, w, c.frames...)
			got := end(t, w, said)
			if d := cmp.Diff(c.want, times(got)); d != "" {
				t.Error(d)
			}
			for _, f := range got.Frames {
				if f.Miniature != nil || f.Count == 0 || f.Count > perFrame || len(f.Points) != f.Count {
					t.Errorf("at %v s: %d of %d features, miniature %v", f.Time, len(f.Points), f.Count, f.Miniature)
				}
			}
		})
	}
}

// sketched is the sketch of a frame that shows one half light: the left or the right, or, in between, both.
func sketched(n int) *pipeline.Sketch {
	var s pipeline.Sketch
	for i := range s {
		if half := i % pipeline.SketchColumns * 2 / pipeline.SketchColumns; half == n || n == 2 && i%2 == 0 {
			s[i] = 200
		}
	}
	return &s
}

func TestWhatShowsSomethingElseIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	at := func(s float64, n int, sketch *pipeline.Sketch) pipeline.Frame {
		return pipeline.Frame{Picture: drawn(320, 180, n), Time: time.Duration(s * float64(time.Second)), Sketch: sketch}
	}
	var cuts []pipeline.Frame // one at every sample
	for i := range 41 {
		cuts = append(cuts, at(float64(i)/4, i, sketched(i%2)))
	}
	for name, c := range map[string]struct {
		frames []pipeline.Frame
		want   []float64
	}{
		"after a cut":                {[]pipeline.Frame{at(0, 0, sketched(0)), at(0.25, 1, sketched(1)), at(0.5, 1, sketched(1))}, []float64{0, 0.25}},
		"what changes little":        {[]pipeline.Frame{at(0, 0, sketched(0)), at(0.25, 1, sketched(0)), at(0.5, 2, sketched(0))}, []float64{0}},
		"where nothing is known":     {[]pipeline.Frame{at(0, 0, nil), at(0.25, 1, sketched(1)), at(0.5, 2, nil)}, []float64{0}},
		"one second goes on from it": {[]pipeline.Frame{at(0, 0, sketched(0)), at(0.5, 1, sketched(1)), at(1, 2, sketched(1)), at(1.5, 3, sketched(1))}, []float64{0, 0.5, 1.5}},
		"between the samples":        {[]pipeline.Frame{at(0, 0, sketched(0)), {Picture: drawn(320, 180, 1), Time: time.Second / 10, Sketch: sketched(1), Between: true}}, []float64{0}},
	} {
		w, said := begin(t, false)
		show(t, w, c.frames...)
		if d := cmp.Diff(c.want, times(end(t, w, said))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	w, said := begin(t, false)
	show(t, w, cuts...)
	if n := len(end(t, w, said).Frames); n < 18 || n > 31 { // of 41: twenty or so of a second each, and the bound's 8 and 10
		t.Errorf("%d frames of a film of cuts", n)
	}
}

func TestFramesBeyondTheBoundAreCut(t *testing.T) {
	t.Parallel()
	w, said := begin(t, false)
	for i := range MaxFrames + 2 {
		show(t, w, pipeline.Frame{Picture: image.NewGray(image.Rect(0, 0, 8, 8)), Index: i, Time: time.Duration(i) * longest})
	}
	if got := end(t, w, said); len(got.Frames) != MaxFrames || !got.Cut {
		t.Errorf("%d frames, cut %v", len(got.Frames), got.Cut)
	}
}

func TestAFlatPictureIsStatedWithoutFeatures(t *testing.T) {
	t.Parallel()
	w, said := begin(t, true)
	show(t, w, pipeline.Frame{Picture: image.NewGray(image.Rect(0, 0, 200, 100))})
	if f := end(t, w, said).Frames[0]; f.Count != 0 || len(f.Points) != 0 || f.Miniature == nil {
		t.Errorf("%+v", f)
	}
}

func TestWhatWasSeenBeforeABrokenFrameIsStated(t *testing.T) {
	t.Parallel()
	w, said := begin(t, false)
	show(t, w, pipeline.Frame{Picture: drawn(320, 180, 0)})
	if err := w.Frame(t.Context(), pipeline.Frame{Picture: image.NewGray(image.Rectangle{})}); !errors.Is(err, pipeline.ErrMalformed) {
		t.Errorf("%v", err)
	}
	if err := w.Frame(t.Context(), pipeline.Frame{}); !errors.Is(err, pipeline.ErrMalformed) {
		t.Errorf("%v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := w.Frame(stopped, pipeline.Frame{Picture: drawn(320, 180, 1), Time: time.Minute}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if got := end(t, w, said); len(got.Frames) != 1 || got.Cut {
		t.Errorf("%d frames", len(got.Frames))
	}
}

func TestAStreamWithoutFramesSaysNothing(t *testing.T) {
	t.Parallel()
	w, said := begin(t, false)
	if err := w.End(t.Context()); err != nil || len(*said) != 0 {
		t.Errorf("%v, %v", *said, err)
	}
}
