package exif

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// found are the blocks of a file, in the order in which they stand.
type found struct {
	exif []block
	xmp  []block
	iptc []block // IPTC-IIM, or Photoshop image resources that hold it
	text []block // text chunks of PNG
}

// How blocks introduce themselves inside a part: CIPA DC-008 §4.7.2; XMP Specification part 3 §1.1.3;
// Adobe Photoshop File Formats, Image resources in JPEG.
const (
	introExif      = "Exif\x00" // and a fill byte
	introXMP       = "http://ns.adobe.com/xap/1.0/\x00"
	introExtended  = "http://ns.adobe.com/xmp/extension/\x00"
	introPhotoshop = "Photoshop 3.0\x00"
	introPNGText   = "XML:com.adobe.xmp\x00" // XMP part 3 §1.1.5: iTXt keyword
)

// find locates the blocks by the structure of the file. What was found before an error is given with it.
func find(file io.ReaderAt, size int64, l pipeline.Limits) (found, error) {
	head := make([]byte, min(size, pipeline.SniffLength))
	if n, err := file.ReadAt(head, 0); n < len(head) {
		return found{}, fmt.Errorf("reading the head: %w", err)
	}
	format, ok := pipeline.Sniff(head)
	if !ok {
		return found{}, fmt.Errorf("%w: no photo format is known by these first bytes", pipeline.ErrUnsupported)
	}
	c := collector{file: file, size: size, limits: l}
	var err error
	switch format.Name {
	case "jpeg":
		err = c.jpeg()
	case "png":
		err = c.png()
	case "webp":
		err = c.webp()
	case "heic", "avif":
		err = c.heif()
	case "cr3":
		err = c.canon()
	case "tiff", "cr2":
		c.add(&c.exif, "", parts.Stretch{Length: size})
	case "gif", "bmp": // cannot hold Exif
	default:
		err = fmt.Errorf("%w: metadata of %s is not read", pipeline.ErrUnsupported, format.Name)
	}
	if err == nil && c.spilt {
		err = fmt.Errorf("%w: more than %d blocks of one kind", pipeline.ErrRefused, maxBlocks)
	}
	return c.found, err
}

// collector gathers blocks.
type collector struct {
	found
	file  io.ReaderAt
	size  int64
	spilt bool // a block was left out

	limits pipeline.Limits
}

// add keeps a block under a path that is unique among those of its kind.
func (c *collector) add(to *[]block, path string, in ...parts.Stretch) {
	b := newBlock(c.file, c.size, path, in...)
	switch {
	case b == nil:
		return
	case len(*to) == maxBlocks:
		c.spilt = true
		return
	}
	if n := len(*to); n > 0 && path != "" {
		b.path = fmt.Sprintf("%s[%d]", path, n+1)
	}
	*to = append(*to, *b)
}

// begins reports whether the file has s at offset at.
func (c *collector) begins(at int64, s string) (bool, error) {
	if at+int64(len(s)) > c.size {
		return false, nil
	}
	b := make([]byte, len(s))
	n, err := c.file.ReadAt(b, at)
	if n == len(b) {
		return string(b) == s, nil
	}
	return false, err
}

// jpeg looks at the segments before the first scan: nothing behind it may change what a reader of the
// header sees, and pictures appended to the file have headers of their own.
func (c *collector) jpeg() error {
	var photoshop []parts.Stretch // successive APP13 continue one another
	var more extension
	defer func() { c.extended(more) }()
	flush := func() {
		c.add(&c.iptc, "APP13", photoshop...)
		photoshop = nil
	}
	defer flush()
	for s, err := range parts.Segments(c.file, 0, c.size) {
		if err != nil {
			return fmt.Errorf("jpeg: %w", err)
		}
		if s.Marker == parts.MarkerSOS {
			return nil
		}
		for _, in := range intros(s) {
			if s.Length <= int64(len(in)) {
				continue
			}
			ok, err := c.begins(s.Body, in)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			body := parts.Stretch{At: s.Body + int64(len(in)), Length: s.Length - int64(len(in))}
			switch in {
			case introExif:
				c.add(&c.exif, "APP1", parts.Stretch{At: body.At + 1, Length: body.Length - 1})
			case introXMP:
				c.add(&c.xmp, "APP1/XMP", body)
			case introExtended:
				if err := more.take(c, body); err != nil {
					return err
				}
			case introPhotoshop:
				photoshop = append(photoshop, body)
			}
		}
		if s.Marker != parts.MarkerAPP13 {
			flush()
		}
	}
	return nil
}

// intros are the introductions that a segment may begin with.
func intros(s parts.Segment) []string {
	switch s.Marker {
	case parts.MarkerAPP1:
		return []string{introExif, introXMP, introExtended}
	case parts.MarkerAPP13:
		return []string{introPhotoshop}
	}
	return nil
}

// bare drops the JPEG introduction that some writers put before the TIFF header elsewhere too.
func (c *collector) bare(s parts.Stretch) (parts.Stretch, error) {
	ok, err := c.begins(s.At, introExif)
	if ok && s.Length > 6 {
		s = parts.Stretch{At: s.At + 6, Length: s.Length - 6}
	}
	return s, err
}

func (c *collector) png() error {
	for p, err := range parts.PNGChunks(c.file, c.size) {
		if err != nil {
			return fmt.Errorf("png: %w", err)
		}
		body := parts.Stretch{At: p.Body, Length: p.Length}
		switch p.Name {
		case "eXIf":
			body, err = c.bare(body)
			c.add(&c.exif, "eXIf", body)
		case "iTXt":
			err = c.text(body)
		case "tEXt", "zTXt":
			c.add(&c.found.text, p.Name, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// text keeps an international text chunk, that which holds XMP among XMP (XMP part 3 §1.1.5).
func (c *collector) text(s parts.Stretch) error {
	isXMP, err := c.begins(s.At, introPNGText)
	if err != nil {
		return err
	}
	if !isXMP {
		c.add(&c.found.text, "iTXt", s)
		return nil
	}
	b := newBlock(c.file, c.size, "iTXt/XMP", s)
	if b == nil || b.size > maxXMP {
		return fmt.Errorf("XMP in iTXt of %s bytes, the limit is %s: %w", tiff.Grouped(s.Length), tiff.Grouped(maxXMP), pipeline.ErrRefused)
	}
	raw, err := b.bytes(b.size)
	if err != nil {
		return err
	}
	t, err := international(raw, c.limits.Inflated)
	switch {
	case err != nil:
		return fmt.Errorf("iTXt at byte %s: %w", tiff.Grouped(s.At), err)
	case t.at > 0:
		c.add(&c.xmp, "iTXt/XMP", parts.Stretch{At: s.At + t.at, Length: s.Length - t.at})
	case len(c.xmp) < maxBlocks:
		c.xmp = append(c.xmp, block{path: "iTXt/XMP", file: strings.NewReader(t.text), in: []parts.Stretch{{Length: int64(len(t.text))}}, size: int64(len(t.text)), from: &s})
	}
	return nil
}

func (c *collector) webp() error {
	var riff [8]byte
	if _, err := c.file.ReadAt(riff[:], 0); err != nil {
		return err
	}
	end := min(c.size, 8+int64(binary.LittleEndian.Uint32(riff[4:])))
	for p, err := range parts.RIFFChunks(c.file, 12, end) {
		if err != nil {
			return fmt.Errorf("webp: %w", err)
		}
		body := parts.Stretch{At: p.Body, Length: p.Length}
		switch p.Name {
		case "EXIF":
			body, err = c.bare(body)
			c.add(&c.exif, "EXIF", body)
		case "XMP ":
			c.add(&c.xmp, "XMP", body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// heif takes Exif and XMP items. An Exif item begins with the offset of its TIFF header behind that number
// (ISO/IEC 23008-12 annex A.2.1).
func (c *collector) heif() error {
	items, err := parts.Items(c.file, c.size)
	for _, it := range items {
		switch {
		case it.Type == "Exif":
			b := newBlock(c.file, c.size, "meta/Exif", it.Stretches...)
			if b == nil || b.size < 4 {
				return fmt.Errorf("item %d of type Exif lies outside the file", it.ID)
			}
			n, err := b.bytes(4)
			if err != nil {
				return err
			}
			skip := 4 + (int64(n[0])<<24 | int64(n[1])<<16 | int64(n[2])<<8 | int64(n[3]))
			if skip >= b.size {
				return fmt.Errorf("item %d of type Exif: its header at byte %s of %s", it.ID, tiff.Grouped(skip), tiff.Grouped(b.size))
			}
			c.add(&c.exif, b.path, b.cut(b.path, skip, b.size-skip).in...)
		case it.ContentType == "application/rdf+xml":
			c.add(&c.xmp, "meta/XMP", it.Stretches...)
		}
	}
	if err != nil {
		return fmt.Errorf("heif: %w", err)
	}
	return nil
}

// Fields of a TIFF directory that hold other metadata: XMP part 3 §1.1.8; TIFF/EP; Adobe TIFF Technical Notes.
const (
	tagXMP       = 700
	tagIPTC      = 33723
	tagPhotoshop = 34377
)

// embeddedIn gives the XMP and IPTC that stand in fields of IFD0.
func embeddedIn(b block, s tiff.Structure) found {
	var f found
	for _, e := range s.Entries {
		if e.Group != "IFD0" || e.Value == nil || e.Length <= 4 {
			continue
		}
		path := join(b.path, e.Path)
		switch {
		case e.ID == tagXMP && len(f.xmp) < maxBlocks:
			f.xmp = append(f.xmp, b.cut(path+"/XMP", e.ValueAt, e.Length))
		case (e.ID == tagIPTC || e.ID == tagPhotoshop) && len(f.iptc) < maxBlocks:
			f.iptc = append(f.iptc, b.cut(path+"/"+name(e.Group, e.ID), e.ValueAt, e.Length))
		}
	}
	return f
}
