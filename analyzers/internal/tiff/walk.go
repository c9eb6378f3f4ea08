package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"dokaz/pipeline"
)

// The tags that point to further directories (TIFF Technical Note 1; CIPA DC-008 §4.6.3).
const (
	tagSubIFDs = 0x014a
	tagExif    = 0x8769
	tagGPS     = 0x8825
	tagInterop = 0xa005
)

// Fault is a place where the structure breaks a bound or its own form.
type Fault struct {
	At   int64  // offset from the TIFF header
	What string // names the limit and the value
}

// Structure is what a walk found.
type Structure struct {
	Order   binary.ByteOrder
	Magic   uint16  // 42; raw formats of some makers use others
	Entries []Entry // directory by directory: each one's own entries, then those of the directories it points to
	Dirs    int     // directories read
	Tables  []Table // those directories, in the order read
	Faults  []Fault // in the order met, at most 64; an entry with a fault is still in Entries
	Ends    int64   // offset after the last byte that a directory or a value uses
	Values  int64   // announced bytes of all values in range, overlapping ones counted each time
}

// Table is one directory. Offsets count from the TIFF header.
type Table struct {
	Group, Path string
	At          int64 // of its count of entries
	Length      int64 // bytes of count, entries and the pointer to the next, as far as they are there
	Entries     int   // read
	Next        int64 // pointer behind the entries; 0 at the end of a chain
}

// WalkBare reads the one directory at byte at, as makers' notes hold it: without a header, in the order given, under group as
// its name. Pointers in it and behind it are not followed; whatever Walk bounds is bounded.
func WalkBare(r io.ReaderAt, size, at int64, order binary.ByteOrder, group string) (Structure, error) {
	w := walker{r: r, size: size, seen: map[int64]bool{}, bare: true}
	w.out.Order = order
	_, err := w.dir(at, group, group)
	return w.out, err
}

// Walk reads the structure of size bytes whose header is at r's byte 0. What is broken becomes a Fault and
// the walk goes on with the rest; the error is ErrNotTIFF, ErrBigTIFF or one of reading.
func Walk(r io.ReaderAt, size int64) (Structure, error) { return WalkFrom(r, size, "IFD0") }

// WalkFrom is Walk of a structure whose first directory is another than IFD0: "ExifIFD" alone, for one. Those behind it are IFD1 and so on.
func WalkFrom(r io.ReaderAt, size int64, first string) (Structure, error) {
	w := walker{r: r, size: size, seen: map[int64]bool{}}
	var head [8]byte
	if err := w.read(head[:], 0); err != nil {
		if errors.Is(err, io.EOF) {
			return Structure{}, ErrNotTIFF
		}
		return Structure{}, err
	}
	switch string(head[:2]) {
	case "II":
		w.out.Order = binary.LittleEndian
	case "MM":
		w.out.Order = binary.BigEndian
	default:
		return Structure{}, ErrNotTIFF
	}
	w.out.Magic, w.out.Ends = w.out.Order.Uint16(head[2:]), int64(len(head))
	switch w.out.Magic {
	case 42, 0x55, 0x4f52, 0x5352: // TIFF 6.0; Panasonic RW2; Olympus ORF, twice
	case 43:
		return Structure{}, ErrBigTIFF
	default:
		return Structure{}, ErrNotTIFF
	}
	err := w.chain(int64(w.out.Order.Uint32(head[4:])), first)
	return w.out, err
}

type walker struct {
	r    io.ReaderAt
	size int64
	seen map[int64]bool // offsets of directories
	kept int64          // bytes of values kept
	subs int            // SubIFDs named
	bare bool           // one directory without a header
	out  Structure
}

// read fills b from offset at; it gives io.EOF where the structure ends before.
func (w *walker) read(b []byte, at int64) error {
	if at < 0 || at > w.size-int64(len(b)) {
		return io.EOF
	}
	n, err := w.r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF // the file is shorter than it said
	}
	return err
}

func (w *walker) fault(at int64, format string, args ...any) {
	if len(w.out.Faults) < maxFaults {
		w.out.Faults = append(w.out.Faults, Fault{at, fmt.Sprintf(format, args...)})
	}
}

// chain follows the directories from the first on.
func (w *walker) chain(at int64, group string) error {
	for i := 1; at != 0; i++ {
		next, err := w.dir(at, group, group)
		if err != nil {
			return err
		}
		at, group = next, "IFD"+strconv.Itoa(i)
	}
	return nil
}

// dir reads one directory and those it points to; next is 0 where the chain ends or must not be followed.
func (w *walker) dir(at int64, group, path string) (next int64, err error) {
	switch {
	case w.seen[at]:
		w.fault(at, "cycle: %s at byte %d was met before", group, at)
		return 0, nil
	case w.out.Dirs == MaxDirs:
		w.fault(at, "%s at byte %d is more than the limit of %d IFDs", group, at, MaxDirs)
		return 0, nil
	case at < 8 && !w.bare || at < 0 || at > w.size-2:
		w.fault(at, "%s at byte %s lies outside the %s bytes", group, Grouped(at), Grouped(w.size))
		return 0, nil
	}
	w.seen[at] = true
	w.out.Dirs++
	var n2 [2]byte
	if err := w.read(n2[:], at); err != nil {
		return 0, err
	}
	n := int64(w.out.Order.Uint16(n2[:]))
	room := (w.size - at - 2) / 12
	whole := n <= MaxEntries && n <= room
	switch {
	case n > MaxEntries:
		w.fault(at, "IFD at byte %d: %d entries, the limit is %d", at, n, MaxEntries)
	case n > room:
		w.fault(at, "IFD at byte %d: %d entries announced, room for %d", at, n, room)
	}
	n = min(n, MaxEntries, room)
	table := make([]byte, 12*n)
	if err := w.read(table, at+2); err != nil {
		return 0, err
	}
	first := len(w.out.Entries)
	if err := w.entries(table, at, group, path); err != nil {
		return 0, err
	}
	tail := at + 2 + 12*n
	w.out.Ends = max(w.out.Ends, tail)
	if whole && tail+4 <= w.size {
		var n4 [4]byte
		if err := w.read(n4[:], tail); err != nil {
			return 0, err
		}
		next = int64(w.out.Order.Uint32(n4[:]))
		w.out.Ends = max(w.out.Ends, tail+4)
		tail += 4
	}
	w.out.Tables = append(w.out.Tables, Table{Group: group, Path: path, At: at, Length: tail - at, Entries: int(n), Next: next})
	if w.bare {
		return 0, nil
	}
	return next, w.below(w.out.Entries[first:len(w.out.Entries):len(w.out.Entries)])
}

// entries reads the table of the directory at dirAt.
func (w *walker) entries(table []byte, dirAt int64, group, path string) error {
	o := w.out.Order
	for i := 0; i+12 <= len(table); i += 12 {
		if len(w.out.Entries) == MaxFields {
			w.fault(dirAt, "IFD at byte %d: more than %s entries in all", dirAt, Grouped(MaxFields))
			return nil
		}
		b := table[i : i+12]
		e := Entry{
			Group: group, Path: path, Order: o,
			ID: o.Uint16(b), Type: Type(o.Uint16(b[2:])), Count: o.Uint32(b[4:]),
			At: dirAt + 2 + int64(i),
		}
		if err := w.value(&e, b[8:], dirAt); err != nil {
			return err
		}
		w.out.Entries = append(w.out.Entries, e)
	}
	return nil
}

// value places and reads e's value; field holds the entry's last four bytes.
func (w *walker) value(e *Entry, field []byte, dirAt int64) error {
	length := uint64(e.Count) * uint64(e.Type.Size()) // below 2^35
	if e.Type.Size() == 0 {
		length = 4 // an unknown type: the field itself is all that can be kept
	}
	e.Length = int64(length)
	if length <= 4 {
		e.ValueAt, e.Value = e.At+8, append([]byte{}, field[:length]...)
		w.out.Values += e.Length
		return nil
	}
	e.ValueAt = int64(w.out.Order.Uint32(field))
	switch {
	case e.Length > w.size:
		w.fault(e.At, "IFD at byte %d: entry 0x%04x wants %s bytes of %s", dirAt, e.ID, Grouped(e.Length), Grouped(w.size))
		return nil
	case e.ValueAt > w.size-e.Length:
		w.fault(e.At, "IFD at byte %d: entry 0x%04x wants %s bytes at byte %s of %s", dirAt, e.ID, Grouped(e.Length),
			Grouped(e.ValueAt), Grouped(w.size))
		return nil
	}
	w.out.Values += e.Length
	w.out.Ends = max(w.out.Ends, e.ValueAt+e.Length)
	keep := min(e.Length, MaxValue)
	if w.kept+keep > MaxValues {
		w.fault(e.At, "IFD at byte %d: entry 0x%04x: values of more than %s bytes in all", dirAt, e.ID, Grouped(MaxValues))
		return nil
	}
	w.kept += keep
	e.Value = make([]byte, keep)
	return w.read(e.Value, e.ValueAt)
}

// below walks the directories that these entries point to. Duplicates are all followed: a reader that takes
// the first and one that takes the last must both find their directory examined.
func (w *walker) below(entries []Entry) error {
	for _, e := range entries {
		group, n := "", 1
		switch e.ID {
		case tagExif:
			group = "ExifIFD"
		case tagGPS:
			group = "GPS"
		case tagInterop:
			group = "InteropIFD"
		case tagSubIFDs:
			n = e.Components()
		default:
			continue
		}
		for i := range n {
			at, ok := e.Int(i)
			if !ok {
				break
			}
			name := group
			if name == "" {
				if w.subs == MaxDirs {
					w.fault(e.At, "more than the limit of %d IFDs", MaxDirs)
					break
				}
				name = subName(w.subs)
				w.subs++
			}
			if _, err := w.dir(at, name, e.Path+"/"+name); err != nil {
				return err
			}
		}
	}
	return nil
}

// subName numbers SubIFDs in the order in which they are met, as ExifTool names them.
func subName(i int) string {
	if i == 0 {
		return "SubIFD"
	}
	return "SubIFD" + strconv.Itoa(i)
}

// Grouped writes n in decimal with a comma between thousands.
func Grouped(n int64) string { return pipeline.Grouped(n) }
