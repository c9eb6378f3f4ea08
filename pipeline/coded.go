package pipeline

import (
	"encoding/binary"
	"slices"
)

// Key is one digest of all that must be equal for two items to be the same media.
func (c CodedDigest) Key() Digest {
	return DigestOf([]byte(c.Algorithm + "\n" + c.Codec + "\n" + c.Digest.String()))
}

// CodedWord is the part of a Key by which an index finds it: the few others that share it are told apart afterwards.
func CodedWord(key Digest) uint32 { return binary.BigEndian.Uint32(key[:]) }

// codedOf gives the keys of an item's coded media. Of a video its pictures count and not its sound, which may be under others'
// pictures too; of a sound all of its streams.
func codedOf(kind Kind, ms []Measurement) (out []Digest) {
	types := map[int]string{}
	for _, m := range ms {
		if s, ok := m.Fact.(Stream); ok {
			types[s.Index] = s.Type
		}
	}
	for _, m := range ms {
		c, ok := m.Fact.(CodedDigest)
		if !ok || c.Digest.IsZero() || c.Bytes == 0 || kind == Video && types[c.Stream] != "video" {
			continue
		}
		out = append(out, c.Key())
	}
	slices.SortFunc(out, Digest.Compare)
	return slices.Compact(out)
}
