package views

import (
	"image"
	"testing"
)

// on paints g on a ground of one level.
func on(ground uint8, w, h int, g Gray, at image.Point) Gray {
	out := Gray{w, h, make([]uint8, w*h)}
	for i := range out.Pix {
		out.Pix[i] = ground
	}
	paint(out, g, at)
	return out
}

func paint(out, g Gray, at image.Point) {
	for y := range g.H {
		copy(out.Pix[(at.Y+y)*out.W+at.X:], g.Pix[y*g.W:][:g.W])
	}
}

// write draws a line of strokes, as letters are at this size.
func write(g Gray, box image.Rectangle, ink uint8) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if x%5 < 2 || (x/5+y)%4 == 0 {
				g.Pix[y*g.W+x] = ink
			}
		}
	}
}

// grainy adds coding noise of up to three levels either way.
func grainy(g Gray) Gray {
	out := Gray{g.W, g.H, make([]uint8, len(g.Pix))}
	for i, v := range g.Pix {
		out.Pix[i] = uint8(min(max(int(v)+int(mix(i, 7)%7)-3, 0), 255))
	}
	return out
}

// blurred is g enlarged to w×h and smoothed.
func blurred(g Gray, w, h int) Gray {
	out := Gray{w, h, make([]uint8, w*h)}
	const reach = 20
	for y := range h {
		for x := range w {
			sum, n := 0, 0
			for j := max(y-reach, 0); j <= min(y+reach, h-1); j += 4 {
				for i := max(x-reach, 0); i <= min(x+reach, w-1); i += 4 {
					sum, n = sum+int(g.Pix[j*g.H/h*g.W+i*g.W/w]), n+1
				}
			}
			out.Pix[y*w+x] = uint8(sum / n)
		}
	}
	return out
}

func TestBordersAreTrimmed(t *testing.T) {
	t.Parallel()
	captioned := on(255, 400, 360, scene(400, 300), image.Pt(0, 60))
	write(captioned, image.Rect(15, 12, 380, 26), 10)
	write(captioned, image.Rect(15, 34, 250, 48), 10)
	shot := on(18, 236, 512, scene(236, 160), image.Pt(0, 150))
	paint(shot, on(240, 236, 40, Gray{}, image.Point{}), image.Point{}) // a bar of another colour above
	write(shot, image.Rect(10, 12, 120, 26), 20)
	write(shot, image.Rect(10, 330, 200, 345), 230)
	write(shot, image.Rect(10, 360, 180, 375), 230)
	mirrorBars := blurred(scene(180, 320), 560, 320)
	paint(mirrorBars, scene(180, 320), image.Pt(190, 0))
	stacked := blurred(scene(300, 170), 300, 540)
	paint(stacked, scene(300, 170), image.Pt(0, 185))
	for name, c := range map[string]struct {
		picture Gray
		want    image.Rectangle
	}{
		"letterbox":           {on(0, 400, 300, scene(400, 240), image.Pt(0, 30)), image.Rect(0, 30, 400, 270)},
		"pillarbox":           {on(90, 400, 300, scene(300, 300), image.Pt(50, 0)), image.Rect(50, 0, 350, 300)},
		"white frame":         {on(255, 400, 300, scene(360, 260), image.Pt(20, 20)), image.Rect(20, 20, 380, 280)},
		"frame within bars":   {on(0, 400, 300, on(255, 400, 200, scene(380, 180), image.Pt(10, 10)), image.Pt(0, 50)), image.Rect(10, 60, 390, 240)},
		"bar on one side":     {on(128, 400, 300, scene(400, 250), image.Pt(0, 50)), image.Rect(0, 50, 400, 300)},
		"caption":             {captioned, image.Rect(0, 60, 400, 360)},
		"screenshot":          {shot, image.Rect(0, 150, 236, 310)},
		"blurred bars":        {mirrorBars, image.Rect(190, 0, 370, 320)},
		"blurred bars, stood": {stacked, image.Rect(0, 185, 300, 355)},
		"no border":           {scene(400, 300), image.Rect(0, 0, 400, 300)},
		"a hair of border":    {on(0, 400, 300, scene(396, 296), image.Pt(2, 2)), image.Rect(0, 0, 400, 300)},
		"flat":                {on(77, 400, 300, Gray{}, image.Point{}), image.Rect(0, 0, 400, 300)},
		"hardly a picture":    {on(0, 400, 300, scene(60, 300), image.Pt(170, 0)), image.Rect(0, 0, 400, 300)},
		"night sky":           {sky(400, 300), image.Rect(0, 0, 400, 300)},
		"blurred all over":    {blurred(scene(90, 60), 450, 300), image.Rect(0, 0, 450, 300)},
	} {
		got := grainy(c.picture).trimmed()
		if far := abs(got.Min.X-c.want.Min.X) + abs(got.Min.Y-c.want.Min.Y) + abs(got.Max.X-c.want.Max.X) + abs(got.Max.Y-c.want.Max.Y); far > 1 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func abs(n int) int { return max(n, -n) }

// sky is black above a roof line that rises slowly.
func sky(w, h int) Gray {
	g := scene(w, h)
	for x := range w {
		for y := range h/4 + x*h/(2*w) {
			g.Pix[y*w+x] = 4
		}
	}
	return g
}

// A trimmed copy has the views of the original.
func TestACopyWithBordersHasTheOriginalsViews(t *testing.T) {
	t.Parallel()
	g := scene(400, 240)
	original := Of(luma(g), g.W, g.H)
	copied := grainy(on(0, 400, 300, g, image.Pt(0, 30)))
	views := Of(luma(copied), copied.W, copied.H)
	if d := named(t, views, "trimmed").Bits.Distance(named(t, original, "whole").Bits); d > 10 {
		t.Errorf("trimmed: %d bits from the original", d)
	}
	for _, name := range []string{"centre90", "square", "tile11"} {
		if d := named(t, views, name).Bits.Distance(named(t, original, name).Bits); d > 10 {
			t.Errorf("%s: %d bits from the original's", name, d)
		}
	}
}
