package c2pa

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// The bounds of a binding by trees of digests.
const (
	maxTrees  = 64
	maxLeaves = 1 << 18 // of all trees of a file
)

// merkleMap is one tree of digests (C2PA 2.1 §18.6.2, merkle-map): one row of it stands in the assertion and so is signed. Its leaves are the fragments of
// a file, or blocks of one mdat box.
type merkleMap struct {
	UniqueID int64    `cbor:"uniqueId"`
	LocalID  int64    `cbor:"localId"`
	Count    int64    `cbor:"count"`
	Alg      string   `cbor:"alg"`
	InitHash []byte   `cbor:"initHash"` // of what stands before the first fragment
	Hashes   [][]byte `cbor:"hashes"`
	Fixed    *int64   `cbor:"fixedBlockSize"`
	Variable []int64  `cbor:"variableBlockSizes"`
}

// merkleProof is what a box beside the media says of one leaf (C2PA 2.1 §18.6.2, bmff-merkle-map): the digests that lead from it to the row.
type merkleProof struct {
	UniqueID int64    `cbor:"uniqueId"`
	LocalID  int64    `cbor:"localId"`
	Location int64    `cbor:"location"`
	Hashes   [][]byte `cbor:"hashes"`
}

// mdatHead is how many bytes of an mdat box, head included, go into no leaf: the size of the larger of its two heads, whichever it has (C2PA 2.1 §18.6.3).
const mdatHead = 16

var (
	errMerkle    = errors.New("a binding by trees over chunks of tracks, or of fragments that are not in this file, is not computed here")
	errMerkleMap = errors.New("a tree of digests is not of the form known")
)

// tree are the rows from the leaves to the root. The last of an odd row goes up as it is.
func tree(h crypto.Hash, leaves [][]byte) [][][]byte {
	rows := [][][]byte{leaves}
	for row := leaves; len(row) > 1; rows = append(rows, row) {
		var up [][]byte
		for i := 0; i < len(row); i += 2 {
			if i+1 == len(row) {
				up = append(up, row[i])
				continue
			}
			up = append(up, sum(h, slices.Concat(row[i], row[i+1])))
		}
		row = up
	}
	return rows
}

// path are the digests that lead from a leaf to a row, beside it at each step.
func path(rows [][][]byte, leaf, row int) (out [][]byte) {
	for _, r := range rows[:row] {
		if beside := leaf ^ 1; beside < len(r) {
			out = append(out, r[beside])
		}
		leaf /= 2
	}
	return out
}

// holds compares a tree built of the file's own bytes with the signed row, and the proofs beside the media with it.
func (m merkleMap) holds(h crypto.Hash, leaves [][]byte, proofs []merkleProof) bool {
	if int64(len(leaves)) != m.Count {
		return false
	}
	rows := tree(h, leaves)
	at := slices.IndexFunc(rows, func(r [][]byte) bool { return len(r) == len(m.Hashes) })
	if at < 0 {
		return false
	}
	for i, d := range rows[at] {
		if subtle.ConstantTimeCompare(d, m.Hashes[i]) != 1 {
			return false
		}
	}
	for _, p := range proofs {
		if p.UniqueID != m.UniqueID || p.LocalID != m.LocalID || len(p.Hashes) == 0 {
			continue // of another tree, or the row are the leaves
		}
		if p.Location < 0 || p.Location >= m.Count || !slices.EqualFunc(p.Hashes, path(rows, int(p.Location), at), bytes.Equal) {
			return false
		}
	}
	return true
}

// trees computes every tree of a binding. places are those of all outermost boxes that are not left out, as for the digest of the whole.
func (d bmffHash) trees(m manifest, file io.ReaderAt, size int64, left []exclusion, places []int64) (bool, error) {
	if len(d.Merkle) > maxTrees {
		return false, fmt.Errorf("%w: %d trees of digests, the limit is %d", pipeline.ErrRefused, len(d.Merkle), maxTrees)
	}
	boxes, proofs, err := outermost(file, size)
	if err != nil {
		return false, err
	}
	mdats, moofs := named(boxes, "mdat"), named(boxes, "moof")
	spare := int64(maxLeaves)
	for i, t := range d.Merkle {
		h, ok := m.algorithm(hashedURI{Alg: firstText(t.Alg, d.Alg)})
		if !ok || t.Count < 1 || len(t.Hashes) == 0 {
			return false, errMerkleMap
		}
		if spare -= t.Count; spare < 0 {
			return false, fmt.Errorf("%w: more than %d leaves", pipeline.ErrRefused, maxLeaves)
		}
		var same bool
		switch {
		case len(moofs) > 0:
			same, err = t.fragments(h, file, size, moofs, left, places, proofs)
		case t.InitHash != nil: // its fragments are in other files
			first, err := stretch(h, file, 0, size, left, places)
			if err != nil || subtle.ConstantTimeCompare(first, t.InitHash) != 1 {
				return false, err
			}
			return false, errMerkle
		case t.Fixed == nil && t.Variable == nil && len(proofs) > 0:
			return false, errMerkle
		case len(mdats) != len(d.Merkle):
			return false, nil
		default:
			same, err = t.blocks(h, file, size, mdats[i], proofs)
		}
		if err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// outermost lists the boxes of a file and reads the proofs among them.
func outermost(file io.ReaderAt, size int64) (boxes []parts.Part, proofs []merkleProof, err error) {
	for p, err := range parts.Boxes(file, 0, size) {
		if err != nil {
			return nil, nil, err
		}
		if len(boxes) == maxBoundBoxes {
			return nil, nil, fmt.Errorf("%w: more than %d boxes", pipeline.ErrRefused, maxBoundBoxes)
		}
		boxes = append(boxes, p)
		proof, is, err := proofIn(file, p)
		if err != nil {
			return nil, nil, err
		}
		if is {
			proofs = append(proofs, proof)
		}
	}
	return boxes, proofs, nil
}

// proofIn reads a box of C2PA's whose purpose is "merkle" (C2PA 2.1 §A.5.3). Zeroes may follow its CBOR.
func proofIn(file io.ReaderAt, p parts.Part) (m merkleProof, is bool, err error) {
	if p.Name != "uuid" || p.Length < 16+4+7 || p.Length > maxCBOR {
		return m, false, nil
	}
	b := make([]byte, p.Length)
	if n, err := file.ReadAt(b, p.Body); n < len(b) {
		return m, false, err
	}
	rest, ok := bytes.CutPrefix(b, []byte(boxUUID))
	if !ok {
		return m, false, nil
	}
	if rest, is = bytes.CutPrefix(rest[4:], []byte("merkle\x00")); !is {
		return m, false, nil
	}
	if err := cbor.Wellformed(rest); err != nil {
		var extra *cbor.ExtraneousDataError
		if !errors.As(err, &extra) {
			return m, true, fmt.Errorf("%w: %w", errMerkleMap, err)
		}
	}
	_, err = decoding.UnmarshalFirst(rest, &m)
	return m, true, err
}

func named(boxes []parts.Part, name string) (out []parts.Part) {
	for _, b := range boxes {
		if b.Name == name {
			out = append(out, b)
		}
	}
	return out
}

// fragments computes the tree over the fragments of a file, each from its moof box to the next, and the digest of what stands before the first.
func (m merkleMap) fragments(h crypto.Hash, file io.ReaderAt, size int64, moofs []parts.Part, left []exclusion, places []int64, proofs []merkleProof) (bool, error) {
	if m.InitHash != nil {
		first, err := stretch(h, file, 0, moofs[0].At, left, places)
		if err != nil || subtle.ConstantTimeCompare(first, m.InitHash) != 1 {
			return false, err
		}
	}
	if int64(len(moofs)) != m.Count {
		return false, nil
	}
	var leaves [][]byte
	for i, f := range moofs {
		end := size
		if i+1 < len(moofs) {
			end = moofs[i+1].At
		}
		leaf, err := stretch(h, file, f.At, end, left, places)
		if err != nil {
			return false, err
		}
		leaves = append(leaves, leaf)
	}
	return m.holds(h, leaves, proofs), nil
}

// stretch is the digest of the bytes from one place to another but for those left out, with the places of boxes as in that of the whole.
func stretch(h crypto.Hash, file io.ReaderAt, from, to int64, left []exclusion, places []int64) ([]byte, error) {
	w := h.New()
	first, _ := slices.BinarySearch(places, from)
	places, at := places[first:], from
	begin, _ := slices.BinarySearchFunc(left, from, func(e exclusion, at int64) int { return cmp.Compare(e.Start+e.Length, at) })
	for ; begin < len(left) && left[begin].Start < to; begin++ {
		e := left[begin]
		if e.Start > at {
			if err := bound(w, file, at, e.Start, &places); err != nil {
				return nil, err
			}
		}
		at = max(at, min(e.Start+e.Length, to))
	}
	if at < to {
		if err := bound(w, file, at, to, &places); err != nil {
			return nil, err
		}
	}
	return w.Sum(nil), nil
}

// blocks computes the tree over the blocks of one mdat box: of one size but for the last, of sizes that are listed, or the whole.
func (m merkleMap) blocks(h crypto.Hash, file io.ReaderAt, size int64, mdat parts.Part, proofs []merkleProof) (bool, error) {
	at, end := mdat.At+mdatHead, min(mdat.End(), size)
	if m.Fixed != nil && (m.Variable != nil || *m.Fixed < 1) || at > end {
		return false, errMerkleMap
	}
	var leaves [][]byte
	for i := 0; at < end; i++ {
		n := end - at
		switch {
		case int64(i) == m.Count:
			return false, nil // more than were bound
		case m.Fixed != nil:
			n = min(n, *m.Fixed)
		case m.Variable != nil && (i >= len(m.Variable) || m.Variable[i] < 0 || m.Variable[i] > n):
			return false, nil
		case m.Variable != nil:
			n = m.Variable[i]
		}
		w := h.New()
		if _, err := io.Copy(w, io.NewSectionReader(file, at, n)); err != nil {
			return false, err
		}
		leaves = append(leaves, w.Sum(nil))
		at += n
	}
	return m.holds(h, leaves, proofs), nil
}
