package indextest

import (
	"encoding/binary"
	"slices"

	"pgregory.net/rapid"

	"dokaz/pipeline"
)

// name returns the digest of the nth item.
func name(n int) pipeline.Digest {
	return pipeline.DigestOf(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func flip(h pipeline.Hash256, bits ...int) pipeline.Hash256 {
	for _, b := range bits {
		h[b/64%4] ^= 1 << (b % 64)
	}
	return h
}

// near draws a hash a few dozen bits from one of a handful, so that distances lie on both sides of any radius.
func near(t *rapid.T) pipeline.Hash256 {
	base := pipeline.Hash256{0, ^uint64(0), 0x5555555555555555, 0x3333333333333333}
	if rapid.Bool().Draw(t, "other") {
		base = pipeline.Hash256{}
	}
	base = base.Turned(rapid.SampledFrom(pipeline.Dihedrals[:]).Draw(t, "form"))
	return flip(base, rapid.SliceOfNDistinct(rapid.IntRange(0, 255), 0, 40, rapid.ID[int]).Draw(t, "flipped")...)
}

// word draws one of a few words, from everywhere in their range.
func word(t *rapid.T) uint32 { return rapid.Uint32Range(0, 15).Draw(t, "word") * 0x1111_1111 }

func prints(t *rapid.T) pipeline.Prints {
	p := pipeline.Prints{Item: name(rapid.IntRange(0, 12).Draw(t, "item")), Kind: pipeline.Video, Seq: rapid.Int64().Draw(t, "seq")}
	for range rapid.IntRange(0, 3).Draw(t, "pictures") {
		p.Pictures = append(p.Pictures, pipeline.PrintedPicture{
			Bits: near(t), Quality: rapid.IntRange(0, 100).Draw(t, "quality"), View: rapid.SampledFrom([]string{"", "whole", "tile00"}).Draw(t, "view"),
		})
	}
	for s := range rapid.IntRange(0, 2).Draw(t, "streams") {
		h := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "test", Stream: s, View: rapid.SampledFrom([]string{"", "trimmed"}).Draw(t, "view")}
		for i := range rapid.IntRange(0, 5).Draw(t, "frames") {
			h.Frames = append(h.Frames, pipeline.HashedFrame{
				Time: float64(i) / 2, Bits: near(t), Quality: rapid.IntRange(0, 100).Draw(t, "q"), Key: rapid.Bool().Draw(t, "key"),
			})
		}
		p.Footage = append(p.Footage, h)
	}
	words := rapid.SliceOfN(rapid.Custom(word), 0, 9)
	for range rapid.IntRange(0, 2).Draw(t, "lists of words") {
		p.Words = append(p.Words, featureWords(words.Draw(t, "words")))
	}
	for s := range rapid.IntRange(0, 2).Draw(t, "streams of sound") {
		p.Sound = append(p.Sound, pipeline.AudioPrint{Stream: s, Words: words.Draw(t, "words of sound")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "coded digests") {
		p.Coded = append(p.Coded, coded(word(t)))
	}
	slices.SortFunc(p.Coded, pipeline.Digest.Compare)
	p.Coded = slices.Compact(p.Coded)
	return p
}

// coded is a digest with a word.
func coded(word uint32) (d pipeline.Digest) {
	binary.BigEndian.PutUint32(d[:], word)
	d[31] = 1
	return d
}

func featureWords(ws []uint32) (out []pipeline.FeatureWord) {
	for _, w := range ws {
		out = append(out, pipeline.FeatureWord(w))
	}
	return out
}

// question is one of everything that can be asked.
type question struct {
	hashes  []pipeline.Hash256
	radius  int
	words   []pipeline.FeatureWord
	sounds  []uint32
	codes   []uint32
	atLeast int
}

func asked(t *rapid.T) question {
	words := rapid.SliceOfN(rapid.Custom(word), 0, 12)
	q := question{
		hashes:  rapid.SliceOfN(rapid.Custom(near), 0, 20).Draw(t, "queries"),
		radius:  rapid.IntRange(-1, 256).Draw(t, "radius"),
		words:   featureWords(words.Draw(t, "words")),
		sounds:  keys(words.Draw(t, "words of sound")),
		codes:   words.Draw(t, "words of coded digests"),
		atLeast: rapid.IntRange(-1, 6).Draw(t, "at least"),
	}
	if len(q.hashes) > 0 && rapid.Bool().Draw(t, "all forms") {
		for _, form := range pipeline.Dihedrals {
			q.hashes = append(q.hashes, q.hashes[0].Turned(form))
		}
	}
	return q
}

// questions are the searches, and what is to be found by them.
var questions = []struct {
	name string
	ask  func(x Index, q question) ([]pipeline.Digest, error)
	is   func(p pipeline.Prints, q question) bool
}{
	{
		"pictures",
		func(x Index, q question) ([]pipeline.Digest, error) { return x.NearPictures(q.hashes, q.radius) },
		func(p pipeline.Prints, q question) bool {
			return slices.ContainsFunc(p.Pictures, func(pic pipeline.PrintedPicture) bool { return pic.View == "" && q.near(pic.Bits) })
		},
	}, {
		"views",
		func(x Index, q question) ([]pipeline.Digest, error) { return x.NearViews(q.hashes, q.radius) },
		func(p pipeline.Prints, q question) bool {
			return slices.ContainsFunc(p.Pictures, func(pic pipeline.PrintedPicture) bool { return pic.View != "" && q.near(pic.Bits) })
		},
	}, {
		"frames",
		func(x Index, q question) ([]pipeline.Digest, error) { return x.NearFrames(q.hashes, q.radius) },
		func(p pipeline.Prints, q question) bool {
			return slices.ContainsFunc(p.Footage, func(h pipeline.FrameHashes) bool {
				return slices.ContainsFunc(h.Frames, func(f pipeline.HashedFrame) bool { return q.near(f.Bits) })
			})
		},
	}, {
		"words",
		func(x Index, q question) ([]pipeline.Digest, error) { return x.SharingWords(q.words, q.atLeast) },
		func(p pipeline.Prints, q question) bool {
			return slices.ContainsFunc(p.Words, func(l []pipeline.FeatureWord) bool { return shared(l, q.words) >= max(q.atLeast, 1) })
		},
	}, {
		"sound",
		func(x Index, q question) ([]pipeline.Digest, error) { return x.SharingSound(q.sounds, q.atLeast) },
		func(p pipeline.Prints, q question) bool {
			return slices.ContainsFunc(p.Sound, func(s pipeline.AudioPrint) bool { return shared(heard(s), q.sounds) >= max(q.atLeast, 1) })
		},
	}, {
		"coded",
		func(x Index, q question) ([]pipeline.Digest, error) { return x.SharingCoded(q.codes) },
		func(p pipeline.Prints, q question) bool {
			return slices.ContainsFunc(p.Coded, func(d pipeline.Digest) bool { return slices.Contains(q.codes, pipeline.CodedWord(d)) })
		},
	},
}

// heard returns the keys of one stream.
func heard(s pipeline.AudioPrint) []uint32 { return pipeline.SoundKeys(s) }

// keys returns those of words, however little they vary.
func keys(words []uint32) (out []uint32) {
	for _, w := range words {
		out = append(out, pipeline.SoundKey(w))
	}
	return out
}

func (q question) near(h pipeline.Hash256) bool {
	return slices.ContainsFunc(q.hashes, func(o pipeline.Hash256) bool { return h.Distance(o) <= q.radius })
}

// shared counts the distinct words that two lists have in common.
func shared[W comparable](a, b []W) (n int) {
	seen := map[W]bool{}
	for _, w := range a {
		if !seen[w] && slices.Contains(b, w) {
			seen[w] = true
			n++
		}
	}
	return n
}

// world is what was added, item by item.
type world map[pipeline.Digest]pipeline.Prints

// where returns the items whose prints are such, ascending.
func (w world) where(such func(pipeline.Prints) bool) (out []pipeline.Digest) {
	for d, p := range w {
		if such(p) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, pipeline.Digest.Compare)
	return out
}
