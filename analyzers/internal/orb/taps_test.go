package orb

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Reducing is averaging by area, exactly and halves up, whatever the sizes.
func TestShrinkIsTheAverageByArea(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 70).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		tw, th := rapid.IntRange(1, w).Draw(t, "tw"), rapid.IntRange(1, h).Draw(t, "th")
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		pix := make([]uint8, w*h)
		for i := range pix {
			pix[i] = uint8([]int{0, 255, rnd.IntN(256)}[rnd.IntN(3)])
		}
		for _, k := range kernels {
			p := newRoom(k).ofPixels(pix, w, h, tw, th)
			for y := range th {
				for x := range tw {
					sum := 0
					for j := range h {
						for i := range w {
							across, down := min((i+1)*tw, (x+1)*w)-max(i*tw, x*w), min((j+1)*th, (y+1)*h)-max(j*th, y*h)
							sum += max(across, 0) * max(down, 0) * int(pix[j*w+i]) * step
						}
					}
					if want := (2*sum + w*h) / (2 * w * h); int(p.row(y)[x]) != want {
						t.Fatalf("%s: %dx%d to %dx%d: (%d,%d) is %d, not %d", k.name, w, h, tw, th, x, y, p.row(y)[x], want)
					}
				}
			}
		}
	})
}

// The division by a product is exact up to the largest sums and areas that it is taken for.
func TestMeanIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		area := rapid.Uint64Range(1, 1<<18+2).Draw(t, "area")
		for _, sum := range []uint64{0, area - 1, area * 255 * step, rapid.Uint64Range(0, area*255*step).Draw(t, "sum")} {
			if got, want := meanOf(area).of(sum), (sum+area/2)/area; uint64(got) != want {
				t.Fatalf("%d of %d: %d, not %d", sum, area, got, want)
			}
		}
	})
}
