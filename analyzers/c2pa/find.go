package c2pa

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// store is a manifest store as it stands in a file: the contents of a superbox, put together from its pieces.
type store struct {
	path     string
	bytes    []byte          // of the outer box's contents
	stretch  []parts.Stretch // where its pieces stand, segment headers and all
	problems error           // why it is not whole
}

// find gives the manifest stores of a file (C2PA 1.4 §11.3).
func find(file io.ReaderAt, size int64) ([]store, error) {
	head := make([]byte, min(size, pipeline.SniffLength))
	if n, err := file.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("reading the head: %w", err)
	}
	format, _ := pipeline.Sniff(head)
	c := collector{file: file, size: size, left: maxStore}
	var err error
	switch format.Name {
	case "jpeg":
		err = c.jpeg()
	case "png":
		err = c.png()
	case "webp", "wav", "avi":
		err = c.riff()
	case "heic", "avif", "mp4", "mov", "m4a", "3gp":
		err = c.boxes()
	default:
		return nil, fmt.Errorf("%w: credentials of this format are not read", pipeline.ErrUnsupported)
	}
	return c.stores, err
}

// collector gathers stores.
type collector struct {
	file   io.ReaderAt
	size   int64
	left   int64 // bytes that may still be held
	stores []store
}

// read brings a stretch of the file.
func (c *collector) read(at, length int64) ([]byte, error) {
	if length < 0 || at < 0 || at+length > c.size {
		return nil, fmt.Errorf("%w: credentials reach beyond the end of the file", pipeline.ErrMalformed)
	}
	if c.left -= length; c.left < 0 {
		return nil, fmt.Errorf("%w: credentials of more than %s bytes", pipeline.ErrRefused, tiff.Grouped(maxStore))
	}
	b := make([]byte, length)
	_, err := c.file.ReadAt(b, at)
	return b, err
}

// add keeps a store whose outer box is whole in b.
func (c *collector) add(path string, b []byte, in ...parts.Stretch) {
	s := store{path: path, stretch: in}
	count := 0
	list, err := boxes(b, &count)
	switch {
	case len(list) > 0 && list[0].kind == "jumb":
		s.bytes = list[0].body
	case err != nil:
		s.problems = err
	default:
		s.problems = fmt.Errorf("%w: no superbox", errJUMBF)
	}
	c.stores = append(c.stores, s)
}

// piece is what one APP11 segment holds of a box (ISO/IEC 19566-5 §D.2): 'JP', the box's number, the piece's number, and
// the box's header again in each.
type piece struct {
	box   uint16
	order uint32
	body  []byte
	at    parts.Stretch
}

func (c *collector) jpeg() error {
	var pieces []piece
	var err error
	for s, serr := range parts.Segments(c.file, 0, c.size) {
		if serr != nil {
			err = fmt.Errorf("jpeg: %w", serr)
			break
		}
		if s.Marker == parts.MarkerSOS {
			break
		}
		if s.Name != "APP11" || s.Length < 16 {
			continue
		}
		if len(pieces) == maxSegments {
			return fmt.Errorf("%w: more than %d segments of credentials", pipeline.ErrRefused, maxSegments)
		}
		b, rerr := c.read(s.Body, s.Length)
		if rerr != nil {
			return rerr
		}
		if b[0] != 'J' || b[1] != 'P' || string(b[12:16]) != "jumb" {
			continue
		}
		pieces = append(pieces, piece{binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:]), b[8:], parts.Stretch{At: s.At, Length: s.End() - s.At}})
	}
	c.assemble(pieces)
	return err
}

// assemble puts the pieces of each box together in the order of their numbers, which must lack none.
func (c *collector) assemble(pieces []piece) {
	var numbers []uint16
	for _, p := range pieces {
		if !slices.Contains(numbers, p.box) {
			numbers = append(numbers, p.box)
		}
	}
	for _, n := range numbers {
		of := slices.DeleteFunc(slices.Clone(pieces), func(p piece) bool { return p.box != n })
		var joined bytes.Buffer
		var in []parts.Stretch
		var problem error
		slices.SortStableFunc(of, func(a, b piece) int { return int(int64(a.order) - int64(b.order)) })
		for i, p := range of {
			if p.order != uint32(i+1) {
				problem = fmt.Errorf("%w: piece %d of the credentials stands where piece %d must", errJUMBF, p.order, i+1)
			}
			skip := 0
			if i > 0 {
				if skip = 8; binary.BigEndian.Uint32(p.body) == 1 {
					skip = 16
				}
			}
			joined.Write(p.body[min(skip, len(p.body)):])
			in = append(in, p.at)
		}
		if b := joined.Bytes(); len(b) >= 8 && binary.BigEndian.Uint32(b) > uint32(len(b)) && problem == nil {
			problem = fmt.Errorf("%w: the credentials are %d bytes and say %d", errJUMBF, len(b), binary.BigEndian.Uint32(b))
		}
		c.add("APP11", joined.Bytes(), in...)
		if problem != nil {
			c.stores[len(c.stores)-1].problems = problem
		}
	}
}

func (c *collector) png() error {
	for p, err := range parts.PNGChunks(c.file, c.size) {
		if err != nil {
			return fmt.Errorf("png: %w", err)
		}
		if p.Name != "caBX" {
			continue
		}
		b, err := c.read(p.Body, p.Length)
		if err != nil {
			return err
		}
		c.add("caBX", b, parts.Stretch{At: p.At, Length: p.End() + 4 - p.At})
	}
	return nil
}

func (c *collector) riff() error {
	for outer, err := range parts.RIFFChunks(c.file, 0, c.size) {
		if err != nil {
			return fmt.Errorf("riff: %w", err)
		}
		if outer.Name != "RIFF" {
			return nil
		}
		for p, err := range parts.RIFFChunks(c.file, outer.Body+4, min(outer.End(), c.size)) {
			if err != nil {
				return fmt.Errorf("riff: %w", err)
			}
			if p.Name != "C2PA" {
				continue
			}
			b, err := c.read(p.Body, p.Length)
			if err != nil {
				return err
			}
			c.add("RIFF/C2PA", b, parts.Stretch{At: p.At, Length: p.End() - p.At})
		}
	}
	return nil
}

// boxUUID marks the box that holds a store in ISO base media (C2PA 1.4 §11.3.2.1).
const boxUUID = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81"

func (c *collector) boxes() error {
	for p, err := range parts.Boxes(c.file, 0, c.size) {
		if err != nil {
			return fmt.Errorf("boxes: %w", err)
		}
		if p.Name != "uuid" || p.Length < 16+4 || p.End() > c.size {
			continue
		}
		id := make([]byte, 16)
		if _, err := c.file.ReadAt(id, p.Body); err != nil {
			return err
		}
		if string(id) != boxUUID {
			continue
		}
		b, err := c.read(p.Body+16, p.Length-16)
		if err != nil {
			return err
		}
		// FullBox, then the purpose as text, then for a manifest the offset of the Merkle boxes.
		purpose, rest, ok := bytes.Cut(b[4:], []byte{0})
		if !ok || string(purpose) != "manifest" || len(rest) < 8 {
			continue
		}
		c.add("uuid", rest[8:], parts.Stretch{At: p.At, Length: p.End() - p.At})
	}
	return nil
}
