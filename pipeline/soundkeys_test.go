package pipeline_test

import (
	"math"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// usual is a print at Chromaprint's own pace.
func usual(words ...uint32) pipeline.AudioPrint {
	return pipeline.AudioPrint{Algorithm: pipeline.Chromaprint, Step: 1365.0 / 11025, Words: words}
}

func TestAKeyIsTheStableBitsOfItsWord(t *testing.T) {
	t.Parallel()
	seen := uint32(0)
	for b := range 32 {
		k := pipeline.SoundKey(1 << b)
		if bits.OnesCount32(k) > 1 || k >= 1<<pipeline.SoundKeyBits || k&seen != 0 {
			t.Errorf("bit %d gives key %b", b, k)
		}
		seen |= k
	}
	if seen != 1<<pipeline.SoundKeyBits-1 || pipeline.SoundKey(1<<31) != 1<<23 || pipeline.SoundKey(1<<14) != 1 {
		t.Errorf("bits of the key: %b", seen)
	}
}

// By its definition: the mean distance of all pairs of words within two seconds, each with itself too.
func TestVarietyIsTheMeanDistanceNearby(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p := usual(rapid.SliceOfN(rapid.Uint32(), 1, 80).Draw(r, "words")...)
		for i, got := range p.Variety() {
			near := p.Words[max(0, i-16):min(len(p.Words), i+16)]
			sum := 0
			for _, a := range near {
				for _, b := range near {
					sum += bits.OnesCount32(a ^ b)
				}
			}
			if want := sum * pipeline.VarietyUnit / (len(near) * len(near)); got != want && p.Words[i] != pipeline.SoundSilence {
				r.Fatalf("word %d: %d, want %d", i, got, want)
			}
		}
	})
}

func TestSilenceAndStandingSoundGiveNoKeys(t *testing.T) {
	t.Parallel()
	hum := slices.Repeat([]uint32{0xdeadbeef, 0xdeadbeee}, 100)
	quiet := slices.Repeat([]uint32{pipeline.SoundSilence}, 200)
	broken := slices.Clone(quiet)
	broken[100] = 0
	for name, p := range map[string]pipeline.AudioPrint{"hum": usual(hum...), "silence": usual(quiet...), "a click": usual(broken...), "nothing": usual()} {
		if keys := pipeline.SoundKeys(p); len(keys) != 0 {
			t.Errorf("%s gives keys %x", name, keys)
		}
	}
}

func TestKeysAscendAndThoseOfFineWordsStandApart(t *testing.T) {
	t.Parallel()
	var words []uint32
	for i := range uint32(100) {
		words = append(words, i*2654435761, i*2654435761)
	}
	p := usual(words...)
	keys := pipeline.SoundKeys(p)
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) || len(keys) < 90 {
		t.Errorf("%d keys: %x", len(keys), keys)
	}
	p.Algorithm, p.Step = pipeline.FineChromaprint, p.Step/3
	for _, k := range pipeline.SoundKeys(p) {
		if k>>pipeline.SoundKeyBits != 1 {
			t.Errorf("fine key %x", k)
		}
	}
}

func TestVarietyBearsAnyStep(t *testing.T) {
	t.Parallel()
	for _, step := range []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-300, 1e300} {
		p := usual(1, 2, 4, 8)
		p.Step = step
		if v := p.Variety(); len(v) != 4 {
			t.Errorf("step %g: %v", step, v)
		}
	}
}
