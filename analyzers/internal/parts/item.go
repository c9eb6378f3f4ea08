package parts

import (
	"fmt"
	"io"

	"dokaz/pipeline"
)

// Item is an item of a HEIF file (ISO/IEC 23008-12; ISO/IEC 14496-12 §8.11).
type Item struct {
	ID          uint32
	Type        string    // "hvc1", "Exif", "mime"
	ContentType string    // of a mime item: "application/rdf+xml"
	Primary     bool      // the picture to show
	Width       int       // pixels as coded, of a picture; 0 where not stated
	Height      int       // pixels
	Stretches   []Stretch // where its bytes lie, in order, unchecked against the file's size; nil where they lie in another file or are computed
}

// Stretch is a run of bytes of the file.
type Stretch struct{ At, Length int64 }

// Items reads the item tables of the first meta box at top level. A file without one has no items. Tables
// longer than MaxTable or of more than MaxItems entries are refused; what a table leaves out is not an error.
func Items(r io.ReaderAt, size int64) ([]Item, error) {
	for top, err := range Boxes(r, 0, size) {
		if err != nil {
			return nil, err
		}
		if top.Name == "meta" {
			return items(r, top.Body+4, min(top.End(), size)) // behind version and flags
		}
	}
	return nil, nil
}

type itemTables struct {
	order   []uint32
	items   map[uint32]*Item
	primary uint32
	idat    Part
	sizes   [][2]int // of the property at that index, 0 for other properties
	extents int
}

func items(r io.ReaderAt, at, end int64) ([]Item, error) {
	t := itemTables{items: map[uint32]*Item{}}
	var locations, associations []byte
	for b, err := range Boxes(r, at, end) {
		if err != nil {
			return nil, err
		}
		if b.End() > end {
			return nil, &Cut{Name: "meta/" + b.Name, At: b.At, Missing: b.End() - end}
		}
		switch b.Name {
		case "pitm", "iinf", "iloc":
			table, err := slurp(r, b)
			if err != nil {
				return nil, err
			}
			c := cursor{b: table}
			switch b.Name {
			case "pitm":
				t.primary = c.id(c.fullBox() > 0)
			case "iinf":
				err = t.infos(&c)
			case "iloc":
				locations = table // read last: it may refer to idat
			}
			if err != nil {
				return nil, err
			}
		case "iprp":
			if associations, err = t.properties(r, b); err != nil {
				return nil, err
			}
		case "idat":
			t.idat = b
		}
	}
	if err := t.locate(&cursor{b: locations}); err != nil {
		return nil, err
	}
	t.associate(&cursor{b: associations})
	out := make([]Item, 0, len(t.order))
	for _, id := range t.order {
		it := *t.items[id]
		it.Primary = id == t.primary
		out = append(out, it)
	}
	return out, nil
}

// slurp reads a table into memory.
func slurp(r io.ReaderAt, b Part) ([]byte, error) {
	if b.Length > MaxTable {
		return nil, fmt.Errorf("%w: table %s of %d bytes, the limit is %d", pipeline.ErrRefused, b.Name, b.Length, MaxTable)
	}
	table := make([]byte, b.Length)
	n, err := r.ReadAt(table, b.Body)
	if n < len(table) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return table, nil
}

func tooManyItems(what string) error {
	return fmt.Errorf("%w: more than %d %s", pipeline.ErrRefused, MaxItems, what)
}

// infos reads the item information box (§8.11.6).
func (t *itemTables) infos(c *cursor) error {
	n := c.number(c.fullBox() > 0)
	for range n {
		size := c.uint(4)
		if c.short || size < 8 || size-4 > uint64(len(c.b)) {
			return nil
		}
		entry := cursor{b: c.b[:size-4]}
		c.b = c.b[size-4:]
		if string(entry.take(4)) != "infe" {
			continue
		}
		version := entry.fullBox()
		if version < 2 {
			continue // earlier versions have no item type
		}
		it := Item{ID: entry.id(version > 2)}
		entry.take(2) // protection
		it.Type = string(entry.take(4))
		if it.Type == "mime" {
			entry.text() // name
			it.ContentType = entry.text()
		}
		if len(t.order) == MaxItems {
			return tooManyItems("items")
		}
		if t.items[it.ID] == nil {
			t.order = append(t.order, it.ID)
			t.items[it.ID] = &it
		}
	}
	return nil
}

// locate reads the item location box (§8.11.3).
func (t *itemTables) locate(c *cursor) error {
	if len(c.b) == 0 {
		return nil
	}
	version := c.fullBox()
	sizes := c.uint(2)
	offsetSize, lengthSize, baseSize, indexSize := int(sizes>>12&15), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0
	}
	n := c.number(version > 1)
	for range n {
		it := t.items[c.id(version > 1)]
		method := uint64(0)
		if version > 0 {
			method = c.uint(2) & 15
		}
		reference := c.uint(2)
		base := c.uint(baseSize)
		count := c.uint(2)
		for range count {
			c.uint(indexSize)
			offset, length := c.uint(offsetSize), c.uint(lengthSize)
			if c.short {
				return nil
			}
			if t.extents++; t.extents > MaxItems {
				return tooManyItems("extents")
			}
			if it == nil || reference != 0 || method > 1 || method == 1 && t.idat.Name == "" {
				continue
			}
			if at := base + offset; base < 1<<62 && offset < 1<<62 && length < 1<<62 {
				if method == 1 {
					at += uint64(t.idat.Body)
				}
				it.Stretches = append(it.Stretches, Stretch{int64(at), int64(length)})
			}
		}
		if c.short {
			return nil
		}
	}
	return nil
}

// properties reads the item properties box (§8.11.14) and returns its association table.
func (t *itemTables) properties(r io.ReaderAt, iprp Part) (associations []byte, err error) {
	for b, err := range Boxes(r, iprp.Body, iprp.End()) {
		switch {
		case err != nil:
			return nil, err
		case b.End() > iprp.End():
			return nil, &Cut{Name: "iprp/" + b.Name, At: b.At, Missing: b.End() - iprp.End()}
		case b.Name == "ipma" && associations == nil:
			if associations, err = slurp(r, b); err != nil {
				return nil, err
			}
		case b.Name == "ipco":
			if err := t.extentsOfPictures(r, b); err != nil {
				return nil, err
			}
		}
	}
	return associations, nil
}

// extentsOfPictures keeps the image spatial extents among the properties (ISO/IEC 23008-12 §6.5.3).
func (t *itemTables) extentsOfPictures(r io.ReaderAt, ipco Part) error {
	for b, err := range Boxes(r, ipco.Body, ipco.End()) {
		if err != nil {
			return err
		}
		if len(t.sizes) == MaxItems {
			return tooManyItems("properties")
		}
		size := [2]int{}
		if b.Name == "ispe" && b.Length >= 12 && b.End() <= ipco.End() {
			var body [12]byte
			if _, err := r.ReadAt(body[:], b.Body); err != nil && err != io.EOF {
				return err
			}
			c := cursor{b: body[4:]}
			size = [2]int{int(c.uint(4)), int(c.uint(4))}
		}
		t.sizes = append(t.sizes, size)
	}
	return nil
}

// associate gives items the size among their properties.
func (t *itemTables) associate(c *cursor) {
	if len(c.b) == 0 {
		return
	}
	version := c.fullBox()
	wide := c.flags&1 != 0
	for range c.uint(4) {
		it := t.items[c.id(version > 0)]
		for range c.uint(1) {
			index := c.uint(1) & 0x7f
			if wide {
				index = index<<8 | c.uint(1)
			}
			if c.short {
				return
			}
			if it != nil && index > 0 && index <= uint64(len(t.sizes)) && t.sizes[index-1] != [2]int{} {
				it.Width, it.Height = t.sizes[index-1][0], t.sizes[index-1][1]
			}
		}
		if c.short {
			return
		}
	}
}

// cursor takes big-endian fields from the front of b; short is set once they run out.
type cursor struct {
	b     []byte
	flags uint64
	short bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.b, c.short = nil, true
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

// uint takes a number of n ≤ 8 bytes; of more, as hostile tables announce, the last eight count.
func (c *cursor) uint(n int) (v uint64) {
	for _, b := range c.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// fullBox takes version and flags (§4.2.2) and returns the version.
func (c *cursor) fullBox() (version uint64) {
	version, c.flags = c.uint(1), c.uint(3)
	return version
}

// id takes an item's number, number a count: both grew from 16 to 32 bits in later versions.
func (c *cursor) id(wide bool) uint32 { return uint32(c.number(wide)) }

func (c *cursor) number(wide bool) uint64 {
	if wide {
		return c.uint(4)
	}
	return c.uint(2)
}

// text takes a string up to its terminating zero.
func (c *cursor) text() string {
	for i, b := range c.b {
		if b == 0 {
			s := string(c.b[:i])
			c.b = c.b[i+1:]
			return s
		}
	}
	s := string(c.b)
	c.b = nil
	return s
}
