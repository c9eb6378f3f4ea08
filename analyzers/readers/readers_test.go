package readers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dokaz/analyzers/container"
	"dokaz/analyzers/exif"
	"dokaz/analyzers/readers"
	"dokaz/analyzers/structure"
	"dokaz/fixtures"
	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

type original struct{ *bytes.Reader }

func (original) Close() error { return nil }

// read lets the analyzer read bytes with what ExifTool said of them.
func read(t testing.TB, b []byte, e readers.ExifTool) (facts []pipeline.Fact, places []pipeline.Where, err error) {
	t.Helper()
	f, _ := pipeline.Sniff(b)
	it := pipeline.Item{Size: int64(len(b)), Kind: f.Kind, Format: f.Name}
	a := readers.New(e, ear(container.New(), "libav"), ear(exif.New(), "dokaz"), ear(structure.New(), "structure"))
	err = a.Read(t.Context(), it, original{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
		facts, places = append(facts, f), append(places, w)
	})
	return facts, places, err
}

// ear is before a reader that is asked again.
func ear(r pipeline.Reader, as string) *readers.Ear { return readers.Listen(r, as, r) }

// tiny is a picture whose Exif says Model "Camera" and nothing else.
func tiny(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x10\x00\x02\x00\x00\x00\x07\x00\x00\x00\x1a\x00\x00\x00\x00Camera\x00"
	return slices.Concat([]byte("\xff\xd8\xff\xe1\x00"), []byte{byte(len(exif) + 2)}, []byte(exif), b.Bytes()[2:])
}

// answer is an ExifTool's answer of these fields.
func answer(fields map[string]any) []byte {
	b, err := json.Marshal([]any{fields})
	if err != nil {
		panic(err)
	}
	return b
}

type said map[string]any

// Known differences between ExifTool and our own reading, all looked at by hand: file and field. Any other is a defect of ours.
var explained = map[string]string{
	"empty_gps.jpg GPS:GPSLatitude":                     "0/0 0/0 0/0, of which ExifTool shows nothing",
	"empty_gps.jpg GPS:GPSLongitude":                    "0/0 0/0 0/0, of which ExifTool shows nothing",
	"sample_android_slow_motion.mp4 format:major_brand": "a metadata item is called major_brand, and libav shows it in the place of the box",
}

// TestAgainstExifTool asks an installed ExifTool about every shared photograph and container, and looks at each field in which readers
// are said to disagree: of honest files there must be none that is not explained.
func TestAgainstExifTool(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("exiftool")
	if err != nil {
		t.Skip("NOT COMPARED with ExifTool: exiftool is not installed")
	}
	root := fixtures.SharedMedia(t)
	n, fields, differ := 0, 0, 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "robustness") || !strings.Contains(path, "/photos/") && !strings.Contains(path, "/containers/") {
			return err
		}
		b, err := os.ReadFile(path)
		if f, ok := pipeline.Sniff(b); err != nil || !ok || f.Kind == pipeline.Other {
			return err
		}
		out, _ := exec.Command(tool, "-config", "", "-j", "-n", "-a", "-G0:1:4", "-D", path).Output() // it exits with 1 where a file has a fault
		facts, _, err := read(t, b, readers.ExifTool{Version: "any", Output: out})
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		n++
		for _, f := range facts {
			switch f := f.(type) {
			case pipeline.Tag:
				fields++
			case pipeline.Disagreement:
				key := fmt.Sprintf("%s %s:%s", filepath.Base(path), f.Group, f.Name)
				if differ++; explained[key] == "" {
					t.Errorf("%s: %q", key, f.Readings)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d fields of ExifTool's, %d disagreements", n, fields, differ)
}

func TestADisagreementHasBothTextsAndThePlace(t *testing.T) {
	t.Parallel()
	b := tiny(t)
	model := ""
	var at pipeline.Where
	_ = exif.New().Read(t.Context(), pipeline.Item{Size: int64(len(b)), Kind: pipeline.Photo}, original{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
		if tag, ok := f.(pipeline.Tag); ok && tag.Reader == "dokaz" && tag.Name == "Model" {
			model, at = tag.Value, w
		}
	})
	facts, places, err := read(t, b, readers.ExifTool{Version: "13", Output: answer(map[string]any{
		"SourceFile": "x", "EXIF:IFD0:Model": said{"id": 272, "val": "Another"}, "Composite:Megapixels": said{"id": "a", "val": 3},
	})})
	if err != nil || model != "Camera" {
		t.Fatalf("model %q: %v", model, err)
	}
	want := []pipeline.Fact{
		pipeline.Tag{Reader: "exiftool", Group: "IFD0", ID: "272", Name: "Model", Value: "Another"},
		pipeline.Disagreement{Group: "IFD0", ID: "272", Name: "Model", Readings: []pipeline.Reading{{Reader: "dokaz", Value: model}, {Reader: "exiftool", Value: "Another"}}},
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Error(diff)
	}
	for _, w := range places {
		if diff := cmp.Diff(at, w); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWhatExifToolDidNotSay(t *testing.T) {
	t.Parallel()
	b := tiny(t)
	for name, c := range map[string]struct {
		heard readers.ExifTool
		want  string
	}{
		"not installed": {readers.ExifTool{Absent: "not installed"}, ""},
		"died":          {readers.ExifTool{Version: "13", Failed: "no answer: killed: wall clock 10 s"}, "exiftool 13: no answer: killed: wall clock 10 s"},
		"too large":     {readers.ExifTool{Version: "13", Failed: "a file of 9 bytes, the limit is 8", Refused: true}, "exiftool 13: refused: a file of 9 bytes, the limit is 8"},
		"no JSON":       {readers.ExifTool{Version: "13", Output: []byte("Perl died")}, "exiftool's answer is not of the form asked for\ninvalid character 'P' looking for beginning of value"},
	} {
		facts, _, err := read(t, b, c.heard)
		if got := fmt.Sprint(err); got != c.want && !(c.want == "" && err == nil) || len(facts) != 0 {
			t.Errorf("%s: %q, %v", name, got, facts)
		}
	}
}

// FuzzExifTool: whatever stands in the answer, which a file may have made somebody else's program say.
func FuzzExifTool(f *testing.F) {
	b := tiny(f)
	f.Add([]byte(`[{"SourceFile":"x","EXIF:IFD0:Model":{"id":272,"val":"A"},"XMP:XMP-dc:Creator":{"id":"creator","val":["a",["b"]]}}]`))
	f.Fuzz(func(t *testing.T, output []byte) {
		_, _, _ = read(t, b, readers.ExifTool{Version: "13", Output: output})
	})
}
