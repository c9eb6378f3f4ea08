package exif

import (
	"encoding/hex"
	"errors"
	"fmt"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
)

// Boxes of users in a raw file of Canon's (ExifTool 12.57, QuickTime.pm; XMP part 3 §1.2.7).
const (
	uuidCanon = "85c0b687820f11e08111f4ce462b6a48"
	uuidXMP   = "be7acfcb97a942e89c71999491e3afac"
)

// directoryNotes is the name of the one directory of a block that holds makers' notes.
const directoryNotes = "MakerNote"

// canonDirectories are the boxes that hold a TIFF structure of one directory each, and which (ExifTool 12.57, Canon.pm).
var canonDirectories = map[string]string{"CMT1": "IFD0", "CMT2": "ExifIFD", "CMT3": directoryNotes, "CMT4": "GPS"}

// canon takes the directories of a raw file of Canon's (CR3) and its XMP.
func (c *collector) canon() error {
	err := c.boxes(0, c.size, func(b parts.Part) error {
		switch b.Name {
		case "moov":
			return c.boxes(b.Body, min(b.End(), c.size), c.canonUser)
		case "uuid":
			if is, err := c.userBox(b, uuidXMP); err != nil || !is {
				return err
			}
			c.add(&c.xmp, "uuid/XMP", parts.Stretch{At: b.Body + 16, Length: b.Length - 16})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cr3: %w", err)
	}
	return nil
}

// canonUser takes the directories within Canon's box of the movie.
func (c *collector) canonUser(b parts.Part) error {
	if b.Name != "uuid" {
		return nil
	}
	if is, err := c.userBox(b, uuidCanon); err != nil || !is {
		return err
	}
	return c.boxes(b.Body+16, min(b.End(), c.size), func(b parts.Part) error {
		group := canonDirectories[b.Name]
		if group == "" {
			return nil
		}
		one := newBlock(c.file, c.size, "moov/uuid/"+b.Name, parts.Stretch{At: b.Body, Length: b.Length})
		if one == nil || len(c.exif) == maxBlocks {
			c.spilt = c.spilt || one != nil
			return nil
		}
		one.first = group
		c.exif = append(c.exif, *one)
		return nil
	})
}

// boxes shows the boxes from one place to another. What is no box ends them: analyzer structure tells of it.
func (c *collector) boxes(at, end int64, show func(parts.Part) error) error {
	for b, err := range parts.Boxes(c.file, at, end) {
		var stray *parts.Stray
		if errors.As(err, &stray) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := show(b); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) userBox(b parts.Part, id string) (bool, error) {
	if b.Length < 16 {
		return false, nil
	}
	raw, err := hex.DecodeString(id)
	if err != nil {
		return false, err
	}
	return c.begins(b.Body, string(raw))
}

// canonNotes says the fields of makers' notes that stand in a block of their own.
func (x *examination) canonNotes(b block, s tiff.Structure) {
	n := notes{maker: maker{name: "Canon"}, block: b, path: "Canon"}
	for _, e := range s.Entries[:min(len(s.Entries), maxNotes)] {
		if e.Group == directoryNotes {
			x.note(n, e)
		}
	}
}

// spoken reports whether goexif and imagemeta read a block as it is meant: both take its first directory for IFD0.
func spoken(b block, s tiff.Structure) bool {
	return s.Magic == 42 && (b.first == "" || b.first == "IFD0")
}
