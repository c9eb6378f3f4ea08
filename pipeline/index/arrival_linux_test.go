package index

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dokaz/pipeline"
)

// studio draws photos as analyzers print them: a published hash, twelve views, 512 words. Words are as unevenly spread as
// those of real photographs, of which one that is asked for meets about seven words of any other.
type studio struct{ *rand.Rand }

func (s studio) photo(n int) pipeline.Prints {
	p := pipeline.Prints{Item: pipeline.DigestOf(binary.LittleEndian.AppendUint32(nil, uint32(n))), Kind: pipeline.Photo}
	for i := range 13 {
		pic := pipeline.PrintedPicture{Bits: pipeline.Hash256{s.Uint64(), s.Uint64(), s.Uint64(), s.Uint64()}, Quality: 90}
		if i > 0 {
			pic.View = fmt.Sprint("view", i)
		}
		p.Pictures = append(p.Pictures, pic)
	}
	words := make([]pipeline.FeatureWord, 512)
	for i := range words {
		rank := math.Exp(math.Log(350) + s.Float64()*(math.Log(1<<22)-math.Log(350)))
		words[i] = pipeline.FeatureWord(uint32(rank) * 0x9e3779b1 >> 10)
	}
	slices.Sort(words)
	p.Words = [][]pipeline.FeatureWord{slices.Compact(words)}
	return p
}

// arrive asks for everything that a photo which arrives is asked for.
func arrive(m *Memory, p pipeline.Prints) (found int, err error) {
	var wholes, others []pipeline.Hash256
	for _, pic := range p.Pictures {
		for _, form := range pipeline.Dihedrals {
			if pic.View == "" {
				wholes = append(wholes, pic.Bits.Turned(form))
			} else {
				others = append(others, pic.Bits.Turned(form))
			}
		}
	}
	var mirrored []pipeline.FeatureWord
	for _, w := range p.Words[0] {
		mirrored = append(mirrored, w.Mirrored())
	}
	for _, ask := range []func() ([]pipeline.Digest, error){
		func() ([]pipeline.Digest, error) { return m.NearPictures(wholes, 31) },
		func() ([]pipeline.Digest, error) { return m.NearFrames(wholes, 31) },
		func() ([]pipeline.Digest, error) { return m.NearViews(others, 40) },
		func() ([]pipeline.Digest, error) { return m.SharingWords(p.Words[0], 40) },
		func() ([]pipeline.Digest, error) { return m.SharingWords(mirrored, 40) },
	} {
		got, err := ask()
		if err != nil {
			return 0, err
		}
		found += len(got)
	}
	return found, nil
}

// BenchmarkArrival is one photo added and asked for in all its views, beside stored photos: processor's time of one thread, by
// percentiles over a thousand arrivals.
func BenchmarkArrival(b *testing.B) {
	for _, photos := range []int{20_000, 40_000, 80_000} {
		b.Run(fmt.Sprintf("%d hashes", photos*13), func(b *testing.B) {
			s, m := studio{rand.New(rand.NewPCG(6, 6))}, New()
			for n := range photos {
				if err := m.Add(s.photo(n)); err != nil {
					b.Fatal(err)
				}
			}
			var adding, all []time.Duration
			for n := range 1000 {
				p := s.photo(photos + n)
				add := onCPU(func() {
					if err := m.Add(p); err != nil {
						b.Fatal(err)
					}
				})
				ask := onCPU(func() {
					if found, err := arrive(m, p); err != nil || found < 3 {
						b.Fatal(found, err)
					}
				})
				adding, all = append(adding, add), append(all, add+ask)
			}
			for b.Loop() { // the arrivals above are the measurement
			}
			b.ReportMetric(0, "ns/op")
			for name, times := range map[string][]time.Duration{"add": adding, "arrival": all} {
				slices.Sort(times)
				for _, p := range []int{50, 90, 99} {
					b.ReportMetric(float64(times[len(times)*p/100].Microseconds())/1000, fmt.Sprintf("%s-p%d-ms", name, p))
				}
			}
		})
	}
}

// BenchmarkLoad is filling an index with a million hashes and forty million words of 80,000 photos, as at the start.
func BenchmarkLoad(b *testing.B) {
	s := studio{rand.New(rand.NewPCG(6, 6))}
	all := make([]pipeline.Prints, 80_000)
	for n := range all {
		all[n] = s.photo(n)
	}
	for b.Loop() {
		m := New()
		took := onCPU(func() {
			for _, p := range all {
				if err := m.Add(p); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.ReportMetric(took.Seconds(), "CPU-s")
	}
}
