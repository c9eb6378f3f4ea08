package c2pa

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"dokaz/fixtures/stock/craft"
)

func u32s(values ...int) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// proofOfTree holds what leads from a leaf to the row above it, as of a tree with those numbers.
func proofOfTree(t testing.TB, unique, local int64, leaves [][]byte, leaf int) []byte {
	t.Helper()
	p := merkleProof{UniqueID: unique, LocalID: local, Location: int64(leaf)}
	if beside := leaf ^ 1; beside < len(leaves) {
		p.Hashes = [][]byte{leaves[beside]}
	}
	if len(leaves) == 1 {
		p.Hashes = nil
	}
	b, err := cbor.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return craft.Box("uuid", slices.Concat([]byte(boxUUID+"\x00\x00\x00\x00merkle\x00"), b))
}

// chunk is one of a film with two tracks: of which track, and its samples.
type chunk struct {
	track   int
	samples []string
}

var twoTracks = []chunk{
	{1, []string{"picture one", "picture two"}}, {2, []string{"sound"}}, {1, []string{"three", "four"}}, {2, []string{"louder"}}, {1, []string{"the last picture"}},
}

// trackFilm lays out a film of chunks with a tree for each track, and its binding. unused are bytes in mdat that no track names.
func trackFilm(t testing.TB, unused string) (file []byte, d bmffHash, mdatAt int) {
	t.Helper()
	ftyp := craft.Box("ftyp", []byte("isom\x00\x00\x00\x00"))
	media, places := []byte(nil), map[int][]int{}
	sizes, runs, leaves := map[int][]int{}, map[int][]int{}, map[int][][]byte{}
	for _, c := range twoTracks {
		places[c.track] = append(places[c.track], len(media))
		runs[c.track] = append(runs[c.track], len(places[c.track]), len(c.samples), 1)
		whole := []byte(nil)
		for _, s := range c.samples {
			sizes[c.track] = append(sizes[c.track], len(s))
			whole = append(whole, s...)
		}
		leaves[c.track], media = append(leaves[c.track], hashOf(whole)), append(media, whole...)
	}
	media = append(media, unused...)
	moov := func(at int) []byte {
		var traks []byte
		for track := 1; track <= 2; track++ {
			var offsets []byte
			for _, p := range places[track] {
				offsets = append(offsets, u32s(at+p)...)
			}
			size := craft.Box("stsz", u32s(0, 0, len(sizes[track])), u32s(sizes[track]...))
			traks = append(traks, craft.Box("trak", craft.Box("tkhd", u32s(7, 0, 0, track, 0)), craft.Box("mdia", craft.Box("minf", craft.Box("stbl",
				craft.Box("stsc", u32s(0, len(runs[track])/3), u32s(runs[track]...)), size, craft.Box("stco", u32s(0, len(places[track])), offsets)))))...)
		}
		return craft.Box("moov", traks)
	}
	mdatAt = len(ftyp) + len(moov(0))
	m := moov(mdatAt + 16)
	mdat := slices.Concat(u32s(1), []byte("mdat"), binary.BigEndian.AppendUint64(nil, uint64(16+len(media))), media)
	var proofs []byte
	leftOut(&d)
	d.Hash = hashOf(placed(len(ftyp)), m, placed(mdatAt), mdat[:16])
	for track := 1; track <= 2; track++ {
		for i := range leaves[track] {
			proofs = append(proofs, proofOfTree(t, int64(10+track), int64(track), leaves[track], i)...)
		}
		d.Merkle = append(d.Merkle, merkleMap{UniqueID: int64(10 + track), LocalID: int64(track), Count: int64(len(leaves[track])), Hashes: rowOf(leaves[track], 1)})
	}
	return slices.Concat(ftyp, m, mdat, proofs), d, mdatAt
}

// TestChunksOfTracks binds a film by a tree over the chunks of each track.
func TestChunksOfTracks(t *testing.T) {
	t.Parallel()
	file, d, mdatAt := trackFilm(t, "")
	same, left, err := d.binds(manifest{}, bytes.NewReader(file), int64(len(file)), 3)
	if err != nil || !same || !spared(bytes.NewReader(file), int64(len(file)), left, nil, true) {
		t.Fatalf("%v, left out %v, %v", same, left, err)
	}
	media := 0
	for _, c := range twoTracks {
		for _, s := range c.samples {
			media += len(s)
		}
	}
	flips(t, d, file, 24, mdatAt+16+media)
	more, d, _ := trackFilm(t, "bytes of nobody")
	same, left, err = d.binds(manifest{}, bytes.NewReader(more), int64(len(more)), 3)
	if err != nil || !same || spared(bytes.NewReader(more), int64(len(more)), left, nil, true) {
		t.Errorf("bytes that no track names are told as bound: %v, %v, %v", same, left, err)
	}
	other := d
	other.Merkle = slices.Clone(d.Merkle)
	other.Merkle[0].LocalID, other.Merkle[1].LocalID = 2, 1
	if same, _, err := other.binds(manifest{}, bytes.NewReader(more), int64(len(more)), 3); same {
		t.Errorf("trees of each other's tracks hold: %v", err)
	}
	for name, change := range map[string]func(b []byte, at int){
		"sizes":  func(b []byte, at int) { binary.BigEndian.PutUint32(b[at+16:], 1<<31) },
		"places": func(b []byte, at int) { binary.BigEndian.PutUint32(b[at+12:], 1<<31) },
	} {
		b := bytes.Clone(more)
		kind := map[string]string{"sizes": "stsz", "places": "stco"}[name]
		change(b, bytes.Index(b, []byte(kind)))
		if same, _, _ := d.binds(manifest{}, bytes.NewReader(b), int64(len(b)), 3); same {
			t.Errorf("%s outside of the file hold", name)
		}
	}
}

// TestFragmentsOfTracks binds a file whose fragments are of two tracks by a tree for each: told apart by the proofs, or by the tracks where the leaves are signed.
func TestFragmentsOfTracks(t *testing.T) {
	t.Parallel()
	ftyp, moov := craft.Box("ftyp", []byte("isom\x00\x00\x00\x00")), craft.Box("moov", craft.Box("trak", []byte("....")))
	order := []int{1, 2, 1, 1, 2}
	for name, proven := range map[string]bool{"proofs": true, "leaves": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			build := func(leaves map[int][][]byte) (file, first []byte, sums map[int][][]byte, ends []int) {
				file, sums = slices.Concat(ftyp, moov), map[int][][]byte{}
				first = slices.Concat(placed(len(ftyp)), moov)
				for i, track := range order {
					if n := len(sums[track]); proven {
						file = append(file, proofOfTree(t, 7, int64(track), leaves[track], n)...)
					}
					at := len(file)
					moof := craft.Box("moof", craft.Box("traf", craft.Box("tfhd", u32s(0, track))))
					mdat := craft.Box("mdat", []byte{'m', byte(i)})
					file = slices.Concat(file, moof, mdat)
					sums[track] = append(sums[track], hashOf(placed(at), moof, placed(at+len(moof)), mdat))
					ends = append(ends, len(file))
				}
				return file, first, sums, ends
			}
			blank := map[int][][]byte{1: {make([]byte, 32), make([]byte, 32), make([]byte, 32)}, 2: {make([]byte, 32), make([]byte, 32)}}
			_, _, leaves, _ := build(blank)
			file, first, _, ends := build(leaves)
			var d bmffHash
			leftOut(&d)
			d.Exclusions = d.Exclusions[:2]
			for track := 1; track <= 2; track++ {
				m := merkleMap{UniqueID: 7, LocalID: int64(track), Count: int64(len(leaves[track])), InitHash: hashOf(first), Hashes: leaves[track]}
				if proven {
					m.Hashes = rowOf(leaves[track], 1)
				}
				d.Merkle = append(d.Merkle, m)
			}
			same, _, err := d.binds(manifest{}, bytes.NewReader(file), int64(len(file)), 3)
			if err != nil || !same {
				t.Fatalf("%v, %v", same, err)
			}
			flips(t, d, file, len(ftyp), len(ftyp)+len(moov))
			flips(t, d, file, ends[4]-10, ends[4])
			for i := range order { // each fragment's media, which stand before the next's proof
				flips(t, d, file, ends[i]-2, ends[i])
			}
			if same, _, err := d.binds(manifest{}, bytes.NewReader(file[:ends[3]]), int64(ends[3]), 3); same {
				t.Errorf("one left away: %v", err)
			}
			alone := slices.Concat(ftyp, moov)
			if same, _, err := d.binds(manifest{}, bytes.NewReader(alone), int64(len(alone)), 3); same || !errors.Is(err, errElsewhere{3}) || !errors.Is(err, errMerkle) {
				t.Errorf("without its fragments: %v, %v", same, err)
			}
		})
	}
}

// FuzzTrees holds bindings by trees against files of any form.
func FuzzTrees(f *testing.F) {
	for _, unused := range []string{"", "x"} {
		file, d, _ := trackFilm(f, unused)
		b, err := cbor.Marshal(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file, b)
	}
	f.Fuzz(func(t *testing.T, file, binding []byte) {
		var d bmffHash
		if err := decoding.Unmarshal(binding, &d); err != nil {
			return
		}
		same, left, err := d.binds(manifest{}, bytes.NewReader(file), int64(len(file)), 3)
		if same && err != nil {
			t.Errorf("it holds, and %v", err)
		}
		for _, e := range left {
			if e.Start < 0 || e.Length < 0 || e.Start+e.Length > int64(len(file)) {
				t.Errorf("left out beyond the file: %+v", e)
			}
		}
	})
}
