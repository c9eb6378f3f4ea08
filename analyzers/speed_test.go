//go:build libav

package analyzers

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// BenchmarkPhotos lets every reader of bytes read the shared photographs, held in memory: what a photo costs beyond reading it. The
// peer is SHA-256 of the same bytes.
func BenchmarkPhotos(b *testing.B) {
	var files [][]byte
	total := 0
	for _, set := range []string{"photos", "containers"} {
		err := filepath.WalkDir(filepath.Join(fixtures.SharedMedia(b), set), func(name string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() || !strings.EqualFold(filepath.Ext(name), ".jpg") {
				return err
			}
			raw, err := os.ReadFile(name)
			files, total = append(files, raw), total+len(raw)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	say := func(pipeline.Where, pipeline.Fact) {}
	work := map[string]func(raw []byte){"sha256": func(raw []byte) { pipeline.DigestOf(raw) }}
	for _, a := range All(pipeline.Limits{}) {
		if r, ok := a.(pipeline.Reader); ok && examines(a.Spec(), pipeline.Photo) {
			work[a.Spec().Name] = func(raw []byte) {
				_ = r.Read(b.Context(), pipeline.Item{Kind: pipeline.Photo}, held{bytes.NewReader(raw)}, say)
			}
		}
	}
	for name, do := range work {
		b.Run(name, func(b *testing.B) {
			before := processor(b)
			for b.Loop() {
				for _, raw := range files {
					do(raw)
				}
			}
			b.ReportMetric((processor(b)-before).Seconds()*1e3/float64(b.N*len(files)), "CPU-ms/photo")
			b.ReportMetric(float64(total)/float64(len(files))/1e6, "MB/photo")
		})
	}
}

// processor is the processor time that this process has had.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
