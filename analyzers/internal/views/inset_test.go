package views

import (
	"image"
	"testing"

	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// natural is luma without straight lines: round spots of many sizes.
func natural(w, h int, seed uint32) Gray {
	g := Gray{w, h, make([]uint8, w*h)}
	for i := range g.Pix {
		g.Pix[i] = 110
	}
	lot := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % n
	}
	for i := range 200 {
		r := 3 + min(w, h)/(6+i/4)
		x, y, by := lot(w), lot(h), lot(120)-60
		for v := max(y-r, 0); v < min(y+r, h); v++ {
			for u := max(x-r, 0); u < min(x+r, w); u++ {
				if d := (u-x)*(u-x) + (v-y)*(v-y); d < r*r {
					at := v*w + u
					g.Pix[at] = uint8(min(max(int(g.Pix[at])+by*(r*r-d)/(r*r), 12), 243))
				}
			}
		}
	}
	return g
}

// half is g at half the size.
func half(g Gray) Gray {
	out := Gray{g.W / 2, g.H / 2, make([]uint8, g.W/2*(g.H/2))}
	for i := range out.Pix {
		at := i/out.W*2*g.W + i%out.W*2
		out.Pix[i] = uint8((int(g.Pix[at]) + int(g.Pix[at+1]) + int(g.Pix[at+g.W]) + int(g.Pix[at+g.W+1]) + 2) / 4)
	}
	return out
}

// chat is a page of a messenger that shows g in a bubble.
func chat(g Gray) Gray {
	out := on(226, 320, 640, on(243, g.W+16, g.H+30, g, image.Pt(8, 8)), image.Pt(300-g.W, 180))
	paint(out, on(75, 320, 68, Gray{}, image.Point{}), image.Point{})
	write(out, image.Rect(20, 30, 150, 44), 240)
	for _, y := range []int{90, 130, 560, 590} {
		paint(out, on(252, 200, 30, Gray{}, image.Point{}), image.Pt(10, y))
		write(out, image.Rect(20, y+8, 180, y+20), 90)
	}
	return out
}

func TestPicturesSetIntoOthersAreViews(t *testing.T) {
	t.Parallel()
	shown := natural(400, 300, 1)
	small := half(shown)
	pale := half(natural(400, 300, 1))
	for y := range 90 { // a sky that is in part as pale as the page
		for x := range small.W / 2 {
			pale.Pix[y*small.W+x] = 226
		}
	}
	ground := natural(640, 480, 7)
	bare, framed := natural(640, 480, 7), natural(640, 480, 7)
	paint(bare, small, image.Pt(430, 20))
	paint(framed, on(250, small.W+4, small.H+4, small, image.Pt(2, 2)), image.Pt(60, 300))
	collage := on(255, 404, 304, small, image.Point{})
	for i, at := range []image.Point{{204, 0}, {0, 154}, {204, 154}} {
		paint(collage, half(natural(400, 300, uint32(20+i))), at)
	}
	for name, c := range map[string]struct{ picture, shown Gray }{
		"screenshot":            {chat(small), small},
		"screenshot, pale sky":  {on(226, 320, 640, pale, image.Pt(40, 180)), pale},
		"inset":                 {bare, small},
		"inset in a thin frame": {framed, small},
		"collage":               {collage, small},
	} {
		want := named(t, Of(luma(c.shown), c.shown.W, c.shown.H), "whole")
		copied := grainy(c.picture)
		nearest := 256
		for _, v := range Of(luma(copied), copied.W, copied.H) {
			nearest = min(nearest, v.Bits.Distance(want.Bits))
		}
		if nearest > 16 {
			t.Errorf("%s: the nearest view is %d bits from what is shown; pictures in it %v", name, nearest, copied.insets())
		}
	}
	for name, g := range map[string]Gray{"a scene": ground, "what is shown": shown, "one tone": on(90, 400, 300, Gray{}, image.Point{})} {
		if got := grainy(g).insets(); len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := collage.insets(); len(got) != 4 {
		t.Errorf("%d pictures in a collage of four: %v", len(got), got)
	}
}

// A picture set in is found in the turned picture where it lies then, but for a pixel where a side lies within one.
func TestPicturesSetInAreFoundHoweverTurned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		g := natural(260, 200, rapid.Uint32().Draw(r, "ground"))
		set := natural(rapid.IntRange(60, 140).Draw(r, "w"), rapid.IntRange(60, 100).Draw(r, "h"), 5)
		paint(g, on(255, set.W+2, set.H+2, set, image.Pt(1, 1)), image.Pt(rapid.IntRange(10, 110).Draw(r, "x"), rapid.IntRange(10, 90).Draw(r, "y")))
		form := rapid.SampledFrom(pipeline.Dihedrals[:]).Draw(r, "form")
		q := turned(g, form)
		first := named(t, Of(luma(g), g.W, g.H), "inset1")
		if again := named(t, Of(luma(q), q.W, q.H), "inset1"); again.Bits.Distance(first.Bits.Turned(form)) > 16 {
			r.Errorf("%v: %v and turned %v, %d bits apart", form, first.Box, again.Box, again.Bits.Distance(first.Bits.Turned(form)))
		}
	})
}

func BenchmarkInsets(b *testing.B) {
	for name, g := range map[string]Gray{"scene": natural(640, 480, 3), "tiles": scene(640, 480), "screenshot": chat(half(natural(400, 300, 1)))} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				g.insets()
			}
		})
	}
}
