package pdq

import (
	"image"
	"testing"

	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// whole is a pattern as samples.
func whole(name string) *Samples {
	var p Samples
	for i, v := range draw(name, side, side) {
		p[i] = uint16(v * 256)
	}
	return &p
}

// The answers are those of the transform's definition in double precision, by Python 3.11: math.fsum over
// cos(πu(2y+1)/128)·cos(πv(2x+1)/128)·p[y][x] for u and v from 1 to 16.
func TestSignsAreThoseOfTheCosineTransform(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"noise": "19daa371eb2153aaa2159d36bf180a917412c4030a8b02952ab9e11b418694e4",
		"rings": "23816371938ea3f91d8e138f5c4e1fcef431ee30139923f19c8e9b8e6271a3f1",
		"tiles": "a374e370a33424b797a9c0fb4ccad06f38c738c7c7382f90b735bf04a856f378",
	} {
		if got, _ := Signs(whole(name)); got.String() != want {
			t.Errorf("%s: %v, by definition %s", name, got, want)
		}
	}
}

// turned is what a picture looks like in a form: turned clockwise, then mirrored left to right.
func turned(p *Samples, form pipeline.Dihedral) *Samples {
	for range form.Rotate() / 90 {
		var q Samples
		for y := range side {
			for x := range side {
				q[y*side+x] = p[(side-1-x)*side+y]
			}
		}
		p = &q
	}
	if form.Mirror() {
		var q Samples
		for i := range q {
			q[i] = p[i/side*side+side-1-i%side]
		}
		p = &q
	}
	return p
}

func TestSignsOfTurnedSamplesAreTurnedSigns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed, smooth := rapid.Uint32().Draw(t, "seed"), rapid.IntRange(1, 16).Draw(t, "size of tiles")
		var p Samples
		for i := range p {
			p[i] = uint16(mix(i%side/smooth+int(seed>>16), i/side/smooth+int(seed&0xffff)) >> 16 % 65281)
		}
		for _, v := range signed(&p) {
			if v == 0 {
				t.Skip("a term of zero has no sign")
			}
		}
		bits, quality := Signs(&p)
		for _, form := range pipeline.Dihedrals {
			got, q := Signs(turned(&p, form))
			if got != bits.Turned(form) || q != quality {
				t.Fatalf("form %d: %v, %d; the hash turned is %v, %d", form, got, q, bits.Turned(form), quality)
			}
		}
	})
}

func TestSignsOfFlatPictures(t *testing.T) {
	t.Parallel()
	for _, level := range []uint16{0, 1, 33_333, 65_280} {
		var p Samples
		for i := range p {
			p[i] = level
		}
		if h, q := Signs(&p); h != (pipeline.Hash256{}) || q != 0 {
			t.Errorf("level %d: %v, quality %d", level, h, q)
		}
	}
	// Brightness and contrast change no sign.
	p, faint := whole("rings"), new(Samples)
	for i, v := range p {
		faint[i] = v/4 + 9_000
	}
	a, _ := Signs(p)
	if b, _ := Signs(faint); a.Distance(b) > 2 {
		t.Errorf("%d bits by contrast", a.Distance(b))
	}
}

func TestQualityIsThatOfPDQ(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tiles", "rings", "faint tiles", "disc", "ramp"} {
		_, want, err := Hash(draw(name, side, side), side, side)
		if _, got := Signs(whole(name)); err != nil || got != want {
			t.Errorf("%s: %d, PDQ's is %d, %v", name, got, want, err)
		}
	}
}

// averaged is a pattern drawn on w×h pixels and averaged over boxes.
func averaged(name string, w, h, box int) (Averages, []float32) {
	luma := draw(name, w, h)
	a := Averages{W: (w + box - 1) / box, H: (h + box - 1) / box, Full: image.Pt(w, h), Box: box}
	for y := 0; y < h; y += box {
		for x := 0; x < w; x += box {
			var sum, n float32
			for j := y; j < min(y+box, h); j++ {
				for i := x; i < min(x+box, w); i++ {
					sum, n = sum+luma[j*w+i], n+1
				}
			}
			a.Pix = append(a.Pix, uint8(sum/n+0.5))
		}
	}
	return a, luma
}

func TestAveragesGiveTheHashOfTheWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern   string
		w, h, box int
		within    int
	}{
		{"tiles", 640, 480, 1, 0},
		{"rings", 333, 257, 1, 0},
		{"tiles with noise", 1920, 1080, 4, 2},
		{"tiles with noise", 1001, 777, 2, 2},
		{"tiles", 777, 1001, 3, 4},
		{"faint tiles", 1300, 900, 5, 4},
	} {
		a, luma := averaged(c.pattern, c.w, c.h, c.box)
		want, quality, err := Hash(luma, c.w, c.h)
		if err != nil {
			t.Fatal(err)
		}
		got, q, err := OfAverages(a)
		if err != nil || got.Distance(want) > c.within || max(q-quality, quality-q) > 2 {
			t.Errorf("%s %d×%d over %d: %d bits, quality %d of %d, %v", c.pattern, c.w, c.h, c.box, got.Distance(want), q, quality, err)
		}
		a.Box = 0 // the last cells are taken for as large as the others: nearly so
		if got, _, err := OfAverages(a); err != nil || got.Distance(want) > c.within+4 {
			t.Errorf("%s %d×%d on %d×%d: %d bits, %v", c.pattern, c.w, c.h, a.W, a.H, got.Distance(want), err)
		}
	}
}

func TestAveragesThatDoNotFit(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]Averages{
		"too few":            {Pix: make([]uint8, 11), W: 4, H: 3, Full: image.Pt(40, 30)},
		"more than pixels":   {Pix: make([]uint8, 12), W: 4, H: 3, Full: image.Pt(40, 2)},
		"boxes miscounted":   {Pix: make([]uint8, 12), W: 4, H: 3, Full: image.Pt(40, 30), Box: 9},
		"negative":           {W: -1, H: 3, Full: image.Pt(40, 30)},
		"out of all reason":  {Pix: make([]uint8, 12), W: 4, H: 3, Full: image.Pt(1<<40, 30)},
		"product overflows":  {Pix: make([]uint8, 16), W: 1 << 62, H: 8, Full: image.Pt(1<<62, 8)},
		"a box of less than": {Pix: make([]uint8, 12), W: 4, H: 3, Full: image.Pt(4, 3), Box: -1},
	} {
		if h, q, err := OfAverages(a); err == nil {
			t.Errorf("%s: %v, %d", name, h, q)
		}
	}
	if h, q, err := OfAverages(Averages{Pix: make([]uint8, 12), W: 4, H: 3, Full: image.Pt(4, 3)}); h != (pipeline.Hash256{}) || q != 0 || err != nil {
		t.Errorf("smaller than can be hashed: %v, %d, %v", h, q, err)
	}
}
