package framehash

import (
	"image"
	"math"
	"testing"
	"time"

	"dokaz/analyzers/internal/pdq"
	"dokaz/pipeline"
)

// scenery is frame n of a film: a window that moves over uneven tiles.
func scenery(n, w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		x, y := (i%w+n*5)/9, (i/w+n*2)/7
		v := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca6b
		v ^= v >> 15
		m.Pix[i] = uint8(v * 0x2c1b3c6d >> 24)
	}
	return m
}

// boxed is the same frame between black bars above and below.
func boxed(n, w, h, bar int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	copy(m.Pix[bar*w:], scenery(n, w, h-2*bar).Pix)
	return m
}

// watchAll shows frames, four a second, and returns the facts said.
func watchAll(t *testing.T, n int, frame func(n int) image.Image) (out []pipeline.FrameHashes) {
	t.Helper()
	w, said := begin(t)
	for i := range n {
		f := pipeline.Frame{Picture: frame(i), Time: time.Duration(i) * time.Second / 4, Index: i, Key: i%8 == 0}
		if err := w.Frame(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if held := len(w.(*watch).trimmed.pending); held >= stretch {
			t.Fatalf("%d frames held", held)
		}
	}
	if err := w.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range *said {
		if f, ok := f.(pipeline.FrameHashes); ok {
			out = append(out, f)
		}
	}
	return out
}

func TestFramesWithinBordersAreHashedToo(t *testing.T) {
	t.Parallel()
	for _, size := range [][3]int{{320, 240, 30}, {1280, 720, 90}} { // whole pixels, and averages of three
		w, h, bar := size[0], size[1], size[2]
		n := stretch + 15
		facts := watchAll(t, n, func(n int) image.Image { return boxed(n, w, h, bar) })
		plain := watchAll(t, n, func(n int) image.Image { return scenery(n, w, h-2*bar) })
		if len(facts) != 2 || len(plain) != 1 {
			t.Fatalf("%d facts with bars, %d without", len(facts), len(plain))
		}
		whole, trimmed := facts[0], facts[1]
		want := pipeline.Box{0, float64(bar) / float64(h), 1, float64(h-2*bar) / float64(h)}
		if whole.View != "" || whole.Box != nil || trimmed.View != "trimmed" || trimmed.Box == nil || far(*trimmed.Box, want) > 0.005 {
			t.Fatalf("views %q %v and %q %v, want %v", whole.View, whole.Box, trimmed.View, trimmed.Box, want)
		}
		if len(trimmed.Frames) != n || trimmed.Stream != 3 || trimmed.Decoder != "test 1" || trimmed.Algorithm != "pdq" {
			t.Errorf("%d frames, %+v", len(trimmed.Frames), trimmed.Stream)
		}
		for i, f := range trimmed.Frames {
			p := plain[0].Frames[i]
			if f.Time != p.Time || f.Key != p.Key || f.Bits.Distance(p.Bits) > 10 {
				t.Errorf("%d×%d frame %d at %v: %d bits from the frame without bars", w, h, i, f.Time, f.Bits.Distance(p.Bits))
			}
		}
	}
}

func far(a, b pipeline.Box) (most float64) {
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

func TestBordersMayChange(t *testing.T) {
	t.Parallel()
	facts := watchAll(t, 4*stretch, func(n int) image.Image {
		switch n / stretch {
		case 1:
			return boxed(n, 160, 120, 18)
		case 2:
			return image.NewGray(image.Rect(0, 0, 160, 120)) // black: the borders still stand
		case 3:
			return boxed(n, 160, 120, 9)
		}
		return scenery(n, 160, 120)
	})
	if len(facts) != 3 {
		t.Fatalf("%d facts", len(facts))
	}
	for i, want := range []struct {
		frames int
		from   float64
		top    float64
	}{{2 * stretch, 15, 0.15}, {stretch, 45, 0.075}} {
		f := facts[i+1]
		if len(f.Frames) != want.frames || f.Frames[0].Time != want.from || math.Abs(f.Box[1]-want.top) > 0.001 {
			t.Errorf("%d frames from %v s within %v, want %+v", len(f.Frames), f.Frames[0].Time, *f.Box, want)
		}
	}
}

func TestDifferentBordersAreBounded(t *testing.T) {
	t.Parallel()
	facts := watchAll(t, 7*stretch, func(n int) image.Image { return boxed(n, 160, 120, 5+5*(n/stretch)) })
	if len(facts) != 1+maxBoxes {
		t.Errorf("%d facts", len(facts))
	}
}

func TestAFrameOfAnotherSizeHasNoPartInABorder(t *testing.T) {
	t.Parallel()
	facts := watchAll(t, 40, func(n int) image.Image {
		if n%10 == 9 {
			return scenery(n, 120, 160)
		}
		return boxed(n, 160, 120, 18)
	})
	if len(facts) != 2 || len(facts[0].Frames) != 40 || len(facts[1].Frames) != 36 {
		t.Errorf("%d facts", len(facts))
	}
}

// A short clip has borders as well; one of two frames has not enough to tell.
func TestShortClips(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{1: 1, 2: 1, 3: 2, 6: 2} {
		if facts := watchAll(t, n, func(n int) image.Image { return boxed(n, 160, 120, 18) }); len(facts) != want {
			t.Errorf("%d frames: %d facts", n, len(facts))
		}
	}
}

// The part of a frame has the hash that the part has by itself.
func TestTheHashWithinABoxIsThatOfThePart(t *testing.T) {
	t.Parallel()
	const w, h, bar = 1001, 777, 80 // nothing divides
	facts := watchAll(t, 8, func(n int) image.Image { return boxed(n, w, h, bar) })
	if len(facts) != 2 {
		t.Fatalf("%d facts", len(facts))
	}
	for i, f := range facts[1].Frames {
		want, _, err := pdq.OfPicture(scenery(i, w, h-2*bar), image.Pt(w, h-2*bar))
		if d := f.Bits.Distance(want); err != nil || d > 16 {
			t.Errorf("frame %d: %d bits, %v", i, d, err)
		}
	}
}
