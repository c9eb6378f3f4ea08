package orb

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// mirrored is a picture mirrored left to right.
func mirrored(luma []float32, w, h int) []float32 {
	out := slices.Clone(luma)
	for y := range h {
		slices.Reverse(out[y*w:][:w])
	}
	return out
}

// turnedOnce is a picture of w×h turned clockwise by a quarter.
func turnedOnce(luma []float32, w, h int) []float32 {
	out := make([]float32, len(luma))
	for y := range h {
		for x := range w {
			out[x*h+h-1-y] = luma[y*w+x]
		}
	}
	return out
}

func near(a, b uint16) bool { return max(a, b)-min(a, b) <= 1 }

// agreeing counts the features of want that are among got: same size, place within a rounding, and what alike says.
func agreeing(want, got pipeline.Features, alike func(a, b pipeline.Feature) bool) (n int) {
	for _, a := range want {
		if slices.ContainsFunc(got, func(b pipeline.Feature) bool {
			return a.Size == b.Size && near(a.X, b.X) && near(a.Y, b.Y) && alike(a, b)
		}) {
			n++
		}
	}
	return n
}

func TestMirroredPicturesHaveMirroredFeatures(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{480, 360}, {301, 401}, {250, 97}} {
		w, h := size[0], size[1]
		luma := leaves(w, h, 5)
		want, got := Features(luma, w, h, 500), Features(mirrored(luma, w, h), w, h, 500)
		for i := range want {
			want[i] = want[i].Mirrored()
		}
		same := agreeing(want, got, func(a, b pipeline.Feature) bool { return a.Angle == b.Angle && a.Bits == b.Bits })
		if len(want) < 80 || len(got) != len(want) || same*100 < len(want)*99 {
			t.Errorf("%d×%d: %d of %d features are exactly mirrored", w, h, same, len(want))
		}
	}
}

func TestPicturesTurnedByQuartersHaveTurnedFeatures(t *testing.T) {
	t.Parallel()
	w, h := 480, 350
	luma := leaves(w, h, 6)
	first := Features(luma, w, h, 500)
	for quarter := 1; quarter < 4; quarter++ {
		luma = turnedOnce(luma, w, h)
		w, h = h, w
		for i, f := range first {
			first[i].X, first[i].Y, first[i].Angle = 65535-f.Y, f.X, f.Angle+64
		}
		got := Features(luma, w, h, 500)
		same := agreeing(first, got, func(a, b pipeline.Feature) bool {
			return int8(a.Angle-b.Angle) <= 1 && int8(a.Angle-b.Angle) >= -1 && a.Bits.Distance(b.Bits) <= 12
		})
		if same*100 < len(first)*99 {
			t.Errorf("%d°: %d of %d features are the same but turned", 90*quarter, same, len(first))
		}
	}
}

func TestTheFirstFeaturesAreSpread(t *testing.T) {
	t.Parallel()
	luma := leaves(480, 360, 7)
	all := Features(luma, 480, 360, 500)
	if len(all) != 500 {
		t.Fatalf("%d features", len(all))
	}
	for _, n := range []int{1, 100, 499} {
		if d := cmp.Diff(all[:n], Features(luma, 480, 360, n)); d != "" {
			t.Errorf("the first %d of 500 are not those of %d: %s", n, n, d)
		}
	}
	quarters, sizes := [4]int{}, map[uint8]int{}
	for _, f := range all[:128] {
		quarters[f.X>>15+f.Y>>15*2]++
		sizes[f.Size]++
	}
	if slices.Min(quarters[:]) < 16 {
		t.Errorf("of 128, by quarters of the picture: %v", quarters)
	}
	if len(sizes) < 7 {
		t.Errorf("of 128, by size: %v", sizes)
	}
}

// dim is a picture of few steps of luma round a level, rounded to bytes as decoders give them.
func dim(luma []float32, level, steps float32) []float32 {
	out := make([]float32, len(luma))
	for i, v := range luma {
		out[i] = float32(math.Floor(float64(level + v*steps/255)))
	}
	return out
}

func TestDarkPicturesHaveFeaturesAndFlatOnesNone(t *testing.T) {
	t.Parallel()
	const w, h = 480, 360
	luma := leaves(w, h, 8)
	if n := len(Features(dim(luma, 5, 12), w, h, 500)); n < 300 {
		t.Errorf("%d features in a dark picture", n)
	}
	flat, slope := dim(luma, 77, 0), make([]float32, w*h)
	for i := range slope {
		slope[i] = float32(i%w) / 2
	}
	for name, p := range map[string][]float32{"flat": flat, "slope": slope} {
		if f := Features(p, w, h, 500); len(f) != 0 {
			t.Errorf("%s: %d features", name, len(f))
		}
	}
}

func TestWordBitsAreBalanced(t *testing.T) {
	t.Parallel()
	var ones [256]int
	n := 0
	for seed := range uint64(8) {
		for _, f := range Features(leaves(480, 360, 100+seed), 480, 360, 500) {
			n++
			for i := range ones {
				ones[i] += int(f.Bits[i/64] >> (i % 64) & 1)
			}
		}
	}
	for i := range 2 * pipeline.WordBits {
		for _, bit := range []int{i, i + 128} {
			if share := float64(ones[bit]) / float64(n); share < 0.25 || share > 0.75 {
				t.Errorf("test %d is set in %.2f of features", bit, share)
			}
		}
	}
}

// The same bytes on every machine: the picture and all that is done to it are whole numbers.
func TestFeaturesAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	const w, h = 320, 200
	luma := make([]float32, w*h)
	for i := range luma {
		x, y := i%w, i/w
		luma[i] = float32((x/9*37 + y/7*59 + x/31*y/23*11) % 256)
	}
	text, err := Features(luma, w, h, 300).MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	const want = "a6ba96ad78efb9c1"
	if got := hex.EncodeToString(sum[:8]); got != want {
		t.Errorf("features have the digest %s, want %s: if that is meant, the analyzer's version goes up", got, want)
	}
}

func TestSizeIsThatOfThePatch(t *testing.T) {
	t.Parallel()
	for n := 1; n < 5000; n++ {
		want := math.Round(16 * math.Log2(4096*radius/float64(n)))
		if got := size(n); float64(got) != min(max(want, 0), 255) {
			t.Fatalf("size of a level of %d pixels is %d, want %v", n, got, want)
		}
	}
}

func TestBearing(t *testing.T) {
	t.Parallel()
	for a := range turns {
		s, c := math.Sincos(2 * math.Pi * (float64(a) + 0.4) / turns)
		if got := bearing(int(1e6*c), int(1e6*s)); int(got) != a {
			t.Errorf("bearing of %d.4/256 is %d", a, got)
		}
	}
	if bearing(0, 0) != 0 {
		t.Error("no vector has a bearing")
	}
}

func TestOddLuma(t *testing.T) {
	t.Parallel()
	if Features(make([]float32, 12), 4, 4, 9) != nil || Features(nil, 0, 0, 9) != nil || Features(make([]float32, 16), 4, 4, 0) != nil ||
		Features(make([]float32, 16), -4, -4, 9) != nil {
		t.Error("features of what is no picture")
	}
	odd := []float32{0, 1, 255, 256, -3, 1e30, -1e30, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}
	rapid.Check(t, func(rt *rapid.T) {
		w, h, n := rapid.IntRange(1, 90).Draw(rt, "w"), rapid.IntRange(1, 90).Draw(rt, "h"), rapid.IntRange(1, 60).Draw(rt, "n")
		luma := make([]float32, w*h)
		state := rapid.Uint64().Draw(rt, "seed")
		for i := range luma {
			state = state*6364136223846793005 + 1442695040888963407
			luma[i] = odd[int(state>>33)%len(odd)]
		}
		kept := slices.Clone(luma)
		fs := Features(luma, w, h, n)
		if len(fs) > n {
			rt.Errorf("%d features", len(fs))
		}
		for i := range luma {
			if math.Float32bits(luma[i]) != math.Float32bits(kept[i]) {
				rt.Fatal("luma was changed")
			}
		}
	})
}

func BenchmarkFeatures(b *testing.B) {
	luma := leaves(480, 360, 9)
	for b.Loop() {
		Features(luma, 480, 360, 500)
	}
}
