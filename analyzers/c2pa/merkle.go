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
	errMerkle    = errors.New("what stands outside the media is bound by nothing, or a tree is over what is not in this file")
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

// trees computes every tree of a binding, and gives which bytes of the media they bind: those of blocks, and of chunks of tracks. places are those of all outermost boxes that are not left
// out, as for the digest of the whole.
func (d bmffHash) trees(m manifest, file io.ReaderAt, size int64, left []exclusion, places []int64) (same bool, in []exclusion, err error) {
	if len(d.Merkle) > maxTrees {
		return false, nil, fmt.Errorf("%w: %d trees of digests, the limit is %d", pipeline.ErrRefused, len(d.Merkle), maxTrees)
	}
	w := grove{d: d, file: file, size: size, left: left, places: places, spare: maxLeaves, bytes: size}
	var boxes []parts.Part
	if boxes, w.proofs, err = outermost(file, size); err != nil {
		return false, nil, err
	}
	w.mdats, w.moofs = named(boxes, "mdat"), named(boxes, "moof")
	if len(w.moofs) > 0 {
		var ok bool
		if w.fragments, ok, err = d.fragmentsOf(file, size, w.moofs, w.proofs); err != nil || !ok {
			return false, nil, err
		}
	}
	for i := range d.Merkle {
		if same, err := w.tree(m, i); err != nil || !same {
			return false, nil, err
		}
	}
	return true, w.bound, nil
}

// grove is the trees of a file being computed.
type grove struct {
	d            bmffHash
	file         io.ReaderAt
	size         int64
	left         []exclusion
	places       []int64
	proofs       []merkleProof
	mdats, moofs []parts.Part
	fragments    []fragment
	tracks       []track
	bound        []exclusion // by trees over blocks and chunks
	spare        int64       // leaves that there may still be
	bytes        int64       // of chunks that may still be hashed
}

// tree computes one.
func (w *grove) tree(m manifest, i int) (bool, error) {
	t := w.d.Merkle[i]
	h, ok := m.algorithm(hashedURI{Alg: firstText(t.Alg, w.d.Alg)})
	if !ok || t.Count < 1 || len(t.Hashes) == 0 {
		return false, errMerkleMap
	}
	if w.spare -= t.Count; w.spare < 0 {
		return false, fmt.Errorf("%w: more than %d leaves", pipeline.ErrRefused, maxLeaves)
	}
	switch {
	case len(w.moofs) > 0:
		of := slices.Clone(w.fragments)
		if slices.ContainsFunc(of, func(f fragment) bool { return f.tree > 0 }) {
			of = slices.DeleteFunc(of, func(f fragment) bool { return f.tree != i })
		}
		return t.fragments(h, w.file, w.moofs[0].At, of, w.left, w.places, w.proofs)
	case t.InitHash != nil: // its fragments are in other files
		first, err := stretch(h, w.file, 0, w.size, w.left, w.places)
		if err != nil || subtle.ConstantTimeCompare(first, t.InitHash) != 1 {
			return false, err
		}
		return false, errElsewhere{t.Count}
	case t.Fixed == nil && t.Variable == nil && t.proven(w.proofs):
		if w.tracks == nil {
			var err error
			if w.tracks, err = tracksIn(w.file, w.size); err != nil {
				return false, err
			}
		}
		same, in, err := t.chunks(h, w.file, w.size, w.tracks, w.proofs, &w.bytes)
		w.bound = append(w.bound, in...)
		return same, err
	case len(w.mdats) != len(w.d.Merkle):
		return false, nil
	}
	mdat := w.mdats[i]
	w.bound = append(w.bound, exclusion{mdat.At + mdatHead, max(0, min(mdat.End(), w.size)-mdat.At-mdatHead)})
	return t.blocks(h, w.file, w.size, mdat, w.proofs)
}

// proven reports whether a proof beside the media is of this tree.
func (m merkleMap) proven(proofs []merkleProof) bool {
	return slices.ContainsFunc(proofs, func(p merkleProof) bool { return p.UniqueID == m.UniqueID && p.LocalID == m.LocalID })
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
