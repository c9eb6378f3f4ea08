package framehash

import (
	"image"
	"testing"
	"time"

	"dokaz/analyzers/internal/pdq"
	"dokaz/pipeline"
)

// ramp rises from left to right by one level every two pixels.
func ramp(w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(i % w / 2)
	}
	return m
}

func miniaturesOf(t *testing.T, pictures ...image.Image) pipeline.LocalFeatures {
	t.Helper()
	w, said := begin(t)
	for i, p := range pictures {
		if err := w.Frame(t.Context(), pipeline.Frame{Picture: p, Time: time.Duration(i) * time.Second / 4, Index: i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	return (*said)[len(*said)-1].(pipeline.LocalFeatures)
}

func TestEveryHashedFrameHasAMiniature(t *testing.T) {
	t.Parallel()
	got := miniaturesOf(t, ramp(320, 180), ramp(320, 180))
	if got.Algorithm != pipeline.Plain || got.Width != 320 || got.Height != 180 || len(got.Frames) != 2 || got.Cut {
		t.Fatalf("%+v", got)
	}
	f := got.Frames[1]
	if f.Time != 0.25 || f.Count != 0 || len(f.Points) != 0 || f.Miniature.Width != 52 || f.Miniature.Height != 29 {
		t.Fatalf("%+v", f)
	}
	for x := range 52 { // the mean of pixels 320x/52 to 320(x+1)/52
		if want := (float64(x)+0.5)*320/52/2 - 0.5; float64(f.Miniature.Luma[x])-want > 1 || want-float64(f.Miniature.Luma[x]) > 1 {
			t.Errorf("column %d is %d, not about %.1f", x, f.Miniature.Luma[x], want)
		}
	}
}

func TestMiniaturesAreBounded(t *testing.T) {
	t.Parallel()
	for size, want := range map[image.Point]image.Point{
		{X: 1280, Y: 720}: {X: 52, Y: 29}, {X: 300, Y: 300}: {X: 39, Y: 39}, {X: 240, Y: 320}: {X: 34, Y: 45}, {X: 20, Y: 30}: {X: 20, Y: 30}, {X: 900, Y: 9}: {X: 64, Y: 1},
	} {
		m := miniaturesOf(t, image.NewGray(image.Rectangle{Max: size})).Frames[0].Miniature
		if m.Width != want.X || m.Height != want.Y || len(m.Luma) != want.X*want.Y {
			t.Errorf("%v gives %d×%d", size, m.Width, m.Height)
		}
	}
	var m miniatures
	m.fact.Frames = make([]pipeline.FeaturedFrame, MaxMiniatures)
	if m.add(pdq.Frame(nil, ramp(8, 8)), 1); len(m.fact.Frames) != MaxMiniatures || !m.fact.Cut {
		t.Errorf("%d, cut %v", len(m.fact.Frames), m.fact.Cut)
	}
}
