// Package indextest says what every index must do. An implementation's test calls Run.
package indextest

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// Index is what the suite tries. Searches are exact, and give each item once, ascending.
type Index interface {
	// Add makes an item's hashes and words visible to every search that begins afterwards, and replaces those of an item
	// that is there already. Empty prints remove the item. Prints of no item and qualities outside 0 to 100 are
	// pipeline.ErrMalformed, and change nothing.
	Add(p pipeline.Prints) error
	// Known reports whether an item was added and not removed since.
	Known(item pipeline.Digest) bool
	// NearPictures returns the items of which a whole picture's hash (of no View) lies within radius bits of one of the queries.
	NearPictures(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	// NearViews returns the items of which a view's hash lies within radius bits of one of the queries.
	NearViews(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	// NearFrames returns the items of which a frame's hash lies within radius bits of one of the queries.
	NearFrames(queries []pipeline.Hash256, radius int) ([]pipeline.Digest, error)
	// SharingWords returns the items of which one list of words has at least so many of these, each counting once. Fewer
	// than one is taken for one.
	SharingWords(words []pipeline.FeatureWord, atLeast int) ([]pipeline.Digest, error)
	// SharingSound does the same with the pipeline.SoundKeys of each stream.
	SharingSound(keys []uint32, atLeast int) ([]pipeline.Digest, error)
	// SharingCoded returns the items with a coded digest that has one of these words (pipeline.CodedWord).
	SharingCoded(words []uint32) ([]pipeline.Digest, error)
}

// Run tries the index that open returns, a fresh one at every call.
func Run(t *testing.T, open func() Index) {
	t.Run("answers as going through all by hand does", func(t *testing.T) { t.Parallel(); exact(t, open) })
	t.Run("keeps long footage", func(t *testing.T) { t.Parallel(); long(t, open()) })
	t.Run("keeps many words", func(t *testing.T) { t.Parallel(); wordy(t, open()) })
	t.Run("answers nothing to nothing", func(t *testing.T) { t.Parallel(); nothing(t, open()) })
	t.Run("refuses malformed prints", func(t *testing.T) { t.Parallel(); malformed(t, open()) })
	t.Run("loses no item while others write", func(t *testing.T) { t.Parallel(); concurrent(t, open()) })
	t.Run("loses no item that is replaced", func(t *testing.T) { t.Parallel(); replaced(t, open()) })
}

func add(t interface{ Fatal(...any) }, x Index, p pipeline.Prints) {
	if err := x.Add(p); err != nil {
		t.Fatal(err)
	}
}

// answers compares all that an index says with what going through the kept prints by hand says.
func answers(t interface{ Fatalf(string, ...any) }, x Index, kept world, q question) {
	for _, ask := range questions {
		got, err := ask.ask(x, q)
		if diff := cmp.Diff(kept.where(func(p pipeline.Prints) bool { return ask.is(p, q) }), got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%s: %v\n%s", ask.name, err, diff)
		}
	}
}

func exact(t *testing.T, open func() Index) {
	rapid.Check(t, func(t *rapid.T) {
		x, kept := open(), world{}
		for range rapid.IntRange(0, 20).Draw(t, "additions") {
			p := prints(t)
			add(t, x, p)
			if kept[p.Item] = p; p.Empty() {
				delete(kept, p.Item)
			}
		}
		for n := range 13 {
			if _, want := kept[name(n)]; x.Known(name(n)) != want {
				t.Fatalf("item %d: not known as it is", n)
			}
		}
		answers(t, x, kept, asked(t))
	})
}

// long adds items whose frames fill many blocks of whatever size the implementation uses.
func long(t *testing.T, x Index) {
	r := rand.New(rand.NewPCG(7, 7))
	all := make([][]pipeline.HashedFrame, 5)
	for i := range all {
		for j := range 1 + r.IntN(3000) {
			all[i] = append(all[i], pipeline.HashedFrame{
				Time: float64(j) / 2, Bits: pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}, Quality: j % 101,
			})
		}
		add(t, x, pipeline.Prints{Item: name(i), Kind: pipeline.Video, Footage: []pipeline.FrameHashes{{Algorithm: "pdq", Frames: all[i]}}})
	}
	for i, list := range all {
		for _, j := range []int{0, len(list) / 2, len(list) - 1} {
			q := flip(list[j].Bits, 3, 77, 140, 255)
			for radius, want := range map[int][]pipeline.Digest{3: nil, 4: {name(i)}} {
				got, err := x.NearFrames([]pipeline.Hash256{q}, radius)
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
					t.Errorf("frame %d of %d, radius %d: %v\n%s", j, len(list), radius, err, diff)
				}
			}
		}
	}
}

// wordy adds items with words that some have in common, some of them often replaced, and asks now and then.
func wordy(t *testing.T, x Index) {
	const items, words = 3000, 6
	r := rand.New(rand.NewPCG(8, 8))
	common := func() uint32 { return uint32(float64(1<<14)*r.ExpFloat64()) & 0xfffff }
	kept := world{}
	for n := range items {
		p := pipeline.Prints{Item: name(n)}
		if n%10 == 9 {
			p.Item = name(r.IntN(n))
		}
		for range 1 + r.IntN(3) {
			var list []pipeline.FeatureWord
			var sound pipeline.SoundWords
			for range words {
				list = append(list, pipeline.FeatureWord(common()))
				sound = append(sound, common()<<12|0xfff)
			}
			p.Words = append(p.Words, list)
			p.Sound = append(p.Sound, pipeline.AudioPrint{Words: sound})
		}
		add(t, x, p)
		kept[p.Item] = p
		if n%500 == 499 || n < 3 {
			q := question{atLeast: 1 + r.IntN(3)}
			for range 200 {
				q.words = append(q.words, pipeline.FeatureWord(common()))
				q.sounds = append(q.sounds, pipeline.SoundKey(common()<<12|0xfff))
			}
			answers(t, x, kept, q)
		}
	}
}

func nothing(t *testing.T, x Index) {
	ask := func(what string, q question) {
		for _, a := range questions {
			if got, err := a.ask(x, q); len(got) != 0 || err != nil {
				t.Errorf("%s: %s: %v, %v", what, a.name, got, err)
			}
		}
	}
	all := question{hashes: []pipeline.Hash256{{}}, radius: 256, words: []pipeline.FeatureWord{0}, sounds: []uint32{0}, atLeast: 1}
	ask("an empty index", all)
	add(t, x, pipeline.Prints{Item: name(1)})
	add(t, x, pipeline.Prints{Item: name(3), Footage: make([]pipeline.FrameHashes, 2), Words: make([][]pipeline.FeatureWord, 2), Sound: make([]pipeline.AudioPrint, 2)})
	ask("items without hashes and words", all)
	if x.Known(name(1)) || !x.Known(name(3)) {
		t.Error("an item is known when it has prints, however little they hold")
	}
	add(t, x, pipeline.Prints{
		Item: name(2), Pictures: []pipeline.PrintedPicture{{}, {View: "whole"}}, Footage: []pipeline.FrameHashes{{Frames: make([]pipeline.HashedFrame, 3)}},
		Words: [][]pipeline.FeatureWord{{0}}, Sound: []pipeline.AudioPrint{{Words: []uint32{0}}},
		Coded: []pipeline.Digest{{1}},
	})
	ask("no query", question{radius: 256})
	ask("no distance", question{hashes: []pipeline.Hash256{{}}, radius: -1})
	ask("more words than were given", question{words: all.words, sounds: all.sounds, atLeast: 2, radius: -1})
	add(t, x, pipeline.Prints{Item: name(2)})
	ask("an item that was removed", all)
}

func malformed(t *testing.T, x Index) {
	for what, p := range map[string]pipeline.Prints{
		"no item":                 {Pictures: []pipeline.PrintedPicture{{Quality: 9}}},
		"quality above 100":       {Item: name(1), Pictures: []pipeline.PrintedPicture{{Quality: 101}}},
		"quality below 0":         {Item: name(1), Pictures: []pipeline.PrintedPicture{{Quality: -1}}},
		"frame quality above 100": {Item: name(1), Footage: []pipeline.FrameHashes{{Frames: []pipeline.HashedFrame{{Quality: 1000}}}}},
	} {
		if err := x.Add(p); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if x.Known(name(1)) {
		t.Error("a refused item is there")
	}
}
