package parts

import (
	"fmt"
	"io"

	"dokaz/pipeline"
)

// Item is an item of a HEIF file (ISO/IEC 23008-12; ISO/IEC 14496-12 §8.11).
type Item struct {
	ID          uint32
	Type        string      // "hvc1", "Exif", "mime"
	ContentType string      // of a mime item: "application/rdf+xml"
	Primary     bool        // the picture to show
	Width       int         // pixels as coded, of a picture; 0 where not stated
	Height      int         // pixels
	Stretches   []Stretch   // where its bytes lie, in order, unchecked against the file's size; nil where they lie in another file or are computed
	Properties  []Property  // in the order of association, which is that of application
	References  []Reference // from this item to others, in file order
}

type itemTables struct {
	order   []uint32
	items   map[uint32]*Item
	primary uint32
	idat    Part
	sizes   [][2]int // of the property at that index, 0 for other properties
	boxes   []Part   // of the property at that index
	extents int
	targets int // of references, together
}

func items(r io.ReaderAt, at, end int64) ([]Item, error) {
	t := itemTables{items: map[uint32]*Item{}}
	var locations, associations, references []byte
	for b, err := range Boxes(r, at, end) {
		if err != nil {
			return nil, err
		}
		if b.End() > end {
			return nil, &Cut{Name: "meta/" + b.Name, At: b.At, Missing: b.End() - end}
		}
		switch b.Name {
		case "pitm", "iinf", "iloc", "iref":
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
			case "iref":
				references = table // may stand before iinf
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
	if err := t.refer(&cursor{b: references}); err != nil {
		return nil, err
	}
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
