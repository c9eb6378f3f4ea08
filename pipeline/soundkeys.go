package pipeline

import (
	"math"
	"slices"
)

// The algorithms of an AudioPrint.
const (
	Chromaprint     = "chromaprint2"      // the values of fpcalc -raw with its default algorithm
	FineChromaprint = "chromaprint2-fine" // the same with three words where it has one, of short sounds
)

// SoundSilence is the word of silence, and of what is as quiet.
const SoundSilence = 627964279

// keyBits are the bits of a word that coding, noise and filtering change least, the most stable first: measured on 2,900 pairs of
// a sound and a changed copy of it.
var keyBits = [SoundKeyBits]int{31, 29, 27, 21, 19, 3, 15, 11, 7, 1, 23, 9, 25, 30, 28, 26, 2, 20, 18, 22, 5, 17, 13, 14}

// SoundKeyBits is the number of bits of a key.
const SoundKeyBits = 24

// SoundKey is what candidates are found by: the stable bits of a word, the most stable one foremost.
func SoundKey(word uint32) (key uint32) {
	for _, b := range keyBits {
		key = key<<1 | word>>b&1
	}
	return key
}

// SoundCommon is how many keys two streams have in common, at the least, for their items to be held against each other.
const SoundCommon = 2

// LeastVariety is the variety under which a word gives no key.
const LeastVariety = 6 * VarietyUnit

// SoundKeys returns the keys of all words of enough variety, ascending, each once: at most as many as words. Keys of fine words
// have the bit above the others set.
func SoundKeys(p AudioPrint) []uint32 {
	fine := uint32(0)
	if p.Algorithm == FineChromaprint {
		fine = 1 << SoundKeyBits
	}
	var out []uint32
	for i, v := range p.Variety() {
		if v >= LeastVariety {
			out = append(out, fine|SoundKey(p.Words[i]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

const (
	// VarietyUnit is one bit of variety.
	VarietyUnit = 64

	varietyReach = 2   // seconds to either side of a word
	maxReach     = 256 // words
)

// Variety says of each word by how many bits, in 64ths, two words near it differ on average. It is what another sound of
// the same kind, but not the same sound, would differ by at this place, as far as one can tell: about 13 bits of speech
// and music, hardly any of a hum, a tone or a steady noise, and none of silence.
func (p AudioPrint) Variety() []int {
	reach := 1
	if words := math.Round(varietyReach / p.Step); words >= 1 && words <= maxReach {
		reach = int(words)
	}
	out := make([]int, len(p.Words))
	var set [32]int // how many of the words within reach have each bit set
	from, to := 0, 0
	for i, w := range p.Words {
		for ; to < min(i+reach, len(p.Words)); to++ {
			count(&set, p.Words[to], 1)
		}
		for ; from < i-reach; from++ {
			count(&set, p.Words[from], -1)
		}
		if w == SoundSilence {
			continue
		}
		n, sum := to-from, 0
		for _, c := range set {
			sum += 2 * c * (n - c)
		}
		out[i] = sum * VarietyUnit / (n * n)
	}
	return out
}

func count(set *[32]int, word uint32, by int) {
	for b := range set {
		set[b] += by * int(word>>b&1)
	}
}
