package exif

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// photos is the folder of real photographs with other tools' answers, which is not part of the repository.
func photos(t *testing.T) string {
	t.Helper()
	return filepath.Join(fixtures.SharedMedia(t), "photos")
}

// said is everything one reading gave.
type said struct {
	facts  []pipeline.Fact
	places []pipeline.Where
	err    error
}

func readFile(t *testing.T, name string) said {
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
	return read(sized{f, st.Size()})
}

func read(o pipeline.Original) (s said) {
	s.err = New().Read(context.Background(), pipeline.Item{Kind: pipeline.Photo}, o, func(w pipeline.Where, f pipeline.Fact) {
		s.places = append(s.places, w)
		s.facts = append(s.facts, f)
	})
	return s
}

type sized struct {
	*os.File
	size int64
}

func (s sized) Size() int64 { return s.size }

// exiftoolIDs maps "group:name" as ExifTool has them to tag numbers.
func exiftoolIDs(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("testdata/exiftool-ids.csv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // opened for reading: closing loses nothing
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, row := range rows {
		out[row[0]+":"+row[1]] = row[2]
	}
	return out
}

// forensic are the fields a report leans on.
var forensic = map[string]bool{
	"IFD0:271": true, "IFD0:272": true, "IFD0:274": true, "IFD0:305": true, "IFD0:306": true, "IFD0:315": true, "IFD0:33432": true,
	"ExifIFD:36867": true, "ExifIFD:36868": true, "ExifIFD:36880": true, "ExifIFD:36881": true, "ExifIFD:36882": true,
	"ExifIFD:37520": true, "ExifIFD:37521": true, "ExifIFD:37522": true, "ExifIFD:40962": true, "ExifIFD:40963": true,
	"ExifIFD:42033": true, "ExifIFD:42036": true, "ExifIFD:42016": true, "ExifIFD:33434": true, "ExifIFD:33437": true,
	"ExifIFD:34855": true, "ExifIFD:37386": true,
}

// tally counts fields of the other tool, found, and equal in value.
type tally struct{ want, found, equal int }

func (c tally) recall() float64 { return 100 * float64(c.found) / float64(max(c.want, 1)) }
func (c tally) String() string {
	return fmt.Sprintf("%d/%d found (%.2f %%), %d equal", c.found, c.want, c.recall(), c.equal)
}

// scores counts per reader and kind of field.
type scores map[string]*tally

func (s scores) of(what string) *tally {
	if s[what] == nil {
		s[what] = &tally{}
	}
	return s[what]
}

// score compares one file's tags with what ExifTool says of it.
func (s scores) score(t *testing.T, name string, got said, expected map[string]any, ids map[string]string) {
	tags := map[string]string{}
	for _, f := range got.facts {
		if tag, ok := f.(pipeline.Tag); ok {
			k := tag.Reader + " " + tag.Group + ":" + tag.ID
			if _, known := tags[k]; !known {
				tags[k] = tag.Value
			}
		}
	}
	names := make([]string, 0, len(expected))
	for k := range expected {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		id, ok := ids[k]
		if !ok {
			continue
		}
		group, _, _ := strings.Cut(k, ":")
		field := group + ":" + id
		for _, reader := range []string{readerOwn, readerGoexif, readerImagemeta} {
			value, found := tags[reader+" "+field]
			counts := []*tally{s.of(reader + " all"), s.of(reader + " " + group)}
			if forensic[field] || group == "GPS" {
				counts = append(counts, s.of(reader+" key"))
			}
			equal := found && sameAsExiftool(k, value, expected[k])
			for _, c := range counts {
				c.want++
				if found {
					c.found++
				}
				if equal {
					c.equal++
				}
			}
			if reader == readerOwn && !equal {
				t.Logf("%s %s: found %v %q, exiftool %v", name, k, found, value, expected[k])
			}
		}
	}
}

// sameAsExiftool compares with ExifTool's -n form, which is decimal, in degrees, f-numbers and seconds.
func sameAsExiftool(k, got string, want any) bool {
	text := fmt.Sprint(want)
	if f, ok := want.(float64); ok {
		text = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if strings.TrimSpace(got) == strings.TrimSpace(text) || strings.HasPrefix(text, "(Binary data") {
		return true
	}
	var nums []float64
	for _, w := range strings.Fields(got) {
		a, b, isRat := strings.Cut(w, "/")
		n, err := strconv.ParseFloat(a, 64)
		d := 1.0
		if isRat && err == nil {
			d, err = strconv.ParseFloat(b, 64)
		}
		if err != nil {
			return false
		}
		nums = append(nums, n/d)
	}
	switch _, name, _ := strings.Cut(k, ":"); {
	case name == "GPSLatitude" || name == "GPSLongitude":
		if len(nums) == 3 {
			nums = []float64{nums[0] + nums[1]/60 + nums[2]/3600}
		}
	case name == "GPSTimeStamp" && len(nums) == 3:
		text = strings.ReplaceAll(text, ":", " ")
	case name == "ShutterSpeedValue" && strings.Contains(got, "/"):
		nums[0] = 1 / math.Pow(2, nums[0])
	case (name == "ApertureValue" || name == "MaxApertureValue") && strings.Contains(got, "/"):
		nums[0] = math.Pow(2, nums[0]/2)
	}
	words := strings.Fields(text)
	if len(words) != len(nums) {
		return false
	}
	for i, w := range words {
		f, err := strconv.ParseFloat(w, 64)
		if w == "undef" || w == "inf" {
			f, err = math.NaN(), nil
		}
		if err != nil || !(math.Abs(f-nums[i]) <= 1e-3*max(1e-3, math.Abs(f)) || math.IsNaN(f) && (math.IsNaN(nums[i]) || math.IsInf(nums[i], 0))) {
			return false
		}
	}
	return true
}

func (s scores) log(t *testing.T) {
	names := make([]string, 0, len(s))
	for k := range s {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		t.Logf("%-22s %s", k, s[k])
	}
}

// TestAgainstExiftool compares with ExifTool's stored answers for real photographs of many makers.
func TestAgainstExiftool(t *testing.T) {
	t.Parallel()
	dir := photos(t)
	raw, err := os.ReadFile(filepath.Join(dir, "exiftool-expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected []map[string]any
	if err := json.Unmarshal(raw, &expected); err != nil {
		t.Fatal(err)
	}
	ids, jpeg, other := exiftoolIDs(t), scores{}, scores{}
	for _, e := range expected {
		name := e["SourceFile"].(string)
		switch e["File:FileType"] {
		case "JPEG":
			jpeg.score(t, name, readFile(t, filepath.Join(dir, name)), e, ids)
		case "AVIF", "Extended WEBP":
			other.score(t, name, readFile(t, filepath.Join(dir, name)), e, ids)
		}
	}
	t.Log("JPEG")
	jpeg.log(t)
	t.Log("AVIF, WebP")
	other.log(t)
	atLeast(t, jpeg, map[string]float64{"dokaz all": 100, "dokaz key": 100, "imagemeta all": 95, "goexif key": 95})
	atLeast(t, other, map[string]float64{"dokaz all": 100, "dokaz key": 100})
}

// TestAgainstExiftoolItself asks an installed ExifTool about HEIC, whose Exif the stored answers leave out.
func TestAgainstExiftoolItself(t *testing.T) {
	t.Parallel()
	dir := photos(t)
	tool, err := exec.LookPath("exiftool")
	if err != nil {
		t.Skip("NOT TESTED against ExifTool on HEIC: exiftool is not installed")
	}
	s, ids := scores{}, exiftoolIDs(t)
	for _, pattern := range []string{"*/heic/*.heic", "*/heic/*.HEIC", "immich/motionphoto/*.heic"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			out, err := exec.Command(tool, "-j", "-n", "-G1", name).Output()
			var e []map[string]any
			if err == nil {
				err = json.Unmarshal(out, &e)
			}
			if err != nil {
				t.Fatalf("exiftool %s: %v", name, err)
			}
			s.score(t, name, readFile(t, name), e[0], ids)
		}
	}
	s.log(t)
	atLeast(t, s, map[string]float64{"dokaz all": 100, "dokaz key": 100})
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
		got := readFile(t, name)
		runtime.ReadMemStats(&after)
		if grown, took := after.TotalAlloc-before.TotalAlloc, time.Since(start); grown > 64<<20 || took > 20*time.Second {
			t.Errorf("%s: %d bytes, %v", name, grown, took)
		}
		for _, f := range got.facts {
			if _, err := pipeline.Canonical(f); err != nil {
				t.Errorf("%s: %+v has no JSON form: %v", name, f, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func atLeast(t *testing.T, s scores, floor map[string]float64) {
	t.Helper()
	for what, percent := range floor {
		c := s.of(what)
		if c.want == 0 || c.recall() < percent {
			t.Errorf("%s: %s, want at least %g %%", what, c, percent)
		}
		// What differs in value is ThumbnailOffset, which ExifTool counts from the start of the file.
		if 100*c.equal < 97*c.found {
			t.Errorf("%s: %s: want 97 %% equal", what, c)
		}
	}
}

func readAll(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
