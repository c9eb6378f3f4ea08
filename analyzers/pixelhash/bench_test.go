//go:build libav

package pixelhash

import (
	"bytes"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"dokaz/analyzers/features"
	"dokaz/analyzers/media"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

type original struct{ *bytes.Reader }

func (original) Close() error { return nil }

// A photograph of 12 megapixels, from the file's bytes to all that is stated of it for matching, beside image/jpeg and the
// three hashes of goimagehash on the whole picture. CPU time of the process, medians of seven runs taken in turn on one thread;
// the ratio is peer/ours.
//
//	go test -tags "libav nodynamic" -run '^$' -bench BenchmarkPhoto -benchtime 1x ./analyzers/pixelhash
func BenchmarkPhoto(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, name := range []string{"IMG_20200827_231612.jpg", "IMG_20200124_231153.jpg"} {
		b.Run(name, func(b *testing.B) {
			data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(b), "photos/forensics-samples", name))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var ours, hashes, peer []time.Duration
				for range 7 {
					ours = append(ours, spent(b, func() error { return watched(b, data, New(), features.New()) }))
					hashes = append(hashes, spent(b, func() error { return watched(b, data, New()) }))
					peer = append(peer, spent(b, func() error { return peerHashes(data) }))
				}
				report(b, ours, peer, "all")
				report(b, hashes, peer, "hashes")
				b.ReportMetric(median(peer).Seconds()*1000, "peer-ms")
			}
		})
	}
}

func report(b *testing.B, ours, peer []time.Duration, what string) {
	b.ReportMetric(median(ours).Seconds()*1000, what+"-ms")
	b.ReportMetric(median(peer).Seconds()/median(ours).Seconds(), what+"-ratio")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// spent is the CPU time that do takes; what it leaves to the collector is its own.
func spent(b *testing.B, do func() error) time.Duration {
	b.Helper()
	runtime.GC()
	began := cpu(b)
	if err := do(); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	return cpu(b) - began
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watched shows a JPEG to watchers.
func watched(b *testing.B, data []byte, watchers ...pipeline.Watcher) error {
	b.Helper()
	it := pipeline.Item{Kind: pipeline.Photo, Format: "jpeg", Size: int64(len(data))}
	watches := make([]pipeline.Watch, len(watchers))
	return media.New().Project(b.Context(), it, original{bytes.NewReader(data)},
		func(s pipeline.Footage) (err error) {
			for i, w := range watchers {
				if watches[i], err = w.Watch(it, s, func(pipeline.Where, pipeline.Fact) {}); err != nil {
					return err
				}
			}
			return nil
		},
		func(f pipeline.Frame) error {
			for _, w := range watches {
				if err := w.Frame(b.Context(), f); err != nil {
					return err
				}
			}
			return nil
		})
}

// peerHashes is what a program without reduced decoding does.
func peerHashes(data []byte) error {
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for _, x := range exchanged {
		if _, err := x.hash(img); err != nil {
			return err
		}
	}
	return nil
}
