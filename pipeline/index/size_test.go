package index

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"dokaz/pipeline"
)

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Hashes are kept in at most 1.3 times their bytes, items included, and words in at most six bytes for each. Not parallel: it
// weighs the heap.
func TestItTakesLittleMoreThanTheHashes(t *testing.T) {
	const items, views, words = 20_000, 12, 512
	r := rand.New(rand.NewPCG(4, 4))
	weigh := func(print func(p *pipeline.Prints)) float64 {
		before := heap()
		m := New()
		for n := range items {
			p := pipeline.Prints{Item: pipeline.DigestOf(binary.LittleEndian.AppendUint32(nil, uint32(n)))}
			print(&p)
			if err := m.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		after := heap()
		runtime.KeepAlive(m)
		return float64(after-before) / items
	}
	photo := weigh(func(p *pipeline.Prints) {
		for i := range 1 + views {
			pic := pipeline.PrintedPicture{Bits: pipeline.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}}
			if i > 0 {
				pic.View = "tile"
			}
			p.Pictures = append(p.Pictures, pic)
		}
	})
	if ratio := photo / (32 * (1 + views)); ratio > 1.3 {
		t.Errorf("a photo of %d hashes takes %.0f bytes, %.2f times their own", 1+views, photo, ratio)
	}
	counted := 0
	worded := weigh(func(p *pipeline.Prints) {
		var list []pipeline.FeatureWord
		for _, w := range skewed(r, words) {
			list = append(list, pipeline.FeatureWord(w))
		}
		counted += len(list)
		p.Words = [][]pipeline.FeatureWord{list}
	})
	each := float64(counted) / items
	if worded -= 48 + 40; worded > 6*each {
		t.Errorf("%.1f bytes for a word", worded/each)
	}
	t.Logf("photo of %d hashes: %.0f bytes, %.2f times; word: %.2f bytes", 1+views, photo, photo/(32*(1+views)), worded/each)
}
