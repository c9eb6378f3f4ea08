package geometry

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// laid are two views of one scene, and the map in fractions from the one to the other.
func laid(l lot, s scene, first, second view) (a, b Picture, m Map) {
	back, _ := truth(s, first).Inverse()
	return l.show(s, first), l.show(s, second), truth(s, second).After(back)
}

func plain(w, h int, by Map) view { return view{w: w, h: h, by: by} }

func TestLayCopies(t *testing.T) {
	t.Parallel()
	l := newLot(21)
	s := l.scene(1200, 900, 0)
	mirrored := plain(1200, 900, turning(1, 0.75, 1, 10, 0.5, 0.375))
	mirrored.mirror = true
	for name, v := range map[string]view{
		"as it is":          plain(1200, 900, identity),
		"tilted, mirrored":  mirrored,
		"a quarter of it":   plain(600, 450, turning(1, 0.75, 2, 0, 0.9, 0.7)),
		"in a corner of it": plain(1000, 1000, turning(1, 0.75, 0.4, 0, 0.7, 0.3)),
		"seen askew":        plain(1600, 1200, Map{0.8, 0.05, 0.05, -0.04, 0.75, 0.1, 0.2, -0.1, 1}),
	} {
		a, b, m := laid(l, s, plain(1200, 900, identity), v)
		o, ok := Lay(a, b, m)
		if !ok || o.Agreement < 0.97 || o.Agreeing < 0.99 || o.Median < 0.97 || o.Textured < 8 || len(o.Changes) > 0 || o.Disputed > 0.02 {
			t.Errorf("%s: %v %+v", name, ok, o)
		}
	}
}

// Of a picture that is little of another, enough is compared to say something.
func TestLayLittleOfAPicture(t *testing.T) {
	t.Parallel()
	l := newLot(19)
	s := l.scene(1200, 900, 0)
	whole, inset := plain(1200, 900, identity), plain(1200, 900, turning(1, 0.75, 0.2, 0, 0.7, 0.3))
	whole.cells, inset.cells = 256, 256
	a, b, m := laid(l, s, whole, inset)
	back, _ := m.Inverse()
	for name, c := range map[string]struct {
		a, b Picture
		m    Map
	}{"inset": {a, b, m}, "enlarged": {b, a, back}} {
		if o, ok := Lay(c.a, c.b, c.m); !ok || o.Textured < 40 || o.Agreeing < 0.95 {
			t.Errorf("%s: %v %+v", name, ok, o)
		}
	}
}

// Fine texture vanishes in the smaller picture: the larger is reduced before they are compared.
func TestLayReducesTheFinerPicture(t *testing.T) {
	t.Parallel()
	l := newLot(20)
	s := l.scene(1000, 1000, 0)
	for range 60 {
		s.waves = append(s.waves, [4]float64{(l.Float64() - 0.5) * 700, (l.Float64() - 0.5) * 700, l.Float64() * 7, 1})
	}
	inset := plain(1000, 1000, turning(1, 1, 0.15, 0, 0.5, 0.5))
	inset.fine = 4
	fine := plain(1000, 1000, identity)
	fine.fine = 4
	a, b, m := laid(l, s, fine, inset)
	back, _ := m.Inverse()
	for name, c := range map[string]struct {
		a, b Picture
		m    Map
	}{"inset": {a, b, m}, "enlarged": {b, a, back}} {
		if o, ok := Lay(c.a, c.b, c.m); !ok || o.Agreement < 0.9 {
			t.Errorf("%s: %v %.3f", name, ok, o.Agreement)
		}
	}
}

// The tones of a copy change; what it shows does not.
func TestLayCopiesOfOtherTones(t *testing.T) {
	t.Parallel()
	l := newLot(22)
	s := l.scene(1200, 900, 0)
	a, b, m := laid(l, s, plain(1200, 900, identity), plain(1200, 900, identity))
	for name, tone := range map[string]func(v float64) float64{
		"gamma": func(v float64) float64 { return 255 * math.Pow(v/255, 1.8) }, "pale": func(v float64) float64 { return 120 + v/3 },
	} {
		toned := *b.Miniature
		toned.Luma = nil
		for _, v := range b.Miniature.Luma {
			toned.Luma = append(toned.Luma, uint8(tone(float64(v))))
		}
		o, ok := Lay(a, Picture{Width: b.Width, Height: b.Height, Miniature: &toned}, m)
		if !ok || o.Agreement < 0.9 || o.Agreeing < 0.99 || len(o.Changes) > 0 {
			t.Errorf("%s: %v %+v", name, ok, o)
		}
	}
}

func TestLayStrangers(t *testing.T) {
	t.Parallel()
	l := newLot(23)
	for range 20 {
		a, b := l.show(l.scene(1200, 900, 0), plain(1200, 900, identity)), l.show(l.scene(1200, 900, 0), plain(1200, 900, identity))
		if o, ok := Lay(a, b, identity); !ok || math.Abs(o.Agreement) > 0.5 || o.Agreeing > 0.4 || o.Median > 0.5 || o.Exact > 0.05 || o.Disputed < 0.8 {
			t.Errorf("%v %+v", ok, o)
		}
	}
}

func TestLayTellsWhatWasAdded(t *testing.T) {
	t.Parallel()
	l := newLot(24)
	s := l.scene(1200, 900, 0)
	v := plain(1200, 900, identity)
	v.overlaid = func(x, y float64) (float64, bool) { return 250, x > 0.6 && x < 0.9 && y > 0.1 && y < 0.25 }
	a, b, m := laid(l, s, plain(1200, 900, identity), v)
	o, ok := Lay(a, b, m)
	if !ok || len(o.Changes) != 1 {
		t.Fatalf("%v %+v", ok, o.Changes)
	}
	// The box in fractions of a picture three quarters as high as wide.
	want := [4]float64{0.6, 0.1333, 0.3, 0.2}
	for i, got := range o.Changes[0].Box {
		if math.Abs(got-want[i]) > 0.04 {
			t.Errorf("box %v, not %v", o.Changes[0].Box, want)
		}
	}
	if c := o.Changes[0]; c.Fill < 0.8 || math.Abs(c.Share-0.06) > 0.015 || o.Changed != c.Share || o.Agreeing < 0.7 || o.Disputed > 0.2 || o.Median < 0.99 {
		t.Errorf("%+v", o)
	}
}

// A camera that was moved shows the scene beyond the other picture's border; a frame about a copy shows something else.
func TestLayTellsWhereTheSceneGoesOn(t *testing.T) {
	t.Parallel()
	l := newLot(25)
	s := l.scene(2000, 1000, 0)
	left, right := plain(1000, 1000, Map{2, 0, 0, 0, 2, 0, 0, 0, 1}), plain(1000, 1000, Map{2, 0, -0.5, 0, 2, 0, 0, 0, 1})
	a, b, m := laid(l, s, left, right)
	if o, ok := Lay(a, b, m); !ok || o.Across < 0.6 || o.Agreeing < 0.99 {
		t.Errorf("moved: %v %+v", ok, o)
	}
	framed := plain(1000, 1000, turning(1, 0.5, 0.7, 4, 0.5, 0.5))
	a, b, m = laid(l, s, plain(2000, 1000, identity), framed)
	if o, ok := Lay(a, b, m); !ok || o.Across > 0.2 {
		t.Errorf("framed: %v %+v", ok, o)
	}
}

func TestLayMeasuresTheGround(t *testing.T) {
	t.Parallel()
	l := newLot(26)
	text := Picture{Width: 100, Height: 100, Miniature: &pipeline.Miniature{Width: 100, Height: 100}}
	for i := range 100 * 100 {
		ink := i/100%5 == 2 && l.IntN(3) > 0
		text.Miniature.Luma = append(text.Miniature.Luma, map[bool]uint8{true: 30, false: 240}[ink])
	}
	scene := l.show(l.scene(1200, 900, 0), plain(1200, 900, identity))
	if o, ok := Lay(text, text, identity); !ok || o.Ground < 0.45 {
		t.Errorf("text: %v %+v", ok, o)
	}
	if o, ok := Lay(scene, scene, identity); !ok || o.Ground > 0.4 {
		t.Errorf("scene: %v %+v", ok, o)
	}
}

func TestLayRefusesWhatCannotBeLaid(t *testing.T) {
	t.Parallel()
	l := newLot(27)
	p := l.show(l.scene(400, 300, 0), plain(400, 300, identity))
	broken := Picture{Width: 4, Height: 4, Miniature: &pipeline.Miniature{Width: 4, Height: 4, Luma: make([]byte, 15)}}
	huge := Picture{Width: 4, Height: 4, Miniature: &pipeline.Miniature{Width: 1 << 20, Height: 1, Luma: make([]byte, 1<<20)}}
	for name, c := range map[string]struct {
		a, b Picture
		m    Map
	}{
		"no miniature":       {Picture{Width: 4, Height: 4}, p, identity},
		"broken miniature":   {p, broken, identity},
		"huge miniature":     {huge, p, identity},
		"no inverse":         {p, p, Map{1, 1, 0, 1, 1, 0, 0, 0, 1}},
		"beside the picture": {p, p, Map{1, 0, 3, 0, 1, 0, 0, 0, 1}},
		"not a number":       {p, p, Map{math.NaN(), 0, 0, 0, 1, 0, 0, 0, 1}},
	} {
		if o, ok := Lay(c.a, c.b, c.m); ok {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestLayOfFlatPicturesSaysNothing(t *testing.T) {
	t.Parallel()
	flat := Picture{Width: 90, Height: 60, Miniature: &pipeline.Miniature{Width: 90, Height: 60, Luma: make([]byte, 90*60)}}
	o, ok := Lay(flat, flat, identity)
	if d := cmp.Diff(Overlay{Ground: 1}, o); !ok || d != "" {
		t.Error(d)
	}
}

func FuzzLay(f *testing.F) {
	f.Add([]byte("abcdefghijklmnopqrstuvwxyz"), 5, 4, 1.0, 0.1, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
	f.Fuzz(func(t *testing.T, luma []byte, w, h int, m0, m1, m2, m3, m4, m5, m6, m7 float64) {
		p := Picture{Width: w, Height: h, Miniature: &pipeline.Miniature{Width: w, Height: h, Luma: luma}}
		q := Picture{Width: 60, Height: 40, Miniature: &pipeline.Miniature{Width: 60, Height: 40, Luma: make([]byte, 2400)}}
		for i := range q.Miniature.Luma {
			q.Miniature.Luma[i] = byte(i * i >> 3)
		}
		for _, c := range [][2]Picture{{p, q}, {q, p}, {q, q}} {
			o, ok := Lay(c[0], c[1], Map{m0, m1, m2, m3, m4, m5, m6, m7, 1})
			for _, v := range []float64{o.Agreement, o.Agreeing, o.Exact, o.Median, o.Ground, o.Across, o.Disputed, o.Changed} {
				if ok && !(math.Abs(v) <= 1.0001) {
					t.Fatalf("%+v", o)
				}
			}
		}
	})
}

func BenchmarkLay(b *testing.B) {
	l := newLot(28)
	s := l.scene(1200, 900, 0)
	p, q, m := laid(l, s, plain(1200, 900, identity), plain(1600, 1200, turning(1, 0.75, 0.8, 5, 0.5, 0.5)))
	for b.Loop() {
		Lay(p, q, m)
	}
}
