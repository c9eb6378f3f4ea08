package geometry

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// turning is the map that scales, turns clockwise about the middle of a w×h scene and moves it.
func turning(w, h, scale, degrees, x, y float64) Map {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return Map{scale * cos, -scale * sin, x, scale * sin, scale * cos, y, 0, 0, 1}.After(Map{1, 0, -w / 2, 0, 1, -h / 2, 0, 0, 1})
}

// truth is the map in fractions of what a view shows of a scene.
func truth(s scene, v view) Map {
	w, h := Picture{Width: s.w, Height: s.h}.sides()
	a, b := Picture{Width: v.w, Height: v.h}.sides()
	m := stretch(1/a, 1/b).After(v.by).After(stretch(w, h))
	if v.mirror {
		m = m.After(Map{-1, 0, 1, 0, 1, 0, 0, 0, 1})
	}
	return m
}

// whole shows the scene as it is, features only.
func whole(s scene) view { return view{w: s.w, h: s.h, by: identity, bare: true} }

// astray is how far, over the part of A that is seen, a map takes points from where another takes them.
func astray(m, truth Map) (worst float64) {
	for i := range 9 {
		for j := range 9 {
			x, y := float64(i)/8, float64(j)/8
			u, v, ok := truth.At(x, y)
			if !ok || u < 0 || v < 0 || u > 1 || v > 1 {
				continue
			}
			a, b, ok := m.At(x, y)
			if !ok {
				return math.Inf(1)
			}
			worst = max(worst, math.Hypot(a-u, b-v))
		}
	}
	return worst
}

func TestRegister(t *testing.T) {
	t.Parallel()
	l := newLot(5)
	s := l.scene(1600, 1200, 400)
	noisy := func(v view) view {
		v.places, v.bits, v.lost, v.strange, v.bare = 0.1, 0.12, 0.4, 150, true
		return v
	}
	for name, c := range map[string]struct {
		view   view
		rotate int
		plain  bool
	}{
		"as it is":             {view{w: 1600, h: 1200, by: identity}, 0, true},
		"smaller":              {noisy(view{w: 400, h: 300, by: identity}), 0, true},
		"the right upper part": {noisy(view{w: 800, h: 800, by: turning(1, 0.75, 2, 0, 0.1, 0.8)}), 0, true},
		"in a corner":          {noisy(view{w: 1000, h: 1000, by: turning(1, 0.75, 0.5, 0, 0.7, 0.3)}), 0, true},
		"clockwise":            {noisy(view{w: 1200, h: 1600, by: turning(1, 0.75, 1, 90, 0.375, 0.5)}), 90, true},
		"upside down":          {noisy(view{w: 1600, h: 1200, by: turning(1, 0.75, 1, 180, 0.5, 0.375)}), 180, true},
		"anticlockwise":        {noisy(view{w: 1200, h: 1600, by: turning(1, 0.75, 1, 270, 0.375, 0.5)}), 270, true},
		"tilted":               {noisy(view{w: 1600, h: 1200, by: turning(1, 0.75, 1, 7, 0.5, 0.375)}), 0, false},
		"squeezed":             {noisy(view{w: 1600, h: 1200, by: Map{1, 0, 0, 0, 0.75, 0, 0, 0, 1}}), 0, false},
		"seen askew":           {noisy(view{w: 1600, h: 1200, by: Map{0.8, 0.05, 0.05, -0.04, 0.75, 0.1, 0.2, -0.1, 1}}), 0, false},
	} {
		for _, mirror := range []bool{false, true} {
			v := c.view
			v.mirror = mirror
			f, ok := Register(l.show(s, whole(s)), l.show(s, v))
			if !ok {
				t.Errorf("%s, mirrored %v: not found", name, mirror)
				continue
			}
			want := c.rotate
			if mirror { // the view was mirrored before it was turned; a Transform mirrors after
				want = (360 - want) % 360
			}
			if off := astray(f.Matrix, truth(s, v)); off > 0.01 || f.Mirror != mirror || f.Rotate != want || f.Plain != c.plain || len(f.Pairs) < 40 || f.Strain > 0.3 {
				t.Errorf("%s, mirrored %v: %.4f astray, mirror %v, rotate %d, plain %v, %d inliers, strain %.2f", name, mirror, off, f.Mirror, f.Rotate, f.Plain, len(f.Pairs), f.Strain)
			}
		}
	}
}

func TestWhatIsSeenOfEach(t *testing.T) {
	t.Parallel()
	l := newLot(6)
	s := l.scene(1000, 1000, 400)
	f, ok := Register(l.show(s, whole(s)), l.show(s, view{w: 1000, h: 500, by: Map{1, 0, -0.4, 0, 1, -0.25, 0, 0, 1}}))
	if !ok {
		t.Fatal("not found")
	}
	// B shows the right six tenths of A's middle half, and nothing in its own right four tenths.
	for what, got := range map[string][2]float64{
		"seen of A": {f.SeenOfA, 0.3}, "seen of B": {f.SeenOfB, 0.6},
		"left in A": {f.InA[0], 0.4}, "top in A": {f.InA[1], 0.25}, "width in A": {f.InA[2], 0.6}, "height in A": {f.InA[3], 0.5},
		"left in B": {f.InB[0], 0}, "top in B": {f.InB[1], 0}, "width in B": {f.InB[2], 0.6}, "height in B": {f.InB[3], 1},
	} {
		if math.Abs(got[0]-got[1]) > 0.01 {
			t.Errorf("%s: %.3f, not %.3f", what, got[0], got[1])
		}
	}
	if f.Spread < 0.6 || f.Spread > 1 || f.Refound < 0.7 {
		t.Errorf("spread %.2f, refound %.2f", f.Spread, f.Refound)
	}
}

func TestRegisterFindsAnySimilarity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newLot(rapid.Uint64().Draw(t, "seed"))
		s := l.scene(rapid.IntRange(300, 3000).Draw(t, "width"), rapid.IntRange(300, 3000).Draw(t, "height"), 300)
		w, h := Picture{Width: s.w, Height: s.h}.sides()
		v := view{
			w: 1000, h: 1000, mirror: rapid.Bool().Draw(t, "mirror"),
			by:     turning(w, h, rapid.Float64Range(0.5, 1.3).Draw(t, "scale"), rapid.Float64Range(0, 360).Draw(t, "degrees"), rapid.Float64Range(0.4, 0.6).Draw(t, "x"), rapid.Float64Range(0.4, 0.6).Draw(t, "y")),
			places: 0.1, bits: 0.1, lost: 0.3, strange: 100, bare: true,
		}
		a, b := l.show(s, whole(s)), l.show(s, v)
		f, ok := Register(a, b)
		if !ok || f.Mirror != v.mirror || astray(f.Matrix, truth(s, v)) > 0.02 {
			t.Fatalf("found %v, %.4f astray, mirror %v", ok, astray(f.Matrix, truth(s, v)), f.Mirror)
		}
		for i, p := range f.Pairs {
			if p.A < 0 || p.B < 0 || p.A >= len(a.Points) || p.B >= len(b.Points) || i > 0 && p.A <= f.Pairs[i-1].A {
				t.Fatalf("pair %d: %+v", i, f.Pairs)
			}
		}
	})
}

func TestStrangersAreNotRegistered(t *testing.T) {
	t.Parallel()
	l := newLot(7)
	for range 60 {
		s, o := l.scene(1200, 900, 400), l.scene(900, 1200, 400)
		if f, ok := Register(l.show(s, whole(s)), l.show(o, whole(o))); ok {
			t.Errorf("%d inliers, spread %.2f", len(f.Pairs), f.Spread)
		}
	}
}

// A wall of equal windows fits itself in many ways, and says nothing of another such wall.
func TestRepeatedStructureIsAmbiguous(t *testing.T) {
	t.Parallel()
	l := newLot(8)
	pane := []pipeline.Hash256{l.descriptor(), l.descriptor(), l.descriptor(), l.descriptor()}
	wall := func(columns int) (p Picture) {
		p = Picture{Width: 1200, Height: 800}
		for r := range 8 {
			for c := range columns {
				for k, d := range pane {
					x, y := (float64(c)+0.2+0.4*float64(k%2))/float64(columns), (float64(r)+0.2+0.4*float64(k/2))/8
					p.Points = append(p.Points, feature(x, y, 1, 1, 112, 64, l.flipped(d, 0.05)))
				}
			}
		}
		return p
	}
	if f, ok := Register(wall(12), wall(11)); ok && len(f.Pairs) >= 12 {
		t.Errorf("%d inliers of %d features", len(f.Pairs), 4*8*11)
	}
}

// Many features of one corner at several sizes speak once.
func TestOneCornerSpeaksOnce(t *testing.T) {
	t.Parallel()
	l := newLot(9)
	p := Picture{Width: 1000, Height: 1000}
	for c := range 3 {
		for k := range 10 {
			p.Points = append(p.Points, feature(0.2+0.3*float64(c)+0.0002*float64(k), 0.3+0.2*float64(c%2), 1, 1, uint8(112+k), 40, l.descriptor()))
		}
	}
	if f, ok := Register(p, p); ok {
		t.Errorf("%d inliers of 3 corners", len(f.Pairs))
	}
}

func TestMapsThatAPictureOfAPictureCanMake(t *testing.T) {
	t.Parallel()
	middle := func(m Map) Map {
		return Map{1, 0, 0.5, 0, 1, 0.5, 0, 0, 1}.After(m).After(Map{1, 0, -0.5, 0, 1, -0.5, 0, 0, 1})
	}
	for name, c := range map[string]struct {
		m    Map
		want bool
	}{
		"as it is":           {identity, true},
		"turned":             {Map{0, -1, 1, 1, 0, 0, 0, 0, 1}, true},
		"almost eight times": {middle(stretch(7.9, 7.9)), true},
		"over eight times":   {middle(stretch(8.1, 8.1)), false},
		"almost an eighth":   {middle(stretch(0.127, 0.127)), true},
		"under an eighth":    {middle(stretch(0.123, 0.123)), false},
		"squeezed":           {middle(stretch(0.35, 1)), true},
		"squeezed too far":   {middle(stretch(0.32, 1)), false},
		"sheared too far":    {middle(Map{1, 3, 0, 0, 1, 0, 0, 0, 1}), false},
		"mirrored":           {Map{-1, 0, 1, 0, 1, 0, 0, 0, 1}, false},
		"seen askew":         {middle(Map{1, 0, 0, 0, 1, 0, 0.3, 0, 1}), true},
		"from the side":      {middle(Map{1, 0, 0, 0, 1, 0, 1.2, 0, 1}), false},
	} {
		f := Fit{Matrix: c.m}
		if got := f.See() && f.sound(c.m, 1, 1); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestRegisterIsDeterminedAndLeavesThePicturesAlone(t *testing.T) {
	t.Parallel()
	l := newLot(11)
	s := l.scene(1000, 700, 300)
	a, b := l.show(s, whole(s)), l.show(s, view{w: 800, h: 800, by: turning(1, 0.7, 0.8, 12, 0.5, 0.5), places: 0.2, bits: 0.1, strange: 80})
	points := append(append(pipeline.Features{}, a.Points...), b.Points...)
	first, ok := Register(a, b)
	again, okAgain := Register(a, b)
	if d := cmp.Diff(first, again); d != "" || !ok || !okAgain {
		t.Error(d)
	}
	if d := cmp.Diff(points, append(append(pipeline.Features{}, a.Points...), b.Points...)); d != "" {
		t.Error(d)
	}
}

func TestPicturesWithoutFeaturesOrSizeAreNotRegistered(t *testing.T) {
	t.Parallel()
	l := newLot(12)
	s := l.scene(500, 500, 100)
	p := l.show(s, whole(s))
	for name, q := range map[string]Picture{
		"nothing": {}, "no size": {Points: p.Points}, "no features": {Width: 500, Height: 500},
		"four features": {Width: 500, Height: 500, Points: p.Points[:4]}, "negative size": {Width: -3, Height: 500, Points: p.Points},
	} {
		if _, ok := Register(p, q); ok {
			t.Errorf("%s is found in a picture", name)
		}
		if _, ok := Register(q, p); ok {
			t.Errorf("a picture is found in %s", name)
		}
	}
}

// FuzzRegister gives it features as hostile prints hold them.
func FuzzRegister(f *testing.F) {
	l := newLot(13)
	s := l.scene(400, 300, 40)
	text, err := l.show(s, whole(s)).Points.MarshalText()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, text, 400, 300)
	f.Add(text[:len(text)/2], []byte{}, 1, 65535)
	f.Fuzz(func(t *testing.T, x, y []byte, w, h int) {
		var p, q Picture
		if p.Points.UnmarshalText(x) != nil || q.Points.UnmarshalText(y) != nil {
			return
		}
		p.Width, p.Height, q.Width, q.Height = w, h, h, w
		fit, ok := Register(p, q)
		if !ok {
			return
		}
		for _, v := range append(fit.Matrix[:], fit.SeenOfA, fit.SeenOfB, fit.Spread, fit.Refound, fit.Strain) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v", fit)
			}
		}
		if len(fit.Pairs) < leastInliers || fit.SeenOfA > 1.0001 || fit.SeenOfB > 1.0001 {
			t.Fatalf("%+v", fit)
		}
	})
}

func BenchmarkRegister(b *testing.B) {
	l := newLot(14)
	s, o := l.scene(1600, 1200, 400), l.scene(1600, 1200, 400)
	p, q := l.show(s, whole(s)), l.show(o, whole(o))
	r := l.show(s, view{w: 1000, h: 1000, by: turning(1, 0.75, 0.8, 5, 0.5, 0.5), places: 0.1, bits: 0.1, lost: 0.3, strange: 150})
	for name, pair := range map[string][2]Picture{"strangers": {p, q}, "copies": {p, r}, "equal": {p, p}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Register(pair[0], pair[1])
			}
		})
	}
}
