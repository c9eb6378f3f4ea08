package views

import (
	"image"
	"testing"
)

// moving is frame n of a film: a window that moves over a larger scene.
func moving(n, w, h int) Gray {
	g := scene(w+200, h+100)
	at := image.Pt(n*7%200, n*3%100)
	return crop(g, image.Rectangle{at, at.Add(image.Pt(w, h))})
}

func TestStandingBorders(t *testing.T) {
	t.Parallel()
	black := on(16, 320, 180, Gray{}, image.Point{})
	for name, c := range map[string]struct {
		frame func(n int) Gray
		want  image.Rectangle
	}{
		"none":      {func(n int) Gray { return moving(n, 320, 180) }, image.Rect(0, 0, 320, 180)},
		"letterbox": {func(n int) Gray { return on(16, 320, 180, moving(n, 320, 136), image.Pt(0, 22)) }, image.Rect(0, 22, 320, 158)},
		"pillarbox": {func(n int) Gray { return on(0, 320, 180, moving(n, 240, 180), image.Pt(40, 0)) }, image.Rect(40, 0, 280, 180)},
		"letterbox, with dark scenes": {func(n int) Gray {
			g := moving(n, 320, 136)
			if n%3 > 0 { // a lamp in the dark
				g = on(16, 320, 136, moving(n, 90, 60), image.Pt(60+n, 40))
			}
			return on(16, 320, 180, g, image.Pt(0, 22))
		}, image.Rect(0, 22, 320, 158)},
		"letterbox, subtitles come and go": {func(n int) Gray {
			g := on(16, 320, 180, moving(n, 320, 130), image.Pt(0, 25))
			if n%2 == 0 {
				write(g, image.Rect(60, 161, 260, 171), 235)
			}
			return g
		}, image.Rect(0, 25, 320, 155)},
		"letterbox behind a black start": {func(n int) Gray {
			if n < 20 {
				return black
			}
			return on(16, 320, 180, moving(n, 320, 136), image.Pt(0, 22))
		}, image.Rect(0, 22, 320, 158)},
		"a large logo that stands": {func(n int) Gray {
			g := moving(n, 320, 180)
			paint(g, on(250, 120, 50, Gray{}, image.Point{}), image.Point{})
			return g
		}, image.Rect(0, 0, 320, 180)},
		"blurred bars": {func(n int) Gray {
			g := blurred(moving(n, 100, 180), 320, 180)
			paint(g, moving(n, 100, 180), image.Pt(110, 0))
			return g
		}, image.Rect(110, 0, 210, 180)},
		"black":          {func(int) Gray { return black }, image.Rect(0, 0, 320, 180)},
		"a cut of a bar": {func(n int) Gray { return on(16, 320, 180, moving(n, 320, 180-n), image.Pt(0, n)) }, image.Rect(0, 0, 320, 180)},
	} {
		var s Standing
		for n := range 40 {
			s.Add(grainy(c.frame(n)))
		}
		if got := s.Box(); abs(got.Min.X-c.want.Min.X)+abs(got.Min.Y-c.want.Min.Y)+abs(got.Max.X-c.want.Max.X)+abs(got.Max.Y-c.want.Max.Y) > 1 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestStandingPassesOverFramesOfAnotherSize(t *testing.T) {
	t.Parallel()
	var s Standing
	if s.Box() != (image.Rectangle{}) || s.Frames() != 0 {
		t.Errorf("of nothing: %v, %d frames", s.Box(), s.Frames())
	}
	for n := range 10 {
		s.Add(on(16, 320, 180, moving(n, 320, 136), image.Pt(0, 22)))
		s.Add(moving(n, 200, 100))
	}
	if s.Frames() != 10 || s.Bounds() != image.Rect(0, 0, 320, 180) || s.Box() != image.Rect(0, 22, 320, 158) {
		t.Errorf("%d frames, %v within %v", s.Frames(), s.Box(), s.Bounds())
	}
}
