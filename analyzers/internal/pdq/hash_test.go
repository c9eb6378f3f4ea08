package pdq

import (
	"errors"
	"math"

	"testing"

	"dokaz/pipeline"
)

// The patterns are whole-number formulas, so that every machine makes the same luma.
var patterns = map[string]func(x, y, w, h int) float32{
	"flat":  func(x, y, w, h int) float32 { return 131.25 },
	"black": func(x, y, w, h int) float32 { return 0 },
	"ramp":  func(x, y, w, h int) float32 { return float32(255 * (x*h + y*w) / (2 * w * h)) },
	"noise": func(x, y, w, h int) float32 { return float32(mix(x, y) >> 24) },
	"tiles": func(x, y, w, h int) float32 { return float32(mix(x*9/w, y*7/h) >> 24) },
	"tiles with noise": func(x, y, w, h int) float32 {
		return float32(3*(mix(x*11/w, y*6/h)>>24)+mix(x, y)>>24) / 4
	},
	"disc": func(x, y, w, h int) float32 {
		dx, dy := (2*x-w)*1000/w, (2*y-h)*1000/h+300
		return float32(255 * min(dx*dx+dy*dy, 1_400_000) / 1_400_000)
	},
	"faint tiles": func(x, y, w, h int) float32 { return 100 + float32(mix(x*5/w, y*4/h)>>24)/2 },
	"rings": func(x, y, w, h int) float32 {
		dx, dy := (3*x-w)*500/w, (2*y-h)*500/h
		return float32((dx*dx + dy*dy) / 400 % 256)
	},
}

// mix scatters a place over 32 bits.
func mix(x, y int) uint32 {
	v := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca6b
	v ^= v >> 15
	v *= 0x2c1b3c6d
	v ^= v >> 12
	v *= 0x297a2d39
	return v ^ v>>15
}

func draw(name string, w, h int) []float32 {
	luma := make([]float32, w*h)
	for i := range luma {
		luma[i] = patterns[name](i%w, i/w, w, h)
	}
	return luma
}

// The answers are those of the published C++ program (facebook/ThreatExchange at baefb4ed, function
// pdqHash256FromFloatLuma; g++ 12 -O3 and -O0 on x86-64), given the same luma in single precision.
func TestHashGivesThePublishedProgramsAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		w, h    int
		bits    string
		quality int
	}{
		{"tiles", 64, 64, "a274e370a334249717a9c0fb4ccad06f38c738c7c7382f90b735bf04a856f378", 100},
		{"tiles with noise", 5, 5, "ce73695a318c97a593a4c1f0d6b53e0f695a685ace73695a318c97a593a4c1f0", 100},
		{"rings", 63, 65, "2391e271838ea3b11d8e138f9c4e9d8c6671ec31939993f10c8e9f8ee271bbb1", 100},
		{"tiles with noise", 100, 37, "722294c9fd458ce49cf8b3479ae96732c39ac18e618f36383c659cedad440df8", 100},
		{"rings", 128, 128, "03893dad1b8eeeac1b8e14acdc4eb45be671317533a9ddb81d0e8936e071f604", 100},
		{"disc", 129, 127, "5787a0785e860569aa1657e1805ffea0157aaa07ffe80556aaa1fffa0015faaa", 100},
		{"ramp", 512, 512, "28887fff51197888d2a847ff4d996788dd0a447f44596678dff044474c4d4667", 0},
		{"tiles", 333, 777, "ab56c3685d8b2c975c8b41fb59ca11ef39c7ee10c638ee10a635be04ab56c368", 100},
		{"noise", 640, 1000, "13c3f02e8d716e8bee5ffd4f0f6a3f418548b9066418001da50df3bec15e545d", 100},
		{"tiles with noise", 1024, 768, "3c6598cde94408f8f227f61756bb6732c79acd8f16f93270386598cda94409f8", 100},
		{"rings", 1601, 1003, "23891d8e138edc6e1b8efc71dc0ee671e471738e0381ec0e9c8ee471e071fccc", 100},
		{"disc", 200, 2999, "1787a8785e960169ea1655e1a05efea0557aaa07ffe80156aaa17ffe0015faaa", 100},
		{"faint tiles", 400, 300, "89628c636b5a6cdbd437932494a5739c2d4a8c636b5a6cdb3a5f932494a5739c", 69},
		{"faint tiles", 1300, 900, "6e5bce736b5a6cdb9324932494a5318c6e5bce736b5a6cdb9324932494a5318c", 68},
		{"flat", 300, 200, "1134554b000013a00000113411341134000000002c4b554b00002c4b5e018200", 0},
		{"black", 640, 360, "0000000000000000000000000000000000000000000000000000000000000000", 0},
		{"noise", 4, 400, "0000000000000000000000000000000000000000000000000000000000000000", 0},
	} {
		h, q, err := Hash(draw(c.pattern, c.w, c.h), c.w, c.h)
		if err != nil || h.String() != c.bits || q != c.quality {
			t.Errorf("%s %d×%d: %v, quality %d, %v; the published program says %s, %d", c.pattern, c.w, c.h, h, q, err, c.bits, c.quality)
		}
	}
}

func TestHashRefusesWhatIsNotAPictureOfLuma(t *testing.T) {
	t.Parallel()
	spoilt := func(v float32) []float32 {
		luma := draw("tiles", 64, 64)
		luma[40] = v
		return luma
	}
	for name, c := range map[string]struct {
		luma []float32
		w, h int
	}{
		"too few":            {make([]float32, 99), 10, 10},
		"too many":           {make([]float32, 101), 10, 10},
		"negative":           {make([]float32, 100), -10, -10},
		"product overflows":  {make([]float32, 16), math.MaxInt/2 + 9, 8},
		"not a number":       {spoilt(float32(math.NaN())), 64, 64},
		"infinite":           {spoilt(float32(math.Inf(1))), 64, 64},
		"brighter than 255":  {spoilt(70000), 64, 64},
		"width without rows": {make([]float32, 1), 7, 0},
	} {
		if h, q, err := Hash(c.luma, c.w, c.h); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%s: %v, %d, %v", name, h, q, err)
		}
	}
}

func TestHashLeavesTheLumaAsItIs(t *testing.T) {
	t.Parallel()
	luma, again := draw("noise", 300, 200), draw("noise", 300, 200)
	if _, _, err := Hash(luma, 300, 200); err != nil {
		t.Fatal(err)
	}
	for i := range luma {
		if luma[i] != again[i] {
			t.Fatalf("value %d was changed", i)
		}
	}
}

// A platform's cosine may be off by a unit or so in the last place of a double. The table is the same
// everywhere as long as no exact value lies that near the middle between two single-precision numbers.
func TestNoCosineIsNearARoundingTie(t *testing.T) {
	t.Parallel()
	const places = 1 << 10 // units in the last place of a double
	for i := range terms {
		for k := range side {
			v := cosine(i, k)
			tail := int64(math.Float64bits(v)) & (1<<29 - 1) // bits that single precision drops
			if away := tail - 1<<28; away > -places && away < places {
				t.Errorf("cosine %d,%d = %v lies %d double places from a tie", i, k, v, away)
			}
		}
	}
}

func FuzzHash(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, 5, 7)
	f.Add([]byte{255, 0}, 64, 64)
	f.Add([]byte{}, 200, 5)
	f.Fuzz(func(t *testing.T, seed []byte, w, h int) {
		w, h = w&511, h&511
		luma := make([]float32, w*h)
		for i := range luma {
			if len(seed) > 0 {
				luma[i] = float32(seed[i%len(seed)])
			}
		}
		hash, q, err := Hash(luma, w, h)
		if err != nil && w > 0 {
			t.Fatalf("%d×%d: %v", w, h, err)
		}
		if q < 0 || q > 100 {
			t.Fatalf("quality %d", q)
		}
		if n := hash.Distance(pipeline.Hash256{}); n > 128 {
			t.Fatalf("%d bits set: more than half cannot lie above the median", n)
		}
	})
}
