package views

import (
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// scene is uneven luma that no border and no symmetry runs through: tiles of whole-number noise.
func scene(w, h int) Gray {
	g := Gray{w, h, make([]uint8, w*h)}
	for i := range g.Pix {
		x, y := i%w, i/w
		g.Pix[i] = uint8((3*uint32(mix(x*13/w, y*11/h)) + uint32(mix(x/3, y/3))) / 4)
	}
	return g
}

// mix scatters a place over a level.
func mix(x, y int) uint8 {
	v := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca6b
	v ^= v >> 15
	v *= 0x2c1b3c6d
	v ^= v >> 12
	return uint8(v >> 20)
}

func luma(g Gray) []float32 {
	out := make([]float32, len(g.Pix))
	for i, v := range g.Pix {
		out[i] = float32(v)
	}
	return out
}

// turned is the picture in a form: turned clockwise, then mirrored left to right.
func turned(g Gray, form pipeline.Dihedral) Gray {
	for range form.Rotate() / 90 {
		q := Gray{g.H, g.W, make([]uint8, len(g.Pix))}
		for y := range q.H {
			for x := range q.W {
				q.Pix[y*q.W+x] = g.Pix[(g.H-1-x)*g.W+y]
			}
		}
		g = q
	}
	if form.Mirror() {
		q := Gray{g.W, g.H, make([]uint8, len(g.Pix))}
		for i := range q.Pix {
			q.Pix[i] = g.Pix[i/g.W*g.W+g.W-1-i%g.W]
		}
		g = q
	}
	return g
}

// named finds a view.
func named(t *testing.T, vs []View, name string) View {
	t.Helper()
	for _, v := range vs {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no view %q among %d", name, len(vs))
	return View{}
}

func withoutInsets(vs []View) []View {
	return slices.DeleteFunc(vs, func(v View) bool { return strings.HasPrefix(v.Name, "inset") })
}

// A turned picture's views have the turned hashes, to the last bit; tiles change places. No view is smaller than the 64×64 samples of its
// hash: spread over more samples than it has pixels, a picture has terms that are exactly zero, and these have no sign to turn (pdq.Signs).
// Of pictures set in, which these tiles have more of than are kept, inset_test.go says the same.
func TestViewsOfATurnedPictureAreTurned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w, h := rapid.IntRange(130, 260).Draw(r, "w"), rapid.IntRange(130, 260).Draw(r, "h")
		form := rapid.SampledFrom(pipeline.Dihedrals[:]).Draw(r, "form")
		g := scene(w, h)
		views := withoutInsets(Of(luma(g), w, h))
		q := turned(g, form)
		again := withoutInsets(Of(luma(q), q.W, q.H))
		if len(again) != len(views) {
			r.Fatalf("%d views, of the picture as it is %d", len(again), len(views))
		}
		for _, v := range views {
			want := v.Bits.Turned(form)
			found := false
			for _, o := range again {
				found = found || o.Bits == want && o.Quality == v.Quality
			}
			if !found && !(v.Name == "wide" && w == h) {
				r.Errorf("%d×%d: no view is %s turned", w, h, v.Name)
			}
		}
		if named(t, again, "whole").Bits != named(t, views, "whole").Bits.Turned(form) {
			r.Error("the whole")
		}
	})
}

// The samples of a view are area averages, also of areas that begin within a pixel.
func TestSamplesAreAreaAverages(t *testing.T) {
	t.Parallel()
	g := scene(151, 97)
	s := newSheet(g)
	for _, box := range []image.Rectangle{g.Bounds(), image.Rect(10, 7, 141, 96), image.Rect(0, 0, 64, 64), image.Rect(3, 3, 4, 5)} {
		got := s.samples(box)
		for _, at := range []int{0, 63, 64, 1000, 2048 + 31, 4095} {
			x0, y0 := float64(at%64*box.Dx())/64, float64(at/64*box.Dy())/64
			x1, y1 := x0+float64(box.Dx())/64, y0+float64(box.Dy())/64
			var sum float64
			for y := int(y0); float64(y) < y1; y++ {
				for x := int(x0); float64(x) < x1; x++ {
					part := (math.Min(x1, float64(x+1)) - math.Max(x0, float64(x))) * (math.Min(y1, float64(y+1)) - math.Max(y0, float64(y)))
					sum += part * float64(g.Pix[(box.Min.Y+y)*g.W+box.Min.X+x])
				}
			}
			want := 256 * sum / ((x1 - x0) * (y1 - y0))
			if math.Abs(float64(got[at])-want) > 0.51 {
				t.Errorf("%v sample %d: %d, want %.2f", box, at, got[at], want)
			}
		}
	}
}

func TestViewsLieWhereTheySay(t *testing.T) {
	t.Parallel()
	g := scene(480, 360)
	views := Of(luma(g), g.W, g.H)
	for name, want := range map[string]pipeline.Box{
		"whole": {0, 0, 1, 1}, "centre95": {0.025, 0.025, 0.95, 0.95}, "centre90": {0.05, 0.05, 0.9, 0.9}, "centre80": {0.1, 0.1, 0.8, 0.8},
		"square": {0.125, 0, 0.75, 1}, "wide": {0, 0.125, 1, 0.75},
		"tile00": {0, 0, 0.5, 0.5}, "tile01": {0.5, 0, 0.5, 0.5}, "tile10": {0, 0.5, 0.5, 0.5}, "tile11": {0.5, 0.5, 0.5, 0.5},
	} {
		v := named(t, views, name)
		for i := range want {
			if math.Abs(v.Box[i]-want[i]) > 0.003 {
				t.Errorf("%s lies at %v, want %v", name, v.Box, want)
				break
			}
		}
		// What a copy shows alone has the hash of the view.
		cut := crop(g, image.Rect(int(v.Box[0]*480+0.5), int(v.Box[1]*360+0.5), int((v.Box[0]+v.Box[2])*480+0.5), int((v.Box[1]+v.Box[3])*360+0.5)))
		if got := named(t, Of(luma(cut), cut.W, cut.H), "whole").Bits; got != v.Bits {
			t.Errorf("%s: the part by itself is %d bits away", name, got.Distance(v.Bits))
		}
	}
	if n := len(withoutInsets(views)); n != 10 {
		t.Errorf("%d views", n)
	}
	if n := len(withoutInsets(Of(luma(scene(300, 300)), 300, 300))); n != 9 {
		t.Errorf("%d views of a square picture, whose square is the whole", n)
	}
}

func crop(g Gray, box image.Rectangle) Gray {
	out := Gray{box.Dx(), box.Dy(), nil}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		out.Pix = append(out.Pix, g.Pix[y*g.W+box.Min.X:][:box.Dx()]...)
	}
	return out
}

func TestOddSizes(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {1, 640}, {640, 1}, {2, 2}, {3, 5}, {640, 4}, {63, 65}} {
		views := Of(luma(scene(size[0], size[1])), size[0], size[1])
		if len(views) == 0 {
			t.Errorf("%v: none", size)
		}
		for _, v := range views {
			if v.Quality < 0 || v.Quality > 100 || v.Box[0] < 0 || v.Box[1] < 0 || v.Box[2] <= 0 || v.Box[3] <= 0 || v.Box[0]+v.Box[2] > 1.000001 || v.Box[1]+v.Box[3] > 1.000001 {
				t.Errorf("%v: %+v", size, v)
			}
		}
	}
	for _, c := range []struct{ n, w, h int }{{0, 0, 0}, {5, 2, 3}, {641, 641, 1}, {6, -2, -3}} {
		if v := Of(make([]float32, c.n), c.w, c.h); v != nil {
			t.Errorf("%d values as %d×%d: %d views", c.n, c.w, c.h, len(v))
		}
	}
}

func BenchmarkOf(b *testing.B) {
	g := scene(640, 480)
	l := luma(g)
	for b.Loop() {
		Of(l, g.W, g.H)
	}
}
