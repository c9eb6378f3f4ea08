package raster

import (
	"image"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Boxes are held against the area average of each box cut out by itself.
func TestBoxesAreAreaAverages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 70).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		size := rapid.OneOf(rapid.IntRange(1, 4), rapid.IntRange(1, 20)).Draw(t, "size")
		at := image.Pt(rapid.IntRange(0, 3).Draw(t, "left"), rapid.IntRange(0, 3).Draw(t, "top"))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		whole := image.Rect(0, 0, w+at.X, h+at.Y)
		m := map[bool]image.Image{true: image.NewGray(whole), false: image.NewYCbCr(whole, image.YCbCrSubsampleRatio420)}[rapid.Bool().Draw(t, "grey")]
		var img image.Image
		switch m := m.(type) {
		case *image.Gray:
			fill(m.Pix, r)
			img = m.SubImage(image.Rectangle{at, whole.Max})
		case *image.YCbCr:
			fill(m.Y, r)
			img = m.SubImage(image.Rectangle{at, whole.Max})
		}
		into := slices.Repeat([]uint8{7}, rapid.IntRange(0, 3000).Draw(t, "into"))
		pix, gotW, gotH := Boxes(into, img, size)
		if gotW != (w+size-1)/size || gotH != (h+size-1)/size || len(pix) != gotW*gotH {
			t.Fatalf("%d×%d, %d values", gotW, gotH, len(pix))
		}
		for i, v := range pix {
			from := at.Add(image.Pt(i%gotW*size, i/gotW*size))
			box := image.Rectangle{from, from.Add(image.Pt(size, size))}.Intersect(whole)
			cut := img.(interface {
				SubImage(image.Rectangle) image.Image
			}).SubImage(box)
			if want := uint8(LumaTo(cut, 1, 1)[0] + 0.5); v != want {
				t.Fatalf("box %v: %d, its mean is %d", box, v, want)
			}
		}
	})
}

// What vectors average is what plain Go averages, whatever the values.
func TestVectorsAverageLikePlainGo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, 2, 3, 4, 5} {
		for w := size; w < 150; w++ {
			lines := make([][]uint8, size)
			for i := range lines {
				lines[i] = make([]uint8, w)
				fill(lines[i], r)
			}
			n := (w + size - 1) / size
			want, got := make([]uint8, n), make([]uint8, n)
			boxes(want, lines, 0, size, make([]uint16, w), make([]uint64, w/4))
			done := vectors(got, lines)
			if !slices.Equal(got[:done], want[:done]) || slices.ContainsFunc(got[done:], func(v uint8) bool { return v != 0 }) {
				t.Fatalf("size %d, %d columns, %d boxes by vectors: %v, not %v", size, w, done, got, want)
			}
		}
	}
}

func fill(pix []uint8, r *rand.Rand) {
	for i := range pix {
		pix[i] = uint8(r.Uint32())
		if r.IntN(3) == 0 {
			pix[i] = 255
		}
	}
}

func TestBoxesOfColours(t *testing.T) {
	t.Parallel()
	m := image.NewRGBA(image.Rect(0, 0, 3, 1))
	copy(m.Pix, []uint8{255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255})
	if pix, w, h := Boxes(nil, m, 1); w != 3 || h != 1 || !slices.Equal(pix, []uint8{76, 150, 29}) {
		t.Errorf("%v, %d×%d", pix, w, h)
	}
	if pix, _, _ := Boxes(nil, m, 256); !slices.Equal(pix, []uint8{85}) {
		t.Errorf("one box: %v", pix)
	}
	for _, size := range []int{-1, 0, 257} {
		if pix, w, h := Boxes(nil, m, size); pix != nil || w != 0 || h != 0 {
			t.Errorf("size %d: %v, %d×%d", size, pix, w, h)
		}
	}
	if pix, _, _ := Boxes(nil, image.NewGray(image.Rect(4, 4, 4, 9)), 2); pix != nil {
		t.Errorf("empty: %v", pix)
	}
}

// The brightest box of the greatest size fills the sums.
func TestBoxesDoNotOverflow(t *testing.T) {
	t.Parallel()
	m := image.NewGray(image.Rect(0, 0, 520, 512))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	pix, w, h := Boxes(nil, m, 256)
	if w != 3 || h != 2 {
		t.Fatalf("%d×%d", w, h)
	}
	for i, v := range pix {
		if v != 255 {
			t.Errorf("box %d: %d", i, v)
		}
	}
}

func TestBoxSize(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int{{1920, 1080, 4}, {512, 512, 1}, {513, 2, 2}, {480, 720, 2}, {1, 1, 1}, {0, 0, 1}} {
		if got := BoxSize(c[0], c[1], 512); got != c[2] {
			t.Errorf("%d×%d: %d", c[0], c[1], got)
		}
	}
}

func BenchmarkBoxes(b *testing.B) {
	m := image.NewYCbCr(image.Rect(0, 0, 1920, 1080), image.YCbCrSubsampleRatio420)
	b.Run("boxes", func(b *testing.B) {
		for b.Loop() {
			Boxes(nil, m, 4)
		}
	})
	b.Run("any size", func(b *testing.B) {
		for b.Loop() {
			Luma(m, 512)
		}
	})
}
