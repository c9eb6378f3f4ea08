//go:build libav

package analyzers

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dokaz/analyzers/exif"
	"dokaz/analyzers/structure"
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

// BenchmarkSharedSet lets the readers of bytes read every file of the shared set, from disk, and one ExifTool read them all in one batch: the
// processor time and the time of each, and how many times ours ExifTool's are. Fields alone are what ExifTool gives too: every segment, box and
// field with what it says. Everything is what an examination asks of the same two analyzers: digests of what is coded, thumbnails decoded and hashed, two further
// libraries of metadata.
//
//	go test -tags "libav nodynamic" -run '^$' -bench BenchmarkSharedSet -benchtime 3x ./analyzers
func BenchmarkSharedSet(b *testing.B) {
	tool, err := exec.LookPath("exiftool")
	if err != nil {
		b.Skip("NOT COMPARED: exiftool is not installed")
	}
	var files []string
	err = filepath.WalkDir(fixtures.SharedMedia(b), func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	exiftool := func() time.Duration {
		cmd := exec.CommandContext(b.Context(), tool, "-config", "", "-j", "-n", "-a", "-G0:1", "-D", "-@", "-")
		cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
		_, _ = cmd.Output() // it exits with 1 where a file has a fault
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	var l pipeline.Limits
	for _, c := range []struct {
		name    string
		readers []pipeline.Reader
	}{
		{"fields", []pipeline.Reader{structure.Fields(l), exif.Fields(l)}},
		{"everything", []pipeline.Reader{structure.Within(l), exif.Within(l)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ours, wall, theirs, theirWall time.Duration
			for b.Loop() {
				before, began := processor(b), time.Now()
				for _, name := range files {
					readAll(b, name, c.readers)
				}
				ours, wall = ours+processor(b)-before, wall+time.Since(began)
				began = time.Now()
				theirs += exiftool()
				theirWall += time.Since(began)
			}
			n := float64(b.N)
			b.ReportMetric(float64(len(files)), "files")
			b.ReportMetric(ours.Seconds()/n, "CPU-s")
			b.ReportMetric(wall.Seconds()/n, "wall-s")
			b.ReportMetric(theirs.Seconds()/n, "exiftool-CPU-s")
			b.ReportMetric(theirWall.Seconds()/n, "exiftool-wall-s")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "CPU-times")
			b.ReportMetric(theirWall.Seconds()/wall.Seconds(), "wall-times")
		})
	}
}

// readAll lets readers read one file, whatever it is.
func readAll(b *testing.B, name string, readers []pipeline.Reader) {
	b.Helper()
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	head := make([]byte, min(st.Size(), pipeline.SniffLength))
	if n, err := f.ReadAt(head, 0); n < len(head) {
		b.Fatal(err)
	}
	of, _ := pipeline.Sniff(head)
	it := pipeline.Item{Size: st.Size(), Kind: of.Kind, Format: of.Name}
	for _, r := range readers {
		if examines(r.Spec(), it.Kind) {
			_ = r.Read(b.Context(), it, onDisk{f, st.Size()}, func(pipeline.Where, pipeline.Fact) {})
		}
	}
}

// onDisk is an original in a file.
type onDisk struct {
	*os.File
	size int64
}

func (o onDisk) Size() int64 { return o.size }

var killers = flag.String("killers", "", "a folder of further hostile files for BenchmarkHostile")

// BenchmarkHostile lets each reader of bytes read the hostile fixtures and the shared malformed files, one by one, and reports the longest
// and the most memory that one file cost, as the sum of what was allocated. Over two seconds it fails.
//
//	go test -tags "libav nodynamic" -run '^$' -bench BenchmarkHostile -benchtime 1x ./analyzers
func BenchmarkHostile(b *testing.B) {
	var files []string
	for _, dir := range []string{filepath.Join(fixtures.SharedMedia(b), "robustness"), fixtures.Dir(b, "hostile"), *killers} {
		if dir == "" {
			continue
		}
		err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, a := range All(pipeline.Limits{}) {
		r, ok := a.(pipeline.Reader)
		if !ok || !slices.Contains([]string{"structure", "exif", "c2pa", "proof", "readers"}, a.Spec().Name) {
			continue
		}
		b.Run(a.Spec().Name, func(b *testing.B) {
			for b.Loop() {
				var longest time.Duration
				most, slow, large := int64(0), "", ""
				for _, name := range files {
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					began := time.Now()
					readAll(b, name, []pipeline.Reader{r})
					took := time.Since(began)
					runtime.ReadMemStats(&after)
					st, err := os.Stat(name)
					if err != nil {
						b.Fatal(err)
					}
					over := int64(after.TotalAlloc-before.TotalAlloc) - st.Size()
					if took > longest {
						longest, slow = took, name
					}
					if over > most {
						most, large = over, name
					}
				}
				b.Logf("%d files; longest %v: %s; most memory %d KiB: %s", len(files), longest, filepath.Base(slow), most>>10, filepath.Base(large))
				b.ReportMetric(longest.Seconds()*1e3, "longest-ms")
				b.ReportMetric(float64(most)/(1<<20), "most-MiB")
				if longest > 2*time.Second {
					b.Errorf("%s took %v", slow, longest)
				}
			}
		})
	}
}
