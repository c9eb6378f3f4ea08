package exif

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// TestHostile reads the files that brought other readers down (research of this project, rebuilt here): what
// can be read is said, goexif is kept away from what harms it, and no file costs time or memory.
func TestHostile(t *testing.T) {
	make1 := []raw{{0x10f, 2, 4, 0x00304f4b}} // Make "KO0"
	shorts := rawDir(26, raw{0x110, 3, 1, 1})
	tests := []struct {
		name   string
		file   []byte
		tags   []string // "reader group:id=value" that must be among those said
		want   error
		reason string
	}{
		{
			name: "count times size overflows 32 bits",
			file: rawTIFF(rawDir(0, raw{0x9999, 5, 0x20000001, 26}), make([]byte, 38)),
			tags: []string{"dokaz IFD0:39321="}, want: pipeline.ErrRefused,
			reason: "goexif not run: IFD at byte 8: entry 0x9999 wants 4,294,967,304 bytes of 64: refused",
		},
		{
			name: "34 bytes that ask for gigabytes",
			file: append(rawTIFF(rawDir(0, raw{0x9999, 12, 0x20000000 + 1, 0})), make([]byte, 8)...),
			tags: []string{"dokaz IFD0:39321="}, want: pipeline.ErrRefused,
			reason: "goexif not run: IFD at byte 8: entry 0x9999 wants 4,294,967,304 bytes of 34: refused",
		},
		{
			name: "two directories that name each other",
			file: rawTIFF(rawDir(26, raw{0x10f, 3, 1, 1}), rawDir(8, raw{0x110, 3, 1, 1})),
			tags: []string{"dokaz IFD0:271=1", "dokaz IFD1:272=1"}, want: pipeline.ErrRefused,
			reason: "goexif not run: cycle: IFD2 at byte 8 was met before: refused",
		},
		{
			name: "a negative number of entries", // which goexif skips, to take the following bytes for a pointer
			file: append(rawTIFF([]byte{0, 0x80}), shorts...),
			want: pipeline.ErrRefused, reason: "goexif not run: IFD at byte 8: 32768 entries, the limit is 4096: refused",
		},
		{
			name: "a makernote of two bytes",
			file: rawTIFF(rawDir(0, raw{0x8769, 4, 1, 26}), rawDir(0, raw{0x927c, 7, 2, 0x4141})),
			tags: []string{"dokaz ExifIFD:37500=4141", "goexif ExifIFD:37500=4141"},
		},
		{
			name: "a thumbnail outside the file",
			file: rawTIFF(rawDir(26, raw{0x10f, 3, 1, 1}), rawDir(0, raw{0x201, 4, 1, 0x7fffffff}, raw{0x202, 4, 1, 100})),
			tags: []string{"dokaz IFD1:513=2147483647", "goexif IFD1:513=2147483647", "imagemeta IFD1:513=2147483647"},
		},
		{
			name: "one bad value among good ones",
			file: rawTIFF(rawDir(0, make1[0], raw{0x9999, 2, 5000, 4000000}, raw{0x131, 2, 4, 0x00305753})),
			tags: []string{"dokaz IFD0:271=KO0", "dokaz IFD0:305=SW0", "imagemeta IFD0:271=KO0"}, want: pipeline.ErrRefused,
			reason: "goexif not run: IFD at byte 8: entry 0x9999 wants 5,000 bytes of 50: refused",
		},
		{
			name: "XMP before Exif",
			file: jpegOf(xmpSegment(`<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`), exifSegment(rawTIFF(rawDir(0, make1...)))),
			tags: []string{"dokaz IFD0:271=KO0", "goexif IFD0:271=KO0", "imagemeta IFD0:271=KO0"},
		},
		{
			name: "a marker's bytes inside a comment",
			file: jpegOf(segment(0xfe, "junk\xff\xe1\x00\x10Exif\x00\x00zzzz"), exifSegment(rawTIFF(rawDir(0, make1...)))),
			tags: []string{"dokaz IFD0:271=KO0", "goexif IFD0:271=KO0", "imagemeta IFD0:271=KO0"},
		},
		{
			name: "Exif in the middle of something else",
			file: []byte("\x00\x00\x00\x18ftypmp42" + strings.Repeat("\x00", 100) + exifSegment(rawTIFF(rawDir(0, make1...)))),
			want: pipeline.ErrUnsupported, reason: "unsupported: metadata of mp4 is not read",
		},
		{
			name: "Exif behind the picture only",
			file: append(jpegOf(), exifSegment(rawTIFF(rawDir(0, make1...)))...),
		},
		{
			name: "Exif between a scan and the end",
			file: []byte("\xff\xd8" + segment(0xda, "") + "scan" + exifSegment(rawTIFF(rawDir(0, make1...))) + "\xff\xd9"),
		},
		{
			name: "BigTIFF", file: []byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"),
			want: pipeline.ErrUnsupported, reason: "unsupported: BigTIFF",
		},
		{
			name: "thousands of values in one place",
			file: rawTIFF(rawDir(0, slices.Repeat([]raw{{0x9999, 1, 60 << 10, 8}}, 4000)...), make([]byte, 60<<10)),
			want: pipeline.ErrRefused,
			reason: "goexif not run: IFD at byte 8: entry 0x9999: values of more than 4,194,304 bytes in all: refused\n" +
				"imagemeta stopped: values of more than 2,097,152 bytes in all: refused",
		},
		{
			name: "thousands of pointers to one directory",
			file: rawTIFF(rawDir(0, slices.Repeat([]raw{{0x14a, 4, 2000, 8}}, 4000)...), make([]byte, 60<<10)),
			want: pipeline.ErrRefused,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			got := read(hold(tt.file))
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("allocated %d bytes", grown)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if !errors.Is(got.err, tt.want) {
				t.Errorf("error %v, want %v", got.err, tt.want)
			}
			if tt.reason != "" && (got.err == nil || got.err.Error() != tt.reason) {
				t.Errorf("reason %q, want %q", got.err, tt.reason)
			}
			if tt.want == nil && got.err != nil {
				t.Errorf("unexpected error %v", got.err)
			}
			have := values(got)
			for _, want := range tt.tags {
				k, v, _ := strings.Cut(want, "=")
				if value, ok := have[k]; !ok || value != v {
					t.Errorf("%s: %q %v, want %q; all: %v", k, value, ok, v, have)
				}
			}
			if len(tt.tags) == 0 && !errors.Is(tt.want, pipeline.ErrRefused) && len(got.facts) > 0 {
				t.Errorf("said %v", got.facts)
			}
			if errors.Is(tt.want, pipeline.ErrRefused) {
				for k := range have {
					if strings.HasPrefix(k, readerGoexif) {
						t.Errorf("goexif was run: %s", k)
					}
				}
			}
		})
	}
}

// TestZeroDenominators is the fabricated equator: imagemeta gives 0 for 0/0 seconds.
func TestZeroDenominators(t *testing.T) {
	t.Parallel()
	got := read(hold(tiffOf(content{gps: []entry{
		ascii(1, "N"), rationals(2, 5, 53, 0, 54, 0, 0, 0),
		ascii(3, "E"), rationals(4, 5, 27, 1, 33, 1, 0, 0),
	}})))
	if got.err != nil {
		t.Fatal(got.err)
	}
	if p := all[pipeline.Position](got); len(p) > 0 {
		t.Errorf("a position out of zero denominators: %+v", p)
	}
	want := []pipeline.Disagreement{
		{Group: "GPS", ID: "2", Name: "GPSLatitude", Readings: []pipeline.Reading{
			{Reader: "dokaz", Value: "53/0 54/0 0/0"}, {Reader: "goexif", Value: "53/0 54/0 0/0"}, {Reader: "imagemeta", Value: "0"},
		}},
		{Group: "GPS", ID: "4", Name: "GPSLongitude", Readings: []pipeline.Reading{
			{Reader: "dokaz", Value: "27/1 33/1 0/0"}, {Reader: "goexif", Value: "27/1 33/1 0/0"}, {Reader: "imagemeta", Value: "27.55"},
		}},
	}
	if d := cmp.Diff(want, all[pipeline.Disagreement](got)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for _, tag := range all[pipeline.Tag](got) {
		if (tag.ID == "2" || tag.ID == "4") && tag.Reader != readerImagemeta && tag.Note != "zero denominator" {
			t.Errorf("note %q", tag.Note)
		}
	}
}

// TestInteropIsNotGPS is the other known defect: imagemeta names fields of the interoperability directory
// after the GPS fields of the same numbers.
func TestInteropIsNotGPS(t *testing.T) {
	t.Parallel()
	got := read(hold(jpegOf(exifSegment(tiffOf(content{
		exif:    []entry{undefined(0x9000, "0230")},
		interop: []entry{ascii(1, "R98"), undefined(2, "0100")},
	})))))
	if got.err != nil {
		t.Fatal(got.err)
	}
	for _, tag := range all[pipeline.Tag](got) {
		if tag.Group == "GPS" || strings.HasPrefix(tag.Name, "GPS") {
			t.Errorf("GPS out of nothing: %+v", tag)
		}
	}
	have := values(got)
	for k, v := range map[string]string{
		"dokaz InteropIFD:1": "R98", "dokaz InteropIFD:2": "0100", "goexif InteropIFD:1": "R98", "imagemeta InteropIFD:1": "R98",
	} {
		if have[k] != v {
			t.Errorf("%s: %q, want %q", k, have[k], v)
		}
	}
	if _, ok := have["imagemeta InteropIFD:2"]; !ok {
		t.Error("imagemeta's reading is not kept")
	}
	if len(all[pipeline.Position](got)) > 0 || len(all[pipeline.Disagreement](got)) > 0 {
		t.Errorf("said %v", got.facts)
	}
}

// TestTwoValuesForOneField gives readers that take the first and readers that take the last different dates.
func TestTwoValuesForOneField(t *testing.T) {
	t.Parallel()
	twice := content{exif: []entry{ascii(0x9003, "2020:08:09 22:14:05"), ascii(0x9003, "2021:01:01 00:00:00")}}
	once := func(s string) string {
		return exifSegment(tiffOf(content{exif: []entry{ascii(0x9003, s)}}))
	}
	for name, file := range map[string][]byte{
		"in one directory": tiffOf(twice),
		"in two segments":  jpegOf(once("2020:08:09 22:14:05"), once("2021:01:01 00:00:00")),
	} {
		got := read(hold(file))
		if got.err != nil {
			t.Fatal(got.err)
		}
		ds := all[pipeline.Disagreement](got)
		if len(ds) != 1 || ds[0].Group != "ExifIFD" || ds[0].Name != "DateTimeOriginal" {
			t.Fatalf("%s: %+v", name, ds)
		}
		var own []string
		for _, r := range ds[0].Readings {
			if r.Reader == readerOwn {
				own = append(own, r.Value)
			}
		}
		if d := cmp.Diff([]string{"2020:08:09 22:14:05", "2021:01:01 00:00:00"}, own); d != "" {
			t.Errorf("%s: (-want +got)\n%s", name, d)
		}
		if n := len(all[pipeline.CaptureTime](got)); n != 2 {
			t.Errorf("%s: %d times", name, n)
		}
	}
}

// TestReadersKeepTheirTexts: a NUL inside a text hides its end from goexif.
func TestReadersKeepTheirTexts(t *testing.T) {
	t.Parallel()
	got := read(hold(tiffOf(content{ifd0: []entry{ascii(0x110, "ION230\x00F"), ascii(0x10f, "Padded   ")}})))
	want := []pipeline.Disagreement{{Group: "IFD0", ID: "272", Name: "Model", Readings: []pipeline.Reading{
		{Reader: "dokaz", Value: `ION230\x00F`}, {Reader: "goexif", Value: "ION230"}, {Reader: "imagemeta", Value: "ION230F"},
	}}}
	if d := cmp.Diff(want, all[pipeline.Disagreement](got)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestContextEndsReading(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := New().Read(ctx, pipeline.Item{}, hold(jpegOf()), func(pipeline.Where, pipeline.Fact) { t.Error("said something") })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	c := content{
		ifd0: []entry{ascii(0x10f, "Canon"), short(0x112, 6)}, exif: []entry{ascii(0x9003, "2020:08:09 22:14:05"), undefined(0x9286, "ASCII\x00\x00\x00hello")},
		gps: []entry{ascii(1, "N"), rationals(2, 5, 53, 1, 54, 1, 0, 1)}, interop: []entry{undefined(2, "0100")}, ifd1: []entry{short(0x103, 6)},
	}
	f.Add(tiffOf(c))
	f.Add(jpegOf(exifSegment(tiffOf(c)), xmpSegment(xmpOf(`xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="x">`)), photoshopSegment(iimOf(2, 25, "key"))))
	f.Add(pngOf("eXIf", string(tiffOf(c))))
	f.Add(webpOf("EXIF", string(tiffOf(c))))
	f.Add(heicOf(be(0) + string(tiffOf(c))))
	f.Add(rawTIFF(rawDir(0, raw{0x14a, 4, 2, 26}), []byte{8, 0, 0, 0, 30, 0, 0, 0}))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := read(hold(b))
		for i, w := range got.places {
			if w.Offset != nil && (*w.Offset < 0 || *w.Offset > int64(len(b))) {
				t.Fatalf("%v lies outside the file: %v", got.facts[i], *w.Offset)
			}
			if _, err := pipeline.Canonical(got.facts[i]); err != nil {
				t.Fatalf("%+v has no JSON form: %v", got.facts[i], err)
			}
		}
	})
}
