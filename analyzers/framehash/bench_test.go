//go:build libav

package framehash

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dokaz/analyzers/features"
	"dokaz/analyzers/media"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

// All that is stated of a film for matching, and the hashes of its keyframes alone, beside decoding it with the ffmpeg program,
// CPU time of one thread each, medians of five runs taken in turn: dense is ours/ffmpeg, keys-ratio ffmpeg/ours. "1080p" is
// a shared clip enlarged, with noise, at 3.2 Mbit/s and a keyframe in 60.
//
//	go test -tags "libav nodynamic" -run '^$' -bench BenchmarkFilm -benchtime 1x ./analyzers/framehash
func BenchmarkFilm(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	dir := fixtures.SharedMedia(b)
	for _, name := range []string{
		"1080p", "video-scenes/car-detection.mp4", "video-scenes/VID_20191220_170832.mp4", "video-neardup/tmk/chair-orig-22-sd-bar.mp4",
		"video-neardup/tmk/pattern-hd-no-bar.mp4", "video-neardup/movie-hello/movie-hello.mp4",
	} {
		b.Run(strings.ReplaceAll(filepath.Base(name), ".mp4", ""), func(b *testing.B) {
			file := filepath.Join(dir, name)
			if name == "1080p" {
				file = enlarged(b, filepath.Join(dir, "video-scenes/car-detection.mp4"))
			}
			data, err := os.ReadFile(file)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var dense, hashes, keys, peer []time.Duration
				for range 5 {
					dense = append(dense, spent(b, data, media.Limits{}, New(), features.New()))
					hashes = append(hashes, spent(b, data, media.Limits{}, New()))
					keys = append(keys, spent(b, data, media.Limits{Keys: true}, New()))
					peer = append(peer, run(b, "-threads", "1", "-i", file, "-map", "0:v", "-f", "null", "-"))
				}
				full := median(peer)
				b.ReportMetric(full.Seconds()*1000, "ffmpeg-ms")
				b.ReportMetric(median(dense).Seconds()/full.Seconds(), "dense")
				b.ReportMetric(median(hashes).Seconds()/full.Seconds(), "dense-hashes-alone")
				b.ReportMetric(full.Seconds()/median(keys).Seconds(), "keys-ratio")
			}
		})
	}
}

// enlarged makes the clip of research: twelve seconds of 1080p30 with noise.
func enlarged(b *testing.B, from string) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), "1080p.mp4")
	run(b, "-t", "12", "-i", from, "-vf", "scale=1920:1080,fps=30,noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "medium",
		"-b:v", "3200k", "-g", "60", "-an", out)
	return out
}

// run runs the ffmpeg program and returns its CPU time.
func run(b *testing.B, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command("ffmpeg", append([]string{"-nostdin", "-v", "error"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Skipf("SKIPPED, NOT PASSED: ffmpeg: %v\n%s", err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// spent is the CPU time of showing a film to watchers; what they leave to the collector is theirs.
func spent(b *testing.B, data []byte, limits media.Limits, watchers ...pipeline.Watcher) time.Duration {
	b.Helper()
	f, _ := pipeline.Sniff(data)
	it := pipeline.Item{Kind: pipeline.Video, Format: f.Name, Size: int64(len(data))}
	watches := make([]pipeline.Watch, len(watchers))
	each := func(do func(pipeline.Watch) error) error {
		for _, w := range watches {
			if err := do(w); err != nil {
				return err
			}
		}
		return nil
	}
	runtime.GC()
	began := cpu(b)
	err := media.NewWith(limits).Project(b.Context(), it, original{bytes.NewReader(data)},
		func(s pipeline.Footage) (err error) {
			for i, w := range watchers {
				if watches[i], err = w.Watch(it, s, func(pipeline.Where, pipeline.Fact) {}); err != nil {
					return err
				}
			}
			return nil
		},
		func(f pipeline.Frame) error {
			return each(func(w pipeline.Watch) error { return w.Frame(b.Context(), f) })
		})
	if err == nil {
		err = each(func(w pipeline.Watch) error { return w.End(b.Context()) })
	}
	if err != nil {
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
