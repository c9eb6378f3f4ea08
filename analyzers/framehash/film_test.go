//go:build libav

package framehash

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dokaz/analyzers/media"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

type original struct{ *bytes.Reader }

func (original) Close() error { return nil }

// Decoded, sampled and hashed as in earnest, frames of enough structure stay within the ten bits of the public vPDQ
// program's hashes that PDQ's publishers allow another implementation.
func TestFramesAgreeWithThePublishedHashes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(fixtures.SharedMedia(t), "video-neardup")
	total := 0
	for _, name := range []string{"chair-19-sd-bar", "pattern-hd-no-bar", "doorknob-hd-no-bar", "test-padded-dimensions"} {
		want := published(t, filepath.Join(dir, "vpdq-expected", name+".txt"))
		var hist [257]int
		compared := 0
		for _, f := range hashed(t, filepath.Join(dir, "tmk", name+".mp4")).Frames {
			w, ok := at(want, f.Time)
			if !ok {
				t.Errorf("%s: no published frame at %.3f s", name, f.Time)
				continue
			}
			if w.Quality < 80 {
				continue
			}
			compared++
			d := f.Bits.Distance(w.Bits)
			hist[d]++
			if d > 10 {
				t.Errorf("%s at %.3f s: %d bits from the published hash, quality %d", name, f.Time, d, f.Quality)
			}
		}
		t.Logf("%s: %d frames compared, by distance %v", name, compared, hist[:12])
		total += compared
	}
	if total < 50 {
		t.Errorf("only %d frames compared", total)
	}
}

// hashed runs the analyzer on a file and returns what it says of whole frames.
func hashed(t *testing.T, file string) (out pipeline.FrameHashes) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	it := pipeline.Item{Digest: pipeline.DigestOf(data), Size: int64(len(data)), Kind: pipeline.Video, Format: "mp4"}
	var w pipeline.Watch
	err = media.New().Project(t.Context(), it, original{bytes.NewReader(data)},
		func(s pipeline.Footage) (err error) {
			w, err = New().Watch(it, s, func(_ pipeline.Where, f pipeline.Fact) {
				if f, ok := f.(pipeline.FrameHashes); ok && f.View == "" {
					out = f
				}
			})
			return err
		},
		func(f pipeline.Frame) error { return w.Frame(t.Context(), f) })
	if err != nil {
		t.Fatal(err)
	}
	if err := w.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	return out
}

// published reads lines of number, quality, hash, seconds.
func published(t *testing.T, file string) (out []pipeline.HashedFrame) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		quality, errQuality := strconv.Atoi(row[1])
		bits, errBits := pipeline.ParseHash256(row[2])
		seconds, errSeconds := strconv.ParseFloat(row[3], 64)
		if errQuality != nil || errBits != nil || errSeconds != nil {
			t.Fatalf("%s: %v", file, row)
		}
		out = append(out, pipeline.HashedFrame{Time: seconds, Bits: bits, Quality: quality})
	}
	return out
}

func at(frames []pipeline.HashedFrame, seconds float64) (pipeline.HashedFrame, bool) {
	for _, f := range frames {
		if math.Abs(f.Time-seconds) < 0.002 {
			return f, true
		}
	}
	return pipeline.HashedFrame{}, false
}
