package pdq

import (
	"encoding/csv"
	"image"
	_ "image/jpeg" // the published pictures are JPEG files
	"os"
	"path/filepath"
	"testing"

	"dokaz/analyzers/internal/raster"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// decoderBits is how far another decoder may move a hash (pdq/README: at most 10 bits at a quality of 80 and above).
const decoderBits = 10

func TestHashOfPublishedPictures(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(fixtures.SharedMedia(t), "image-neardup")
	f, err := os.Open(filepath.Join(dir, "pdq-expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		want, err := pipeline.ParseHash256(row[1])
		if err != nil {
			t.Fatal(err)
		}
		luma, w, h := decode(t, filepath.Join(dir, row[0]))
		got, q, err := Hash(luma, w, h)
		if err != nil {
			t.Fatal(err)
		}
		d := got.Distance(want)
		t.Logf("%s: %d bits from the published hash, quality %d", row[0], d, q)
		if d > decoderBits {
			t.Errorf("%s: %v is %d bits from the published %v", row[0], got, d, want)
		}
	}
}

func decode(t *testing.T, file string) ([]float32, int, int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return raster.Luma(img, max(img.Bounds().Dx(), img.Bounds().Dy()))
}
