package format

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

type sized struct {
	*os.File
	size int64
}

func (s sized) Size() int64 { return s.size }

func readFile(t *testing.T, name string) []statement {
	t.Helper()
	said, err := readPath(t, name)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return said
}

func readPath(t *testing.T, name string) (said []statement, err error) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // opened for reading: closing loses nothing
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	err = New().Read(context.Background(), pipeline.Item{}, sized{f, st.Size()}, func(w pipeline.Where, f pipeline.Fact) {
		said = append(said, statement{w, f})
	})
	return said, err
}

// TestAgainstExiftool compares type and size of real photographs with ExifTool's stored answers. HEIC is left
// out there: ExifTool turns the size as the item's rotation says.
func TestAgainstExiftool(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(fixtures.SharedMedia(t), "photos")
	raw, err := os.ReadFile(filepath.Join(dir, "exiftool-expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected []struct {
		Name   string `json:"SourceFile"`
		Media  string `json:"File:MIMEType"`
		Width  int    `json:"File:ImageWidth"`
		Height int    `json:"File:ImageHeight"`
	}
	if err := json.Unmarshal(raw, &expected); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, e := range expected {
		if e.Media == "application/rdf+xml" { // sidecars, told by their extension
			continue
		}
		media, width, height := "", 0, 0
		for _, s := range readFile(t, filepath.Join(dir, e.Name)) {
			switch f := s.Fact.(type) {
			case pipeline.FileType:
				media = f.MediaType
			case pipeline.Raster:
				width, height = f.Width, f.Height
			}
		}
		if media != e.Media && media != "video/3gpp" {
			t.Errorf("%s: %s, exiftool %s", e.Name, media, e.Media)
		}
		if e.Width == 0 || e.Media == "image/heic" {
			continue
		}
		compared++
		if width != e.Width || height != e.Height {
			t.Errorf("%s: %d×%d, exiftool %d×%d", e.Name, width, height, e.Width, e.Height)
		}
	}
	if compared < 50 {
		t.Errorf("only %d sizes compared", compared)
	}
}

// TestRealEnds reads files whose ends are known: what cameras append, what was cut.
func TestRealEnds(t *testing.T) {
	t.Parallel()
	dir := fixtures.SharedMedia(t)
	for name, want := range map[string][]pipeline.Extent{
		"photos/forensics-samples/IMG_1054.JPG":                    nil,
		"photos/immich/motionphoto/samsung-one-ui-6.heic":          nil,
		"containers/exoplayer-mp4/sample.mp4":                      nil,
		"containers/exoplayer-mp4/sample_mdat_too_long.mp4":        {{What: "truncated", Length: 8, Note: "box mdat at byte 2,184 states 99,421 bytes"}},
		"containers/exoplayer-jpeg/non-motion-photo-shortened.jpg": {{What: "truncated", Note: "SOS at byte 26,180 has no end"}},
		"c2pa/nikon-20221019-building.jpeg": { // ExifTool: MPImage2 at 1216324, 93208 bytes; MPImage3 at 1310020, 220078 bytes
			{What: "trailing", Length: 310, Note: "zero bytes"}, {What: "trailing", Length: 93208, Note: "jpeg signature, MPF index present"},
			{What: "trailing", Length: 488, Note: "zero bytes"}, {What: "trailing", Length: 220078, Note: "jpeg signature, MPF index present"},
		},
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		var got []pipeline.Extent
		for _, s := range readFile(t, path) {
			if e, ok := s.Fact.(pipeline.Extent); ok {
				got = append(got, e)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

// TestHostileSet reads every file of the shared hostile set: each within seconds and bounded memory.
func TestHostileSet(t *testing.T) {
	dir := fixtures.Dir(t, "hostile")
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		said, err := readPath(t, name)
		runtime.ReadMemStats(&after)
		if grown, took := after.TotalAlloc-before.TotalAlloc, time.Since(start); grown > 64<<20 || took > 20*time.Second {
			t.Errorf("%s: %d bytes, %v", name, grown, took)
		}
		if len(said) == 0 {
			t.Errorf("%s: nothing was said; %v", name, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
