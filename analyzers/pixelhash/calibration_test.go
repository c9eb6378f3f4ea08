package pixelhash

import (
	"encoding/csv"
	"image"
	_ "image/jpeg" // decoders of the shared pictures
	_ "image/png"
	"os"
	"path/filepath"
	"testing"

	_ "golang.org/x/image/webp"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// rows reads a table without its heading.
func rows(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

// hashOf returns the PDQ hash and quality stated of a picture.
func hashOf(t *testing.T, file string) (pipeline.Hash256, int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	said, err := watchOne(t, img)
	if err != nil {
		t.Fatal(err)
	}
	fact := said[0].(pipeline.PictureHash)
	h, err := pipeline.ParseHash256(fact.Bits)
	if err != nil {
		t.Fatal(err)
	}
	return h, fact.Quality
}

// The reduced picture's hash stays within the ten bits that the publishers allow another implementation.
func TestReducedPicturesStayNearThePublishedHashes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(fixtures.SharedMedia(t), "image-neardup")
	for _, row := range rows(t, filepath.Join(dir, "pdq-expected.csv")) {
		want, err := pipeline.ParseHash256(row[1])
		if err != nil {
			t.Fatal(err)
		}
		got, _ := hashOf(t, filepath.Join(dir, row[0]))
		d := got.Distance(want)
		t.Logf("%s: %d bits from the published hash", row[0], d)
		if d > 10 {
			t.Errorf("%s: %d bits from the published hash", row[0], d)
		}
	}
}

// The thresholds of pipeline/compare, which rest on these pictures.
const (
	quality   = 50
	confirmed = 31
	suggested = 48
)

func TestThresholdsPartCopiesFromOtherPictures(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(fixtures.SharedMedia(t), "image-neardup")
	type hashed struct {
		bits    pipeline.Hash256
		quality int
	}
	known := map[string]hashed{}
	get := func(name string) hashed {
		if _, ok := known[name]; !ok {
			b, q := hashOf(t, filepath.Join(dir, name))
			known[name] = hashed{b, q}
		}
		return known[name]
	}
	var copies, found, sure, others int
	nearest := 256
	for _, row := range rows(t, filepath.Join(dir, "pairs.csv")) {
		a, b := get(row[0]), get(row[1])
		d := a.bits.Distance(b.bits)
		fit := min(a.quality, b.quality) >= quality
		switch row[2] {
		case "near-duplicate":
			if row[3] == "letterbox" {
				continue // bars frame the picture anew: not a plain copy
			}
			copies++
			if fit && d <= suggested {
				found++
			}
			if fit && d <= confirmed {
				sure++
			}
		case "unrelated", "unrelated-lookalike", "same-place-different-photo":
			others++
			nearest = min(nearest, d)
			if fit && d <= suggested {
				t.Errorf("%s: %s and %s lie %d bits apart", row[2], row[0], row[1], d)
			}
		}
	}
	t.Logf("%d of %d plain copies found, %d of them confirmed; %d pairs of other pictures, the nearest %d bits apart", found, copies, sure, others, nearest)
	if copies < 25 || others < 150 || found*100 < copies*95 {
		t.Errorf("%d of %d copies found, %d others", found, copies, others)
	}
}
