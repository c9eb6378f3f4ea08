package parts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// all walks to the end and gives what was said, with the error's text last.
func all[T any](walk iter.Seq2[T, error]) (got []T, err error) {
	for p, e := range walk {
		if e != nil {
			return got, e
		}
		got = append(got, p)
	}
	return got, nil
}

// outline is a walk in short: name@offset+length.
type outline struct {
	Parts []Part
	Err   string
}

func check(t *testing.T, want outline, got []Part, err error) {
	t.Helper()
	have := outline{Parts: got}
	if err != nil {
		have.Err = err.Error()
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func segmentsOf(b string) ([]Part, []int64, error) {
	got, err := all(Segments(strings.NewReader(b), 0, int64(len(b))))
	var parts []Part
	var strays []int64
	for _, s := range got {
		parts = append(parts, s.Part)
		strays = append(strays, s.Strays)
	}
	return parts, strays, err
}

func TestSegments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		want       outline
		strays     []int64
	}{
		{
			name: "two scans with stuffing, restarts and fill bytes",
			file: "\xff\xd8" + "\xff\xe0\x00\x04ab" + "\xff\xff\xff\xda\x00\x02" + "x\xff\x00\xff\xd3y\xff\x3a" + "\xff\xc4\x00\x02" + "\xff\xda\x00\x03\x01" + "z" + "\xff\xd9" + "trailer",
			want: outline{Parts: []Part{
				{"SOI", 0, 2, 0}, {"APP0", 2, 6, 2}, {"SOS", 10, 14, 0}, {"DHT", 22, 26, 0}, {"SOS", 26, 30, 1}, {"EOI", 32, 34, 0},
			}},
			strays: []int64{0, 0, 0, 0, 0, 0},
		},
		{
			name:   "a marker's bytes inside a comment",
			file:   "\xff\xd8" + "\xff\xfe\x00\x06\xff\xe1\x00\x10" + "\xff\xd9",
			want:   outline{Parts: []Part{{"SOI", 0, 2, 0}, {"COM", 2, 6, 4}, {"EOI", 10, 12, 0}}},
			strays: []int64{0, 0, 0},
		},
		{
			name:   "bytes between segments",
			file:   "\xff\xd8" + "abc\xff\x00" + "\xff\xfe\x00\x02" + "\xff\xd9",
			want:   outline{Parts: []Part{{"SOI", 0, 2, 0}, {"COM", 7, 11, 0}, {"EOI", 11, 13, 0}}},
			strays: []int64{0, 5, 0},
		},
		{
			name: "no end in the scan", file: "\xff\xd8" + "\xff\xda\x00\x02" + "xyz",
			want:   outline{Parts: []Part{{"SOI", 0, 2, 0}, {"SOS", 2, 6, 0}}, Err: "SOS at byte 2 has no end"},
			strays: []int64{0, 0},
		},
		{
			name: "segment longer than the file", file: "\xff\xd8" + "\xff\xe1\x00\x12" + "xyz",
			want:   outline{Parts: []Part{{"SOI", 0, 2, 0}}, Err: "APP1 at byte 2 lacks its last 13 bytes"},
			strays: []int64{0},
		},
		{
			name: "nothing behind a segment", file: "\xff\xd8" + "\xff\xe1\x00\x02",
			want:   outline{Parts: []Part{{"SOI", 0, 2, 0}, {"APP1", 2, 6, 0}}, Err: "the file ends at byte 6 where more must follow"},
			strays: []int64{0, 0},
		},
		{
			name: "a length of one", file: "\xff\xd8" + "\xff\xe1\x00\x01xxxx",
			want:   outline{Parts: []Part{{"SOI", 0, 2, 0}}, Err: "byte 2: APP1 of length 1"},
			strays: []int64{0},
		},
		{name: "not JPEG", file: "GIF89a\xff\xd8\xff\xd9", want: outline{Err: "byte 0: no JPEG stream begins here"}},
		{name: "another marker first", file: "\xff\xe0\x00\x02\xff\xd9", want: outline{Err: "byte 0: no JPEG stream begins here"}},
		{name: "empty", file: "", want: outline{Err: "the file ends at byte 0 where more must follow"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, strays, err := segmentsOf(tt.file)
			check(t, tt.want, got, err)
			if d := cmp.Diff(tt.strays, strays); d != "" {
				t.Errorf("strays (-want +got)\n%s", d)
			}
		})
	}
}

// TestSegmentsAcrossWindows puts a marker on every position round the borders of the windows, each twice as wide as the one before.
func TestSegmentsAcrossWindows(t *testing.T) {
	t.Parallel()
	border := 0
	for width := narrow; width <= wide; width *= 2 {
		border += width
		for shift := range 12 {
			fill := strings.Repeat("x", border-14+shift)
			file := "\xff\xd8\xff\xda\x00\x02" + fill + "\xff\x00" + "\xff\xd9"
			got, _, err := segmentsOf(file)
			end := int64(len(file))
			check(t, outline{Parts: []Part{{"SOI", 0, 2, 0}, {"SOS", 2, 6, 0}, {"EOI", end - 2, end, 0}}}, got, err)
		}
	}
}

func chunk(name, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + name + body + "CRC."
}

func TestPNGChunks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		want       outline
	}{
		{
			"whole, with a trailer", PNGSignature + chunk("IHDR", "13 bytes here") + chunk("eXIf", "II") + chunk("IEND", "") + "more",
			outline{Parts: []Part{{"IHDR", 8, 16, 13}, {"eXIf", 33, 41, 2}, {"IEND", 47, 55, 0}}},
		},
		{
			"checksum missing", PNGSignature + chunk("IEND", "")[:9],
			outline{Err: "IEND at byte 8 lacks its last 3 bytes"},
		},
		{
			"data missing", PNGSignature + chunk("IHDR", "") + "\x00\x00\x10\x00IDATxxxx",
			outline{Parts: []Part{{"IHDR", 8, 16, 0}}, Err: "IDAT at byte 20 lacks its last 4,096 bytes"},
		},
		{"no end", PNGSignature + chunk("IHDR", ""), outline{Parts: []Part{{"IHDR", 8, 16, 0}}, Err: "the file ends at byte 20 where more must follow"}},
		{"type of digits", PNGSignature + chunk("1234", ""), outline{Err: "byte 8: no PNG chunk type"}},
		{"length of 2 GiB", PNGSignature + "\x80\x00\x00\x00IDAT", outline{Err: "byte 8: PNG chunk longer than its format allows"}},
		{"not PNG", "GIF89a...", outline{Err: "byte 0: no PNG signature"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := all(PNGChunks(strings.NewReader(tt.file), int64(len(tt.file))))
			check(t, tt.want, got, err)
		})
	}
}

func TestRIFFChunks(t *testing.T) {
	t.Parallel()
	file := "RIFF\x00\x00\x00\x00WEBP" + "odd \x03\x00\x00\x00abc\x00" + "even\x02\x00\x00\x00de" + "past\xff\xff\xff\xff" + "tail"
	got, err := all(RIFFChunks(strings.NewReader(file), 12, int64(len(file))))
	check(t, outline{Parts: []Part{{"odd ", 12, 20, 3}, {"even", 24, 32, 2}, {"past", 34, 42, 0xffffffff}}}, got, err)
	if got[2].End() < int64(len(file)) {
		t.Error("a chunk beyond the end must show it")
	}
	got, err = all(RIFFChunks(strings.NewReader(file), 40, int64(len(file))))
	check(t, outline{}, got[:0:0], err)
}

func bx(name, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + name + body
}

func TestBoxes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		want       outline
	}{
		{
			"short, long and to the end", bx("ftyp", "isom") + "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x12xy" + "\x00\x00\x00\x00freezz",
			outline{Parts: []Part{{"ftyp", 0, 8, 4}, {"mdat", 12, 28, 2}, {"free", 30, 38, 2}}},
		},
		{"beyond the end", bx("ftyp", "") + "\x00\x00\x10\x00mdat", outline{Parts: []Part{{"ftyp", 0, 8, 0}, {"mdat", 8, 16, 4088}}}},
		{"size of seven", bx("ftyp", "") + "\x00\x00\x00\x07mdat", outline{Parts: []Part{{"ftyp", 0, 8, 0}}, Err: "byte 8: impossible box size"}},
		{"64-bit size of two", "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x02", outline{Err: "byte 0: impossible box size"}},
		{"64-bit size that wraps", bx("ftyp", "") + "\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff", outline{Parts: []Part{{"ftyp", 0, 8, 0}}, Err: "byte 8: impossible box size"}},
		{"zeros", bx("ftyp", "") + strings.Repeat("\x00", 9), outline{Parts: []Part{{"ftyp", 0, 8, 0}}, Err: "byte 8: no box type"}},
		{"three bytes", bx("ftyp", "") + "abc", outline{Parts: []Part{{"ftyp", 0, 8, 0}}, Err: "byte 8: too few bytes for a box"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := all(Boxes(strings.NewReader(tt.file), 0, int64(len(tt.file))))
			check(t, tt.want, got, err)
		})
	}
}

// heif is a file of three items: a picture, Exif in two extents of the file, and XMP in idat.
func heif() string {
	infe := func(id byte, typ, rest string) string {
		return bx("infe", "\x02\x00\x00\x00\x00"+string(rune(id))+"\x00\x00"+typ+"\x00"+rest)
	}
	iinf := bx("iinf", "\x00\x00\x00\x00\x00\x03"+infe(1, "hvc1", "")+infe(2, "Exif", "")+infe(3, "mime", "application/rdf+xml\x00"))
	iloc := bx("iloc", "\x01\x00\x00\x00\x44\x40\x00\x03"+
		"\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10\x00\x00\x00\x20"+
		"\x00\x02\x00\x00\x00\x00\x00\x00\x01\x00\x00\x02\x00\x00\x00\x04\x00\x00\x00\x05\x00\x00\x00\x40\x00\x00\x00\x06"+
		"\x00\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x02")
	ipco := bx("ipco", bx("hvcC", "")+bx("ispe", "\x00\x00\x00\x00\x00\x00\x0f\xc0\x00\x00\x0b\xd0"))
	ipma := bx("ipma", "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01\x02\x81\x02")
	return bx("ftyp", "heic\x00\x00\x00\x00") + bx("meta", "\x00\x00\x00\x00"+
		bx("iref", "\x00\x00\x00\x00"+bx("cdsc", "\x00\x02\x00\x01\x00\x01"))+
		bx("pitm", "\x00\x00\x00\x00\x00\x01")+iloc+iinf+bx("iprp", ipco+ipma)+bx("idat", "-XM"))
}

func TestItems(t *testing.T) {
	t.Parallel()
	file := heif()
	idat := int64(strings.Index(file, "-XM"))
	hvcC, ispe := int64(strings.Index(file, "hvcC")-4), int64(strings.Index(file, "ispe")-4)
	want := []Item{
		{
			ID: 1, Type: "hvc1", Primary: true, Width: 4032, Height: 3024, Stretches: []Stretch{{16, 32}},
			Properties: []Property{{Part{"hvcC", hvcC, hvcC + 8, 0}, true}, {Part{"ispe", ispe, ispe + 8, 12}, false}},
		},
		{ID: 2, Type: "Exif", Stretches: []Stretch{{260, 5}, {320, 6}}, References: []Reference{{"cdsc", []uint32{1}}}},
		{ID: 3, Type: "mime", ContentType: "application/rdf+xml", Stretches: []Stretch{{idat + 1, 2}}},
	}
	got, err := Items(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestItemsRefusesEndlessTables(t *testing.T) {
	t.Parallel()
	iloc := "\x00\x00\x00\x00\x00\x00\xff\xff" // sizes 0: an extent takes no bytes
	for range 1000 {
		iloc += "\x00\x01\x00\x00\xff\xff"
	}
	for name, meta := range map[string]string{
		"extents of no bytes": bx("iloc", iloc),
		"a table of 2 MiB":    bx("iinf", strings.Repeat("\x00", 2<<20)),
	} {
		file := bx("ftyp", "heic") + bx("meta", "\x00\x00\x00\x00"+meta)
		if _, err := Items(strings.NewReader(file), int64(len(file))); !errors.Is(err, pipeline.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadingErrorsArePassedOn(t *testing.T) {
	t.Parallel()
	whole := bytes.Repeat([]byte("\x00\x00\x00\x08free"), 1000)
	short := bytes.NewReader(whole[:4000])
	if _, err := all(Boxes(short, 0, int64(len(whole)))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file shorter than it said: %v", err)
	}
}

func FuzzSegments(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x02x\xff\x00\xff\xd3y\xff\xd9tail"))
	f.Add([]byte("\xff\xd8\xff\xfe\x00\x06\xff\xe1\x00\x10\xff\xff\xff\xd9"))
	f.Fuzz(func(t *testing.T, b []byte) {
		last := int64(-1)
		for s, err := range Segments(bytes.NewReader(b), 0, int64(len(b))) {
			if err != nil {
				mustBeStructural(t, err)
				return
			}
			if s.At <= last || s.End() > int64(len(b)) {
				t.Fatalf("%+v after %d", s, last)
			}
			last = s.At
		}
		if last < 0 || b[last+1] != MarkerEOI {
			t.Fatal("ended without error before the end of image")
		}
	})
}

func FuzzPNGChunks(f *testing.F) {
	f.Add([]byte(PNGSignature + chunk("IHDR", "13 bytes here") + chunk("IEND", "")))
	f.Fuzz(func(t *testing.T, b []byte) {
		for p, err := range PNGChunks(bytes.NewReader(b), int64(len(b))) {
			if err != nil {
				mustBeStructural(t, err)
				return
			}
			if p.End()+4 > int64(len(b)) {
				t.Fatalf("%+v of %d", p, len(b))
			}
		}
	})
}

func FuzzRIFFChunks(f *testing.F) {
	f.Add([]byte("odd \x03\x00\x00\x00abc\x00even\x02\x00\x00\x00depast\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		at := int64(0)
		for p, err := range RIFFChunks(bytes.NewReader(b), 0, int64(len(b))) {
			if err != nil || p.At < at || p.Length < 0 {
				t.Fatalf("%+v after %d: %v", p, at, err)
			}
			at = p.End()
		}
	})
}

func FuzzBoxes(f *testing.F) {
	f.Add([]byte(bx("ftyp", "isom") + "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x12xy" + "\x00\x00\x00\x00freezz"))
	f.Fuzz(func(t *testing.T, b []byte) {
		at := int64(0)
		for p, err := range Boxes(bytes.NewReader(b), 0, int64(len(b))) {
			if err != nil {
				mustBeStructural(t, err)
				return
			}
			if p.At != at || p.Length < 0 || p.End() < p.At+8 {
				t.Fatalf("%+v at %d", p, at)
			}
			at = p.End()
		}
	})
}

func FuzzItems(f *testing.F) {
	f.Add([]byte(heif()))
	f.Fuzz(func(t *testing.T, b []byte) {
		items, err := Items(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			mustBeStructural(t, err)
		}
		if len(items) > MaxItems {
			t.Fatalf("%d items", len(items))
		}
	})
}

// mustBeStructural fails on errors that reading from memory cannot give.
func mustBeStructural(t *testing.T, err error) {
	t.Helper()
	var cut *Cut
	var stray *Stray
	if !errors.As(err, &cut) && !errors.As(err, &stray) && !errors.Is(err, pipeline.ErrRefused) {
		t.Fatalf("%T: %v", err, err)
	}
}
