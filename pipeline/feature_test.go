package pipeline

import (
	"encoding/json"
	"errors"
	"math/bits"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func drawnFeature(t *rapid.T) Feature {
	f := Feature{
		X: rapid.Uint16().Draw(t, "x"), Y: rapid.Uint16().Draw(t, "y"),
		Size: rapid.Byte().Draw(t, "size"), Angle: rapid.Byte().Draw(t, "angle"),
	}
	for i := range f.Bits {
		f.Bits[i] = rapid.Uint64().Draw(t, "bits")
	}
	return f
}

func TestPackedFeaturesSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := LocalFeatures{Frames: []FeaturedFrame{{Points: rapid.SliceOfN(rapid.Custom(drawnFeature), 1, 5).Draw(rt, "features")}}}
		b, err := json.Marshal(want)
		if err != nil {
			rt.Fatal(err)
		}
		var got LocalFeatures
		if err := json.Unmarshal(b, &got); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Error(diff)
		}
	})
	for _, text := range []string{"AAAA", "!", "A"} {
		if err := new(Features).UnmarshalText([]byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("features %q: %v", text, err)
		}
	}
	for _, text := range []string{"AAA=", "!"} {
		if err := new(SoundWords).UnmarshalText([]byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("sound %q: %v", text, err)
		}
	}
}

// TestWordsOfTheMirroredPicture: whoever looks for mirrored copies asks with the words of the mirrored features, and needs
// no features for it; and asking from either side finds the same.
func TestWordsOfTheMirroredPicture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		fs := rapid.SliceOfN(rapid.Custom(drawnFeature), 0, 20).Draw(rt, "features")
		mirrored := make(Features, len(fs))
		for i, f := range fs {
			mirrored[i] = f.Mirrored()
			if mirrored[i].Mirrored() != f {
				rt.Fatalf("mirrored twice %+v is %+v", f, mirrored[i].Mirrored())
			}
		}
		words := func(fs Features) (flat []FeatureWord) {
			return slices.Concat(WordsOf([]LocalFeatures{{Frames: []FeaturedFrame{{Points: fs}}}})...)
		}
		var want []FeatureWord
		for _, w := range words(fs) {
			want = append(want, w.Mirrored())
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, words(mirrored)); diff != "" {
			rt.Error(diff)
		}
	})
}

func TestWordsLookAtEveryBitOnceATable(t *testing.T) {
	t.Parallel()
	seen := map[FeatureWord]Hash256{}
	for b := range 256 {
		var f Feature
		f.Bits[b/64] = 1 << (b % 64)
		for k, w := range f.Words() {
			if w>>WordBits != FeatureWord(k) {
				t.Errorf("bit %d: word %#x in table %d", b, w, k)
			}
			if n := bits.OnesCount32(uint32(w) & (1<<WordBits - 1)); n > 1 {
				t.Errorf("bit %d shows %d times in table %d", b, n, k)
			} else if n == 1 {
				if other, twice := seen[w]; twice {
					t.Errorf("bits %v and %v share a place in table %d", f.Bits, other, k)
				}
				seen[w] = f.Bits
			}
		}
	}
	if len(seen) != WordTables*WordBits {
		t.Errorf("the tables look at %d bits, want %d", len(seen), WordTables*WordBits)
	}
}

func TestFeaturesWithoutStructureGiveNoWords(t *testing.T) {
	t.Parallel()
	flat := LocalFeatures{Frames: []FeaturedFrame{{Points: Features{{}, {Bits: Hash256{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}}}}}}
	if got := WordsOf([]LocalFeatures{flat}); len(got) > 0 {
		t.Errorf("words %v", got)
	}
}

func TestFramesOfAVideoGiveWordsUpToABound(t *testing.T) {
	t.Parallel()
	var l LocalFeatures
	for i := range maxWorded + 3 {
		f := Feature{Bits: Hash256{0xffffffff, 0xffffffff, uint64(i)}}
		l.Frames = append(l.Frames, FeaturedFrame{Time: float64(i) / 2, Points: Features{f, f, f}})
	}
	got := WordsOf([]LocalFeatures{l})
	if len(got) != maxWorded || len(got[0]) != WordTables {
		t.Errorf("%d frames gave words, the first %v; want %d, each of one descriptor", len(got), got[0], maxWorded)
	}
}
