package c2pa

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"dokaz/pipeline"
)

// superbox is a JUMBF superbox: a description and what it describes (ISO/IEC 19566-5 Annex B).
type superbox struct {
	kind    string // first four bytes of the type UUID as text where it is one of C2PA's or JUMBF's: "c2pa", "c2ma", "cbor"
	label   string
	body    []byte // description and contents: the bytes that a hashed URI covers (C2PA 1.4 §8.4.2.3)
	content []box  // boxes after the description that are no superboxes
	inner   []*superbox
}

// box is a box that holds no boxes.
type box struct {
	kind string
	body []byte
}

// c2paUUIDTail ends the type UUIDs of JUMBF and C2PA (ISO/IEC 19566-5 Table B.1; C2PA 1.4 §11.1.4).
const c2paUUIDTail = "\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"

var errJUMBF = errors.New("malformed JUMBF")

// boxes cuts b into boxes; the last may take the rest (LBox 0).
func boxes(b []byte, count *int) ([]box, error) {
	var out []box
	for len(b) > 0 {
		if *count++; *count > maxBoxes {
			return out, fmt.Errorf("%w: more than %d boxes", errJUMBF, maxBoxes)
		}
		if len(b) < 8 {
			return out, fmt.Errorf("%w: %d bytes where a box must begin", errJUMBF, len(b))
		}
		size, head := uint64(binary.BigEndian.Uint32(b)), 8
		switch size {
		case 0:
			size = uint64(len(b))
		case 1:
			if len(b) < 16 {
				return out, fmt.Errorf("%w: long box of %d bytes", errJUMBF, len(b))
			}
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < uint64(head) || size > uint64(len(b)) {
			return out, fmt.Errorf("%w: box %q of %d bytes where %d are left", errJUMBF, b[4:8], size, len(b))
		}
		out = append(out, box{string(b[4:8]), b[head:size]})
		b = b[size:]
	}
	return out, nil
}

// reach is how far a store is read: boxes counted so far, and superboxes within one another.
type reach struct {
	boxes   *int
	nesting int64
}

// parse reads the contents of one superbox. What was read before an error is given with it.
func parse(body []byte, depth int64, r reach) (*superbox, error) {
	s := &superbox{body: body}
	if depth > r.nesting {
		return s, pipeline.Over("nesting of JUMBF", depth, r.nesting)
	}
	list, err := boxes(body, r.boxes)
	if len(list) == 0 || list[0].kind != "jumd" {
		return s, errors.Join(fmt.Errorf("%w: superbox without description", errJUMBF), err)
	}
	if derr := s.describe(list[0].body); derr != nil {
		return s, errors.Join(derr, err)
	}
	for _, b := range list[1:] {
		if b.kind != "jumb" {
			s.content = append(s.content, b)
			continue
		}
		in, perr := parse(b.body, depth+1, r)
		s.inner = append(s.inner, in)
		err = errors.Join(err, perr)
	}
	return s, err
}

// describe reads a description box: type, toggles, label (ISO/IEC 19566-5 §B.3).
func (s *superbox) describe(b []byte) error {
	if len(b) < 17 {
		return fmt.Errorf("%w: description of %d bytes", errJUMBF, len(b))
	}
	s.kind = fmt.Sprintf("%x", b[:16])
	if string(b[4:16]) == c2paUUIDTail {
		s.kind = string(b[:4])
	}
	const hasLabel = 2
	if b[16]&hasLabel == 0 {
		return nil
	}
	end := bytes.IndexByte(b[17:], 0)
	if end < 0 {
		return fmt.Errorf("%w: label without end", errJUMBF)
	}
	s.label = string(b[17:][:end])
	return nil
}

// child gives the superbox of a label inside s, nil where there is none. Of several the last counts for nobody: then
// there is none either, since two readers might choose differently.
func (s *superbox) child(label string) *superbox {
	var found *superbox
	for _, in := range s.inner {
		if in.label != label {
			continue
		}
		if found != nil {
			return nil
		}
		found = in
	}
	return found
}

// ofKind gives the first superbox of a type inside s, or nil.
func (s *superbox) ofKind(kind string) *superbox {
	for _, in := range s.inner {
		if in.kind == kind {
			return in
		}
	}
	return nil
}

// first gives the contents of the first box of a kind.
func (s *superbox) first(kind string) []byte {
	for _, b := range s.content {
		if b.kind == kind {
			return b.body
		}
	}
	return nil
}

// resolve follows a JUMBF URI (C2PA 1.4 §8.3) from a manifest in a store: absolute ones begin at the store, the others
// at the manifest.
func resolve(store, manifest *superbox, uri string) *superbox {
	path, ok := strings.CutPrefix(uri, "self#jumbf=")
	if !ok {
		return nil
	}
	at := manifest
	if rest, absolute := strings.CutPrefix(path, "/"); absolute {
		at, path = store, rest
		if path, ok = strings.CutPrefix(path, store.label+"/"); !ok {
			return nil
		}
	}
	for name := range strings.SplitSeq(path, "/") {
		if at = at.child(name); at == nil {
			return nil
		}
	}
	return at
}
