package c2pa

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"dokaz/fixtures/stock/craft"
)

// node is a digest of a tree by its row from below and its number there, straight from the definition (C2PA 2.1 §18.6.2): two children are hashed together, and
// one without a neighbour goes up as it is.
func node(leaves [][]byte, row, i int) []byte {
	if row == 0 {
		return leaves[i]
	}
	below := len(leaves)
	for range row - 1 {
		below = below/2 + below%2
	}
	left := node(leaves, row-1, 2*i)
	if 2*i+1 >= below {
		return left
	}
	both := sha256.Sum256(slices.Concat(left, node(leaves, row-1, 2*i+1)))
	return both[:]
}

func rowOf(leaves [][]byte, row int) (out [][]byte) {
	n := len(leaves)
	for range row {
		n = n/2 + n%2
	}
	for i := range n {
		out = append(out, node(leaves, row, i))
	}
	return out
}

// proofBox holds what leads from a leaf to a row.
func proofBox(t *testing.T, leaves [][]byte, leaf, row int) []byte {
	t.Helper()
	p := merkleProof{UniqueID: 1, LocalID: 2, Location: int64(leaf)}
	for r, i := 0, leaf; r < row; r, i = r+1, i/2 {
		if whole := rowOf(leaves, r); i^1 < len(whole) {
			p.Hashes = append(p.Hashes, whole[i^1])
		}
	}
	b, err := cbor.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return craft.Box("uuid", slices.Concat([]byte(boxUUID+"\x00\x00\x00\x00merkle\x00"), b, []byte{0, 0, 0}))
}

func hashOf(parts ...[]byte) []byte {
	sum := sha256.Sum256(slices.Concat(parts...))
	return sum[:]
}

// leftOut are the exclusions of a generator that binds mdat by a tree.
func leftOut(d *bmffHash) {
	d.Alg = "sha256"
	d.Exclusions = []bmffExclusion{{XPath: "/uuid"}, {XPath: "/ftyp"}, {XPath: "/mdat"}}
	d.Exclusions[0].Data = append(d.Exclusions[0].Data, struct {
		Offset int64  `cbor:"offset"`
		Value  []byte `cbor:"value"`
	}{8, []byte(boxUUID)})
	d.Exclusions[2].Subset = append(d.Exclusions[2].Subset, struct {
		Offset int64 `cbor:"offset"`
		Length int64 `cbor:"length"`
	}{16, 0})
}

// flips changes one bit of each byte from a place to another and demands that the binding no longer holds.
func flips(t *testing.T, d bmffHash, file []byte, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		b := bytes.Clone(file)
		b[i] ^= 1
		if same, _, err := d.binds(manifest{}, bytes.NewReader(b), int64(len(b)), 3); same || errors.Is(err, errMerkle) {
			t.Errorf("byte %d flipped: %v, %v", i, same, err)
		}
	}
}

// TestBlocksOfMedia binds one mdat by blocks of one size and of listed sizes, with each row of the tree signed in turn.
func TestBlocksOfMedia(t *testing.T) {
	t.Parallel()
	ftyp, moov := craft.Box("ftyp", []byte("isom\x00\x00\x00\x00")), craft.Box("moov", craft.Box("trak", []byte("....")))
	media := []byte("the media that a camera wrote, in blocks of seven bytes, and one that is shorter")
	mdat := craft.Box("mdat", slices.Concat([]byte("8 before"), media))
	size := int64(7)
	for name, cut := range map[string][]int64{"one size": nil, "listed sizes": {1, 20, 3, 30, 26}, "whole": {int64(len(media))}} {
		var leaves [][]byte
		rest := media
		if cut == nil {
			for b := range slices.Chunk(media, int(size)) {
				leaves = append(leaves, hashOf(b))
			}
		}
		for _, n := range cut {
			leaves, rest = append(leaves, hashOf(rest[:n])), rest[n:]
		}
		for row := 0; row == 0 || len(rowOf(leaves, row-1)) > 1; row++ {
			t.Run(fmt.Sprintf("%s, row %d", name, row), func(t *testing.T) {
				t.Parallel()
				var proofs []byte
				if row > 0 {
					for i := range leaves {
						proofs = append(proofs, proofBox(t, leaves, i, row)...)
					}
				}
				at := len(ftyp)
				file := slices.Concat(ftyp, moov, mdat, proofs)
				var d bmffHash
				leftOut(&d)
				d.Hash = hashOf(placed(at), moov, placed(at+len(moov)), mdat[:16])
				m := merkleMap{UniqueID: 1, LocalID: 2, Count: int64(len(leaves)), Hashes: rowOf(leaves, row)}
				switch name {
				case "one size":
					m.Fixed = &size
				case "listed sizes":
					m.Variable = cut
				}
				d.Merkle = []merkleMap{m}
				same, left, err := d.binds(manifest{}, bytes.NewReader(file), int64(len(file)), 3)
				if err != nil || !same {
					t.Fatalf("%v, %v", same, err)
				}
				all, _, err := d.left(bytes.NewReader(file), int64(len(file)), 3)
				if err != nil || !spared(bytes.NewReader(file), int64(len(file)), left, nil, true) || spared(bytes.NewReader(file), int64(len(file)), all, nil, true) {
					t.Errorf("what the tree binds is told as left out, or what it does not as bound: %v, %v, %v", left, all, err)
				}
				flips(t, d, file, at+8, at+len(moov)+len(mdat))
				if row > 0 { // the digests of the first proof
					end := len(file) - len(proofs) + len(proofBox(t, leaves, 0, row)) - 3
					flips(t, d, file, end-20, end)
				}
				for _, other := range [][]byte{slices.Concat(ftyp, moov, craft.Box("mdat", slices.Concat(mdat[8:], []byte("."))), proofs), slices.Concat(ftyp, moov, proofs)} {
					if same, _, err := d.binds(manifest{}, bytes.NewReader(other), int64(len(other)), 3); same {
						t.Errorf("a file of other length: %v, %v", same, err)
					}
				}
			})
		}
	}
}

// TestFragments binds a file of fragments by a tree over them, and what stands before the first by a digest of its own.
func TestFragments(t *testing.T) {
	t.Parallel()
	ftyp, moov := craft.Box("ftyp", []byte("isom\x00\x00\x00\x00")), craft.Box("moov", craft.Box("trak", []byte("....")))
	for n := 1; n <= 6; n++ {
		t.Run(fmt.Sprint(n, " fragments"), func(t *testing.T) {
			t.Parallel()
			moof := func(i int) []byte { return craft.Box("moof", fmt.Appendf(nil, "fragment %d", i)) }
			mdat := func(i int) []byte { return craft.Box("mdat", fmt.Appendf(nil, "media of %d", i)) }
			row := 0
			for width := n; width > 2; width = width/2 + width%2 {
				row++
			}
			blank := make([][]byte, n)
			for i := range blank {
				blank[i] = make([]byte, sha256.Size)
			}
			build := func(leaves [][]byte) (file []byte, inits []byte, sums [][]byte) {
				file = slices.Concat(ftyp, moov)
				inits = slices.Concat(placed(len(ftyp)), moov)
				for i := range n {
					file = append(file, proofBox(t, leaves, i, row)...) // before its fragment, and so in the stretch of the one before, from which it is left out
					at := len(file)
					file = slices.Concat(file, moof(i), mdat(i))
					sums = append(sums, hashOf(placed(at), moof(i), placed(at+len(moof(i))), mdat(i)))
				}
				return file, inits, sums
			}
			_, _, leaves := build(blank)
			file, inits, again := build(leaves)
			if !slices.EqualFunc(leaves, again, bytes.Equal) {
				t.Fatal("the proofs change what is bound")
			}
			var d bmffHash
			leftOut(&d)
			d.Exclusions = d.Exclusions[:2]
			d.Merkle = []merkleMap{{UniqueID: 1, LocalID: 2, Count: int64(n), InitHash: hashOf(inits), Hashes: rowOf(leaves, row)}}
			if same, _, err := d.binds(manifest{}, bytes.NewReader(file), int64(len(file)), 3); err != nil || !same {
				t.Fatalf("%v, %v", same, err)
			}
			last := len(moof(0)) + len(mdat(0))
			flips(t, d, file, len(ftyp), len(ftyp)+len(moov))
			flips(t, d, file, len(file)-last, len(file))
			at := len(ftyp) + len(moov) + len(proofBox(t, leaves, 0, row))
			flips(t, d, file, at+8, at+last)
			for what, b := range map[string][]byte{
				"one left away": file[:len(file)-last], "one twice": slices.Concat(file, file[len(file)-last:]),
			} {
				if same, _, err := d.binds(manifest{}, bytes.NewReader(b), int64(len(b)), 3); same {
					t.Errorf("%s: %v, %v", what, same, err)
				}
			}
			alone := slices.Concat(ftyp, moov)
			if same, _, err := d.binds(manifest{}, bytes.NewReader(alone), int64(len(alone)), 3); same || !errors.Is(err, errMerkle) || err.Error() != fmt.Sprintf("fragment not here: %d fragments that it binds are in other files", n) {
				t.Errorf("without its fragments: %v, %v", same, err)
			}
			unbound := d
			unbound.Merkle = slices.Clone(d.Merkle)
			unbound.Merkle[0].InitHash = nil
			if same, _, err := unbound.binds(manifest{}, bytes.NewReader(file), int64(len(file)), 3); same || !errors.Is(err, errMerkle) {
				t.Errorf("what stands before is bound by nothing: %v, %v", same, err)
			}
		})
	}
}

func TestTreesThatAreNot(t *testing.T) {
	t.Parallel()
	file, _, _, _, _ := film()
	zero, huge := int64(0), int64(1)<<62
	for name, m := range map[string]merkleMap{
		"no row": {Count: 1}, "no leaf": {Hashes: [][]byte{{1}}}, "blocks of nothing": {Count: 1, Hashes: [][]byte{{1}}, Fixed: &zero},
		"more leaves than bytes": {Count: 1 << 17, Hashes: [][]byte{{1}}, Fixed: &huge}, "sizes past the end": {Count: 1, Hashes: [][]byte{{1}}, Variable: []int64{1 << 62}},
		"too many": {Count: 1 << 40, Hashes: [][]byte{{1}}},
	} {
		var d bmffHash
		leftOut(&d)
		d.Merkle = []merkleMap{m}
		if same, _, _ := d.binds(manifest{}, bytes.NewReader(file), int64(len(file)), 3); same {
			t.Errorf("%s holds", name)
		}
	}
}
