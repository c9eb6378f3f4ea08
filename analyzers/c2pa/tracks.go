package c2pa

import (
	"bufio"
	"crypto"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// track is where one track's tables of samples stand (ISO/IEC 14496-12 §8.5 to §8.7).
type track struct {
	id                  int64
	sizes, runs, places parts.Part
	wide                bool // places have 64 bits
}

// tracksIn lists the tracks of a movie.
func tracksIn(file io.ReaderAt, size int64) (out []track, err error) {
	all, err := boundBoxes(file, 0, size, "", 0, nil)
	if err != nil {
		return nil, err
	}
	const table = "/moov/trak/mdia/minf/stbl/"
	for _, b := range all {
		if b.way == "/moov/trak" {
			out = append(out, track{})
		}
		if len(out) == 0 {
			continue
		}
		t := &out[len(out)-1]
		switch b.way {
		case "/moov/trak/tkhd":
			if t.id, err = trackID(file, b.Part); err != nil {
				return nil, err
			}
		case table + "stsz":
			t.sizes = b.Part
		case table + "stsc":
			t.runs = b.Part
		case table + "stco", table + "co64":
			t.places, t.wide = b.Part, b.Name == "co64"
		}
	}
	return out, nil
}

func trackID(file io.ReaderAt, b parts.Part) (int64, error) {
	var head [24]byte
	if n, err := file.ReadAt(head[:min(len(head), int(max(b.Length, 0)))], b.Body); n < 16 {
		return 0, err
	}
	if head[0] == 1 { // times of 64 bits
		return int64(binary.BigEndian.Uint32(head[20:])), nil
	}
	return int64(binary.BigEndian.Uint32(head[12:])), nil
}

var errSamples = fmt.Errorf("%w: the tables of samples do not tell where chunks are", errMerkleMap)

// rows reads a table behind so many bytes of its box, number by number. Behind its end there are zeros.
type rows struct {
	in   *bufio.Reader
	left int64
}

func rowsOf(file io.ReaderAt, b parts.Part, skip int64) *rows {
	return &rows{bufio.NewReader(io.NewSectionReader(file, b.Body+skip, max(0, b.Length-skip))), max(0, b.Length-skip)}
}

func (r *rows) next(width int) int64 {
	var b [8]byte
	if r.left -= int64(width); r.left < 0 {
		return 0
	}
	if _, err := io.ReadFull(r.in, b[8-width:]); err != nil {
		r.left = -1
		return 0
	}
	return int64(binary.BigEndian.Uint64(b[:]) & (1<<63 - 1))
}

// chunks gives where the track's chunks lie, in their order, each as long as its samples together.
func (t track) chunks(file io.ReaderAt, size int64) (out []exclusion, err error) {
	if t.sizes.Length < 12 || t.runs.Length < 8 || t.places.Length < 8 {
		return nil, errSamples
	}
	width := 4
	if t.wide {
		width = 8
	}
	sizes, runs, places := rowsOf(file, t.sizes, 4), rowsOf(file, t.runs, 4), rowsOf(file, t.places, 4)
	one, samples, runsLeft, n := sizes.next(4), sizes.next(4), runs.next(4), places.next(4)
	if n > maxLeaves {
		return nil, fmt.Errorf("%w: %d chunks, the limit is %d", pipeline.ErrRefused, n, maxLeaves)
	}
	per, nextPer, nextFrom := int64(0), int64(0), int64(1)
	advance := func() { // to the next run of chunks with as many samples each
		per, nextFrom = nextPer, n+1
		if runsLeft > 0 {
			runsLeft--
			nextFrom, nextPer = runs.next(4), runs.next(4)
			runs.next(4)
		}
	}
	advance()
	for i := int64(1); i <= n; i++ {
		if i == nextFrom {
			advance()
		}
		c := exclusion{Start: places.next(width)}
		if per < 1 || per > samples {
			return nil, errSamples
		}
		samples -= per
		if c.Length = one * per; one == 0 {
			for range per {
				if c.Length += sizes.next(4); c.Length > size || sizes.left < 0 {
					return nil, errSamples
				}
			}
		}
		if c.Length > size || c.Start > size-c.Length || places.left < 0 || runs.left < 0 {
			return nil, errSamples
		}
		out = append(out, c)
	}
	if samples > 0 {
		return nil, errSamples
	}
	return out, nil
}

// chunks computes a tree over the chunks of the track that its local number names (as c2pa-rs has it: sdk/src/assertions/bmff_hash.rs, timed media). It gives where
// they lie: these bytes are bound. left is how many bytes may still be hashed: chunks that lie upon one another would be hashed again and again.
func (m merkleMap) chunks(h crypto.Hash, file io.ReaderAt, size int64, tracks []track, proofs []merkleProof, left *int64) (same bool, in []exclusion, err error) {
	for _, t := range tracks {
		if t.id != m.LocalID {
			continue
		}
		if in, err = t.chunks(file, size); err != nil {
			return false, nil, err
		}
		var leaves [][]byte
		for _, c := range in {
			if *left -= c.Length; *left < 0 {
				return false, nil, errSamples
			}
			w := h.New()
			if _, err := io.Copy(w, io.NewSectionReader(file, c.Start, c.Length)); err != nil {
				return false, nil, err
			}
			leaves = append(leaves, w.Sum(nil))
		}
		return m.holds(h, leaves, proofs), in, nil
	}
	return false, nil, nil // no such track
}

// errElsewhere says that what a tree binds is in other files.
type errElsewhere struct{ fragments int64 }

func (e errElsewhere) Error() string {
	return fmt.Sprintf("fragment not here: %d fragments that it binds are in other files", e.fragments)
}

// Is lets it be told from what fails.
func (errElsewhere) Is(target error) bool { return errors.Is(target, errMerkle) }
