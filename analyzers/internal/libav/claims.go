package libav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"dokaz/analyzers/internal/parts"
	"dokaz/pipeline"
)

// claims adds up what the tables of an ISO base media file say that there is, before the library makes room for it: its index takes
// 24 bytes for each sample, whatever the table itself takes.
type claims struct {
	src     io.ReaderAt
	limits  Limits
	tracks  int64
	samples int64
}

// claimed refuses a file whose header states more than the limits. It reads of each box the few bytes that count; what is not
// well-formed is for the library to say.
func claimed(src io.ReaderAt, size int64, format string, limits Limits) error {
	switch format {
	case "mp4", "mov", "3gp", "m4a":
	default:
		return nil
	}
	c := claims{src: src, limits: limits}
	err := c.boxes(0, size, 0)
	var stray *parts.Stray
	var cut *parts.Cut
	switch {
	case errors.Is(err, pipeline.ErrRefused), errors.Is(err, pipeline.ErrCorrupt):
		return err
	case err == nil, errors.As(err, &stray), errors.As(err, &cut), errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	}
	return fmt.Errorf("header: %w", err)
}

// holders are the boxes on the way to the tables (ISO/IEC 14496-12 §8).
var holders = map[string]bool{"moov": true, "trak": true, "mdia": true, "minf": true, "stbl": true, "cmov": true}

func (c *claims) boxes(at, end int64, depth int64) error {
	if depth > c.limits.Nesting {
		return Over("nesting", depth, c.limits.Nesting)
	}
	for b, err := range parts.Boxes(c.src, at, end) {
		if err != nil {
			var stray *parts.Stray
			if depth > 0 && errors.As(err, &stray) {
				return nil // QuickTime ends lists with four zero bytes
			}
			return err
		}
		if err := c.box(b, min(b.End(), end), depth); err != nil {
			return err
		}
	}
	return nil
}

func (c *claims) box(b parts.Part, end, depth int64) error {
	if b.Name == "trak" {
		if c.tracks++; c.tracks > c.limits.Streams {
			return Over("streams", c.tracks, c.limits.Streams)
		}
	}
	if holders[b.Name] {
		return c.boxes(b.Body, end, depth+1)
	}
	switch b.Name {
	case "stsz", "stz2": // version and flags, size of all, count (§8.7.3)
		return c.count(b, 8)
	case "stts", "ctts", "stsc", "stco", "co64", "stss":
		return c.entries(b)
	case "cmvd": // the size of the header that the rest inflates to (QuickTime File Format, "Compressed Movie Resources")
		n, err := c.word(b, 0)
		if err == nil && n > c.limits.Inflated {
			return Over("inflated bytes", n, c.limits.Inflated)
		}
		return err
	}
	return nil
}

// count adds the samples of a track.
func (c *claims) count(b parts.Part, at int64) error {
	n, err := c.word(b, at)
	if err != nil {
		return err
	}
	if c.samples += n; c.samples > c.limits.Samples {
		return Over("samples", c.samples, c.limits.Samples)
	}
	return nil
}

// entries refuses a table whose stated length no file of the limits needs.
func (c *claims) entries(b parts.Part) error {
	n, err := c.word(b, 4)
	if err == nil && n > c.limits.Samples {
		return Over("samples", n, c.limits.Samples)
	}
	if err == nil && b.Name == "stts" {
		return c.times(b, n)
	}
	return err
}

// times looks at the first runs of a table of times, which count the samples once more (§8.6.1.2).
func (c *claims) times(b parts.Part, runs int64) error {
	const looked = 1024
	sum := int64(0)
	for i := range min(runs, looked) {
		n, err := c.word(b, 8+8*i)
		if err != nil {
			return err
		}
		if sum += n; sum > c.limits.Samples {
			return Over("samples", sum, c.limits.Samples)
		}
	}
	return nil
}

// word reads four bytes of a box's body, 0 where it has fewer.
func (c *claims) word(b parts.Part, at int64) (int64, error) {
	if at+4 > b.Length {
		return 0, nil
	}
	var raw [4]byte
	if n, err := c.src.ReadAt(raw[:], b.Body+at); n < len(raw) {
		if err == nil || errors.Is(err, io.EOF) {
			return 0, nil // the file is cut off
		}
		return 0, err
	}
	return int64(binary.BigEndian.Uint32(raw[:])), nil
}
