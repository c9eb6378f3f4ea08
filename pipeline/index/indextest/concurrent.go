package indextest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"dokaz/pipeline"
)

// whole returns prints of item n with something for every search, and what to ask for it.
func whole(n int) (pipeline.Prints, question) {
	h := pipeline.Hash256{uint64(n) * 0x9e3779b97f4a7c15, uint64(n) * 0xc2b2ae3d27d4eb4f, ^uint64(n), uint64(n)}
	p := pipeline.Prints{
		Item: name(n), Pictures: []pipeline.PrintedPicture{{Bits: h, Quality: 70}, {Bits: flip(h, 8), Quality: 70, View: "whole"}},
		Footage: []pipeline.FrameHashes{{Frames: []pipeline.HashedFrame{{Bits: h, Quality: 70}, {Time: 0.5, Bits: flip(h, 9), Quality: 70}}}},
	}
	q := question{hashes: []pipeline.Hash256{h, flip(h, 8)}, atLeast: 8}
	var sound pipeline.SoundWords
	for i := range 12 {
		q.words = append(q.words, pipeline.FeatureWord(n*12+i))
		sound = append(sound, uint32(n*12+i)*0x9e3779b1)
	}
	p.Words = [][]pipeline.FeatureWord{q.words}
	p.Sound = []pipeline.AudioPrint{{Words: sound}}
	q.sounds = heard(p.Sound[0])
	q.codes = []uint32{uint32(n) * 0x85ebca6b}
	p.Coded = []pipeline.Digest{coded(q.codes[0])}
	return p, q
}

// finds reports which search does not find an item, or finds it twice.
func finds(x Index, item pipeline.Digest, q question) error {
	for _, a := range questions {
		got, err := a.ask(x, q)
		if err != nil {
			return err
		}
		at := slices.Index(got, item)
		if at < 0 || slices.Contains(got[at+1:], item) {
			return fmt.Errorf("%s: %v is not found once: %v", a.name, item, got)
		}
	}
	return nil
}

// concurrent adds, replaces and removes from several sides. What was added before a search began is found by it.
func concurrent(t *testing.T, x Index) {
	const writers, rounds = 4, 60
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			first, _ := whole(w * rounds)
			for i := range rounds {
				n := w*rounds + i
				p, q := whole(n)
				brief, _ := whole(writers*rounds + n)
				err := errors.Join(x.Add(brief), x.Add(first), x.Add(p), x.Add(pipeline.Prints{Item: brief.Item}), finds(x, p.Item, q))
				if err != nil || !x.Known(p.Item) || x.Known(brief.Item) {
					t.Errorf("item %d: %v", n, err)
					return
				}
			}
			_, q := whole(w * rounds)
			if err := finds(x, first.Item, q); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// replaced exchanges an item's prints for equal ones many times: every search beside finds it, once.
func replaced(t *testing.T, x Index) {
	p, q := whole(1)
	add(t, x, p)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3000 {
			if err := x.Add(p); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		if err := finds(x, p.Item, q); err != nil {
			t.Error(err)
			break
		}
	}
	<-done
}
