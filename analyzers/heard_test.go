//go:build libav

package analyzers

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"dokaz/analyzers/readers"
	"dokaz/fixtures"
	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// TestReadersSayTheSameOfWhatTheyHeard: whether the fields come from those who read them before in this process, or are read again because only
// this analyzer is wanted.
func TestReadersSayTheSameOfWhatTheyHeard(t *testing.T) {
	t.Parallel()
	s := Settings{ExifTool: readers.ExifTool{Version: "0", Output: []byte(`[{"SourceFile":"-","EXIF:IFD0:Model":{"id":272,"val":"no camera"},"QuickTime:MajorBrand":"none"}]`)}}
	told := 0
	for _, set := range []string{"test", "hostile"} {
		err := filepath.WalkDir(fixtures.Dir(t, set), func(name string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			f, _ := pipeline.Sniff(b[:min(len(b), pipeline.SniffLength)])
			it := pipeline.Item{Digest: pipeline.DigestOf(b), Size: int64(len(b)), Kind: f.Kind, Format: f.Name}
			after := compared(t, With(pipeline.Limits{}, s), it, b, "structure", "exif", "container", "readers")
			alone := compared(t, With(pipeline.Limits{}, s), it, b, "readers")
			if d := cmp.Diff(alone, after); d != "" {
				t.Errorf("%s: alone and after the others (-alone +after)\n%s", filepath.Base(name), d)
			}
			told += len(after)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if told == 0 {
		t.Error("nothing was said of any file")
	}
}

// compared lets analyzers of these names examine one file and gives what readers says.
func compared(t *testing.T, list []pipeline.Analyzer, it pipeline.Item, b []byte, names ...string) (out []pipeline.Measurement) {
	t.Helper()
	for _, a := range list {
		r, ok := a.(pipeline.Reader)
		if !ok || !slices.Contains(names, a.Spec().Name) || !examines(a.Spec(), it.Kind) {
			continue
		}
		_ = r.Read(t.Context(), it, held{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
			if a.Spec().Name == "readers" {
				out = append(out, pipeline.Measurement{Where: w, Fact: f})
			}
		})
	}
	return out
}
