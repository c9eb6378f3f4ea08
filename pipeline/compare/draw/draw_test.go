package draw

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"dokaz/pipeline"
	"dokaz/pipeline/compare"
	"dokaz/pipeline/compare/geometry"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var identity = geometry.Map{1, 0, 0, 0, 1, 0, 0, 0, 1}

// blotches is a picture of soft blotches: structure everywhere, no edge sharper than the coding of a photo leaves.
func blotches(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	few := image.NewRGBA(image.Rect(0, 0, w/8+1, h/8+1))
	for i := range few.Pix {
		few.Pix[i] = uint8(40 + r.Uint32()%160)
	}
	for i := 3; i < len(few.Pix); i += 4 {
		few.Pix[i] = 255
	}
	out, _ := warped(few, identity, w, h)
	return out
}

// with returns a copy of a picture after every pixel went through f.
func with(p *image.RGBA, f func(x, y int, c color.RGBA) color.RGBA) *image.RGBA {
	out := image.NewRGBA(p.Rect)
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			out.SetRGBA(x, y, f(x, y, p.RGBAAt(x, y)))
		}
	}
	return out
}

// Laid on itself a picture is grey all over, and nothing differs.
func TestAPictureAgreesWithItself(t *testing.T) {
	t.Parallel()
	p := blotches(1, 240, 160)
	l := Laid{A: p, B: p, By: identity, Side: 240}
	over := Overlay(l)
	for y := head + 2; y < over.Rect.Dy()-2; y++ {
		for x := 2; x < over.Rect.Dx()-2; x++ {
			if c := over.RGBAAt(x, y); max(c.R, c.G)-min(c.R, c.G) > 1 || c.G != c.B {
				t.Fatalf("at %d,%d the overlay is %v", x, y, c)
			}
		}
	}
	if _, boxes := Difference(l); len(boxes) != 0 {
		t.Errorf("differs at %v", boxes)
	}
}

func TestWhatDiffersIsFoundWhereItIs(t *testing.T) {
	t.Parallel()
	a := blotches(2, 240, 160)
	patch := image.Rect(160, 40, 208, 88)
	stamped := with(a, func(x, y int, c color.RGBA) color.RGBA {
		if image.Pt(x, y).In(patch) {
			return color.RGBA{250, 250, 250, 255}
		}
		return c
	})
	darker := func(p *image.RGBA) *image.RGBA {
		return with(p, func(_, _ int, c color.RGBA) color.RGBA {
			return color.RGBA{uint8(float64(c.R)*0.7) + 10, uint8(float64(c.G)*0.7) + 10, uint8(float64(c.B)*0.7) + 10, 255}
		})
	}
	beside := with(a, func(x, y int, _ color.RGBA) color.RGBA { return a.RGBAAt(max(x-1, 0), y) })
	for name, c := range map[string]struct {
		b    *image.RGBA
		want bool
	}{
		"stamped":               {stamped, true},
		"stamped and darker":    {darker(stamped), true},
		"darker":                {darker(a), false},
		"a pixel to the side":   {beside, false},
		"of another brightness": {with(a, func(_, _ int, c color.RGBA) color.RGBA { return color.RGBA{c.R / 2, c.G / 2, c.B / 2, 255} }), false},
	} {
		img, boxes := Difference(Laid{A: a, B: c.b, By: identity, Side: 240})
		if !c.want {
			if len(boxes) != 0 {
				t.Errorf("%s: differs at %v", name, boxes)
			}
			continue
		}
		if len(boxes) != 1 {
			t.Errorf("%s: %v", name, boxes)
			continue
		}
		got := image.Rect(int(boxes[0][0]*240), int(boxes[0][1]*160), int((boxes[0][0]+boxes[0][2])*240), int((boxes[0][1]+boxes[0][3])*160))
		if shared := got.Intersect(patch); float64(area(shared)) < 0.8*float64(area(got.Union(patch))) {
			t.Errorf("%s: found at %v, lies at %v", name, got, patch)
		}
		mid := img.RGBAAt(2*(240+gap)+184, head+64)
		if mid.R < mid.B+60 {
			t.Errorf("%s: brighter in B is shown as %v", name, mid)
		}
	}
}

func area(r image.Rectangle) int { return r.Dx() * r.Dy() }

// The map of a transform takes the pixels of a picture to where the turned picture has them.
func TestWarpedTurnsAsTransformsDo(t *testing.T) {
	t.Parallel()
	a := blotches(3, 120, 80)
	for name, c := range map[string]struct {
		by   geometry.Map
		w, h int
		from func(x, y int) (int, int)
	}{
		"as it is":          {identity, 120, 80, func(x, y int) (int, int) { return x, y }},
		"mirrored":          {geometry.Map{-1, 0, 1, 0, 1, 0, 0, 0, 1}, 120, 80, func(x, y int) (int, int) { return 119 - x, y }},
		"clockwise":         {geometry.Map{0, -1, 1, 1, 0, 0, 0, 0, 1}, 80, 120, func(x, y int) (int, int) { return y, 79 - x }},
		"a quarter of it":   {geometry.Map{2, 0, 0, 0, 2, 0, 0, 0, 1}, 240, 160, func(x, y int) (int, int) { return x / 4, y / 4 }},
		"in a corner of it": {geometry.Map{0.5, 0, 0.5, 0, 0.5, 0, 0, 0, 1}, 240, 160, func(x, y int) (int, int) { return x - 120, y }},
	} {
		got, seen := warped(a, c.by, c.w, c.h)
		for _, p := range []image.Point{{c.w / 2, c.h / 4}, {c.w * 3 / 4, c.h / 3}, {c.w - 5, 5}} {
			x, y := c.from(p.X, p.Y)
			want, is := a.RGBAAt(x, y), got.RGBAAt(p.X, p.Y)
			if !seen[p.Y*c.w+p.X] || math.Abs(float64(want.G)-float64(is.G)) > 16 {
				t.Errorf("%s: at %v %v, want %v", name, p, is, want)
			}
		}
		if name == "in a corner of it" && seen[10*c.w+10] {
			t.Error("A is seen beyond its edge")
		}
	}
}

func TestPlacesAreMarkedInBothPictures(t *testing.T) {
	t.Parallel()
	black := image.NewRGBA(image.Rect(0, 0, 200, 100))
	for i := 3; i < len(black.Pix); i += 4 {
		black.Pix[i] = 255
	}
	half := geometry.Map{0.5, 0, 0.25, 0, 0.5, 0.25, 0, 0, 1} // A lies in the middle of B
	got := Correspondences(Laid{A: black, B: black, By: half, Points: [][4]float64{{0.2, 0.4, 0.35, 0.45}}, Side: 200})
	bright := func(x, y int) bool {
		c := got.RGBAAt(x, y)
		return max(c.R, c.G, c.B) > 60
	}
	right := 200 + gap
	for name, at := range map[string]image.Point{
		"the place in A": {42, head + 40}, "the place in B": {right + 72, head + 45}, "between them": {206, head + 43},
		"A's left edge in B": {right + 50, head + 60}, "A's upper edge in B": {right + 100, head + 25},
	} {
		if !bright(at.X, at.Y) && !bright(at.X-1, at.Y) && !bright(at.X, at.Y-1) && !bright(at.X, at.Y+1) && !bright(at.X-2, at.Y) {
			t.Errorf("%s: nothing is drawn at %v", name, at)
		}
	}
	if bright(right+100, head+70) || bright(20, head+80) {
		t.Error("something is drawn where nothing lies")
	}
}

func matrix(cells ...[]uint8) compare.FrameMatrix {
	m := compare.FrameMatrix{Cells: cells}
	for i := range cells {
		m.ATimes = append(m.ATimes, float64(i))
	}
	for j := range cells[0] {
		m.BTimes = append(m.BTimes, float64(j))
	}
	return m
}

func TestNearMomentsAreBright(t *testing.T) {
	t.Parallel()
	m := matrix([]uint8{0, 128, 128, 128}, []uint8{128, 255, 0, 128}) // A across, B down
	got := Frames(m, 400)
	at := func(a, b float64) color.RGBA { return got.RGBAAt(leftOf+int(a*100), head+int(b*100)) }
	for _, c := range []struct {
		a, b float64
		want color.RGBA
	}{{0.5, 0.5, shade(0)}, {0.5, 1.5, shade(128)}, {1.5, 2.5, shade(0)}} {
		if at(c.a, c.b) != c.want {
			t.Errorf("at %v,%v: %v, want %v", c.a, c.b, at(c.a, c.b), c.want)
		}
	}
	if c := at(1.5, 1.5); c != ground && c != hatch {
		t.Errorf("a frame without detail is %v", c)
	}
}

func TestStretchesRunBetweenLines(t *testing.T) {
	t.Parallel()
	m := matrix(make([]uint8, 4), make([]uint8, 4), make([]uint8, 4), make([]uint8, 4))
	bare := Frames(m, 400)
	m.Path = []pipeline.Segment{{AStart: 1, AEnd: 3, BStart: 1, BEnd: 3}}
	got := Frames(m, 400)
	on, beyond := 0, 0
	for i := range got.Pix {
		if got.Pix[i] == bare.Pix[i] {
			continue
		}
		x, y := i/4%got.Rect.Dx()-leftOf, i/4/got.Rect.Dx()-head
		if d := x - y; d > -12 && d < 12 && x > 88 && x < 312 {
			on++
		} else {
			beyond++
		}
	}
	if on < 400 || beyond > 0 {
		t.Errorf("%d values changed along the stretch, %d beyond it", on, beyond)
	}
}

func TestAxesAreInSeconds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		axis  axis
		apart float64
		want  []string
	}{
		{axis{0, 8, 400}, 60, []string{"0 s", "2 s", "4 s", "6 s", "8 s"}},
		{axis{0.25, 1.25, 400}, 60, []string{"0.4 s", "0.6 s", "0.8 s", "1 s", "1.2 s"}},
		{axis{0, 300, 400}, 60, []string{"0 s", "1:00", "2:00", "3:00", "4:00", "5:00"}},
		{axis{7000, 7400, 400}, 100, []string{"1:58:00", "2:00:00", "2:02:00"}},
		{axis{3, 3, 400}, 60, []string{"3 s"}},
	} {
		var got []string
		for _, m := range c.axis.marks(c.apart) {
			got = append(got, clock(m))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.axis, diff)
		}
	}
}

func TestSoundThatAgreesLiesAtTheBottom(t *testing.T) {
	t.Parallel()
	l := compare.SoundLine{}
	for i := range 100 {
		rate := 0.5
		if i >= 50 {
			rate = 0
		}
		l.Rates = append(l.Rates, compare.BitErrors{At: float64(i), Rate: rate})
	}
	got := Sound(l, 200)
	for _, c := range []struct{ x, y int }{{leftOf + 50, head}, {leftOf + 150, head + soundHeight - 1}} {
		if p := got.RGBAAt(c.x, c.y); p.R < 150 || p.B > 120 {
			t.Errorf("at %d,%d the line is %v", c.x, c.y, p)
		}
	}
}

func TestSmallPicturesAreDecodedWithinBounds(t *testing.T) {
	t.Parallel()
	encode := func(w, h int, as string) []byte {
		var b bytes.Buffer
		var err error
		if as == "png" {
			err = png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)))
		} else {
			err = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, b := range map[string][]byte{"jpeg": encode(30, 20, "jpeg"), "png": encode(30, 20, "png")} {
		p, err := Decode(b)
		if err != nil || p.Rect != image.Rect(0, 0, 30, 20) {
			t.Errorf("%s: %v", name, err)
		}
	}
	whole := encode(64, 64, "jpeg")
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "cut": whole[:len(whole)/2], "too wide": encode(maxSide+1, 1, "png"), "too high": encode(1, maxSide+1, "jpeg"), "a head only": []byte("\x89PNG\r\n\x1a\n"),
	} {
		if _, err := Decode(b); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMiniaturesThatLieAreNone(t *testing.T) {
	t.Parallel()
	if p := Grey(&pipeline.Miniature{Width: 2, Height: 1, Luma: []byte{7, 9}}); p == nil || p.RGBAAt(1, 0) != (color.RGBA{9, 9, 9, 255}) {
		t.Error("a miniature is not shown")
	}
	for _, m := range []*pipeline.Miniature{nil, {}, {Width: 2, Height: 2, Luma: []byte{1}}, {Width: -1, Height: -1, Luma: []byte{1}}, {Width: 1 << 40, Height: 1 << 40}} {
		if Grey(m) != nil {
			t.Errorf("%v is shown", m)
		}
	}
}

// Whatever the map, the places and the pictures are, a drawing is made, and the same one each time.
func TestAnythingCanBeDrawn(t *testing.T) {
	t.Parallel()
	number := rapid.OneOf(rapid.Float64Range(-3, 3), rapid.Float64(), rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), -1e300}))
	rapid.Check(t, func(t *rapid.T) {
		l := Laid{Side: rapid.IntRange(1, 64).Draw(t, "side")}
		l.A = blotches(1, rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 90).Draw(t, "h"))
		l.B = blotches(2, rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 90).Draw(t, "h"))
		for i := range l.By {
			l.By[i] = number.Draw(t, "map")
		}
		for range rapid.IntRange(0, 12).Draw(t, "places") {
			l.Points = append(l.Points, [4]float64{number.Draw(t, "x"), number.Draw(t, "y"), number.Draw(t, "u"), number.Draw(t, "v")})
		}
		once, again := Sheet(l), Sheet(l)
		if !bytes.Equal(once.Pix, again.Pix) {
			t.Fatal("two drawings of one thing differ")
		}
		Difference(l)
		m := matrix([]uint8{1, 2}, []uint8{3, 4})
		m.ATimes[1], m.BTimes[0] = number.Draw(t, "time"), number.Draw(t, "time")
		m.Path = []pipeline.Segment{{AStart: number.Draw(t, "a"), AEnd: number.Draw(t, "a"), BStart: number.Draw(t, "b"), BEnd: number.Draw(t, "b")}}
		Frames(m, 40)
		Sound(compare.SoundLine{Rates: []compare.BitErrors{{At: number.Draw(t, "at"), Rate: number.Draw(t, "rate")}, {At: number.Draw(t, "at")}}, Stretches: m.Path}, 40)
	})
}
