package structure

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/fixtures"
	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func TestTables(t *testing.T) {
	t.Parallel()
	entries, err := data.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]int{"jpeg-app.tsv": 4, "jpeg-standard.tsv": 3, "bmff-box.tsv": 3, "bmff-uuid.tsv": 3, "bmff-layout.tsv": 3, "bmff-key.tsv": 3, "ebml-element.tsv": 4}
	for _, e := range entries {
		n := max(2, columns[e.Name()])
		if err := lexicon.Check(table(strings.TrimSuffix(e.Name(), ".tsv")), n, min(n, 2)-1+n/3); err != nil {
			t.Errorf("%s: %v", e.Name(), err)
		}
	}
	if n := len(introductions()); n < 30 {
		t.Errorf("%d introductions are readable", n)
	}
}

// held is an original in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// read gives the facts of a file: pieces as one line each, and the others.
func read(t testing.TB, b []byte) (lines []string, signatures map[string]string, coded []pipeline.CodedDigest) {
	t.Helper()
	signatures = map[string]string{}
	err := New().Read(context.Background(), pipeline.Item{}, held{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
		switch f := f.(type) {
		case pipeline.Piece:
			line := fmt.Sprintf("%d+%d %s", *w.Offset, w.Length, w.Path)
			if f.Note != "" {
				line += " (" + f.Note + ")"
			}
			lines = append(lines, line)
			if w.Length < 0 || *w.Offset < 0 || *w.Offset+w.Length > int64(len(b)) {
				t.Errorf("%s lies outside %d bytes", line, len(b))
			}
		case pipeline.Signature:
			signatures[f.Algorithm] = f.Text
		case pipeline.CodedDigest:
			coded = append(coded, f)
		}
	})
	if err != nil && !errors.Is(err, pipeline.ErrUnsupported) && !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("Read: %v", err)
	}
	return lines, signatures, coded
}

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		m.Set(i%40, i/40, color.RGBA{uint8(6 * (i % 40)), uint8(8 * (i / 40)), uint8(i), 255})
	}
	return m
}

func jpegOf(t testing.TB, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func segment(marker byte, data string) string {
	return "\xff" + string([]byte{marker, byte((len(data) + 2) >> 8), byte(len(data) + 2)}) + data
}

// with puts segments behind SOI.
func with(jpg []byte, segments ...string) []byte {
	return append([]byte("\xff\xd8"+strings.Join(segments, "")), jpg[2:]...)
}

func exifBlock() string {
	b := "II*\x00\x08\x00\x00\x00" + "\x02\x00"
	b += "\x0f\x01\x02\x00\x04\x00\x00\x00abc\x00" + "\x69\x87\x04\x00\x01\x00\x00\x00\x26\x00\x00\x00" + "\x00\x00\x00\x00"
	return b + "\x01\x00" + "\x7c\x92\x07\x00\x08\x00\x00\x00\x38\x00\x00\x00" + "\x00\x00\x00\x00" + "Apple iO"
}

func TestJPEG(t *testing.T) {
	t.Parallel()
	jpg := jpegOf(t, 75)
	file := with(jpg, segment(0xe1, "Exif\x00\x00"+exifBlock()), segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x02ab"),
		segment(0xe9, "secret"), segment(0xfe, "hello"))
	file = append(file, "\x00\x00\x00"...)
	file = append(file, jpg...)
	file = append(file, "tail"...)
	lines, signatures, coded := read(t, file)
	base := len(file) - len(jpg) - len("tail")
	want := []string{
		"0+2 SOI", "2+74 APP1", "20+30 APP1/IFD0", "50+18 APP1/IFD0/ExifIFD", "68+8 APP1/IFD0/ExifIFD/MakerNote",
		"76+32 APP13", "94+14 APP13/8BIM 1028", "108+10 APP9 (unknown)", "118+9 COM", "127+134 DQT", "261+19 SOF0", "280+420 DHT", "700+14 SOS",
		fmt.Sprintf("714+%d scan", base-3-714-2), fmt.Sprintf("%d+2 EOI", base-5),
		fmt.Sprintf("%d+3 padding (benign trailer: zeros)", base-3), fmt.Sprintf("%d+%d picture (not announced by an index)", base, len(jpg)),
	}
	if d := cmp.Diff(want, lines[:len(want)]); d != "" {
		t.Error(d)
	}
	if got := lines[len(lines)-1]; got != fmt.Sprintf("%d+4 trailer (unknown trailer)", len(file)-4) {
		t.Errorf("the end is told as %s", got)
	}
	if !strings.HasPrefix(signatures["jpeg-header/1"], "APP1:Exif APP13:Photoshop APP9:? COM\nSOF0 P8 1:2x2:0 2:1x1:1 3:1x1:1\nDQT 0 ") {
		t.Error(signatures["jpeg-header/1"])
	}
	if !strings.Contains(signatures["jpeg-header/1"], "DHT 00 standard luminance DC") {
		t.Error(signatures["jpeg-header/1"])
	}
	if want := "IFD0 271:ASCII 34665:LONG\nIFD0/ExifIFD 37500:UNDEFINED"; signatures["tiff-layout/1"] != want {
		t.Errorf("layout %q", signatures["tiff-layout/1"])
	}
	if len(coded) != 1 {
		t.Errorf("%d coded pictures", len(coded))
	}
}

// TestTrailersThatTheFileAnnounces: pictures of the MPF index, films of XMP and Samsung's records are told as benign.
func TestTrailersThatTheFileAnnounces(t *testing.T) {
	t.Parallel()
	jpg := jpegOf(t, 75)
	index := "MM\x00*\x00\x00\x00\x08" + "\x00\x01\xb0\x02\x00\x07\x00\x00\x00\x20\x00\x00\x00\x1a\x00\x00\x00\x00" + strings.Repeat("\x00", 20)
	at := len(jpg) + 4 + 4 + len(index) + 12 // of the second picture
	index += string(binary.BigEndian.AppendUint32(nil, uint32(len(jpg)))) + string(binary.BigEndian.AppendUint32(nil, uint32(at-10))) + "\x00\x00\x00\x00"
	film := "\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00\x00\x00\x00\x08moov"
	record := "\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_Data1597000000000"
	sef := record + "SEFH\x6a\x00\x00\x00\x01\x00\x00\x00" + "\x00\x00\x01\x0a" + le(len(record)) + le(len(record)) + le(24) + "SEFT"
	for want, b := range map[string][]byte{
		fmt.Sprintf("%d+%d picture (benign trailer: picture announced by the MPF index)", at, len(jpg)): append(with(jpg, segment(0xe2, "MPF\x00"+index)), jpg...),
		"film (benign trailer: film of a motion photo, announced by XMP)":                               append(with(jpg, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x GCamera:MotionPhoto=\"1\"/>")), film...),
		"film (film that nothing in the picture announces)":                                             append(slices.Clone(jpg), film...),
		fmt.Sprintf("%d+%d SEF (benign trailer: vendor's records)", len(jpg), len(sef)):                 append(slices.Clone(jpg), sef...),
		fmt.Sprintf("%d+%d SEF/0a01", len(jpg), len(record)):                                            append(slices.Clone(jpg), sef...),
	} {
		lines, _, _ := read(t, b)
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasSuffix(l, want) }) {
			t.Errorf("no %s among %q", want, lines[len(lines)-6:])
		}
	}
}

func le(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

// TestQualityIsLibjpegs: Go's encoder scales the tables of Annex K as libjpeg does.
func TestQualityIsLibjpegs(t *testing.T) {
	t.Parallel()
	for _, q := range []int{1, 49, 50, 75, 92, 100} {
		found := ""
		_ = New().Read(context.Background(), pipeline.Item{}, held{bytes.NewReader(jpegOf(t, q))}, func(_ pipeline.Where, f pipeline.Fact) {
			if p, ok := f.(pipeline.Piece); ok && p.Name == "DQT" {
				for _, x := range p.Fields {
					if strings.HasSuffix(x.Name, " is") {
						found += x.Value + ";"
					}
				}
			}
		})
		want := fmt.Sprintf("standard luminance table at IJG quality %d;standard chrominance table at IJG quality %d;", q, q)
		if q == 1 || q == 100 { // all at their bound: both tables are alike
			want = strings.ReplaceAll(want, "chrominance", "luminance")
		}
		if found != want {
			t.Errorf("quality %d: %s", q, found)
		}
	}
}

// TestCodedDigest: it holds whatever is said round the picture and however tables are spread, and changes with the picture.
func TestCodedDigest(t *testing.T) {
	t.Parallel()
	digest := func(b []byte) pipeline.Digest {
		_, _, coded := read(t, b)
		if len(coded) != 1 {
			t.Fatalf("%d coded pictures", len(coded))
		}
		return coded[0].Digest
	}
	jpg := jpegOf(t, 75)
	want := digest(jpg)
	at := bytes.Index(jpg, []byte("\xff\xdb"))
	split := append([]byte{}, jpg[:at]...)
	split = append(split, segment(0xdb, string(jpg[at+4:at+69]))+segment(0xdb, string(jpg[at+69:at+134]))...)
	split = append(split, jpg[at+134:]...)
	for name, b := range map[string][]byte{
		"metadata added": with(jpg, segment(0xe1, "Exif\x00\x00"+exifBlock()), segment(0xfe, "hello")),
		"a trailer":      append(append([]byte{}, jpg...), "tail"...),
		"tables spread":  split,
	} {
		if digest(b) != want {
			t.Errorf("%s changes the digest", name)
		}
	}
	changed := append([]byte{}, jpg...)
	changed[len(changed)-10] ^= 1
	table := append([]byte{}, jpg...)
	table[at+20]++
	for name, b := range map[string][]byte{"another quality": jpegOf(t, 76), "one bit": changed, "one quantisation step": table} {
		if digest(b) == want {
			t.Errorf("%s keeps the digest", name)
		}
	}
}

// TestCodedDigestOutlivesExifTool strips and writes metadata with another program.
func TestCodedDigestOutlivesExifTool(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("exiftool"); err != nil {
		t.Skip("no exiftool here; make setup installs it")
	}
	var pic bytes.Buffer
	if err := png.Encode(&pic, picture()); err != nil {
		t.Fatal(err)
	}
	text := "\x00\x00\x00\x09tEXtTitle\x00old\xf6\xe3\xec\xca"
	for name, b := range map[string][]byte{
		"a.jpg": with(jpegOf(t, 80), segment(0xe1, "Exif\x00\x00"+exifBlock()), segment(0xe9, "secret")),
		"a.png": slices.Concat(pic.Bytes()[:33], []byte(text), pic.Bytes()[33:]),
	} {
		_, _, before := read(t, b)
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, change := range [][]string{{"-all="}, {"-XMP:Title=x", "-Artist=y", "-Comment=z"}} {
			if out, err := exec.Command("exiftool", append(change, "-overwrite_original", file)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			now, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, after := read(t, now); bytes.Equal(now, b) || cmp.Diff(before[0].Digest, after[0].Digest) != "" || before[0].Bytes != after[0].Bytes {
				t.Errorf("%s %v: %v, before %v", name, change, after, before)
			}
		}
	}
}

func TestPNG(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	p := b.Bytes()
	lines, signatures, coded := read(t, p)
	data := len(p) - 8 - 25 - 12
	want := []string{"0+8 signature", "8+25 IHDR", fmt.Sprintf("33+%d IDAT", data), fmt.Sprintf("%d+12 IEND", 33+data)}
	if d := cmp.Diff(want, lines); d != "" {
		t.Error(d)
	}
	if signatures["png-chunks/1"] != "IHDR IDAT IEND" || len(coded) != 1 || coded[0].Bytes != int64(data-12) {
		t.Error(signatures, coded)
	}
	p[60] ^= 1
	if lines, _, _ = read(t, p); !strings.Contains(lines[2], "checksum is ") {
		t.Error(lines)
	}
}

// TestHostileSet takes every file of the hostile set apart: within bounds of memory and of time.
func TestHostileSet(t *testing.T) {
	dir := fixtures.Dir(t, "hostile")
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		lines, _, _ := read(t, b)
		runtime.ReadMemStats(&after)
		if grown, took := after.TotalAlloc-before.TotalAlloc, time.Since(start); grown > 64<<20 || took > 20*time.Second || len(lines) > pipeline.MaxPieces {
			t.Errorf("%s: %d bytes, %v, %d pieces", name, grown, took, len(lines))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPiecesCoverTheFile: those of the shared photographs that lie in no other piece follow one another without a gap.
func TestPiecesCoverTheFile(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir(filepath.Join(fixtures.SharedMedia(t), "photos"), func(name string, e fs.DirEntry, err error) error {
		ext := strings.ToLower(filepath.Ext(name))
		if err != nil || !e.Type().IsRegular() || ext != ".jpg" && ext != ".webp" && ext != ".png" {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		at := int64(0)
		_ = New().Read(t.Context(), pipeline.Item{}, held{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
			if p, ok := f.(pipeline.Piece); ok && p.Depth == 0 {
				if *w.Offset != at {
					t.Errorf("%s: %s begins at byte %d, the piece before it ends at %d", name, w.Path, *w.Offset, at)
				}
				at = *w.Offset + w.Length
			}
		})
		if at != int64(len(b)) {
			t.Errorf("%s: pieces end at byte %d of %d", name, at, len(b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(with(jpegOf(f, 50), segment(0xe1, "Exif\x00\x00"+exifBlock()), segment(0xe2, "ICC_PROFILE\x00\x01\x01"+strings.Repeat("\x00", 140)), segment(0xec, "Ducky\x00\x00\x01\x00\x04\x00\x00\x00\x3c")))
	f.Add(with(jpegOf(f, 50), segment(0xe2, "MPF\x00MM\x00*\x00\x00\x00\x08\x00\x00"), segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x02ab"), segment(0xeb, "JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x10jumb")))
	var pic bytes.Buffer
	if err := png.Encode(&pic, picture()); err != nil {
		f.Fatal(err)
	}
	f.Add(pic.Bytes())
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00;"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte(exifBlock()))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, _, _ := read(t, b)
		if len(lines) > pipeline.MaxPieces {
			t.Errorf("%d pieces", len(lines))
		}
	})
}
