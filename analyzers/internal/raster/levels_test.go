package raster_test

import (
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/raster"
)

// ITU-R BT.601-7 §2.5.3 and table of BT.2100: black, white and the ends of colour difference, by depth.
func TestLevelsMapTheNamedValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		depth           int
		limited, chroma bool
		samples         []int
		want            []uint8
	}{
		{"8-bit limited luma", 8, true, false, []int{0, 16, 126, 235, 255}, []uint8{0, 0, 128, 255, 255}},
		{"8-bit limited chroma", 8, true, true, []int{0, 16, 128, 240, 255}, []uint8{0, 1, 128, 255, 255}}, // 16: 128-127.5
		{"10-bit limited luma", 10, true, false, []int{0, 64, 940, 1023}, []uint8{0, 0, 255, 255}},
		{"10-bit limited chroma", 10, true, true, []int{64, 512, 960}, []uint8{1, 128, 255}},
		{"10-bit full luma", 10, false, false, []int{0, 512, 1023}, []uint8{0, 128, 255}},
		{"10-bit full chroma", 10, false, true, []int{0, 512, 1023}, []uint8{0, 128, 255}},
		{"16-bit full luma", 16, false, false, []int{0, 0x8000, 0xffff}, []uint8{0, 128, 255}},
	} {
		table := raster.Levels(c.depth, c.limited, c.chroma)
		var got []uint8
		for _, v := range c.samples {
			got = append(got, table[v])
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// The integer formula is the rounded real one, for every sample of every depth.
func TestLevelsEqualTheRealFormula(t *testing.T) {
	t.Parallel()
	for depth := 8; depth <= 16; depth++ {
		k := math.Exp2(float64(depth - 8))
		for v, got := range raster.Levels(depth, true, false) {
			if want := clip(math.Floor((float64(v)-16*k)*255/(219*k) + 0.5)); got != want {
				t.Fatalf("luma %d of %d bits: %d, want %d", v, depth, got, want)
			}
		}
		for v, got := range raster.Levels(depth, true, true) {
			if want := clip(128 + math.Floor((float64(v)-128*k)*255/(224*k)+0.5)); got != want {
				t.Fatalf("chroma %d of %d bits: %d, want %d", v, depth, got, want)
			}
		}
	}
	for v, got := range raster.Levels(8, false, true) {
		if int(got) != v {
			t.Fatalf("full chroma %d became %d", v, got)
		}
	}
}

func clip(v float64) uint8 { return uint8(min(max(v, 0), 255)) }

func TestStretch(t *testing.T) {
	t.Parallel()
	m := image.NewYCbCr(image.Rect(0, 0, 2, 1), image.YCbCrSubsampleRatio444)
	copy(m.Y, []uint8{16, 235})
	copy(m.Cb, []uint8{128, 240})
	copy(m.Cr, []uint8{128, 16})
	raster.Stretch(m)
	if d := cmp.Diff([][]uint8{{0, 255}, {128, 255}, {128, 1}}, [][]uint8{m.Y, m.Cb, m.Cr}); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
