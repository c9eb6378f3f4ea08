package pipeline

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// Feature is one local feature of a picture.
//
// Its descriptor's 256 tests come in pairs: test i of word 0 or 1 and test i of word 2 or 3 lie mirrored to each other along the
// feature's direction. So the descriptor of the same place in the mirrored picture is this one with its halves exchanged.
type Feature struct {
	X, Y  uint16  // place in 65535ths of the upright picture's width and height
	Size  uint8   // radius of the patch described: 2^(Size/16)/4096 of the longer side
	Angle uint8   // direction in 256ths of a full turn, clockwise from the x axis (y points down)
	Bits  Hash256 // descriptor
}

// Mirrored is the feature as the picture mirrored left to right has it.
func (f Feature) Mirrored() Feature {
	f.X = 65535 - f.X
	f.Angle = 128 - f.Angle // wraps: 256 is a full turn
	f.Bits = Hash256{f.Bits[2], f.Bits[3], f.Bits[0], f.Bits[1]}
	return f
}

// Features are local features, strongest first. As text they are base64 of 38 bytes each.
type Features []Feature

const featureBytes = 2 + 2 + 1 + 1 + 32

// MarshalText packs the features.
func (fs Features) MarshalText() ([]byte, error) {
	b := make([]byte, 0, len(fs)*featureBytes)
	for _, f := range fs {
		b = binary.BigEndian.AppendUint16(b, f.X)
		b = binary.BigEndian.AppendUint16(b, f.Y)
		b = append(b, f.Size, f.Angle)
		for _, w := range f.Bits {
			b = binary.BigEndian.AppendUint64(b, w)
		}
	}
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText unpacks what MarshalText packed.
func (fs *Features) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(b)%featureBytes != 0 {
		return fmt.Errorf("%w: local features", ErrMalformed)
	}
	out := make(Features, len(b)/featureBytes)
	for i := range out {
		f := b[i*featureBytes:]
		out[i].X, out[i].Y = binary.BigEndian.Uint16(f), binary.BigEndian.Uint16(f[2:])
		out[i].Size, out[i].Angle = f[4], f[5]
		for w := range out[i].Bits {
			out[i].Bits[w] = binary.BigEndian.Uint64(f[6+8*w:])
		}
	}
	*fs = out
	return nil
}

// SoundWords are the words of an acoustic fingerprint. As text they are base64 of 4 bytes each, big-endian.
type SoundWords []uint32

// MarshalText packs the words.
func (s SoundWords) MarshalText() ([]byte, error) {
	b := make([]byte, 0, 4*len(s))
	for _, w := range s {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText unpacks what MarshalText packed.
func (s *SoundWords) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(b)%4 != 0 {
		return fmt.Errorf("%w: words of sound", ErrMalformed)
	}
	out := make(SoundWords, len(b)/4)
	for i := range out {
		out[i] = binary.BigEndian.Uint32(b[4*i:])
	}
	*s = out
	return nil
}

// FeatureWord is a coarse cell that a descriptor lies in, by which pictures with like features are found (locality-sensitive
// hashing by sampled bits, after Indyk and Motwani, 1998): the number of a table in the bits above WordBits, and
// below it the values of the WordBits descriptor bits which that table looks at.
//
// Tables 2k and 2k+1 look at bits mirrored to each other, so that the words of the mirrored picture are the
// same words with the lowest bit of the table exchanged.
type FeatureWord uint32

// The layout of the words.
const (
	WordBits     = 28
	WordTables   = 4
	WordFeatures = 192 // the strongest features of a photo give words

	FrameWordFeatures = 100 // and of a frame of a video
)

// Mirrored is the word that the same feature gives in the mirrored picture.
func (w FeatureWord) Mirrored() FeatureWord { return w ^ 1<<WordBits }

// wordBits says which descriptor bits the tables look at: "orb-m1" has those that serve words best first, in turn for the first
// pair of tables and for the second.
var wordBits = func() (t [WordTables][WordBits]int) {
	for k := 0; k < WordTables; k += 2 {
		for i := range WordBits {
			bit := 2*i + k/2
			t[k][i], t[k+1][i] = bit, bit+128
		}
	}
	return t
}()

// Words are the words of one feature.
func (f Feature) Words() (out [WordTables]FeatureWord) {
	for k := range out {
		w := FeatureWord(k) << WordBits
		for i, bit := range wordBits[k] {
			w |= FeatureWord(f.Bits[bit/64]>>(bit%64)&1) << i
		}
		out[k] = w
	}
	return out
}

// maxWorded bounds what gives words: an index in memory holds all of them.
const maxWorded = 1200 // frames of one item

// WordsOf returns the words of each picture that gives any: of a photo, and of the frames of a video.
// Each list is ascending and holds a word once. Descriptors of fewer than 32 or more than 224 set bits are of no
// structure and give none.
func WordsOf(all []LocalFeatures) [][]FeatureWord {
	var out [][]FeatureWord
	for _, l := range all {
		for _, f := range l.Frames {
			if len(out) == maxWorded {
				return out
			}
			n := WordFeatures
			if len(l.Frames) > 1 {
				n = FrameWordFeatures
			}
			if w := wordsOf(f.Points[:min(len(f.Points), n)]); len(w) > 0 {
				out = append(out, w)
			}
		}
	}
	return out
}

func wordsOf(fs Features) []FeatureWord {
	var out []FeatureWord
	for _, f := range fs {
		n := 0
		for _, w := range f.Bits {
			n += bits.OnesCount64(w)
		}
		if n < 32 || n > 224 {
			continue
		}
		words := f.Words()
		out = append(out, words[:]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
