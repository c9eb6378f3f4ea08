package c2pa

import (
	"cmp"
	"crypto"
	"crypto/subtle"
	"encoding/binary"
	"io"
	"slices"

	"dokaz/analyzers/internal/parts"
)

// fragment is a part of a file from a moof box to the next, and of which leaf of which tree it is.
type fragment struct {
	at, end int64
	tree    int
	leaf    int64
}

// fragmentsOf tells which fragments are leaves of which tree: with one tree all, in their order, and with several that have as many leaves each, too. Otherwise the
// proofs tell, of which there is one for each fragment in the same order; where there are none, because the leaves themselves are signed, the track that a fragment is
// of, which the tree's local number names. ok is false where a fragment is of no tree: nothing binds it.
func (d bmffHash) fragmentsOf(file io.ReaderAt, size int64, moofs []parts.Part, proofs []merkleProof) (out []fragment, ok bool, err error) {
	for i, f := range moofs {
		end := size
		if i+1 < len(moofs) {
			end = moofs[i+1].At
		}
		out = append(out, fragment{f.At, end, 0, int64(i)})
	}
	all := int64(len(moofs))
	if !slices.ContainsFunc(d.Merkle, func(t merkleMap) bool { return t.Count != all }) || len(d.Merkle) == 1 {
		return out, true, nil
	}
	met := make([]int64, len(d.Merkle))
	for i := range out {
		f := &out[i]
		var of func(t merkleMap) bool
		if len(proofs) == len(out) {
			p := proofs[i]
			of, f.leaf = func(t merkleMap) bool { return t.UniqueID == p.UniqueID && t.LocalID == p.LocalID }, p.Location
		} else {
			id, err := fragmentTrack(file, moofs[i])
			if err != nil {
				return nil, false, err
			}
			of, f.leaf = func(t merkleMap) bool { return t.LocalID == id }, -1
		}
		if f.tree = slices.IndexFunc(d.Merkle, of); f.tree < 0 {
			return nil, false, nil
		}
		if f.leaf < 0 {
			f.leaf = met[f.tree]
		}
		met[f.tree]++
	}
	return out, true, nil
}

// fragmentTrack is the number of the one track that a fragment is of, 0 where it is of several.
func fragmentTrack(file io.ReaderAt, moof parts.Part) (id int64, err error) {
	inner, err := boundBoxes(file, moof.Body, moof.End(), "", 1, nil)
	if err != nil {
		return 0, err
	}
	for _, b := range inner {
		if b.way != "/traf/tfhd" || b.Length < 8 {
			continue
		}
		var head [8]byte
		if n, err := file.ReadAt(head[:], b.Body); n < len(head) {
			return 0, err
		}
		one := int64(binary.BigEndian.Uint32(head[4:]))
		if id != 0 && id != one {
			return 0, nil
		}
		id = one
	}
	return id, nil
}

// fragments computes the tree over those fragments of a file that are its leaves, and the digest of what stands before the first.
func (m merkleMap) fragments(h crypto.Hash, file io.ReaderAt, first int64, of []fragment, left []exclusion, places []int64, proofs []merkleProof) (bool, error) {
	if m.InitHash != nil {
		begin, err := stretch(h, file, 0, first, left, places)
		if err != nil || subtle.ConstantTimeCompare(begin, m.InitHash) != 1 {
			return false, err
		}
	}
	slices.SortStableFunc(of, func(a, b fragment) int { return cmp.Compare(a.leaf, b.leaf) })
	var leaves [][]byte
	for _, f := range of {
		leaf, err := stretch(h, file, f.at, f.end, left, places)
		if err != nil {
			return false, err
		}
		leaves = append(leaves, leaf)
	}
	return m.holds(h, leaves, proofs), nil
}
