package c2pa

import (
	"bytes"
	"cmp"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// The bounds of a binding of boxes.
const (
	maxBoundBoxes = 20_000 // boxes looked at
	maxBoundDepth = 8
)

// bmffHash is the hard binding of ISO base media by its bytes but for boxes that are left out (C2PA 2.1 §9.2.3, §18.6). From the second
// version on the place of each box of the outermost level that is not left out as a whole goes into the digest before its bytes.
type bmffHash struct {
	Exclusions []bmffExclusion `cbor:"exclusions"`
	Alg        string          `cbor:"alg"`
	Hash       []byte          `cbor:"hash"`
	Merkle     []merkleMap     `cbor:"merkle"`
}

// bmffExclusion names boxes by their way from the outermost level, by what they hold, and which bytes of them.
type bmffExclusion struct {
	XPath   string `cbor:"xpath"`
	Length  *int64 `cbor:"length"`
	Version *int64 `cbor:"version"`
	Flags   []byte `cbor:"flags"`
	Exact   *bool  `cbor:"exact"`
	Data    []struct {
		Offset int64  `cbor:"offset"`
		Value  []byte `cbor:"value"`
	} `cbor:"data"`
	Subset []struct {
		Offset int64 `cbor:"offset"`
		Length int64 `cbor:"length"`
	} `cbor:"subset"`
}

// bmffVersions are the labels of this binding.
var bmffVersions = map[string]int{"c2pa.hash.bmff": 1, "c2pa.hash.bmff.v2": 2, "c2pa.hash.bmff.v3": 3}

var errXPath = errors.New("the way to a box is not of the form known")

// boxAt is a box with its way, "/moov/trak".
type boxAt struct {
	parts.Part
	way   string
	depth int
}

// holders are the boxes that hold boxes, with the bytes before those.
var holders = map[string]int64{"moov": 0, "trak": 0, "mdia": 0, "minf": 0, "stbl": 0, "udta": 0, "edts": 0, "dinf": 0, "moof": 0, "traf": 0, "mvex": 0, "mfra": 0, "meta": 4}

// boundBoxes lists the boxes of a file down to those that ways can lead to.
func boundBoxes(file io.ReaderAt, at, end int64, way string, depth int, out []boxAt) ([]boxAt, error) {
	for p, err := range parts.Boxes(file, at, end) {
		var stray *parts.Stray
		if errors.As(err, &stray) && depth > 0 {
			return out, nil // zeroes behind a list
		}
		if err != nil {
			return out, err
		}
		if len(out) == maxBoundBoxes {
			return out, fmt.Errorf("%w: more than %d boxes", pipeline.ErrRefused, maxBoundBoxes)
		}
		b := boxAt{p, way + "/" + p.Name, depth}
		out = append(out, b)
		if skip, ok := holders[p.Name]; ok && depth < maxBoundDepth && p.End() <= end && p.Length >= skip {
			if out, err = boundBoxes(file, p.Body+skip, p.End(), b.way, depth+1, out); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// way reads a way without the number of a box among its kind, which is given beside it, 0 for any.
func (e bmffExclusion) way() (string, int, error) {
	if !strings.HasPrefix(e.XPath, "/") || len(e.XPath) > maxText {
		return "", 0, errXPath
	}
	open := strings.IndexByte(e.XPath, '[')
	if open < 0 {
		return e.XPath, 0, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(e.XPath[open+1:], "]"))
	if err != nil || n < 1 {
		return "", 0, errXPath
	}
	return e.XPath[:open], n, nil
}

// fits reports whether a box holds what the exclusion demands of it.
func (e bmffExclusion) fits(file io.ReaderAt, b boxAt) (bool, error) {
	if e.Length != nil && b.End()-b.At != *e.Length {
		return false, nil
	}
	if e.Version != nil || e.Flags != nil {
		head := make([]byte, 4)
		if n, err := file.ReadAt(head, b.Body); n < len(head) {
			return false, err
		}
		if e.Version != nil && int64(head[0]) != *e.Version || !e.flagged(head[1:]) {
			return false, nil
		}
	}
	for _, d := range e.Data {
		if d.Offset < 0 || len(d.Value) > maxText || d.Offset > b.End()-b.At-int64(len(d.Value)) {
			return false, nil
		}
		there := make([]byte, len(d.Value))
		if n, err := file.ReadAt(there, b.At+d.Offset); n < len(there) {
			return false, err
		}
		if !bytes.Equal(there, d.Value) {
			return false, nil
		}
	}
	return true, nil
}

// flagged compares the flags of a full box: all of them, or those that are set in the exclusion.
func (e bmffExclusion) flagged(flags []byte) bool {
	if e.Flags == nil {
		return true
	}
	if len(e.Flags) != 3 {
		return false
	}
	if e.Exact == nil || *e.Exact {
		return bytes.Equal(flags, e.Flags)
	}
	for i, f := range e.Flags {
		if flags[i]&f != f {
			return false
		}
	}
	return true
}

// left are the stretches that are left out, in their order, and the places that go into the digest.
func (d bmffHash) left(file io.ReaderAt, size int64, version int) (out []exclusion, places []int64, err error) {
	all, err := boundBoxes(file, 0, size, "", 0, nil)
	if err != nil {
		return nil, nil, err
	}
	whole := map[int64]bool{}
	for _, e := range d.Exclusions {
		way, nth, err := e.way()
		if err != nil {
			return nil, nil, err
		}
		met := 0
		for _, b := range all {
			if b.way != way {
				continue
			}
			if met++; nth > 0 && met != nth {
				continue
			}
			if ok, err := e.fits(file, b); err != nil || !ok {
				if err != nil {
					return nil, nil, err
				}
				continue
			}
			length := min(b.End(), size) - b.At
			if e.Subset == nil {
				out = append(out, exclusion{b.At, length})
				whole[b.At] = whole[b.At] || b.depth == 0
			}
			for _, s := range e.Subset {
				if s.Offset < 0 || s.Length < 0 || s.Offset > length {
					continue
				}
				if s.Length == 0 || s.Length > length-s.Offset {
					s.Length = length - s.Offset
				}
				out = append(out, exclusion{b.At + s.Offset, s.Length})
			}
			if len(out) > maxExclusions {
				return nil, nil, fmt.Errorf("%w: more than %d stretches left out", pipeline.ErrRefused, maxExclusions)
			}
		}
	}
	for _, b := range all {
		if version > 1 && b.depth == 0 && !whole[b.At] {
			places = append(places, b.At)
		}
	}
	return joined(out), places, nil
}

// joined puts stretches in order and those that touch together.
func joined(in []exclusion) (out []exclusion) {
	slices.SortFunc(in, func(a, b exclusion) int { return cmp.Compare(a.Start, b.Start) })
	for _, e := range in {
		if n := len(out); n > 0 && e.Start <= out[n-1].Start+out[n-1].Length {
			out[n-1].Length = max(out[n-1].Length, e.Start+e.Length-out[n-1].Start)
		} else if e.Length > 0 {
			out = append(out, e)
		}
	}
	return out
}

// binds computes whether the file's bytes are those that were bound, and what was left out: of what trees bind only what they do not.
func (d bmffHash) binds(m manifest, file io.ReaderAt, size int64, version int) (same bool, left []exclusion, err error) {
	if len(d.Merkle) == 0 && d.Hash == nil {
		return false, nil, errNothingBound
	}
	algorithm, ok := m.algorithm(hashedURI{Alg: d.Alg})
	if !ok {
		return false, nil, fmt.Errorf("hash algorithm %q is none of C2PA's", d.Alg)
	}
	if len(d.Exclusions) > maxExclusions {
		return false, nil, fmt.Errorf("%w: %d kinds of boxes left out, the limit is %d", pipeline.ErrRefused, len(d.Exclusions), maxExclusions)
	}
	left, places, err := d.left(file, size, version)
	if err != nil {
		return false, nil, err
	}
	if d.Hash != nil {
		whole, err := stretch(algorithm, file, 0, size, left, places)
		if err != nil || subtle.ConstantTimeCompare(whole, d.Hash) != 1 {
			return false, left, err
		}
	}
	if len(d.Merkle) == 0 {
		return true, left, nil
	}
	same, in, err := d.trees(m, file, size, left, places)
	if err != nil || !same {
		return false, left, err
	}
	left = without(left, in)
	if !d.covers() {
		return false, left, errMerkle
	}
	return true, left, nil
}

var errNothingBound = errors.New("it holds no digest")

// covers reports whether what stands outside the media is bound, too: by the digest of the whole, or by that of what stands before the first fragment.
func (d bmffHash) covers() bool {
	for _, t := range d.Merkle {
		if d.Hash == nil && t.InitHash == nil {
			return false
		}
	}
	return true
}

// without is what is left of stretches, in order, once those of another list are taken away.
func without(from, away []exclusion) (out []exclusion) {
	away = joined(slices.Clone(away))
	for _, e := range from {
		for len(away) > 0 && e.Length > 0 && away[0].Start < e.Start+e.Length {
			a := away[0]
			if a.Start > e.Start {
				out = append(out, exclusion{e.Start, a.Start - e.Start})
			}
			end := e.Start + e.Length
			e.Start = max(e.Start, a.Start+a.Length)
			if e.Length = end - e.Start; e.Length < 0 { // it reaches into what follows
				e.Length = 0
				break
			}
			away = away[1:]
		}
		if e.Length > 0 {
			out = append(out, e)
		}
	}
	return out
}

// bound takes in the bytes from one place to another, and before those of a box of the outermost level its place.
func bound(h hash.Hash, file io.ReaderAt, from, to int64, places *[]int64) error {
	for from < to {
		if len(*places) > 0 && (*places)[0] <= from {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64((*places)[0])))
			*places = (*places)[1:]
			continue
		}
		next := to
		if len(*places) > 0 {
			next = min(to, (*places)[0])
		}
		if _, err := io.Copy(h, io.NewSectionReader(file, from, next-from)); err != nil {
			return err
		}
		from = next
	}
	return nil
}

// mayLeave are the boxes that claim generators leave out by the specification: the file's type, what only fills, and tables of places,
// which change when the store goes in (C2PA 1.4 §18.6, of 2.1 §A.5.1 the first three).
var mayLeave = []string{
	"/ftyp", "/mfra", "/free", "/skip", "/meta/iloc", "/moov/trak/mdia/minf/stbl/stco", "/moov/trak/mdia/minf/stbl/co64", "/moof/traf/tfhd", "/moof/traf/trun",
}

// spared reports whether what is left out is the store and those boxes.
//
// Where trees bind the media, the boxes of their proofs may be left out, too.
func spared(file io.ReaderAt, size int64, left []exclusion, store []parts.Stretch, trees bool) bool {
	may := slices.Clone(store)
	all, err := boundBoxes(file, 0, size, "", 0, nil)
	if err != nil {
		return false
	}
	for _, b := range all {
		if slices.Contains(mayLeave, b.way) {
			may = append(may, parts.Stretch{At: b.At, Length: b.End() - b.At})
		}
		if !trees || b.depth > 0 {
			continue
		}
		if _, proof, _ := proofIn(file, b.Part); proof {
			may = append(may, parts.Stretch{At: b.At, Length: b.End() - b.At})
		}
		if b.Name == "mdat" {
			may = append(may, parts.Stretch{At: b.At, Length: b.Body - b.At}) // its head: what is in it is bound by the trees
		}
	}
	slices.SortFunc(may, func(a, b parts.Stretch) int { return cmp.Compare(a.At, b.At) })
	return dataHash{Exclusions: left}.spares(may)
}
