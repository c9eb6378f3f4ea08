package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// raw is one entry as its 12 bytes say it; the last field is written as it is.
type raw struct {
	id, typ      uint16
	count, value uint32
}

// dir lays out one little-endian directory.
func dir(next uint32, entries ...raw) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, e.id)
		b = binary.LittleEndian.AppendUint16(b, e.typ)
		b = binary.LittleEndian.AppendUint32(b, e.count)
		b = binary.LittleEndian.AppendUint32(b, e.value)
	}
	return binary.LittleEndian.AppendUint32(b, next)
}

// block puts a little-endian header before the pieces; the first directory stands at byte 8.
func block(pieces ...[]byte) []byte {
	return append([]byte("II*\x00\x08\x00\x00\x00"), bytes.Join(pieces, nil)...)
}

func walk(t *testing.T, b []byte) Structure {
	t.Helper()
	s, err := Walk(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("Walk: %v", err)
	}
	return s
}

func TestWalkPlacesEveryEntry(t *testing.T) {
	t.Parallel()
	// Big-endian: IFD0 with Make (outside) and Orientation (inside), ExifIFD with a rational, IFD1 empty.
	b := []byte("MM\x00*\x00\x00\x00\x08" +
		"\x00\x03" +
		"\x01\x0f\x00\x02\x00\x00\x00\x06\x00\x00\x00\x32" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" +
		"\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x38" +
		"\x00\x00\x00\x52" +
		"Canon\x00" + // at 50
		"\x00\x01" + // ExifIFD at 56
		"\x82\x9a\x00\x05\x00\x00\x00\x01\x00\x00\x00\x4a" +
		"\x00\x00\x00\x00" +
		"\x00\x00\x00\x01\x00\x00\x00\x78" + // 1/120 at 74
		"\x00\x00\x00\x00\x00\x00") // IFD1 at 82
	o := binary.ByteOrder(binary.BigEndian)
	want := Structure{
		Order: o, Magic: 42, Dirs: 3, Ends: 88, Values: 6 + 2 + 4 + 8,
		Tables: []Table{
			{"IFD0", "IFD0", 8, 42, 3, 82}, {"ExifIFD", "IFD0/ExifIFD", 56, 18, 1, 0}, {"IFD1", "IFD1", 82, 6, 0, 0},
		},
		Entries: []Entry{
			{Group: "IFD0", Path: "IFD0", ID: 0x10f, Type: ASCII, Count: 6, At: 10, ValueAt: 50, Length: 6, Value: []byte("Canon\x00"), Order: o},
			{Group: "IFD0", Path: "IFD0", ID: 0x112, Type: Short, Count: 1, At: 22, ValueAt: 30, Length: 2, Value: []byte{0, 6}, Order: o},
			{Group: "IFD0", Path: "IFD0", ID: 0x8769, Type: Long, Count: 1, At: 34, ValueAt: 42, Length: 4, Value: []byte{0, 0, 0, 56}, Order: o},
			{Group: "ExifIFD", Path: "IFD0/ExifIFD", ID: 0x829a, Type: Rational, Count: 1, At: 58, ValueAt: 74, Length: 8, Value: []byte{0, 0, 0, 1, 0, 0, 0, 120}, Order: o},
		},
	}
	got := walk(t, b)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if n, d, ok := got.Entries[3].Rational(0); n != 1 || d != 120 || !ok {
		t.Errorf("rational %d/%d %v", n, d, ok)
	}
}

// The crafted files are those that brought other readers down: rwcarlsen/goexif issues #20, #48 and #65, and
// the research this project rests on.
func TestWalkFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		block   []byte
		entries int
		dirs    int
		want    []Fault
	}{
		{
			name:  "count times size overflows 32 bits",
			block: block(dir(0, raw{0x9999, 5, 0x20000001, 26}), make([]byte, 64)), entries: 1, dirs: 1,
			want: []Fault{{10, "IFD at byte 8: entry 0x9999 wants 4,294,967,304 bytes of 90"}},
		},
		{
			name:  "34 bytes that ask for 34 gigabytes",
			block: append(block(dir(0, raw{0x9999, 12, 0xfffffffe, 0})), 0, 0, 0, 0, 0, 0, 0, 0), entries: 1, dirs: 1,
			want: []Fault{{10, "IFD at byte 8: entry 0x9999 wants 34,359,738,352 bytes of 34"}},
		},
		{
			name:  "two directories that name each other",
			block: block(dir(26, raw{0x10f, 3, 1, 1}), dir(8, raw{0x110, 3, 1, 1})), entries: 2, dirs: 2,
			want: []Fault{{8, "cycle: IFD2 at byte 8 was met before"}},
		},
		{
			name:  "a directory that names itself",
			block: block(dir(8, raw{0x10f, 3, 1, 1})), entries: 1, dirs: 1,
			want: []Fault{{8, "cycle: IFD1 at byte 8 was met before"}},
		},
		{
			name:  "an Exif pointer back to IFD0",
			block: block(dir(0, raw{0x8769, 4, 1, 8})), entries: 1, dirs: 1,
			want: []Fault{{8, "cycle: ExifIFD at byte 8 was met before"}},
		},
		{
			name:  "a pointer to the header",
			block: block(dir(0, raw{0x8825, 4, 1, 0})), entries: 1, dirs: 1,
			want: []Fault{{0, "GPS at byte 0 lies outside the 26 bytes"}},
		},
		{
			name:  "a negative pointer",
			block: block(dir(0, raw{0x8825, 9, 1, 0xfffffff0})), entries: 1, dirs: 1,
			want: []Fault{{-16, "GPS at byte -16 lies outside the 26 bytes"}},
		},
		{
			name:  "one bad value among good ones",
			block: block(dir(0, raw{0x10f, 2, 4, 0x00304f4b}, raw{0x9999, 2, 5000, 4000000}, raw{0x131, 2, 4, 0x00305753})), entries: 3, dirs: 1,
			want: []Fault{{22, "IFD at byte 8: entry 0x9999 wants 5,000 bytes of 50"}},
		},
		{
			name:  "a value whose place lies outside",
			block: block(dir(0, raw{0x10f, 2, 9, 20})), entries: 1, dirs: 1,
			want: []Fault{{10, "IFD at byte 8: entry 0x010f wants 9 bytes at byte 20 of 26"}},
		},
		{
			name:  "more entries announced than there is room for",
			block: append(block([]byte{200, 0}), make([]byte, 12)...), entries: 1, dirs: 1,
			want: []Fault{{8, "IFD at byte 8: 200 entries announced, room for 1"}},
		},
		{
			name:  "a count that is negative as int16",
			block: append(block([]byte{0, 0x80}), make([]byte, 12)...), entries: 1, dirs: 1,
			want: []Fault{{8, "IFD at byte 8: 32768 entries, the limit is 4096"}},
		},
		{
			name:  "thumbnail pointer out of range is the reader's business",
			block: block(dir(26, raw{0x10f, 3, 1, 1}), dir(0, raw{0x201, 4, 1, 0x7fffffff}, raw{0x202, 4, 1, 100})), entries: 3, dirs: 2,
		},
		{
			name:  "an unknown type keeps its four bytes",
			block: block(dir(0, raw{0x10f, 99, 7, 1})), entries: 1, dirs: 1,
		},
		{
			name:  "no pointer behind the last directory",
			block: block(dir(0, raw{0x10f, 3, 1, 1}))[:22], entries: 1, dirs: 1,
		},
		{name: "no directory", block: []byte("II*\x00\x00\x00\x00\x00")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := walk(t, tt.block)
			if d := cmp.Diff(tt.want, got.Faults); d != "" {
				t.Errorf("faults (-want +got)\n%s", d)
			}
			if len(got.Entries) != tt.entries || got.Dirs != tt.dirs {
				t.Errorf("%d entries in %d directories, want %d in %d", len(got.Entries), got.Dirs, tt.entries, tt.dirs)
			}
		})
	}
}

// TestWalkBareReadsOneDirectory: makers' notes have directories without a header, whose pointers mean other things.
func TestWalkBareReadsOneDirectory(t *testing.T) {
	t.Parallel()
	b := dir(0x7fffffff, raw{0x8769, 4, 1, 0}, raw{1, 3, 1, 7})
	s, err := WalkBare(bytes.NewReader(b), int64(len(b)), 0, binary.LittleEndian, "Apple")
	if err != nil || len(s.Faults) != 0 || len(s.Entries) != 2 || s.Entries[1].Group != "Apple" || s.Dirs != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = WalkBare(bytes.NewReader(b), int64(len(b)), -1, binary.LittleEndian, "Apple"); err != nil || len(s.Faults) != 1 {
		t.Errorf("before the first byte: %+v, %v", s, err)
	}
}

func TestWalkRefusesOtherHeaders(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		block string
		want  error
	}{
		"BigTIFF":      {"II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00", ErrBigTIFF},
		"other order":  {"IM*\x00\x08\x00\x00\x00", ErrNotTIFF},
		"other number": {"II\x01\x00\x08\x00\x00\x00", ErrNotTIFF},
		"too short":    {"II*\x00", ErrNotTIFF},
		"empty":        {"", ErrNotTIFF},
	} {
		if _, err := Walk(bytes.NewReader([]byte(tt.block)), int64(len(tt.block))); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

type broken struct{}

func (broken) ReadAt(b []byte, _ int64) (int, error) { return 0, errBroken }

var errBroken = errors.New("broken shelf")

func TestWalkGivesReadingErrors(t *testing.T) {
	t.Parallel()
	if _, err := Walk(broken{}, 1000); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	short := bytes.NewReader(block(dir(0, raw{0x10f, 2, 9, 26})))
	if _, err := Walk(short, 1000); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file shorter than it said: %v", err)
	}
}

// TestWalkIsBounded gives the walk structures that repeat one place many times.
func TestWalkIsBounded(t *testing.T) {
	overlapping := make([]raw, 4000) // 4,000 values, each the same 200 KiB
	for i := range overlapping {
		overlapping[i] = raw{uint16(i), 7, 200 << 10, 8}
	}
	pointers := make([]raw, 4000) // 4,000 SubIFD fields of 25,000 pointers each
	for i := range pointers {
		pointers[i] = raw{tagSubIFDs, 4, 25000, 8}
	}
	for name, b := range map[string][]byte{
		"overlapping values": block(dir(0, overlapping...), make([]byte, 200<<10)),
		"SubIFD fields":      block(dir(0, pointers...), make([]byte, 100<<10)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s := walk(t, b)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
			t.Errorf("%s: allocated %d bytes", name, grown)
		}
		if s.Dirs > MaxDirs || len(s.Entries) > MaxFields || len(s.Faults) == 0 || len(s.Faults) > maxFaults {
			t.Errorf("%s: %d directories, %d entries, %d faults", name, s.Dirs, len(s.Entries), len(s.Faults))
		}
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -100: "-100", 4294967304: "4,294,967,304"} {
		if got := Grouped(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(block(dir(26, raw{0x8769, 4, 1, 26}), dir(8, raw{0xa005, 4, 1, 8})))
	f.Add(block(dir(0, raw{0x9999, 5, 0x20000001, 26}), make([]byte, 64)))
	f.Add(block(dir(0, raw{0x14a, 4, 3, 26}), []byte{8, 0, 0, 0, 26, 0, 0, 0, 40, 0, 0, 0}))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x0f\x00\x02\x00\x00\x00\x02AB\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Walk(bytes.NewReader(b), int64(len(b)))
		if err != nil && !errors.Is(err, ErrNotTIFF) && !errors.Is(err, ErrBigTIFF) {
			t.Fatalf("an error of reading from memory: %v", err)
		}
		if _, err := WalkBare(bytes.NewReader(b), int64(len(b)), int64(len(b)/3), binary.BigEndian, "note"); err != nil {
			t.Fatalf("an error of reading from memory: %v", err)
		}
		for _, e := range s.Entries {
			if e.Value == nil {
				continue
			}
			if e.ValueAt < 8 && e.Length > 4 && e.ValueAt < 0 || e.ValueAt+int64(len(e.Value)) > int64(len(b)) {
				t.Fatalf("value outside: %+v", e)
			}
			if !bytes.Equal(e.Value, b[e.ValueAt:e.ValueAt+int64(len(e.Value))]) {
				t.Fatalf("value is not what stands at its place: %+v", e)
			}
			for i := range e.Components() {
				e.Number(i)
			}
		}
		if s.Ends > max(int64(len(b)), 8) {
			t.Fatalf("ends at %d of %d", s.Ends, len(b))
		}
	})
}
