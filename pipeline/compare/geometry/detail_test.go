package geometry

import (
	"math"
	"testing"

	"dokaz/pipeline"
)

// exposure is a picture of one scene, 256 cells wide, taken straight on.
type exposure struct {
	noise float64                               // standard deviation, steps of luma
	gamma float64                               // 0 is none
	warp  func(x, y float64) (float64, float64) // where in the scene a place shows, cells
	over  func(x, y int, luma float64) float64  // what stands before the scene, or was laid over the picture
}

func (l lot) expose(s scene, e exposure) Picture {
	m := &pipeline.Miniature{Width: 256, Height: 192}
	for y := range m.Height {
		for x := range m.Width {
			u, v := float64(x), float64(y)
			if e.warp != nil {
				u, v = e.warp(u, v)
			}
			luma := s.luma(1.5*u/256, 1.5*v/256)
			if e.over != nil {
				luma = e.over(x, y, luma)
			}
			if e.gamma > 0 {
				luma = 255 * math.Pow(min(max(luma, 0), 255)/255, e.gamma)
			}
			m.Luma = append(m.Luma, uint8(min(max(math.Round(luma+e.noise*l.NormFloat64()), 0), 255)))
		}
	}
	return Picture{Width: 1600, Height: 1200, Miniature: m}
}

// figure is a dark standing figure, which nothing but a figure has the shape of.
func figure(left, top int) func(x, y int, luma float64) float64 {
	return func(x, y int, luma float64) float64 {
		u, v := float64(x-left)/9, float64(y-top)/24
		if u*u+v*v < 1 || squared(float64(x-left), float64(y-top+30)) < 36 {
			return 25
		}
		return luma
	}
}

// box lays a label with letters over a picture.
func label(left, top, width, height int) func(x, y int, luma float64) float64 {
	return func(x, y int, luma float64) float64 {
		switch {
		case x < left || y < top || x >= left+width || y >= top+height:
			return luma
		case (x/3+y/5)%4 == 0 && y > top+3 && y < top+height-4:
			return 30
		}
		return 245
	}
}

// shares of a Detail that decide: something moved, something came, something laid over.
const (
	none = iota
	ghosts
	added
	over
)

func TestExamineTellsWhatMovedFromWhatWasLaidOver(t *testing.T) {
	t.Parallel()
	l := newLot(71)
	s := l.scene(1600, 1200, 0)
	for name, c := range map[string]struct {
		a, b exposure
		want int
	}{
		"coded twice":             {exposure{noise: 1}, exposure{noise: 3}, none},
		"other tones":             {exposure{}, exposure{gamma: 1.6, noise: 1}, none},
		"a figure walked on":      {exposure{over: figure(60, 100)}, exposure{over: figure(190, 110)}, ghosts},
		"a step of the figure":    {exposure{over: figure(100, 100)}, exposure{over: figure(125, 100)}, ghosts},
		"a figure came":           {exposure{}, exposure{over: figure(128, 96), noise: 1}, added},
		"a bar along the edge":    {exposure{}, exposure{over: label(0, 164, 256, 28), noise: 1}, over},
		"a box in the middle":     {exposure{}, exposure{over: label(90, 80, 64, 30), noise: 1}, over},
		"boxes in either picture": {exposure{over: label(30, 40, 60, 30)}, exposure{over: label(150, 100, 60, 30)}, over},
	} {
		a, b := l.expose(s, c.a), l.expose(s, c.b)
		for _, p := range [][2]Picture{{a, b}, {b, a}} {
			d, ok := Examine(p[0], p[1], identity)
			got := none
			switch {
			case d.Ghosts > 0.004:
				got = ghosts
			case d.Added > 0.004:
				got = added
			case d.Laid > 0.004:
				got = over
			}
			if !ok || got != c.want || d.Windows < 100 || d.Drift > 0.15 {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}

func TestExamineMeasuresDrift(t *testing.T) {
	t.Parallel()
	l := newLot(72)
	s := l.scene(1600, 1200, 0)
	plain := l.expose(s, exposure{noise: 1})
	for name, c := range map[string]struct {
		warp        func(x, y float64) (float64, float64)
		least, most float64 // cells of Drift
		off         bool    // many windows lie off their places
	}{
		"none":                   {func(x, y float64) (float64, float64) { return x, y }, 0, 0.08, false},
		"a map off by a cell":    {func(x, y float64) (float64, float64) { return x + 1, y - 0.7 }, 0, 0.15, false},
		"a map off by a turn":    {func(x, y float64) (float64, float64) { return x + 0.01*(y-96), y - 0.01*(x-128) }, 0, 0.15, false},
		"the nearer half passes": {func(x, y float64) (float64, float64) { return x + 2*ramp(x-128), y }, 0.3, 2, true},
		"leaves in the wind":     {func(x, y float64) (float64, float64) { return x + 0.9*math.Sin(y/11), y + 0.9*math.Sin(x/13) }, 0.4, 1.2, true},
	} {
		d, ok := Examine(plain, l.expose(s, exposure{noise: 1, warp: c.warp}), identity)
		if !ok || d.Windows < 100 || d.Drift < c.least || d.Drift > c.most || d.Shifted > 0.15 != c.off || d.Shifted > 0.02 != c.off {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// ramp goes from 0 to 1 within some cells.
func ramp(x float64) float64 { return 1 / (1 + math.Exp(-x/3)) }

func TestExamineRefusesWhatCannotBeLaid(t *testing.T) {
	t.Parallel()
	l := newLot(73)
	s := l.scene(1600, 1200, 0)
	a := l.expose(s, exposure{})
	for name, m := range map[string]Map{"a map that folds": {}, "no inverse": {1, 1, 0, 1, 1, 0, 0, 0, 1}} {
		if d, ok := Examine(a, a, m); ok {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d, ok := Examine(a, Picture{Width: 4, Height: 3}, identity); ok {
		t.Errorf("no miniature: %+v", d)
	}
	if d, ok := Examine(a, a, Map{1, 0, 3, 0, 1, 0, 0, 0, 1}); d != (Detail{}) {
		t.Errorf("side by side: %+v, %v", d, ok)
	}
}

func FuzzExamine(f *testing.F) {
	f.Add([]byte("some luma, of which there is not much"), uint8(5), uint8(7), 1.0, 0.0, 0.1, 0.0)
	f.Add(make([]byte, 400), uint8(20), uint8(20), 0.5, 0.2, 0.1, 0.5)
	f.Fuzz(func(t *testing.T, luma []byte, w, h uint8, a, b, c, g float64) {
		n := int(w) * int(h)
		if n == 0 || n > len(luma) {
			return
		}
		p := Picture{Width: int(w), Height: int(h), Miniature: &pipeline.Miniature{Width: int(w), Height: int(h), Luma: luma[:n]}}
		q := Picture{Width: 12, Height: 9, Miniature: &pipeline.Miniature{Width: 12, Height: 9, Luma: make([]byte, 108)}}
		for _, o := range []Picture{p, q} {
			d, _ := Examine(p, o, Map{a, b, c, -b, a, c, g, 0, 1})
			for _, v := range []float64{d.Drift, d.Shifted, d.Ghosts, d.Added, d.Near, d.Laid} {
				if !(v >= 0) || math.IsInf(v, 0) {
					t.Errorf("%+v", d)
				}
			}
		}
	})
}

func BenchmarkExamine(b *testing.B) {
	l := newLot(74)
	s := l.scene(1600, 1200, 0)
	p, q := l.expose(s, exposure{}), l.expose(s, exposure{noise: 2})
	for b.Loop() {
		if _, ok := Examine(p, q, identity); !ok {
			b.Fatal("not examined")
		}
	}
}
