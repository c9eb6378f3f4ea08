package parts

import (
	"io"
)

// Property is a box of the property container that an item is associated with (ISO/IEC 23008-12 §9.3).
type Property struct {
	Part
	Essential bool // a reader that does not know it must not show the item
}

// Reference names the items that an item stands on, by kind: "dimg" what it is derived from, "thmb", "auxl", "cdsc" what it is of
// (ISO/IEC 14496-12 §8.11.12).
type Reference struct {
	Type string
	To   []uint32
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

// extentsOfPictures keeps the properties' places, and the image spatial extents among them (ISO/IEC 23008-12 §6.5.3).
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
		t.sizes, t.boxes = append(t.sizes, size), append(t.boxes, b)
	}
	return nil
}

// maxProperties bounds those of one item.
const maxProperties = 64

// associate gives items their properties, and the size among them.
func (t *itemTables) associate(c *cursor) {
	if len(c.b) == 0 {
		return
	}
	version := c.fullBox()
	wide := c.flags&1 != 0
	for range c.uint(4) {
		it := t.items[c.id(version > 0)]
		for range c.uint(1) {
			index := c.uint(1)
			essential := index&0x80 != 0
			if index &= 0x7f; wide {
				index = index<<8 | c.uint(1)
			}
			if c.short {
				return
			}
			if it == nil || index == 0 || index > uint64(len(t.boxes)) {
				continue
			}
			if t.sizes[index-1] != [2]int{} {
				it.Width, it.Height = t.sizes[index-1][0], t.sizes[index-1][1]
			}
			if len(it.Properties) < maxProperties {
				it.Properties = append(it.Properties, Property{t.boxes[index-1], essential})
			}
		}
		if c.short {
			return
		}
	}
}

// refer reads the item reference box. One that ends early ends the reading.
func (t *itemTables) refer(c *cursor) error {
	if len(c.b) == 0 {
		return nil
	}
	wide := c.fullBox() > 0
	for {
		size, kind := c.uint(4), string(c.take(4))
		if c.short || size < 8 || size-8 > uint64(len(c.b)) {
			return nil
		}
		entry := cursor{b: c.b[:size-8]}
		c.b = c.b[size-8:]
		from, r := t.items[entry.id(wide)], Reference{Type: kind}
		for range entry.uint(2) {
			to := entry.id(wide)
			if entry.short {
				break
			}
			if t.targets++; t.targets > 4*MaxItems {
				return tooManyItems("references")
			}
			r.To = append(r.To, to)
		}
		if from != nil {
			from.References = append(from.References, r)
		}
	}
}
